package exposure_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
)

// row returns the row of a person as a roll would have it.
func row(dataset string, p exposure.Person, kinds ...field.Kind) sourcetest.Row {
	var d hashing.Details
	d.Jurisdiction = "US-FL"
	d.SetLast([]byte(p.Last))
	d.SetFirst([]byte(p.First))
	d.SetMiddle([]byte(p.Middle))
	date, _ := hashing.ParseDate([]byte(p.BirthDate), "YYYY-MM-DD")
	if p.BirthDate == "" {
		date, _ = hashing.ParseDate([]byte(p.BirthYear), "YYYY")
	}
	d.SetBirth(date, hashing.Date{})
	d.SetZIP([]byte(p.ZIP))
	d.SetAddressLine([]byte(p.Address))
	d.SetVoterID([]byte(p.VoterID))
	d.SetPhone(nil, []byte(p.Phone))
	d.SetEmail([]byte(p.Email))
	return sourcetest.NewRow(dataset, &d, hashing.NewMask(field.SetOf(kinds...), d.Initial))
}

func jsonLine(b *bytes.Buffer, p exposure.Person) {
	fmt.Fprintf(b, `{"first":%q,"middle":%q,"last":%q,"birth_date":%q,"zip":%q,"address":%q}`+"\n",
		p.First, p.Middle, p.Last, p.BirthDate, p.ZIP, p.Address)
}

// BenchmarkCheck checks people of whom half are in one of two datasets, from
// JSON lines to JSON lines. The source answers at once, so that what is measured
// is everything but the index.
func BenchmarkCheck(b *testing.B) {
	p := exposure.NewPopulation("FL")
	const people = 100_000
	var rows []sourcetest.Row
	var in bytes.Buffer
	for i := range people {
		person := p.Person()
		if i%2 == 0 {
			rows = append(rows, row(fmt.Sprintf("set-%d", i%3), person, field.Name, field.Address, field.BirthDate))
		}
		jsonLine(&in, person)
	}
	src := &fixed{Memory: sourcetest.NewMemory(rows...)}
	for _, format := range []struct {
		name    string
		handler func(io.Writer) exposure.Handler
	}{{"json", exposure.NewJSON}, {"text", newText}} {
		b.Run(format.name, func(b *testing.B) {
			run := func() {
				dec, _ := exposure.NewDecoder(bytes.NewReader(in.Bytes()), exposure.JSON)
				src.calls = 0
				sum, err := exposure.Check(b.Context(), src, dec, exposure.Options{}, format.handler(io.Discard))
				if err != nil || sum.People != people {
					b.Fatal(sum, err)
				}
			}
			run()
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
			b.ReportMetric(float64(people)*float64(b.N)/b.Elapsed().Seconds(), "people/s")
			b.ReportMetric(float64(src.inputs)/people, "keys/person")
		})
	}
}

// fixed answers the blocks of a check it has answered before from memory.
type fixed struct {
	*sourcetest.Memory
	answers [][]exposure.Result
	calls   int
	inputs  int
}

func (f *fixed) Search(ctx context.Context, inputs []exposure.Input, yield func(exposure.Result)) error {
	if f.calls == len(f.answers) {
		var got []exposure.Result
		if err := f.Memory.Search(ctx, inputs, func(r exposure.Result) { got = append(got, r) }); err != nil {
			return err
		}
		f.answers = append(f.answers, got)
		f.inputs += len(inputs)
	}
	for _, r := range f.answers[f.calls] {
		yield(r)
	}
	f.calls++
	return nil
}

func BenchmarkDecode(b *testing.B) {
	p := exposure.NewPopulation("FL")
	var jsonl, csv bytes.Buffer
	csv.WriteString("first,middle,last,birth_date,zip,address\n")
	for range 10_000 {
		person := p.Person()
		jsonLine(&jsonl, person)
		csv.WriteString(strings.Join([]string{person.First, person.Middle, person.Last, person.BirthDate, person.ZIP, person.Address}, ",") + "\n")
	}
	for _, f := range []struct {
		format exposure.Format
		in     []byte
	}{{exposure.JSON, jsonl.Bytes()}, {exposure.CSV, csv.Bytes()}} {
		b.Run(string(f.format), func(b *testing.B) {
			b.SetBytes(int64(len(f.in)))
			b.ReportAllocs()
			var person exposure.Person
			n := 0
			for b.Loop() {
				dec, _ := exposure.NewDecoder(bytes.NewReader(f.in), f.format)
				for dec.Next(&person) == nil {
					n++
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "people/s")
		})
	}
}

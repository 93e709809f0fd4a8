package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/voterfile"
)

// ErrList is wrapped by errors of a list of protected people that cannot be used as it
// stands. Nobody on it may be passed over: a release would then pass that shows them.
var ErrList = errors.New("this list of protected people cannot be used")

// ReadProtected reads a list of people, one a row, and makes tags of them under the
// key: a table or JSON of people with the fields that [exposure.NewDecoder] documents,
// or a file of any layout that package voterfile reads; a layout given is one of
// these. Columns of which nothing says what they hold are passed over
// ([Protected.PassedOver]). Everybody on it must have a match key other than name and ZIP
// code.
func ReadProtected(ctx context.Context, path string, key *hashing.Key, layout *layouts.Layout) (*Protected, error) {
	b, err := newListBuilder(key)
	if err != nil {
		return nil, err
	}
	if layout == nil {
		is, err := b.readPeople(ctx, path)
		if err != nil {
			return nil, err
		}
		if is {
			return b.done(path)
		}
	}
	err = b.readRoll(ctx, path, layout)
	if errors.Is(err, voterfile.ErrNoLayout) && layout == nil {
		err = b.readTable(ctx, path, err)
	}
	if err != nil {
		return nil, err
	}
	return b.done(path)
}

func (b *listBuilder) done(path string) (*Protected, error) {
	if b.list.people == 0 {
		return nil, fmt.Errorf("%w: %q holds nobody", ErrList, path)
	}
	return b.finish()
}

// readPeople reads a list of people as they are given to other commands. It reports
// false if the file is not of that kind: its first row is no header of one.
func (b *listBuilder) readPeople(ctx context.Context, path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("reading protected people: %w", err)
	}
	defer f.Close()
	format := exposure.CSV
	if ext := strings.ToLower(filepath.Ext(path)); ext == ".json" || ext == ".jsonl" || ext == ".ndjson" {
		format = exposure.JSON
	}
	people, err := exposure.NewDecoder(f, format)
	if err != nil {
		return false, err
	}
	return b.decode(ctx, path, people, true)
}

// readTable reads a list that fits no layout as a table of people with columns of the
// office's own, such as the number of a case. noLayout is returned if it is none.
func (b *listBuilder) readTable(ctx context.Context, path string, noLayout error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading protected people: %w", err)
	}
	defer f.Close()
	people, passedOver, err := exposure.NewTableDecoder(f)
	if wrong := exposure.HeaderError(""); errors.As(err, &wrong) {
		return fmt.Errorf("%w: %q %w", ErrList, path, err)
	} else if err != nil {
		return noLayout
	}
	b.list.passedOver = passedOver
	_, err = b.decode(ctx, path, people, false)
	return err
}

// decode adds people. Where it is not sure that the file is of people, it reports false
// if the first of them cannot be read.
func (b *listBuilder) decode(ctx context.Context, path string, people exposure.Decoder, unsure bool) (bool, error) {
	var faults faultList
	for first := unsure; ; first = false {
		var p exposure.Person
		var fault exposure.FieldError
		switch err := people.Next(&p); {
		case err == io.EOF:
			return true, faults.err(path)
		case errors.As(err, &fault) && !first:
			faults.add(fault.Error())
			continue
		case err != nil && first:
			return false, nil
		case err != nil:
			return true, fmt.Errorf("reading protected people of %q: %w", path, err)
		}
		if err := ctx.Err(); err != nil {
			return true, err
		}
		if err := b.addPerson(&p, &faults); err != nil {
			return true, fmt.Errorf("%w: %q %w", ErrList, path, err)
		}
	}
}

var errTooMany = fmt.Errorf("holds more than %d people; cut it into several and audit with each", maxProtected)

func (b *listBuilder) addPerson(p *exposure.Person, faults *faultList) error {
	if b.list.people == maxProtected {
		return errTooMany
	}
	keys, problems, err := exposure.ReadKeys(exposure.People(*p))
	if err != nil {
		return err
	}
	for _, problem := range problems {
		faults.add(problem.Error())
	}
	if len(keys) == 0 {
		return nil // one of the problems says so
	}
	var d hashing.Details
	d.SetMiddle([]byte(p.Middle))
	if !b.add(listed{keys[0], d.Initial, unitIn([]byte(p.Address))}) {
		faults.add("line " + strconv.Itoa(p.Line) + ": " + tooLittle)
	}
	return nil
}

// What is said of somebody who cannot be found, and at the end, once.
const (
	tooLittle = "not enough to find them by in a release"
	enough    = "; enough is a birth date, a birth year with a ZIP code, an address with a ZIP code, a voter id with its state, an e-mail address or a phone number"
)

// readRoll reads a list that is a voter file.
func (b *listBuilder) readRoll(ctx context.Context, path string, layout *layouts.Layout) error {
	src, err := voterfile.Open(ctx, []string{path}, voterfile.Options{Layout: layout})
	if err != nil {
		return fmt.Errorf("reading protected people: %w", err)
	}
	defer src.Close()
	for _, m := range src.Members() {
		if m.Unread {
			return fmt.Errorf("%w: %q was not read (%s)", ErrList, m.Name, m.LeftOut)
		}
	}
	v := &listVisitor{b: b}
	for _, m := range src.Members() {
		v.units = append(v.units, unitColumns(&m.Match))
	}
	skips, err := src.Each(ctx, 1, func() voterfile.Visitor { return v }, nil)
	if err != nil {
		return fmt.Errorf("reading protected people of %q: %w", path, err)
	}
	for reason, n := range skips.ByReason() {
		if n > 0 {
			v.faults.add(fmt.Sprintf("%d rows cannot be read (%s)", n, reason))
		}
	}
	for i := range src.Members() {
		b.list.passedOver = append(b.list.passedOver, src.Unknown(i)...)
	}
	return v.faults.err(path)
}

// listVisitor adds the rows of a voter file.
type listVisitor struct {
	b      *listBuilder
	units  [][]unitColumn // by member
	faults faultList
}

// Visit adds a row: its own match keys, and other spellings of its name.
func (v *listVisitor) Visit(rec *voterfile.Record) error {
	if v.b.list.people == maxProtected {
		return fmt.Errorf("%w: it %w", ErrList, errTooMany)
	}
	who := listed{initial: rec.Initial, unit: unitOf(rec, v.units[rec.Member])}
	for _, t := range hashing.KeyTypes() {
		if x, ok := rec.AppendKey(nil, t); ok {
			who.keys = append(who.keys, hashing.PersonKey{Input: hashing.Input{Type: t, X: x}})
		}
	}
	spellings, _, err := exposure.ReadKeys(exposure.People(personOf(rec)))
	if err != nil {
		return err
	}
	for _, keys := range spellings {
		for _, k := range keys {
			if k.Guessed {
				who.keys = append(who.keys, k)
			}
		}
	}
	if !v.b.add(who) {
		v.faults.add(fmt.Sprintf("line %d: %s", rec.Line, tooLittle))
	}
	return nil
}

// Flush implements [voterfile.Visitor].
func (v *listVisitor) Flush() error { return nil }

// personOf returns the name, birth and ZIP code of a row, of which spellings are made.
func personOf(rec *voterfile.Record) exposure.Person {
	text := func(r field.Role, canonical []byte) string {
		if v := rec.Value(r); v != nil {
			return string(v)
		}
		return string(canonical) // of a whole name
	}
	p := exposure.Person{
		First: text(field.NameFirst, rec.First), Last: text(field.NameLast, rec.Last),
		Middle: string(rec.Value(field.NameMiddle)), Suffix: rec.Suffix, ZIP: string(rec.ZIP),
	}
	if rec.Birth.Precision() == hashing.PrecisionDay {
		p.BirthDate = rec.Birth.String()
	} else if rec.Birth.Year != 0 {
		p.BirthYear = strconv.Itoa(int(rec.Birth.Year))
	}
	return p
}

// unitColumn is a column that the number of a unit can stand in.
type unitColumn struct {
	at    int
	alone bool // it may be all that stands there
}

// unitColumns returns the columns of a file that a unit can stand in, that of units
// first.
func unitColumns(m *voterfile.Match) (all []unitColumn) {
	for i, c := range m.Columns() {
		switch {
		case c.Role == field.UnitNumber:
			all = append([]unitColumn{{i, true}}, all...)
		case c.Role == field.AddressLine, c.Role == field.AddressFull, c.Role == field.StreetName:
			all = append(all, unitColumn{i, false})
		case c.Role == field.RoleNone && c.Tells && c.Kind == field.Address: // a second line
			all = append(all, unitColumn{i, true})
		}
	}
	return all
}

// mostUnit is how many letters and digits the number of a unit has at most.
const mostUnit = 6

// unitOf returns the number of a row's unit, nil if it has none.
func unitOf(rec *voterfile.Record, columns []unitColumn) []byte {
	for _, c := range columns {
		v := rec.Column(c.at)
		if v == nil {
			continue
		}
		if unit := unitIn(v); unit != nil {
			return unit
		}
		if c.alone && len(v) <= mostUnit && len(bytes.Fields(v)) == 1 {
			return lettersAndDigits(v)
		}
	}
	return nil
}

// faultList collects what is wrong with a list.
type faultList struct {
	first []string
	n     int
}

// maxFaults bounds how many faults are named.
const maxFaults = 5

func (f *faultList) add(what string) {
	if f.n++; f.n <= maxFaults {
		f.first = append(f.first, what)
	}
}

func (f *faultList) err(path string) error {
	if f.n == 0 {
		return nil
	}
	more := ""
	if f.n > maxFaults {
		more = fmt.Sprintf("; and %d more", f.n-maxFaults)
	}
	all := strings.Join(f.first, "; ") + more
	if strings.Contains(all, tooLittle) {
		all += enough
	}
	return fmt.Errorf("%w: %q: %s", ErrList, path, all)
}

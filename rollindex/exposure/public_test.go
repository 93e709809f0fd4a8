package exposure

import (
	"slices"
	"testing"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/hashing"
)

// A kind is public, beyond or restricted only when every jurisdiction says so,
// and of no date only when it was so at all times.
func TestPublicRecord(t *testing.T) {
	const public, beyond, restricted, unsettled = "public", "beyond", "restricted", "not settled"
	for _, tt := range []struct {
		where []string
		asOf  string
		kind  field.Kind
		want  string
	}{
		{[]string{"US-FL"}, "2020-10-20", field.Party, public},
		{[]string{"US-FL"}, "2020-10-20", field.DriverLicense, beyond},
		{[]string{"US-FL"}, "2020-10-20", field.BirthPlace, unsettled},
		{[]string{"US-FL"}, "1999-01-01", field.Party, unsettled},
		{[]string{"US-AK"}, "2020-10-20", field.BirthDate, beyond},
		{[]string{"US-KY"}, "2020-10-20", field.BirthDate, unsettled}, // of low confidence
		{[]string{"US-VA"}, "2023-06-01", field.BirthDate, restricted},
		{[]string{"US-VA"}, "2024-08-30", field.BirthDate, unsettled}, // around a change of rule
		{[]string{"US-VA"}, "", field.BirthDate, unsettled},
		{[]string{"US-VA"}, "", field.BirthYear, public},
		{[]string{"US-VA"}, "20", field.BirthYear, public}, // no date either
		{[]string{"US-FL", "US-AK"}, "2020-10-20", field.Name, public},
		{[]string{"US-FL", "US-AK"}, "2020-10-20", field.BirthDate, unsettled}, // public here, withheld there
		{[]string{"US-FL", "US-VA"}, "2023-06-01", field.BirthDate, unsettled}, // public here, restricted there
		{[]string{"US-AK", "US-VA"}, "2023-06-01", field.BirthDate, beyond},    // restricted in one only
		{[]string{"US-AK", "US-KY"}, "2020-10-20", field.BirthDate, unsettled},
		{[]string{"US-FL", "GB"}, "2020-10-20", field.Name, unsettled},
		{[]string{"GB"}, "2020-10-20", field.Name, unsettled},
		{nil, "2020-10-20", field.Name, unsettled},
	} {
		r := newPublicRecord(tt.where, tt.asOf)
		got := unsettled
		switch {
		case r.Public.Has(tt.kind) && r.Beyond.Has(tt.kind), r.Restricted.Has(tt.kind) && !r.Beyond.Has(tt.kind):
			got = "in two minds"
		case r.Public.Has(tt.kind):
			got = public
		case r.Restricted.Has(tt.kind):
			got = restricted
		case r.Beyond.Has(tt.kind):
			got = beyond
		}
		if got != tt.want {
			t.Errorf("%v at %q, %s: %s, want %s", tt.where, tt.asOf, tt.kind, got, tt.want)
		}
		if r.Dated != (len(tt.asOf) == 10) || len(r.Programmes) != len(tt.where) {
			t.Errorf("%v at %q: dated %v, %d programmes", tt.where, tt.asOf, r.Dated, len(r.Programmes))
		}
	}
}

func TestJudges(t *testing.T) {
	fl, ak, nc := "US-FL", "US-AK", "US-NC"
	for _, tt := range []struct{ own, named, want []string }{
		{[]string{fl}, []string{ak}, []string{fl}},
		{[]string{fl}, nil, []string{fl}},
		{[]string{ak, fl, nc}, []string{fl}, []string{fl}},
		{[]string{ak, fl, nc}, []string{ak, fl}, []string{ak, fl}},
		{[]string{ak, fl}, []string{nc}, []string{ak, fl}},
		{[]string{ak, fl}, nil, []string{ak, fl}},
		{nil, []string{fl, nc}, []string{fl, nc}},
		{nil, nil, nil},
	} {
		d := dataset{info: &hashing.DatasetInfo{Jurisdictions: slices.Clone(tt.own)}}
		if got := d.judges(tt.named); !slices.Equal(got, tt.want) || !slices.Equal(d.info.Jurisdictions, tt.own) {
			t.Errorf("a dataset of %v, for a person of %v, is judged by %v, want %v", tt.own, tt.named, got, tt.want)
		}
	}
}

// A field of the mask that has no word yet is neither told nor counted.
func TestFieldsOfALaterVersion(t *testing.T) {
	for _, later := range []hashing.Mask{1 << 25, 1<<25 | 1<<31} {
		if fields, _ := fieldsOf([]graded{{hit: hit{mask: hashing.NewMask(field.SetOf(field.Name), 0) | later}}}); fields != field.SetOf(field.Name) {
			t.Errorf("mask %x: fields %b", later, fields)
		}
	}
}

func TestDoubts(t *testing.T) {
	for _, tt := range []struct {
		i    catalogue.Incident
		want string
	}{
		{catalogue.Incident{Verified: true}, ""},
		{catalogue.Incident{Verified: true, Contested: true}, "contested: its holder denies it, or accounts contradict each other"},
		{catalogue.Incident{}, "not verified: neither an official page nor two independent reports say that it happened"},
		{catalogue.Incident{Verified: true, Retired: true}, "the entry was withdrawn from the catalogue"},
		{catalogue.Incident{Retired: true, Contested: true}, "the entry was withdrawn from the catalogue; contested: its holder denies it, or accounts contradict " +
			"each other; not verified: neither an official page nor two independent reports say that it happened"},
	} {
		if got := doubts(&tt.i); got != tt.want {
			t.Errorf("%+v: %q", tt.i, got)
		}
	}
}

// BenchmarkPublicRecord is what the first finding in a dataset costs.
func BenchmarkPublicRecord(b *testing.B) {
	for range b.N {
		newPublicRecord([]string{"US-FL"}, "2020-10-20")
	}
}

package synth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

// truth is what the round trip needs of a line of the truth.
type truth struct {
	Row       int64  `json:"row"`
	First     string `json:"first"`
	Middle    string `json:"middle"`
	Last      string `json:"last"`
	BirthDate string `json:"birth_date"`
	ZIP       string `json:"zip"`
	Address   string `json:"address"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
	VoterID   string `json:"voter_id"`
	Withheld  bool   `json:"withheld"`
}

// details are the canonical details of a true person.
func (p *truth) details(t *testing.T, jurisdiction string, d *hashing.Details) {
	d.Reset()
	d.Jurisdiction = jurisdiction
	d.SetFirst([]byte(p.First))
	d.SetMiddle([]byte(p.Middle))
	d.SetLast([]byte(p.Last))
	d.SetZIP([]byte(p.ZIP))
	d.SetAddressLine([]byte(p.Address))
	d.SetEmail([]byte(p.Email))
	d.SetPhone(nil, []byte(p.Phone))
	d.SetVoterID([]byte(p.VoterID))
	birth, err := time.Parse("2006-01-02", p.BirthDate)
	if err != nil {
		t.Fatal(err)
	}
	d.SetBirth(hashing.Date{Year: uint16(birth.Year()), Month: uint8(birth.Month()), Day: uint8(birth.Day())}, hashing.Date{})
}

// TestRoundTrip writes a roll in every layout, with and without added columns,
// and reads it back: the layout is recognised, no row is lost or skipped, and
// what a row shows is, in canonical form, what is true.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	const rows = 8000
	for _, id := range layouts.IDs() {
		for _, add := range [][]field.Role{nil, {field.RoleEmail, field.RolePhone, field.RoleSSNLast4}} {
			name := id
			if add != nil {
				name += " and contacts"
			}
			t.Run(name, func(t *testing.T) {
				l, err := layouts.Get(id)
				if err != nil {
					t.Fatal(err)
				}
				path, people := file(t, synth.Options{Layout: l, Rows: rows, Seed: 9, Add: add})
				roundTrip(t, l, path, people, add != nil)
			})
		}
	}
}

func file(t *testing.T, o synth.Options) (string, []truth) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roll.txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := synth.Write(context.Background(), f, &b, o); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var people []truth
	for dec := json.NewDecoder(&b); dec.More(); {
		var p truth
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		people = append(people, p)
	}
	return path, people
}

func roundTrip(t *testing.T, l *layouts.Layout, path string, people []truth, added bool) {
	src, err := voterfile.Open(context.Background(), []string{path}, voterfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if m := src.Members()[0].Match; m.Layout.ID != l.ID || m.Confidence < 0.9 {
		t.Errorf("read as %s with confidence %g: %s", m.Layout.ID, m.Confidence, m.Why)
	}
	c := &comparison{t: t, differ: map[string]int{}, added: added}
	parser := src.NewParser()
	for {
		chunk, err := src.Next(nil)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		parser.Reset(chunk)
		for rec, ok := parser.Next(); ok; rec, ok = parser.Next() {
			if c.n == len(people) || rec.Line != people[c.n].Row {
				t.Fatalf("line %d is not that of person %d", rec.Line, c.n)
			}
			c.compare(rec, &people[c.n], l.Jurisdiction)
			c.n++
		}
	}
	skips := parser.Skips()
	if c.n != len(people) || skips.Skipped() != 0 {
		t.Errorf("%d rows read, %d skipped, %d written", c.n, skips.Skipped(), len(people))
	}
	c.judge(l)
}

// comparison counts in how many rows each field is there and differs.
type comparison struct {
	t      *testing.T
	n      int
	want   hashing.Details
	there  [8]int
	differ map[string]int
	added  bool
	exempt int
}

func (c *comparison) compare(rec *voterfile.Record, p *truth, jurisdiction string) {
	p.details(c.t, jurisdiction, &c.want)
	c.field("voter-id", rec.VoterID, c.want.VoterID)
	if p.Withheld {
		c.exempt++
		if !rec.Confidential {
			c.differ["flag"]++
		}
		if len(rec.House)+len(rec.Street)+len(rec.ZIP) > 0 {
			c.differ["withheld address"]++
		}
		if jurisdiction == "US-FL" && len(rec.Last)+len(rec.First) > 0 {
			c.differ["withheld name"]++
		}
		return
	}
	if rec.Confidential {
		c.differ["flag"]++
	}
	c.field("last", rec.Last, c.want.Last)
	c.field("first", rec.First, c.want.First)
	c.field("zip", rec.ZIP, c.want.ZIP)
	c.field("house", rec.House, c.want.House)
	c.field("street", rec.Street, c.want.Street)
	c.field("phone", rec.Phone, c.want.Phone)
	c.field("email", rec.Email, c.want.Email)
	if rec.Initial != c.want.Initial {
		c.differ["initial"]++
	}
	if rec.Birth.Year != 0 && rec.Birth.Year != c.want.Birth.Year {
		c.differ["year"]++
	}
	if rec.Birth.Day != 0 && rec.Birth != c.want.Birth {
		c.differ["birth"]++
	}
	if c.added && !(rec.Kinds.Has(field.SSNLast4) && rec.Kinds.Has(field.Email) && rec.Kinds.Has(field.Phone)) {
		c.differ["added"]++
	}
}

var fields = [...]string{"voter-id", "last", "first", "zip", "house", "street", "phone", "email"}

// field compares a value that is there; absent ones are counted.
func (c *comparison) field(name string, got, want []byte) {
	for i, f := range fields {
		if f == name && len(got) > 0 {
			c.there[i]++
		}
	}
	if len(got) > 0 && !bytes.Equal(got, want) {
		c.differ[name]++
	}
}

// judge holds the counts against the shares the package comment states.
func (c *comparison) judge(l *layouts.Layout) {
	for name, n := range c.differ {
		share := float64(n) / float64(c.n)
		switch {
		case name == "birth" && share < 0.01: // some counties know only the year
		case name == "year" && share < 0.002 && l.BirthPrecision == "year": // a bare 1900 is no known placeholder
		case (name == "last" || name == "first") && share < 0.002 && strings.HasPrefix(l.ID, "nc-"): // cut to the column
		default:
			c.t.Errorf("%s differs in %d of %d rows", name, n, c.n)
		}
	}
	for i, least := range [...]float64{1, 0.98, 0.98, 0.77, 0.77, 0.77} {
		if share := float64(c.there[i]) / float64(c.n); share < least {
			c.t.Errorf("%s is there in %.3f of the rows, want %.3f", fields[i], share, least)
		}
	}
	if c.added && (c.there[6] < c.n*97/100 || c.there[7] < c.n*97/100) {
		c.t.Errorf("phone in %d and e-mail in %d of %d rows", c.there[6], c.there[7], c.n)
	}
	exempt := map[string]float64{"US-FL": 0.0045, "US-NC": 0.002}[l.Jurisdiction]
	if share := float64(c.exempt) / float64(c.n); math.Abs(share-exempt) > 0.002 {
		c.t.Errorf("%.4f of the rows are withheld, want %.4f", share, exempt)
	}
}

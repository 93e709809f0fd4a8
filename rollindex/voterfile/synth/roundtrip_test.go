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
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
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
// what a row shows is, in canonical form, what is true. A fixed record takes no
// further columns. An odd seed leaves the optional columns of a layout away.
func TestRoundTrip(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	for i, id := range layouts.IDs() {
		l, err := layouts.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		rows := int64(500)
		if own(l) || l.RepeatedHeader {
			rows = 8000
		}
		if len(l.Required()) < len(l.Columns) {
			t.Run(id+" with optional columns", func(t *testing.T) {
				t.Parallel()
				path, people := file(t, synth.Options{Layout: l, Rows: rows, Seed: 10})
				roundTrip(t, l, path, people, false)
			})
		}
		for _, add := range [][]field.Role{nil, {field.RoleEmail, field.RolePhone, field.RoleSSNLast4}} {
			name := id
			if add != nil {
				name += " and contacts"
			}
			if add != nil && (l.Container == "fixed" || !own(l) && i%8 > 0) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				path, people := file(t, synth.Options{Layout: l, Rows: rows, Seed: 9, Add: add})
				roundTrip(t, l, path, people, add != nil)
			})
		}
	}
}

// own reports whether the layout's state has a profile of its own.
func own(l *layouts.Layout) bool {
	return slices.Contains([]string{"US-FL", "US-NC", "US-NY", "US-OH", "US-WA"}, l.Jurisdiction)
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
	if column(l, field.NameLast) == nil && column(l, field.NameFull) == nil {
		listed(t, l, path)
		return
	}
	src, err := voterfile.Open(context.Background(), []string{path}, voterfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	least := 0.9
	if l.Container == "json" { // a record has only the keys it has values for
		least = 0.7
	}
	if m := src.Members()[0].Match; m.Layout.ID != l.ID || m.Score < least {
		t.Errorf("read as %s with confidence %g: %s", m.Layout.ID, m.Score, m.Evidence)
	}
	c := &comparison{t: t, layout: l, differ: map[string]int{}, added: added}
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
			c.compare(rec, &people[c.n])
			c.n++
		}
	}
	skips := parser.Skips()
	if l.RepeatedHeader && skips.Headers < 1 {
		t.Errorf("%d headers; they should repeat", skips.Headers)
	}
	if c.n != len(people) || skips.Skipped() != 0 {
		t.Errorf("%d rows read, %d skipped, %d written", c.n, skips.Skipped(), len(people))
	}
	c.judge()
}

// listed holds that a list of addresses is recognised as what it is, although
// there is nobody in it.
func listed(t *testing.T, l *layouts.Layout, path string) {
	found, err := voterfile.Detect(context.Background(), path, voterfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || len(found[0].Matches) == 0 || found[0].Matches[0].Layout.ID != l.ID || found[0].Matches[0].Score < 0.9 {
		t.Errorf("detected as %+v", found)
	}
}

// comparison counts in how many rows each field is there and differs.
type comparison struct {
	t      *testing.T
	layout *layouts.Layout
	n      int
	want   hashing.Details
	there  [8]int
	differ map[string]int
	added  bool
	exempt int
}

// column returns the layout's column with the role, nil without one.
func column(l *layouts.Layout, role field.Role) *layouts.Column {
	for i := range l.Columns {
		if l.Columns[i].Role == role {
			return &l.Columns[i]
		}
	}
	return nil
}

func withheld(l *layouts.Layout, role field.Role) bool {
	c := column(l, role)
	return c != nil && c.Withheld
}

func (c *comparison) compare(rec *voterfile.Record, p *truth) {
	p.details(c.t, c.layout.Jurisdiction, &c.want)
	c.field("voter-id", rec.VoterID, c.want.VoterID)
	if rec.Confidential != (p.Withheld && column(c.layout, field.ConfidentialFlag) != nil) {
		c.differ["flag"]++
	}
	if p.Withheld {
		c.exempt++
		hidden := withheld(c.layout, field.ZIP5) || c.layout.Jurisdiction == "US-NC"
		if hidden && len(rec.House)+len(rec.Street)+len(rec.ZIP) > 0 {
			c.differ["withheld address"]++
		}
		if withheld(c.layout, field.NameLast) && len(rec.Last)+len(rec.First) > 0 {
			c.differ["withheld name"]++
		}
		if withheld(c.layout, field.RoleBirthYear) && rec.Birth.Year != 0 {
			c.differ["withheld birth year"]++
		}
		return
	}
	// Of a name in one column nothing tells how many words are the surname.
	if column(c.layout, field.NameLast) != nil || !strings.Contains(p.First+p.Middle+p.Last, " ") {
		c.field("last", rec.Last, c.want.Last)
		c.field("first", rec.First, c.want.First)
		if len(rec.Last) > 0 && column(c.layout, field.NameMiddle) != nil && rec.Initial != c.want.Initial {
			c.differ["initial"]++
		}
	}
	c.field("zip", rec.ZIP, c.want.ZIP)
	c.field("house", rec.House, c.want.House)
	c.field("street", rec.Street, c.want.Street)
	c.field("phone", rec.Phone, c.want.Phone)
	c.field("email", rec.Email, c.want.Email)
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

// least returns in what share of the rows a field must be there.
func (c *comparison) least(name string) float64 {
	has := func(roles ...field.Role) bool {
		return slices.ContainsFunc(roles, func(r field.Role) bool { return column(c.layout, r) != nil })
	}
	us := len(c.layout.Jurisdiction) != 2
	share := 0.0
	switch name {
	case "voter-id":
		share = 1 * b2f(has(field.RoleVoterID))
	case "last", "first":
		share = 0.98 * b2f(has(field.NameLast))
		if has(field.NameFull) {
			share = max(share, 0.8)
		}
	case "zip":
		share = 0.98 * b2f(us && has(field.ZIP5, field.AddressFull, field.CityStateZIP))
	case "house", "street":
		share = 0.98 * b2f(has(field.HouseNumber) && has(field.StreetName) || has(field.AddressLine, field.AddressFull))
	}
	if name != "voter-id" && c.layout.Jurisdiction == "US-NC" { // of the removed, the address is not shown
		share = min(share, 0.77)
	}
	if role := column(c.layout, field.RoleVoterID); len(c.layout.Absent) > 0 || role != nil && len(role.Absent) > 0 {
		share -= 0.02
	}
	return share
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// judge holds the counts against the shares the package comment states.
func (c *comparison) judge() {
	l := c.layout
	for name, n := range c.differ {
		share := float64(n) / float64(c.n)
		cut := 0 // the column may be too narrow for a long one
		for role, field := range map[field.Role]string{field.NameLast: "last", field.NameFirst: "first", field.StreetName: "street", field.HouseNumber: "house"} {
			if col := column(l, role); col != nil && field == name {
				cut = max(col.MaxLength, col.Length)
			}
		}
		switch {
		case name == "birth" && share < 0.01: // some counties know only the year
		case name == "year" && share < 0.005 && l.BirthPrecision == "year": // a bare 1900 is no known placeholder
		case cut > 0 && cut <= 30 && share < 0.005:
		case name == "last" && column(l, field.NameLast) == nil && share < 0.01: // "Lana Della Romero"
		default:
			c.t.Errorf("%s differs in %d of %d rows", name, n, c.n)
		}
	}
	for i, name := range fields {
		if share, least := float64(c.there[i])/float64(c.n), c.least(name); share < least {
			c.t.Errorf("%s is there in %.3f of the rows, want %.3f", name, share, least)
		}
	}
	if c.added && (c.there[6] < c.n*97/100 || c.there[7] < c.n*97/100) {
		c.t.Errorf("phone in %d and e-mail in %d of %d rows", c.there[6], c.there[7], c.n)
	}
	exempt := map[string]float64{"US-FL": 0.0045, "US-NC": 0.002}[l.Jurisdiction]
	if !own(l) && slices.ContainsFunc(l.Columns, func(c layouts.Column) bool { return c.Withheld }) {
		exempt = 0.005
	}
	if share := float64(c.exempt) / float64(c.n); math.Abs(share-exempt) > 0.002+4*math.Sqrt(exempt/float64(c.n)) {
		c.t.Errorf("%.4f of the rows are withheld, want %.4f", share, exempt)
	}
}

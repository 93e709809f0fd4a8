package voterfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile/synth"
)

// byAddress puts lines in the order of their addresses.
func byAddress(t *testing.T, l *layouts.Layout, data []byte) []byte {
	t.Helper()
	type row struct{ key, line string }
	var rows []row
	head := eachSplit(t, l, data, func(p *Parser, line string) {
		p.fill()
		d := &p.rec.Details
		rows = append(rows, row{fmt.Sprintf("%s %s %8s", d.ZIP, d.Street, d.House), line})
	})
	slices.SortStableFunc(rows, func(a, b row) int { return strings.Compare(a.key, b.key) })
	out := []byte(head)
	for _, r := range rows {
		out = append(out, r.line...)
	}
	return out
}

// moved changes which rows the values of a column stand in.
func moved(t *testing.T, l *layouts.Layout, role field.Role, data []byte, change func(values []string)) []byte {
	t.Helper()
	var values, before, behind []string
	head := eachSplit(t, l, data, func(p *Parser, line string) {
		s := p.spans[p.plan.first[role]]
		before, values, behind = append(before, line[:s.start]), append(values, line[s.start:s.end]), append(behind, line[s.end:])
	})
	change(values)
	out := []byte(head)
	for i := range values {
		out = append(out, before[i]+values[i]+behind[i]...)
	}
	return out
}

// eachSplit calls f with every row of a file, split, and its line; it returns the header.
func eachSplit(t *testing.T, l *layouts.Layout, data []byte, f func(p *Parser, line string)) (head string) {
	t.Helper()
	s := mustOpen(t, Options{Layout: l}, writeFile(t, "read.txt", data))
	p := newParser(s.plans)
	p.Reset(Chunk{Data: data, FirstLine: 1})
	for i := 0; len(p.data) > 0; i++ {
		from := len(p.chunk) - len(p.data)
		line := p.take()
		whole := string(data[from : len(p.chunk)-len(p.data)])
		if i == 0 && l.Header {
			head = whole
		} else if _, ok := p.split(line); ok && !bytes.Contains(line, []byte{0x80}) {
			f(p, whole)
		}
	}
	return head
}

func shifted(rows int) func([]string) {
	return func(values []string) {
		copy(values, append(slices.Clone(values[len(values)-rows:]), values[:len(values)-rows]...))
	}
}

func secondHalf(values []string) {
	half := values[len(values)/2:]
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(half), func(i, j int) { half[i], half[j] = half[j], half[i] })
}

// Values that were sorted or moved by themselves are told, in whatever order the file is and
// whoever reads it.
func TestValuesOfOthers(t *testing.T) {
	racetest.LeaveOut(t)
	type order = func(*testing.T, *layouts.Layout, []byte) []byte
	asWritten := func(_ *testing.T, _ *layouts.Layout, data []byte) []byte { return data }
	for _, id := range []string{"fl-extract", "nc-ncvoter-2022", "tx-fixed-679"} {
		l := mustLayout(t, id)
		for _, rows := range []int64{1500, 8000} {
			written := synthRoll(t, l, rows, 11)
			for name, sort := range map[string]order{"as written": asWritten, "by address": byAddress} {
				data := sort(t, l, written)
				if got := doubtsWhole(t, 3, 1<<20, data); len(got) > 0 {
					t.Errorf("%s, %d rows %s: %v", id, rows, name, got)
				}
				for how, change := range map[string]func([]string){"sorted": slices.Sort[[]string], "shifted": shifted(1), "shifted by three": shifted(3), "shuffled from the middle on": secondHalf} {
					for role, want := range map[field.Role]Question{field.NameLast: SurnameOfOthers, field.NameFirst: FirstOfOthers, field.RoleBirthDate: BirthOfOthers, field.RoleBirthYear: BirthOfOthers, field.ZIP5: ZIPOfOthers} {
						if !slices.ContainsFunc(l.Columns, func(c layouts.Column) bool { return c.Role == role }) || rows == 1500 && how == "shuffled from the middle on" && role != field.NameLast {
							continue // half of so few do not tell
						}
						if role == field.ZIP5 && (strings.HasPrefix(how, "shifted") || how == "sorted" && name == "by address") {
							continue // most stand where they stood
						}
						of := moved(t, l, role, data, change)
						got, again := doubtsWhole(t, 3, 1<<20, of), doubtsWhole(t, 1, 1<<14, of)
						if len(got) != 1 || got[0].Question != want || !got[0].OfOthers() || len(again) != 1 || got[0].Question != again[0].Question {
							t.Errorf("%s, %d rows %s, %v %s: %v, then %v", id, rows, name, role, how, got, again)
						}
					}
				}
			}
		}
	}
}

// No roll has values of others, nor dates that were turned in part.
func TestNothingIsOfOthers(t *testing.T) {
	racetest.LeaveOut(t)
	for _, id := range textLayouts() {
		l := mustLayout(t, id)
		if !slices.ContainsFunc(l.Columns, func(c layouts.Column) bool { return c.Role == field.NameLast || c.Role == field.NameFull }) {
			continue
		}
		var b bytes.Buffer
		if _, err := synth.Write(t.Context(), &b, nil, synth.Options{Layout: l, Rows: 2500, Seed: 9, Noise: 0.05}); err != nil {
			t.Fatal(err)
		}
		for _, d := range doubtsWhole(t, 2, 1<<20, b.Bytes()) {
			if !d.OfLayout() {
				t.Errorf("%s: %v", id, d)
			}
		}
	}
}

// Two people at one address are no couple where they live in two flats, whether these stand in
// a column of their own or behind the street.
func TestFlatsAreHomes(t *testing.T) {
	names := []string{"SMITH", "JONES", "MILLER", "DAVIS", "WILSON", "MOORE", "TAYLOR", "BAKER", "LEWIS", "CLARK", "HALL"}
	for _, tt := range []struct {
		layout string
		flat   field.Role
		told   bool
	}{
		{"oh-swvf", field.RoleNone, true},
		{"oh-swvf", field.AddressLine, false},
		{"ga-2023-csv", field.RoleNone, true},
		{"ga-2023-csv", field.UnitNumber, false},
	} {
		l := mustLayout(t, tt.layout)
		at := func(r field.Role) int {
			return slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == r })
		}
		var b bytes.Buffer
		if l.Header {
			writeRow(&b, l, columnNames(l))
		}
		for i := range 600 {
			row := testRow(l, i)
			row[at(field.NameLast)], row[at(field.ZIP5)] = names[i%len(names)], "43004"
			if line := at(field.AddressLine); line >= 0 {
				row[line] = fmt.Sprintf("%d MAIN ST", 100+i/2)
			} else {
				row[at(field.HouseNumber)], row[at(field.StreetName)] = strconv.Itoa(100+i/2), "MAIN"
			}
			if c := at(field.UnitNumber); c >= 0 {
				row[c] = ""
			}
			switch tt.flat {
			case field.AddressLine:
				row[at(tt.flat)] += fmt.Sprintf(" APT %d", i%2+1)
			case field.UnitNumber:
				row[at(tt.flat)] = strconv.Itoa(i%2 + 1)
			}
			writeRow(&b, l, row)
		}
		got := slices.ContainsFunc(doubtsWhole(t, 2, 1<<20, b.Bytes()), func(d Doubt) bool { return d.Question == SurnameOfOthers })
		if got != tt.told {
			t.Errorf("%s, flats in %v: told %v", tt.layout, tt.flat, got)
		}
	}
}

// However many addresses there are, few are kept, and which does not depend on their order.
func TestFewDoorsAreKept(t *testing.T) {
	var ahead, back doors
	rows := make([]caller, 50_000)
	for i := range rows {
		rows[i] = caller{door: spread(uint64(i/2+1) * 0x9e3779b97f4a7c15), zip: uint32(i % 90), street: uint32(i % 700), city: 1, person: person{uint64(i % 7), uint64(i % 13)}}
	}
	for i := 0; i < len(rows); i += 500 {
		ahead.add(rows[i : i+500])
		if len(ahead.at) > 3*mostDoors {
			t.Fatalf("%d addresses", len(ahead.at))
		}
	}
	slices.Reverse(rows)
	back.add(rows[:30_000])
	back.add(rows[30_000:])
	a, b := ahead.neighbors(), back.neighbors()
	if !reflect.DeepEqual(a, b) || a.homes != mostDoors || a.pairs != mostDoors {
		t.Errorf("%+v\nand %+v", a, b)
	}
}

// A surname and one with a second behind it are of one family.
func TestKin(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"SMITH", "SMITH", true}, {"SMITH", "SMITHJONES", true}, {"RIVERAORTIZ", "RIVERACOLON", true},
		{"LI", "LI", true}, {"LI", "LIU", false}, {"SMITH", "JONES", false}, {"SIMON", "SMITH", false},
	} {
		a, b := newPerson([]byte("ANN"), []byte(tt.a)), newPerson([]byte("BOB"), []byte(tt.b))
		if a.kin(b) != tt.want || byte(a.last) != tt.a[0] || (a.last == b.last) != (tt.a == tt.b) {
			t.Errorf("%s and %s: %v", tt.a, tt.b, a.kin(b))
		}
	}
}

// So many lines of one house number are as few.
func TestManyAddressesOfOneHouse(t *testing.T) {
	var d doors
	for i := range 50_000 {
		d.add([]caller{{door: 7<<32 | spread(uint64(i)*0x9e3779b97f4a7c15)>>32, person: person{1, 2}}})
		if len(d.at) > 3*mostDoors {
			t.Fatalf("%d addresses", len(d.at))
		}
	}
}

// A spreadsheet that reads only the dates whose day could be a month writes them in its own
// way; files whose dates are all written in one way, or in two, are no such.
func TestHalfTurnedDates(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	written := synthRoll(t, l, 1500, 3)
	dates := func(change func(m, d, y string) string) func([]string) {
		return func(values []string) {
			for i, v := range values {
				if p := strings.Split(v, "/"); len(p) == 3 {
					values[i] = change(p[0], p[1], p[2])
				}
			}
		}
	}
	short := func(v string) string { return strings.TrimPrefix(v, "0") }
	both := func(d string) bool { return d <= "12" }
	for name, tt := range map[string]struct {
		change func(m, d, y string) string
		told   bool
	}{
		"as they are":             {func(m, d, y string) string { return m + "/" + d + "/" + y }, false},
		"all short":               {func(m, d, y string) string { return short(m) + "/" + short(d) + "/" + y }, false},
		"all with the year first": {func(m, d, y string) string { return y + "-" + m + "-" + d }, false},
		"some short": {func(m, d, y string) string {
			if y[3] > '5' {
				m, d = short(m), short(d)
			}
			return m + "/" + d + "/" + y
		}, false},
		"turned and short": {func(m, d, y string) string {
			if both(d) {
				m, d = short(d), short(m)
			}
			return m + "/" + d + "/" + y
		}, true},
		"turned, with the year first": {func(m, d, y string) string {
			if both(d) {
				return y + "-" + d + "-" + m
			}
			return m + "/" + d + "/" + y
		}, true},
		"one placeholder": {func(m, d, y string) string {
			if both(d) && m == "01" {
				return "1/1/1900"
			}
			return m + "/" + d + "/" + y
		}, false},
	} {
		var said string
		for _, d := range doubtsWhole(t, 2, 1<<14, moved(t, l, field.RoleBirthDate, written, dates(tt.change))) {
			said += d.String()
		}
		if got := strings.Contains(said, "as by a spreadsheet that read only these"); got != tt.told {
			t.Errorf("%s: %q", name, said)
		}
	}
}

// doubtsWhole reads a file whole, whose layout is not named.
func doubtsWhole(t *testing.T, jobs, size int, data []byte) []Doubt {
	t.Helper()
	s := mustOpen(t, Options{}, writeFile(t, "roll.txt", data))
	s.size = size
	if _, err := s.Each(t.Context(), jobs, func() Visitor { return nobody{} }, nil); err != nil {
		t.Fatal(err)
	}
	return s.Doubts(0)
}

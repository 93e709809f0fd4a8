package voterfile

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// textSource returns a source of one text that comes from r, as if it were the
// only member of a file, with chunks of that size.
func textSource(t testing.TB, l *layouts.Layout, r io.Reader, size int, opts Options) (*cutter, *Parser) {
	t.Helper()
	opts = opts.withDefaults()
	var m *Match
	if l.Header {
		m = matchHeader(newCandidate(l), newHeader(headLine{bytesOf(columnNames(l)), 1}))
	} else {
		m = &Match{Layout: l, Fields: len(l.Columns), extra: make([]bool, len(l.Columns))}
		for i := range l.Columns {
			m.columns = append(m.columns, &l.Columns[i])
		}
	}
	m.Delimiter, m.Quoted = l.Delimiter[0], l.Quote != ""
	p := newPlan(m, &opts)
	return newCutter(r, p, size), newParser([]*plan{p})
}

func bytesOf(list []string) [][]byte {
	var out [][]byte
	for _, s := range list {
		out = append(out, []byte(s))
	}
	return out
}

// readChunks reads all of a cutter's chunks and returns a line for each record.
func readChunks(t testing.TB, c *cutter, p *Parser) []string {
	t.Helper()
	var out []string
	var buf []byte
	for {
		chunk, err := c.next(buf)
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Reset(chunk)
		for r, ok := p.Next(); ok; r, ok = p.Next() {
			out = append(out, fmt.Sprintf("%d %s", r.Line, dump(r)))
		}
		buf = chunk.Data
	}
}

// dirtyRoll returns a roll with everything in it that makes cutting hard:
// records of several lines, quotes that are never closed, blank lines, NUL bytes,
// ragged rows, repeated headers.
func dirtyRoll(l *layouts.Layout, rows int) []byte {
	rng := rand.New(rand.NewPCG(3, 5))
	var b bytes.Buffer
	if l.Header {
		writeRow(&b, l, columnNames(l))
	}
	address := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return strings.HasPrefix(c.RoleName, "mail_address") })
	for i := range rows {
		row := testRow(l, i)
		switch rng.IntN(12) {
		case 0:
			row[address] = "LINE ONE\nLINE TWO"
		case 1:
			row[address] = "ONE\n\n\nFOUR"
		case 2:
			row = row[:len(row)-1-rng.IntN(3)]
		case 3:
			row[address] = "A\x00B"
		case 4:
			b.WriteString("\r\n\n")
		case 5: // a quote that is opened and never closed, with a row's number of fields and without
			at := b.Len()
			writeRow(&b, l, row)
			line := bytes.Replace(b.Bytes()[at:], []byte("FICTIONVILLE"), []byte(`"FICTIONVILLE`), 1)
			line = append([]byte(nil), bytes.Replace(line, []byte(`""FIC`), []byte(`"FIC`), 1)...)
			b.Truncate(at)
			b.Write(line)
			continue
		case 6:
			b.WriteString("stray" + l.Delimiter + `"open` + "\n")
		case 7:
			writeRow(&b, l, columnNames(l))
		case 8:
			row[address] = strings.Repeat("LONG ", 40)
		case 9:
			row[address] = "CAF\xc9 \"Q\" " + l.Delimiter
		}
		writeRow(&b, l, row)
	}
	return b.Bytes()
}

// Wherever chunks end and however the bytes come in, the records are the same.
func TestChunksDoNotMatter(t *testing.T) {
	for _, id := range unlikeLayouts {
		t.Run(id, func(t *testing.T) {
			l := mustLayout(t, id)
			data := dirtyRoll(l, 250)
			c, p := textSource(t, l, bytes.NewReader(data), chunkSize, Options{})
			want := readChunks(t, c, p)
			wantSkips := p.Skips()
			if len(want) < 100 || wantSkips.Skipped() == 0 || wantSkips.Headers == 0 {
				t.Fatalf("%d records, %+v: the roll is not what the test needs", len(want), wantSkips)
			}
			if int64(len(want))+wantSkips.Skipped() != wantSkips.Rows {
				t.Errorf("%d records and %d skipped of %d rows", len(want), wantSkips.Skipped(), wantSkips.Rows)
			}
			for _, size := range []int{1, 50, 100, 333, 1000, 4096, 10_000} {
				for name, r := range map[string]io.Reader{
					"at once":      bytes.NewReader(data),
					"by the half":  iotest.HalfReader(bytes.NewReader(data)),
					"by the byte":  iotest.OneByteReader(bytes.NewReader(data)),
					"data and end": iotest.DataErrReader(bytes.NewReader(data)),
				} {
					c, p := textSource(t, l, r, size, Options{})
					got := readChunks(t, c, p)
					if !slices.Equal(got, want) {
						t.Fatalf("chunks of %d, read %s: %d records, want %d: %s", size, name, len(got), len(want), firstDifference(got, want))
					}
					if fmt.Sprint(p.Skips()) != fmt.Sprint(wantSkips) {
						t.Errorf("chunks of %d, read %s: %v, want %v", size, name, p.Skips(), wantSkips)
					}
				}
			}
		})
	}
}

func firstDifference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("\n%s\n%s", a[i], b[i])
		}
	}
	return "one goes on"
}

// Chunks shared among parsers give the same counts and the same first lines.
func TestSkipsMerge(t *testing.T) {
	l := mustLayout(t, "oh-swvf")
	data := dirtyRoll(l, 300)
	c, p := textSource(t, l, bytes.NewReader(data), 2000, Options{})
	readChunks(t, c, p)
	want := p.Skips()
	c, one := textSource(t, l, bytes.NewReader(data), 2000, Options{})
	parsers := []*Parser{newParser(one.plans), newParser(one.plans), newParser(one.plans)}
	for i := 0; ; i++ {
		chunk, err := c.next(nil)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		p := parsers[i*i%3]
		p.Reset(chunk)
		for _, ok := p.Next(); ok; _, ok = p.Next() {
		}
	}
	var got Skips
	for _, i := range []int{2, 0, 1} {
		got.Merge(parsers[i].Skips())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, r := range []Reason{FieldCount, NULByte} {
		if n := len(got.First(r)); n != min(maxPositions, int(got.Count(r))) {
			t.Errorf("%d lines kept of %d skipped for %v", n, got.Count(r), r)
		}
	}
}

func TestSkipReasons(t *testing.T) {
	fl, oh := mustLayout(t, "fl-extract"), mustLayout(t, "oh-swvf")
	row := func(l *layouts.Layout, i int) string {
		var b bytes.Buffer
		writeRow(&b, l, testRow(l, i))
		return b.String()
	}
	tests := []struct {
		name    string
		layout  *layouts.Layout
		bad     string
		reason  Reason
		records int
	}{
		{"too few fields", fl, "A\tB\n", FieldCount, 2},
		{"a stray tab", fl, strings.Replace(row(fl, 1), "\tN\t", "\tN\t\t", 1), FieldCount, 2},
		{"a NUL byte", fl, strings.Replace(row(fl, 1), "FICT", "F\x00CT", 1), NULByte, 2},
		{"a long line", fl, strings.Replace(row(fl, 1), "FICT", strings.Repeat("F", 1100), 1), LineTooLong, 2},
		{"an open quote", oh, `OH1,"OPEN` + "\n", OpenQuote, 2},
		{"an open quote in a row of its own", oh, strings.Replace(row(oh, 1), "FICT", `"FICT`, 1), numReasons, 3},
		{"a trailing delimiter that the other rows have not", oh, strings.TrimSuffix(row(oh, 1), "\n") + ",\n", FieldCount, 2},
		{"a field too many", oh, strings.TrimSuffix(row(oh, 1), "\n") + ",x\n", FieldCount, 2},
		{"a field too many behind an empty one", oh, strings.TrimSuffix(row(oh, 1), "\n") + ",,x\n", FieldCount, 2},
		{"a record of two lines", oh, strings.Replace(row(oh, 1), "FICTIONVILLE", "\"FICTION\nVILLE\"", 1), numReasons, 3},
		{"a record of too many bytes", oh, strings.Replace(row(oh, 1), "FICTIONVILLE", `"`+strings.Repeat(strings.Repeat("F", 300)+"\n", 4)+`"`, 1), OpenQuote, 2},
		{"a record of nine lines", oh, strings.Replace(row(oh, 1), "FICTIONVILLE", `"`+strings.Repeat("\n", 8)+`"`, 1), OpenQuote, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := ""
			if tt.layout.Header {
				text = strings.Join(columnNames(tt.layout), tt.layout.Delimiter) + "\n"
			}
			first := int64(strings.Count(text, "\n")) + 2
			text += row(tt.layout, 0) + tt.bad + row(tt.layout, 2)
			c, p := textSource(t, tt.layout, strings.NewReader(text), chunkSize, Options{MaxLine: 1000})
			recs := readChunks(t, c, p)
			skips := p.Skips()
			if len(recs) != tt.records {
				t.Errorf("%d records, want %d: %+v", len(recs), tt.records, skips)
			}
			if tt.reason == numReasons {
				if skips.Skipped() != 0 {
					t.Errorf("skipped %+v", skips)
				}
				return
			}
			if skips.Count(tt.reason) == 0 || skips.ByReason()[tt.reason.String()] == 0 {
				t.Fatalf("skipped %+v", skips)
			}
			if at := skips.First(tt.reason)[0]; at.Line != first {
				t.Errorf("skipped line %d, want %d", at.Line, first)
			}
		})
	}
}

// repeating gives n bytes of the same row without an end.
type repeating struct {
	n    int64
	head string
}

// Read implements io.Reader.
func (r *repeating) Read(p []byte) (int, error) {
	if len(r.head) > 0 {
		n := copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), r.n)], sameBytes)
	r.n -= int64(n)
	return n, nil
}

var sameBytes = bytes.Repeat([]byte{'x'}, 1<<20)

// A line of a gigabyte is one skipped row and takes no memory.
func TestEndlessLine(t *testing.T) {
	fl := mustLayout(t, "fl-extract")
	var one bytes.Buffer
	writeRow(&one, fl, testRow(fl, 1))
	text := io.MultiReader(&repeating{1 << 30, one.String()}, strings.NewReader("\n"+one.String()))
	c, p := textSource(t, fl, text, chunkSize, Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	recs := readChunks(t, c, p)
	runtime.ReadMemStats(&after)
	if skips := p.Skips(); len(recs) != 2 || skips.Count(LineTooLong) != 1 || skips.First(LineTooLong)[0].Line != 2 || !strings.HasPrefix(recs[1], "3 ") {
		t.Errorf("%d records, %+v", len(recs), skips)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d MiB allocated", used>>20)
	}
}

// Reading and filling a record allocates nothing once buffers have grown.
func TestNoAllocation(t *testing.T) {
	for _, id := range unlikeLayouts {
		l := mustLayout(t, id)
		data := bytes.ReplaceAll(testRoll(l, 500), []byte("SPECIMEN"), []byte("SP\xc9CIMEN"))
		data = bytes.ReplaceAll(data, []byte("FAUX"), []byte("FÁUX"))
		_, p := textSource(t, l, nil, chunkSize, Options{})
		chunk := Chunk{Data: data, FirstLine: 1}
		n := testing.AllocsPerRun(10, func() {
			p.Reset(chunk)
			for r, ok := p.Next(); ok; r, ok = p.Next() {
				r.Value(1)
			}
		})
		// A slow path may allocate now and then, but not for each row.
		if n > 5 {
			t.Errorf("%s: %.0f allocations for 500 rows", id, n)
		}
	}
}

// Value gives what the row has: decoded, without spaces and quotes, the layout's
// own column before one that was added, and nil for what stands for nothing.
func TestValue(t *testing.T) {
	fl := mustLayout(t, "fl-extract")
	names := append([]string{"cell"}, columnNames(fl)...)
	row := append([]string{"8505550199"}, testRow(fl, 0)...)
	set := func(name, value string) { row[slices.Index(names, name)] = value }
	set("Name Last", " PE\xd1A\x92S ")
	set("Name First", "*")
	set("Residence City (USPS)", `ST. "X"`)
	text := strings.Join(names, "\t") + "\n" + strings.Join(row, "\t") + "\n"
	text += strings.Replace(strings.Join(row, "\t"), "5550100", "*", 1) + "\n"
	s := mustOpen(t, Options{}, writeFile(t, "roll.txt", []byte(text)))
	c, err := s.Next(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := s.NewParser()
	p.Reset(c)
	r, ok := p.Next()
	if !ok {
		t.Fatal("no record")
	}
	for role, want := range map[field.Role]string{
		field.NameLast: "PEÑA’S", field.NameFirst: "", field.City: `ST. "X"`, field.RolePhone: "5550100",
		field.RoleSSN: "", field.RoleNone: "",
	} {
		if got := r.Value(role); string(got) != want || (got == nil) != (want == "") {
			t.Errorf("%v is %q, want %q", role, got, want)
		}
	}
	if r, ok = p.Next(); !ok || string(r.Value(field.RolePhone)) != "8505550199" {
		t.Error("the phone number that was added is not taken where the layout's column has none")
	}
}

// FuzzParser: whatever a chunk holds, nothing panics, every record is within the
// text, and the accounts add up.
func FuzzParser(f *testing.F) {
	ids := unlikeLayouts
	for i, id := range ids {
		f.Add(byte(i), dirtyRoll(mustLayout(f, id), 3))
	}
	f.Add(byte(0), []byte(strings.Repeat("\t", 37)+"\n\x00\n\xff\t"))
	f.Fuzz(func(t *testing.T, layout byte, data []byte) {
		l := mustLayout(t, ids[int(layout)%len(ids)])
		var want []string
		for _, size := range []int{chunkSize, 64} {
			c, p := textSource(t, l, bytes.NewReader(data), size, Options{MaxLine: 2000})
			recs := readChunks(t, c, p)
			skips := p.Skips()
			lines := int64(bytes.Count(data, []byte("\n"))) + 1
			if int64(len(recs))+skips.Skipped() != skips.Rows || skips.Rows+skips.Headers > lines {
				t.Fatalf("%d records, %d skipped, %d rows, %d lines", len(recs), skips.Skipped(), skips.Rows, lines)
			}
			// What 8-bit letters are is decided for each chunk.
			if want != nil && (len(recs) != len(want) || utf8.Valid(data) && !slices.Equal(recs, want)) {
				t.Fatalf("chunks of %d: %d records, want %d", size, len(recs), len(want))
			}
			want = recs
		}
	})
}

package voterfile

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
)

// Names with letters beyond ASCII: surnames, and a first name.
var accented = []string{
	"Muñoz", "Núñez", "Peña", "García", "Rodríguez", "Martínez", "Hernández", "González", "Pérez", "Sánchez", "Ramírez", "Gómez", "López",
	"Müller", "Schröder", "Bäcker", "François", "Lefèvre", "Lindström", "Håkansson", "Sørensen", "Conceição", "Bolaños", "Ibáñez", "Castañeda",
}

// otherPages are the encodings that the names are written in, and how detection
// names them.
var otherPages = []struct {
	name string
	page *charmap.Charmap
}{{"windows-1252", charmap.Windows1252}, {"code page 850", charmap.CodePage850}, {"Mac OS Roman", charmap.Macintosh}}

// mojibake reads UTF-8 as windows-1252, with the control characters that browsers
// take for the five bytes that it lacks, and writes it as UTF-8 again.
func mojibake(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		r := charmap.Windows1252.DecodeByte(c)
		if r == utf8.RuneError {
			r = rune(c)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// namedRoll returns a roll of people with such names: one in so many rows has one.
func namedRoll(l *layouts.Layout, rows, every int, edit func(string) string) []byte {
	last := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == field.NameLast })
	first := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == field.NameFirst })
	var b bytes.Buffer
	if l.Header {
		writeRow(&b, l, columnNames(l))
	}
	for i := range rows {
		row := testRow(l, i)
		if i%every == every-1 {
			row[last] = edit(edited(accented[i/every%len(accented)], i))
			row[first] = edit(edited("José", i))
		}
		writeRow(&b, l, row)
	}
	return b.Bytes()
}

// edited returns the name in capitals or not.
func edited(name string, i int) string {
	if i%2 == 0 {
		return strings.ToUpper(name)
	}
	return name
}

// However a roll was encoded, its records are those of the same roll in UTF-8.
func TestEncodings(t *testing.T) {
	racetest.LeaveOut(t)
	for _, id := range []string{"fl-extract", "ks-elvis-73", "ny-allnysvoters-2021", "wa-vrdb-2023"} {
		l := mustLayout(t, id)
		want, _ := readAll(t, mustOpen(t, Options{}, writeFile(t, "roll.txt", namedRoll(l, 400, 3, func(s string) string { return s }))))
		if !strings.Contains(want[5], "last=NUNEZ first=JOSE") {
			t.Fatalf("%s: %s", id, want[5])
		}
		check := func(name, evidence string, edit func(string) string) {
			t.Helper()
			s := mustOpen(t, Options{}, writeFile(t, "roll.txt", namedRoll(l, 400, 3, edit)))
			if got := strings.Join(s.Members()[0].Match.Evidence, "; "); !strings.Contains(got, evidence) {
				t.Errorf("%s in %s: detected as %s", id, name, got)
			}
			rows, skips := readAll(t, s)
			if len(rows) != len(want) || skips.Skipped() != 0 {
				t.Fatalf("%s in %s: %d rows, %+v", id, name, len(rows), skips)
			}
			for i := range rows {
				if rows[i] != want[i] {
					t.Fatalf("%s in %s:\n%s, want\n%s", id, name, rows[i], want[i])
				}
			}
		}
		check("UTF-8", "are UTF-8", func(s string) string { return s })
		for _, p := range otherPages {
			check(p.name, p.name, func(s string) string { return mustEncode(t, p.page, s) })
		}
		check("UTF-8 read as windows-1252", "put right", func(s string) string { return mojibake(s) })
		check("that, twice", "put right", func(s string) string { return mojibake(mojibake(s)) })
	}
}

func mustEncode(t testing.TB, p *charmap.Charmap, s string) string {
	t.Helper()
	out, err := p.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A page that only the rows behind the sample show, and one that turns where
// files were joined, are read by it all the same.
func TestEncodingBehindTheSample(t *testing.T) {
	racetest.LeaveOut(t)
	l := mustLayout(t, "fl-extract")
	plain := bytes.Repeat(testRoll(l, 1000), 9)
	if len(plain) < sampleSize {
		t.Fatal("the sample is not full")
	}
	var text []byte
	for _, p := range otherPages {
		text = append(append(text, plain...), namedRoll(l, 600, 4, func(s string) string { return mustEncode(t, p.page, s) })...)
	}
	wrong := 0
	rows, _ := readAll(t, mustOpen(t, Options{}, writeFile(t, "roll.txt", text)))
	for i, row := range rows {
		if r := i % 9600; r >= 9000 && r%4 == 3 && !strings.Contains(row, "first=JOSE") {
			wrong++
		}
	}
	if len(rows) != 3*9600 || wrong > 0 {
		t.Errorf("%d rows, %d names misread", len(rows), wrong)
	}
}

// What looks like another page at first sight and is windows-1252.
func TestStillWindows1252(t *testing.T) {
	for _, text := range []string{
		"O\x92Brien De\x92Andre Ka\x92ala D\x92Angelo", "Smith\x96Jones", "\x93Ace\x94 Avery", "12\xa0Sample\xa0Road", "100\xbd Main", "N\xb0 12",
		"FRAN\xe7OIS MU\xf1OZ", "Mu\xf1oz", "Zo\xeb", "Jos\xe9", "\xd3scar \xc1lvarez", "Caf\xe9 \x80uro", "Ren\xe9e", "\xdeahin", "\xa4", "x\xa4y",
		"Gu\x8erin", // a rare name by the page of the Macintosh, once, is chance
	} {
		if got := new(pageReader).read([]byte(text), windows1252, sampleWords); got != windows1252 {
			t.Errorf("%q taken for %s", text, got.name)
		}
	}
	for text, want := range map[string]string{
		"Mu\xa4oz": "code page 850 (DOS)", "Jos\x82": "code page 850 (DOS)", "NU\xa5EZ": "code page 850 (DOS)", "Mu\x96oz": "Mac OS Roman", "Jos\x8e": "Mac OS Roman", "NU\x84EZ": "Mac OS Roman",
		"Gu\x8erin Gu\x8erin Gu\x8erin": "Mac OS Roman", "Zorb\xa4ek Blim\xa1ork": "code page 850 (DOS)", // no names, but words
	} {
		if got := new(pageReader).read([]byte(text), windows1252, sampleWords); got.name != want {
			t.Errorf("%q taken for %s, not %s", text, got.name, want)
		}
	}
}

func TestUnmisread(t *testing.T) {
	for in, want := range map[string]string{
		"JosÃ©": "José", "MuÃ±oz": "Muñoz", "MUÃ‘OZ": "MUÑOZ", "Oâ€™Brien": "O’Brien", "12Â\u00a0Road": "12\u00a0Road", "Å¡koda": "škoda", "ÄŒapek": "Čapek",
		"Ã\u0089mile": "Émile", "JosÃƒÂ©": "José", "GarcÃ\u00adaÃ©": "Garcíaé", "SÃƒËœRENSEN": "SØRENSEN",
		// Text that is right stays as it is.
		"José": "José", "JOÃO": "JOÃO", "Ã": "Ã", "Ângela": "Ângela", "ÅÄÖ": "ÅÄÖ", "â€": "â€", "Château": "Château", "Ãé": "Ãé", "Åse Ä": "Åse Ä", "Ë©x": "Ë©x", "â€¦x": "…x", "": "",
	} {
		if got := string(unmisread([]byte("x|"+in), 2)); got != "x|"+want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzUnmisread(f *testing.F) {
	for _, in := range []string{"Muñoz", "JosÃ©", "Oâ€™Brien", "Ã", "\xc3\x83\xc2", "ŠÅÄ"} {
		f.Add(in)
	}
	// What was UTF-8 and went through windows-1252 comes back; what comes out is
	// UTF-8 if what went in was, and never longer.
	f.Fuzz(func(t *testing.T, in string) {
		out := unmisread([]byte(in), 0)
		if len(out) > len(in) || utf8.ValidString(in) && !utf8.Valid(out) {
			t.Fatalf("%q: %q", in, out)
		}
		for _, r := range in {
			if r >= 0x180 && !slices.Contains(windows1252.high[:0x20], r) || r >= utf8.RuneSelf && r < 0xA0 {
				return // not of the letters that went wrong in this way
			}
		}
		if !utf8.ValidString(in) || strings.ContainsRune(in, utf8.RuneError) || mayBeMisread([]byte(in)) {
			return
		}
		if again := string(unmisread([]byte(mojibake(in)), 0)); again != in {
			t.Fatalf("%q came back as %q", in, again)
		}
	})
}

// An ASCII file costs nothing for what others may hold, and one with letters
// beyond ASCII only by the chunk.
func TestReadingAllocates(t *testing.T) {
	racetest.LeaveOut(t)
	l := mustLayout(t, "fl-extract")
	for name, edit := range map[string]func(string) string{
		"ASCII":         func(string) string { return "GARCIA" },
		"code page 850": func(s string) string { return mustEncode(t, charmap.CodePage850, s) },
		"mojibake":      func(s string) string { return mojibake(s) },
	} {
		const rows = 3000
		s := mustOpen(t, Options{}, writeFile(t, "roll.txt", namedRoll(l, rows, 2, edit)))
		c, err := s.Next(nil)
		if err != nil {
			t.Fatal(err)
		}
		p := s.NewParser()
		got := testing.AllocsPerRun(5, func() {
			p.Reset(c)
			for _, ok := p.Next(); ok; _, ok = p.Next() {
			}
		})
		most := map[bool]float64{true: 0, false: 8 * chunkWords * float64(len(pages))}[name == "ASCII"]
		if got > most {
			t.Errorf("%s: %v allocations for %d rows", name, got, rows)
		}
	}
}

// BenchmarkEncodings reads rows of which one in four has a name beyond ASCII.
func BenchmarkEncodings(b *testing.B) {
	l := mustLayout(b, "fl-extract")
	for _, e := range []struct {
		name string
		edit func(string) string
	}{
		{"ASCII", func(string) string { return "GARCIA" }},
		{"UTF-8", func(s string) string { return s }},
		{"windows-1252", func(s string) string { return mustEncode(b, charmap.Windows1252, s) }},
		{"code page 850", func(s string) string { return mustEncode(b, charmap.CodePage850, s) }},
		{"mojibake", func(s string) string { return mojibake(s) }},
	} {
		b.Run(e.name, func(b *testing.B) {
			s := mustOpen(b, Options{}, writeFile(b, "roll.txt", namedRoll(l, 8000, 4, e.edit)))
			c, err := s.Next(nil)
			if err != nil {
				b.Fatal(err)
			}
			p := s.NewParser()
			b.SetBytes(int64(len(c.Data)))
			b.ReportAllocs()
			for b.Loop() {
				p.Reset(c)
				for _, ok := p.Next(); ok; _, ok = p.Next() {
				}
			}
		})
	}
}

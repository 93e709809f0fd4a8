package voterfile

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func fieldsOf(line []byte, spans []span) []string {
	var out []string
	for _, s := range spans {
		out = append(out, string(line[s.start:s.end]))
	}
	return out
}

func FuzzSplitPlain(f *testing.F) {
	f.Add([]byte("a\tb\t\tc"), byte('\t'))
	f.Add([]byte("\x00\x08\x0a\x7f\x80\x88\x8a\xff|"), byte('|'))
	// It cuts where bytes.Split does and tells bytes beyond ASCII.
	f.Fuzz(func(t *testing.T, line []byte, delim byte) {
		want := bytes.Split(line, []byte{delim})
		spans := make([]span, len(want)+1)
		n, ascii := splitPlain(line, delim, spans)
		if n != len(want) {
			t.Fatalf("%d fields, want %d", n, len(want))
		}
		for i, s := range spans[:n] {
			if !bytes.Equal(line[s.start:s.end], want[i]) {
				t.Fatalf("field %d differs", i)
			}
		}
		if ascii != !slices.ContainsFunc(line, func(c byte) bool { return c >= 0x80 }) {
			t.Errorf("ascii = %v", ascii)
		}
		if ascii != isASCII(line) {
			t.Errorf("isASCII = %v", !ascii)
		}
		if len(want) > 1 {
			if n, _ := splitPlain(line, delim, spans[:len(want)-1]); n < len(want) {
				t.Errorf("%d fields found in too little room for %d", n, len(want))
			}
		}
	})
}

func FuzzSplitQuoted(f *testing.F) {
	f.Add("a", `b"c`, "d,e", "")
	f.Add("", "\n", `""`, `,",`)
	f.Add("0", "0", "\x18", "\u200a\x80\x8a\xd8\x19tU")
	// What a writer of CSV quotes comes back.
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		want := []string{a, b, c, d}
		for i, v := range want {
			want[i] = strings.ReplaceAll(v, "\r", "") // the writer and the line reader treat it alike
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		if err := w.Write(want); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		line := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
		p := &Parser{plan: &plan{quoted: true, delim: ',', fields: 4}, spans: make([]span, 6)}
		n, open := splitQuoted(line, ',', p.spans)
		if n != 4 || open {
			t.Fatalf("%d fields of %q, open %v", n, line, open)
		}
		p.line = line
		for i := range want {
			// Blanks beyond ASCII at the ends stay, where no ASCII one is beside
			// them: the canonical form drops them.
			got := string(p.column(uint16(i)))
			if strings.TrimSpace(got) != strings.TrimSpace(want[i]) || strings.Trim(got, " \t") != got {
				t.Errorf("field %d is %q, want %q", i, got, want[i])
			}
		}
	})
}

func TestSplitQuoted(t *testing.T) {
	tests := []struct {
		line string
		want []string
		open bool
	}{
		{`a,b,c`, []string{"a", "b", "c"}, false},
		{`"a","b","c"`, []string{"a", "b", "c"}, false},
		{`"a,b",c`, []string{"a,b", "c"}, false},
		{`"","",`, []string{"", "", ""}, false},
		{`"a ""b"" c",d`, []string{`a ""b"" c`, "d"}, false},
		{`"a "b" c",d`, []string{`a "b" c`, "d"}, false}, // a stray quote inside
		{`a "b" c,d`, []string{`a "b" c`, "d"}, false},   // and in a field that is not quoted
		{`a,"b`, []string{"a", "b"}, true},
		{`a,"b,c`, []string{"a", "b,c"}, true},
		{`"`, []string{""}, true},
		{``, []string{""}, false},
	}
	for _, tt := range tests {
		spans := make([]span, 10)
		n, open := splitQuoted([]byte(tt.line), ',', spans)
		if got := fieldsOf([]byte(tt.line), spans[:n]); !slices.Equal(got, tt.want) || open != tt.open {
			t.Errorf("%s: %q open %v, want %q open %v", tt.line, got, open, tt.want, tt.open)
		}
	}
}

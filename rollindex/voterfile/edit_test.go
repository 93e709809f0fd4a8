package voterfile

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile/synth"
)

// eachKept calls visit with every row of a file that can be kept, in order.
func eachKept(t *testing.T, path string, opts Options, visit func(*Source, *Record, *Row)) {
	t.Helper()
	src, err := Open(context.Background(), []string{path}, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	src.size = 4096 // many chunks
	p := src.NewParser()
	for {
		c, err := src.Next(nil)
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Reset(c)
		for rec, ok := p.Next(); ok; rec, ok = p.Next() {
			if row, ok := rec.Keep(); ok {
				visit(src, rec, row)
			}
		}
	}
}

// Of every layout that is a text: a kept row ends where it says, and written again with
// its own values it is what it was.
func TestKeptRowsAreTheirOwn(t *testing.T) {
	racetest.LeaveOut(t)
	for _, id := range layouts.IDs() {
		l, err := layouts.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		if !l.Delimited() && l.Container != "fixed" {
			continue
		}
		var b bytes.Buffer
		if _, err := synth.Write(context.Background(), &b, nil, synth.Options{Layout: l, Rows: 60, Seed: 4}); err != nil {
			t.Fatal(id, err)
		}
		kept := 0
		eachKept(t, writeFile(t, "roll.txt", b.Bytes()), Options{Layout: l, ForColumns: true}, func(_ *Source, _ *Record, row *Row) {
			kept++
			same := map[int]string{}
			for i := range row.spans {
				same[i] = row.Value(i)
			}
			got, err := row.Rewrite(same)
			if err != nil || !bytes.HasSuffix(b.Bytes()[:row.End], got) {
				t.Errorf("%s, line %d: written again as another row (%v)", id, row.Line, err)
			}
		})
		if kept < 30 {
			t.Errorf("%s: %d of 60 rows can be kept", id, kept)
		}
	}
}

// What else is in a row stays: quotes, padding, zeros, trailing delimiters, line ends.
func TestRewrite(t *testing.T) {
	const head = "voter id,last name,first name,zip,note\r\n"
	for _, tc := range []struct{ row, last, note, want string }{
		{"0012,Marsh,Alma,32301,x\r\n", "Quill", "y", "0012,Quill,Alma,32301,y\r\n"},
		{"0012,\"Marsh\",Alma,32301,\"x\"\r\n", "Quill", `y "z", a`, "0012,\"Quill\",Alma,32301,\"y \"\"z\"\", a\"\r\n"},
		{"0012,Marsh,Alma,32301,x\r\n", "Quill", "y, z", "0012,Quill,Alma,32301,\"y, z\"\r\n"},
		{"0012,Marsh   ,Alma,32301,  x\r\n", "Quill", "yz", "0012,Quill   ,Alma,32301, yz\r\n"},
		{"0012,Marsh,Alma,32301,0009\r\n", "Quill", "17", "0012,Quill,Alma,32301,0017\r\n"},
		{"0012,Marsh,Alma,32301,\r\n", "Quillington", "", "0012,Quillington,Alma,32301,\r\n"},
	} {
		path := writeFile(t, "f.csv", []byte(head+"0011,\"Reed\",Otto,32301,\"a\"\r\n"+tc.row))
		proposed, err := Propose(context.Background(), path, Options{})
		if err != nil || proposed[0].Err != nil {
			t.Fatal(err, proposed)
		}
		eachKept(t, path, Options{Layout: proposed[0].Layout}, func(src *Source, rec *Record, row *Row) {
			if string(rec.Last) == "REED" {
				return
			}
			got, err := row.Rewrite(map[int]string{1: tc.last, 4: tc.note})
			if err != nil || string(got) != tc.want {
				t.Errorf("%q became %q, want %q (%v)", tc.row, got, tc.want, err)
			}
			again, ok := src.NewParser().Reread(0, got)
			if !ok || string(again.Last) != strings.ToUpper(tc.last) {
				t.Errorf("%q is not read as it was written", got)
			}
			for _, bad := range []string{"a\nb", "Mu\u00f1oz", "a\tb"} {
				if _, err := row.Rewrite(map[int]string{1: bad}); !errors.Is(err, ErrNoRoom) {
					t.Errorf("%q was written", bad)
				}
			}
		})
	}
}

// A member's text is the file's bytes, unpacked and with its mark.
func TestText(t *testing.T) {
	l, err := layouts.Get("fl-extract")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := synth.Write(context.Background(), &b, nil, synth.Options{Layout: l, Rows: 500}); err != nil {
		t.Fatal(err)
	}
	marked := append([]byte("\uFEFF"), b.Bytes()...)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(marked)
	z.Close()
	for name, content := range map[string][]byte{"roll.txt": b.Bytes(), "marked.txt": marked, "roll.txt.gz": packed.Bytes()} {
		src, err := Open(context.Background(), []string{writeFile(t, name, content)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := marked
		if name == "roll.txt" {
			want = b.Bytes()
		}
		for _, when := range []string{"before", "after"} {
			text, mark, err := src.Text(0)
			if err != nil {
				t.Fatal(name, err)
			}
			got, err := io.ReadAll(text)
			if err != nil || !bytes.Equal(got, want) || int(mark) != len(want)-b.Len() {
				t.Errorf("%s, %s it was read: %d bytes, want %d, mark %d, %v", name, when, len(got), len(want), mark, err)
			}
			text.Close()
			for when == "before" {
				if _, err := src.Next(nil); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
		}
		src.Close()
	}
}

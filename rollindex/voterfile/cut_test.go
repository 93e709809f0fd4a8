package voterfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile/synth"
)

// readCut reads what is left of a file and reports whether it shows that there was
// more, and how many rows there are.
func readCut(t *testing.T, data []byte) (shows bool, rows int64) {
	t.Helper()
	s, err := Open(t.Context(), []string{writeFile(t, "roll.bin", data)}, Options{})
	if err != nil {
		return true, 0
	}
	defer s.Close()
	p := s.NewParser()
	for {
		c, err := s.Next(nil)
		if errors.Is(err, io.EOF) {
			skips := p.Skips()
			return skips.Count(CutShort) > 0, skips.Rows
		}
		if err != nil {
			return true, 0
		}
		p.Reset(c)
		for _, ok := p.Next(); ok; _, ok = p.Next() {
		}
	}
}

// made returns a roll that package synth writes.
func made(t *testing.T, id, container string) []byte {
	t.Helper()
	l := *mustLayout(t, id)
	if container != "" {
		l.Container, l.Delimiter, l.Quote, l.TrailingDelimiter, l.PreambleLines = container, "", "", "", 0
	}
	var b bytes.Buffer
	if _, err := synth.Write(context.Background(), &b, nil, synth.Options{Layout: &l, Rows: 60, Seed: 2}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A file that was cut off anywhere but between two rows is an error, or shows as
// rows that are cut short, in every form a roll comes in. Where a form says how
// much there is, between two rows too.
func TestCutAnywhere(t *testing.T) {
	racetest.LeaveOut(t)
	fl := mustLayout(t, "fl-extract")
	list := containersOf(fl, 60)
	type form struct {
		data []byte
		// ends reports whether what is left of the file can be whole.
		ends func(left []byte) bool
	}
	never := func([]byte) bool { return false }
	lines := func(l *layouts.Layout) func(left []byte) bool { // the last field may be of any length
		return func(left []byte) bool {
			last := left[bytes.LastIndexByte(left, '\n')+1:]
			switch {
			case len(last) == 0:
				return true
			case l.Container == "fixed":
				return len(last) >= l.RecordLength
			case l.Quote != "" && bytes.Count(last, []byte{'"'})%2 == 1:
				return false
			}
			return bytes.Count(last, []byte(l.Delimiter)) >= len(l.Columns)-1
		}
	}
	statement := func(left []byte) bool { // all but the semicolon
		left = bytes.TrimRight(left, "\r\n;")
		return bytes.HasSuffix(left, []byte("')"))
	}
	line := func(left []byte) bool {
		return bytes.HasSuffix(left, []byte("}")) || bytes.HasSuffix(left, []byte("}\n"))
	}
	nc, tx := mustLayout(t, "nc-ncvoter-2022"), mustLayout(t, "tx-fixed-685")
	forms := map[string]form{
		"delimited": {testRoll(fl, 60), lines(fl)},
		"quoted":    {[]byte(strings.ReplaceAll(string(made(t, "nc-ncvoter-2022", "")), "\r", "")), lines(nc)},
		"fixed":     {testRoll(tx, 60), lines(tx)},
		"insert":    {list["insert"], statement},
		"copy":      {list["copy"], func(left []byte) bool { return bytes.HasSuffix(left, []byte("\n\\.")) }},
		"jsonl":     {list["jsonl"], line},
		"array":     {list["array"], never},
		"lists":     {list["lists"], never},
		"xml":       {list["xml"], never},
		"json":      {made(t, "nc-ncvoter-2022", "json"), never},
		"xlsx":      {made(t, "nc-ncvoter-2022", "xlsx"), never},
		"dbf":       {made(t, "mx-padron-dbf", ""), never},
	}
	for name, f := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shows, all := readCut(t, f.data)
			if shows || all < 60 {
				t.Fatalf("the whole file: shows a cut %v, %d rows", shows, all)
			}
			trimmed := len(bytes.TrimRight(f.data, "\r\n\x1a"))
			const tries = 60
			for i := range tries { // more of them near the end
				n := trimmed - 1 - i*i*(trimmed/2)/(tries*tries) - i
				left := f.data[:n]
				if shows, rows := readCut(t, left); !shows && (!f.ends(left) || rows > all) {
					t.Errorf("cut to %d of %d bytes: %d rows and no sign of it; it ends in %q", n, len(f.data), rows, left[n-30:])
				}
			}
		})
	}
}

package tables

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"rollcheck/internal/racetest"
)

func TestJSON(t *testing.T) { golden(t, "json", OpenJSON, SniffJSON) }

// objects writes rows as objects, without the keys that have no value.
func objects(t testing.TB, columns []string, rows [][]*string) [][]byte {
	t.Helper()
	out := make([][]byte, len(rows))
	for i, row := range rows {
		b := []byte{'{'}
		for c, v := range row {
			if v == nil && c%2 == 0 {
				continue
			}
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = append(append(fmt.Appendf(b, "%q:", columns[c]), text...), ' ')
		}
		out[i] = append(b, '}')
	}
	return out
}

func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	columns, rows := fiction(3000, 5)
	for c := range columns { // the first row has every column, and so their order
		v := "x"
		rows[0][c] = &v
	}
	want := asLines(rows)
	list := objects(t, columns, rows)
	big := strings.Repeat("x", jsonTrial)
	for name, file := range map[string]string{
		"lines":         string(bytes.Join(list, []byte("\n"))),
		"crlf":          string(bytes.Join(list, []byte("\r\n"))) + "\r\n",
		"mark":          "\uFEFF" + string(bytes.Join(list, []byte("\n"))),
		"concatenated":  string(bytes.Join(list, nil)),
		"array":         "[" + string(bytes.Join(list, []byte(",\n"))) + "]",
		"one line":      "[" + string(bytes.Join(list, []byte(","))) + "]\n",
		"container":     `{"meta":{"n":1},"data":{"rows":[` + string(bytes.Join(list, []byte(","))) + `]},"end":[1]}`,
		"big container": `{"meta":"` + big + `","rows":[` + string(bytes.Join(list, []byte(","))) + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !SniffJSON([]byte(file[:1000])) {
				t.Error("the file is not told by its beginning")
			}
			for _, in := range []Input{bytesInput([]byte(file)), slowly([]byte(file))} {
				f, err := OpenJSON(t.Context(), in, 0)
				if err != nil {
					t.Fatal(err)
				}
				tables := f.Tables()
				if len(tables) != 1 || !slices.Equal(tables[0].Columns, columns) || tables[0].Rows != int64(len(rows)) {
					t.Fatalf("tables %+v", tables)
				}
				got, err := readRows(f, 0)
				if err != nil {
					t.Fatal(err)
				}
				compareLines(t, got, want)
			}
		})
	}
}

// TestJSONSurvey: columns and rows as far as the survey went, the rows in full.
func TestJSONSurvey(t *testing.T) {
	t.Parallel()
	file := []byte(strings.Repeat(`{"a":1}`+"\n", 1000) + `{"b":2}` + "\n")
	f, err := OpenJSON(t.Context(), bytesInput(file), 100)
	if err != nil {
		t.Fatal(err)
	}
	if table := f.Tables()[0]; table.Rows != 12 || !slices.Equal(table.Columns, []string{"a"}) {
		t.Errorf("surveyed %+v", table)
	}
	if got, err := readRows(f, 0); got != strings.Repeat("1\n", 1000)+"\n" || err != nil {
		t.Errorf("%d lines, %v", strings.Count(got, "\n"), err)
	}
}

func TestSniffJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{"a":1}`: true, "\uFEFF [\n {\"a\" : [": true, `{}`: true, `[{}]`: true, `{"a":1}{"b"`: true, `{"a":{"b":`: true,
		`{"rows":[{"a":1},{"a"`: true, `[["a","b"],["c"`: true, "[\n [\"a\", 1]\n]": true, "[\"a\",\"b\"]\n[\"c\",": true, `[[{"a":1}]]`: true,
		`[[dbo].[x]]`: false, `[[]]`: false, `[[1,2]x`: false, "[1,2]\n3": false, `["a"]["b"]`: false, "[[Main Page]]\n": false,
		``: false, `[]`: false, `[1,2]`: false, `["a","b"]`: false, `{`: false, `{a:1}`: false,
		`{"LAST","FIRST"`: false, `{"a"},"b"` + "\n": false, `{"a":1},"b",3`: false, `"{""a"":1}","x"`: false, `[dbo]`: false,
		"LAST,FIRST\nVane,Otto\n": false,
	} {
		if got := SniffJSON([]byte(text)); got != want {
			t.Errorf("SniffJSON(%q) = %v, want %v", text, got, want)
		}
	}
}

// TestJSONBounds has what must not take memory without end.
func TestJSONBounds(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	var columns, tables strings.Builder
	for i := range flatColumns + 1 {
		fmt.Fprintf(&columns, `{"c%d":1}`+"\n", i)
	}
	for i := range jsonMaxTables + 1 {
		fmt.Fprintf(&tables, `"t%d":[{"a":1}],`, i)
	}
	names := strings.Builder{}
	for i := range 100 {
		fmt.Fprintf(&names, `{"%s%d":{}}`+"\n", strings.Repeat("x", 1<<16), i)
	}
	long := `{"a":"` + strings.Repeat("x", maxRow) + `"}`
	deep := strings.Repeat(`{"d":`, flatDepth+1) + "1" + strings.Repeat("}", flatDepth+1)
	for name, file := range map[string]string{
		"columns": columns.String(), "names": names.String(), "tables": "{" + tables.String() + `"end":1}`,
		"element": "[{\"a\":1}," + long + "]\n", "value": `{"rows":[{"a":1}],"v":` + long[5:],
	} {
		f, err := OpenJSON(t.Context(), bytesInput([]byte(file)), 0)
		if err == nil && len(f.Tables()) > 0 {
			_, err = readRows(f, 0)
		}
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, file := range map[string]string{"line": "{\"a\":1}\n" + long + "\n{\"a\":3}\n", "deep": "{\"a\":1}\n" + deep + "\n{\"a\":3}\n"} {
		if got, want := show(OpenJSON, bytesInput([]byte(file)), 0), "table \"\", 3 rows: a\n\t1\n\t(unreadable)\n\t3\n"; got != want {
			t.Errorf("%s: got %.300q", name, got)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	in := Input{Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("{\"a\":1}\n{\"a\":2}\n{"), iotest.ErrReader(broken))), nil
	}}
	f, err := OpenJSON(t.Context(), in, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readRows(f, 0); got != "1\n2\n" || !errors.Is(err, broken) {
		t.Errorf("read %q, %v", got, err)
	}
	if f, err := OpenJSON(t.Context(), bytesInput(nil), 0); err != nil || len(f.Tables()) != 0 {
		t.Errorf("an empty file: %v", err)
	}
}

func FuzzJSON(f *testing.F) {
	addTestdata(f, "json")
	f.Fuzz(func(t *testing.T, b []byte) {
		checkAgreement(t, OpenJSON, b)
		SniffJSON(b)
		// A line that the standard library reads as an object reads as a row here.
		var object map[string]any
		if bytes.ContainsAny(b, "\n\r") || json.Unmarshal(b, &object) != nil || object == nil {
			return
		}
		p := jsonParser{f: newFlattening(new(int))}
		if size, status := p.row(bytes.TrimLeft(b, " \t")); status != scanDone && p.depth <= flatDepth || size == 0 {
			t.Errorf("status %d at %d", status, size)
		}
	})
}

func TestJSONMemory(t *testing.T) {
	columns, rows := fiction(1000, 6)
	body := string(bytes.Join(objects(t, columns, rows), []byte("\n"))) + "\n"
	t.Run("lines", func(t *testing.T) { checkMemory(t, OpenJSON, repeated("", body, 64<<20/len(body))) })
	body = strings.ReplaceAll(body, "}\n", "},\n")
	in := repeated(`{"rows":[`, body, 64<<20/len(body))
	open := in.Open
	in.Open = func() (io.ReadCloser, error) {
		r, _ := open()
		return io.NopCloser(io.MultiReader(r, strings.NewReader("{}]}"))), nil
	}
	t.Run("container", func(t *testing.T) { checkMemory(t, OpenJSON, in) })
}

func BenchmarkJSON(b *testing.B) {
	columns, rows := fiction(50_000, 7)
	list := objects(b, columns, rows)
	b.Run("lines", func(b *testing.B) { benchmarkRows(b, OpenJSON, bytes.Join(list, []byte("\n"))) })
	b.Run("container", func(b *testing.B) {
		benchmarkRows(b, OpenJSON, slices.Concat([]byte(`{"rows":[`), bytes.Join(list, []byte(",")), []byte("]}")))
	})
}

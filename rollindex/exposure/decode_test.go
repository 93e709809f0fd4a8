package exposure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func decodeAll(r io.Reader, f Format) (people []Person, err error) {
	d, err := NewDecoder(r, f)
	if err != nil {
		return nil, err
	}
	for {
		var p Person
		if err := d.Next(&p); err == io.EOF {
			return people, nil
		} else if err != nil {
			return people, err
		}
		people = append(people, p)
	}
}

func TestDecode(t *testing.T) {
	jane := Person{First: "Jane", Last: "Doe", BirthDate: "1970-01-02", Line: 1}
	full := Person{
		First: "Zoë", Middle: "Q", Last: "O\"Neil\n", Suffix: "Jr", BirthDate: "1970-01-02", BirthYear: "1970", ZIP: "32301",
		Address: "1 Example St", City: "Tallahassee", State: "FL", Email: "z@example.com", Phone: "8505550100", VoterID: "123",
		FormerLast: []string{"Roe", "Poe"}, FormerZIP: []string{"32302"}, FormerState: []string{"GA"}, Line: 1,
	}
	for _, tt := range []struct {
		name   string
		format Format
		in     string
		want   []Person
		err    string
	}{
		{"empty", JSON, "", nil, ""},
		{"white space", JSON, " \n\t\n", nil, ""},
		{"empty object", JSON, "{}", []Person{{Line: 1}}, ""},
		{"one object", JSON, `{"first":"Jane","last":"Doe","birth_date":"1970-01-02"}`, []Person{jane}, ""},
		{"spread over lines", JSON, "\n{\n \"first\" : \"Jane\" }\n\n{\"last\":\"Doe\"}", []Person{{First: "Jane", Line: 2}, {Last: "Doe", Line: 5}}, ""},
		{"no line end between", JSON, `{"first":"A"}{"first":"B"}`, []Person{{First: "A", Line: 1}, {First: "B", Line: 1}}, ""},
		{"array", JSON, "[{\"first\":\"A\"} ,\n{\"first\":\"B\"}]\n", []Person{{First: "A", Line: 1}, {First: "B", Line: 2}}, ""},
		{"empty array", JSON, "[]", nil, ""},
		{"byte order mark", JSON, "\uFEFF{\"first\":\"A\"}", []Person{{First: "A", Line: 1}}, ""},
		{"all fields", JSON, `{"first":"Zo\u00eb","middle":"Q","last":"O\"Neil\n","suffix":"Jr","birth_date":"1970-01-02","birth_year":1970,"zip":32301,
			"address":"1 Example St","city":"Tallahassee","state":"FL","email":"z@example.com","phone":8505550100,"voter_id":123,
			"former_last":["Roe","Poe"],"former_zip":[32302],"former_state":"GA"}`, []Person{full}, ""},
		{"nulls", JSON, `{"first":null,"former_last":null,"former_zip":[],"former_state":[null]}`, []Person{{FormerState: []string{""}, Line: 1}}, ""},
		{"braces in a text", JSON, `{"first":"}{\"}"}`, []Person{{First: `}{"}`, Line: 1}}, ""},

		{"unknown field", JSON, `{"last":"Doe","dob":"1970-01-02"}`, nil, `line 1: unknown field "dob"; did you mean "birth_date"?`},
		{"misspelt field", JSON, "{\n\"frist\":\"A\"}", nil, `line 2: unknown field "frist"; did you mean "first"?`},
		{"long field", JSON, `{"` + strings.Repeat("x", 99) + `":1}`, nil, `line 1: unknown field; the fields are first, middle, last`},
		{"field twice", JSON, `{"last":"A","last":"B"}`, nil, `line 1, field "last": given twice`},
		{"an object for a text", JSON, `{"last":{"first":"A"}}`, nil, `line 1, field "last": a text is expected`},
		{"a list for a text", JSON, `{"last":["A"]}`, nil, `line 1, field "last": a text is expected`},
		{"true for a text", JSON, `{"last":true}`, nil, `line 1, field "last": a text is expected`},
		{"fraction", JSON, `{"birth_year":1970.5}`, nil, `field "birth_year": not a whole number; put it in quotes`},
		{"leading zero", JSON, `{"zip":02134}`, nil, `field "zip": not a whole number; put it in quotes`},
		{"list in a list", JSON, `{"former_zip":[[1]]}`, nil, `field "former_zip": a list of texts is expected`},
		{"bad escape", JSON, `{"last":"\x"}`, nil, `line 1, field "last": not a JSON text`},
		{"control character", JSON, "{\"last\":\"a\x00\"}", nil, `field "last": not a JSON text`},
		{"no colon", JSON, `{"last" "A"}`, nil, `field "last": a colon is expected`},
		{"no comma", JSON, `{"last":"A" "first":"B"}`, nil, `field "last": a comma or a closing brace is expected`},
		{"comma at the end", JSON, `{"last":"A",}`, nil, "line 1: a field name in quotes is expected"},
		{"cut off", JSON, "\n{\"last\":\"A", nil, "line 2: the person that begins here has no end"},
		{"array cut off", JSON, `[{"last":"A"},`, []Person{{Last: "A", Line: 1}}, "line 1: the array of people has no end"},
		{"array without comma", JSON, `[{"last":"A"}{"last":"A"}]`, []Person{{Last: "A", Line: 1}}, "a comma is missing between two people"},
		{"text after the array", JSON, "[]\n{}", nil, "line 2: text after the array of people"},
		{"not JSON", JSON, "first,last\nJane,Doe\n", nil, "line 1: not a JSON object"},
		{"not UTF-8", JSON, "{\"last\":\"Mu\xf1oz\"}", nil, "line 1: not UTF-8 text"},
		{"too long", JSON, `{"last":"` + strings.Repeat("x", maxPerson) + `"}`, nil, "line 1: one person takes more than 64 KiB"},
		{"endless", JSON, `{"last":"` + strings.Repeat("x", 3*maxPerson), nil, "line 1: one person takes more than 64 KiB"},

		{"header only", CSV, "first,last\n", nil, ""},
		{"empty", CSV, "", nil, ""},
		{"rows", CSV, "\uFEFFFirst, Last ,birth_date\r\nJane,Doe,1970-01-02\r\n\r\n\"A, \"\"B\",C,\r\n",
			[]Person{{First: "Jane", Last: "Doe", BirthDate: "1970-01-02", Line: 2}, {First: `A, "B`, Last: "C", Line: 4}}, ""},
		{"lists", CSV, "last,former_last,former_zip\nDoe,Roe;Poe,\n", []Person{{Last: "Doe", FormerLast: []string{"Roe", "Poe"}, Line: 2}}, ""},
		{"no header", CSV, "Jane,Doe\n", nil, "line 1: not a header of columns"},
		{"semicolons", CSV, "first;last;former_zip\r\nJane;\"Doe, Roe\";\"32301;32302\"\r\n",
			[]Person{{First: "Jane", Last: "Doe, Roe", FormerZIP: []string{"32301", "32302"}, Line: 2}}, ""},
		{"tabs", CSV, "\nfirst\tlast\nJane\tDoe; Roe\n", []Person{{First: "Jane", Last: "Doe; Roe", Line: 3}}, ""},
		{"pipes", CSV, "first|last\nJane|Doe\n", nil, "line 1: not a header of columns"},
		{"other names", CSV, "ID,First Name,\"Last Name\",Date of Birth,D.O.B,Zip Code,E-Mail,Voter  ID\n", nil, `line 1: two columns are named "birth_date"`},
		{"more other names", CSV, "ID,First Name,\"Last Name\",D.O.B.,Zip Code,E-Mail,Voter  ID\nA-7,Jane,Doe,1970-01-02,32301,j@example.com,12\n",
			[]Person{{ID: "A-7", First: "Jane", Last: "Doe", BirthDate: "1970-01-02", ZIP: "32301", Email: "j@example.com", VoterID: "12", Line: 2}}, ""},
		{"whole name", CSV, "Name,zip\n", nil, `line 1: column 1 is an unknown field; split it into "first" and "last"`},
		{"only a whole name", CSV, "Full Name\n", nil, `split it into "first" and "last"`},
		{"UTF-16", CSV, "\xff\xfel\x00a\x00s\x00t\x00\n\x00\xd1\x00\n\x00", []Person{{Last: "Ñ", Line: 2}}, ""},
		{"UTF-16, other order", JSON, "\xfe\xff\x00{\x00}", []Person{{Line: 1}}, ""},
		{"workbook", CSV, "PK\x03\x04...", nil, "this is a workbook or an archive, not text"},
		{"workbook as JSON", JSON, "PK\x03\x04...", nil, "this is a workbook or an archive, not text"},
		{"a name over two lines", CSV, "first,last\nJane,\"Doe\nBob,Roe\"\n", nil, `line 2, field "last": it goes on for more than one line: is a quote missing?`},
		{"unknown column", CSV, "first,last,brith_date\n", nil, `line 1: column 3 is an unknown field; did you mean "birth_date"?`},
		{"column twice", CSV, "last,LAST\n", nil, `line 1: two columns are named "last"`},
		{"too few fields", CSV, "first,last\nJane\n", nil, "line 2: 1 fields where the header has 2"},
		{"stray quote", CSV, "first,last\nJane,D\"oe\n", nil, `line 2: bare " in non-quoted`},
		{"a quote lost and another", CSV, "first,last\nJane,\"Doe\nBob,\"Roe\"\n", nil, `line 2: extraneous or missing " in quoted-field`},
		{"open quote", CSV, "first,last\nJane,\"Doe\n", nil, `line 2: extraneous or missing " in quoted-field`},
		{"not UTF-8", CSV, "first,last\nJane,Mu\xf1oz\n", nil, `line 2, field "last": not UTF-8 text`},
		{"endless", CSV, "first,last\nJane,\"" + strings.Repeat("x\n", 3*maxPerson), nil, "a person takes more than 64 KiB: is a quote missing?"},
		{"no line end", CSV, strings.Repeat("x", 4*maxPerson), nil, "a person takes more than 64 KiB"},
	} {
		t.Run(string(tt.format)+" "+tt.name, func(t *testing.T) {
			for reader, r := range map[string]io.Reader{
				"whole": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in)),
			} {
				got, err := decodeAll(r, tt.format)
				if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
					t.Errorf("%s: error %v, want %q", reader, err, tt.err)
				}
				if !reflect.DeepEqual(got, tt.want) {
					t.Errorf("%s: got %#v", reader, fields(got))
				}
			}
		})
	}
}

// One person that cannot be read is passed over, with the line and the id where
// they are known, and those after are read; nobody is swallowed.
func TestDecodeGoesOn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		format Format
		in     string
		want   string // people by their last names or as !line
		err    string
	}{
		{"unknown field", JSON, "{\"last\":\"A\"}\n{\"lst\":\"B\"}\n{\"last\":\"C\"}", "A !2 C", ""},
		{"no closing brace", JSON, "{\"last\":\"A\"}\n{\"last\":\"B\"\n{\"last\":\"C\"}\n", "A !2 C", ""},
		{"no closing quote", JSON, "{\"last\":\"A\"}\n{\"last\":\"B}\n  {\"last\":\"C\"}\n{\"last\":\"D\"}\n", "A !2 C D", ""},
		{"backslash before the line end", JSON, "{\"last\":\"B\\\n{\"last\":\"C\"}\n", "!1 C", ""},
		{"a text over two lines", JSON, "{\"last\":\"A\nB\",\"first\":\"X\"}\n{\"last\":\"C\"}\n", "!1 C", ""},
		{"no person", JSON, "{\"last\":\"A\"}\nlast,first\n{\"last\":\"C\"}\n", "A !2 C", ""},
		{"no person at the end", JSON, "{\"last\":\"A\"}\nxyz", "A !2", ""},
		{"closed twice", JSON, "{\"last\":\"A\"}}\n{\"last\":\"B\"}", "A !1 B", ""},
		{"not UTF-8", JSON, "{\"last\":\"A\xf1\"}\n{\"last\":\"B\"}", "!1 B", ""},
		{"array", JSON, "[{\"last\":\"A},\n{\"last\":\"B\"},\n{\"lst\":1},{\"last\":\"C\"}]", "!1 B !3 C", ""},
		{"array with commas in front", JSON, "[{\"last\":\"A\n, {\"last\":\"B\"}\n,{\"last\":\"C\"}\n]", "!1 B C", ""},
		{"text in an array", JSON, "[{\"last\":\"A\"},5,{\"last\":\"B\"}]", "A", "line 1: not a JSON object"},
		{"no end", JSON, "{\"last\":\"A\"}\n{\"last\":\"B\"", "A", "line 2: the person that begins here has no end"},

		{"too few fields", CSV, "id,last\n1,A\nB-7\n3,C\n", "A !3=B-7 C", ""},
		{"too many fields", CSV, "last,id\nA,1\nB,2,3\nC,3\n", "A !3=2 C", ""},
		{"stray quote", CSV, "last,first\nA,x\nB\"b,x\nC,x\n", "A !3 C", ""},
		{"text behind a quote", CSV, "last,first\nA,x\n\"B\"b,x\nC,x\n", "A !3 C", ""},
		{"not UTF-8", CSV, "last,id\nA\xf1,7\nB,8\n", "!2=7 B", ""},
		{"quote never closed", CSV, "last,first\nA,x\n\"B,x\nC,x\n", "A", "line 3: extraneous or missing"},
		{"quote closed lines below", CSV, "last,first\nA,x\n\"B,x\n\"C,x\nD,x\n", "A", "line 3: extraneous or missing"},
		{"fields over two lines", CSV, "last,first\nA,x\nB,\"x\nC,x\",y\nD,x\n", "A", "line 3: 3 fields where the header has 2, and it goes on for more than one line"},
	} {
		for reader, r := range map[string]io.Reader{
			"whole": strings.NewReader(tt.in), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.in)),
		} {
			d, err := NewDecoder(r, tt.format)
			if err != nil {
				t.Fatal(err)
			}
			b := readBlock(d, nil, blockSize)
			var got []string
			for _, p := range b.people {
				switch {
				case p.fault == nil:
					got = append(got, p.Last)
				case p.ID != "":
					got = append(got, fmt.Sprintf("!%d=%s", p.Line, p.ID))
				default:
					got = append(got, fmt.Sprintf("!%d", p.Line))
				}
			}
			if tt.err == "" && b.err != io.EOF || !strings.Contains(b.err.Error(), tt.err) || strings.Join(got, " ") != tt.want {
				t.Errorf("%s %s, %s: people %q, error %v\nwant %q, %q", tt.format, tt.name, reader, got, b.err, tt.want, tt.err)
			}
		}
	}
}

// fields shows people to a test.
func fields(people []Person) (all []map[string]any) {
	for i := range people {
		m := map[string]any{"line": people[i].Line}
		for f, name := range fieldNames {
			if isList(f) {
				m[name] = *people[i].list(f)
			} else {
				m[name] = *people[i].text(f)
			}
		}
		all = append(all, m)
	}
	return all
}

func TestDecodeManyBlocks(t *testing.T) {
	var in bytes.Buffer
	const n = 5000
	for i := range n {
		fmt.Fprintf(&in, "{\"last\":\"L%d\",\"first\":%q}\n", i, strings.Repeat("f", i%300))
	}
	got, err := decodeAll(&in, JSON)
	if err != nil || len(got) != n {
		t.Fatal(len(got), err)
	}
	for i, p := range got {
		if p.Last != fmt.Sprintf("L%d", i) || len(p.First) != i%300 || p.Line != i+1 {
			t.Fatalf("person %d is wrong", i)
		}
	}
}

func TestDecodeReadError(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, f := range []Format{JSON, CSV} {
		in := map[Format]string{JSON: "{\"last\":\"A\"}\n", CSV: "last\nA\n"}[f]
		got, err := decodeAll(io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)), f)
		if !errors.Is(err, broken) || len(got) != 1 {
			t.Errorf("%s: %d people, error %v", f, len(got), err)
		}
	}
	if _, err := NewDecoder(nil, "xml"); err == nil {
		t.Error("an unknown format is accepted")
	}
}

// FuzzPlainEnd: an object whose end counting shows ends there by its bytes too.
func FuzzPlainEnd(f *testing.F) {
	for _, s := range []string{
		"{\"last\":\"A\"}\n", "{\"last\":\"A\"},\r\n", "{\"last\":\"A}\n\"}\n", "{\"last\":\"\\\"}\"}\n", "{\"last\":\"{\"}\n", "{\"last\":\"}\"}\n",
		"{\"last\":\"A\"} {\"last\":\"B\"}\n", "{{\"last\":\"A\"}\n", "{\"last\":\"A\"}}\n", "{\"last\":\"\\\\}\n", "{\"last\":\"\\\"}\n\"}\n", "{}\n{\"}\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		plain := 0
		if bytes.HasPrefix(text, []byte("{")) { // as where it is called
			plain = plainEnd(text)
		}
		if plain == 0 {
			return
		}
		d := &jsonDecoder{buf: text, eof: true, line: 1}
		if end, fault, err := d.scanEnd(); end != plain || fault != "" || err != nil {
			t.Errorf("%q: ends at %d by counting, at %d by its bytes (%q, %v)", text, plain, end, fault, err)
		}
	})
}

// FuzzIsPlain: eight bytes at a time, the same is plain as one by one.
func FuzzIsPlain(f *testing.F) {
	for _, text := range []string{`{"last":"ROE","zip":"32301"}`, "{\"last\":\"R\tOE\"}", `{"last":"R\\u006fE"}`, `{"last":"Núñez"}`, "\x7f~ 12345678\x1f", ""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		odd := func(c byte) bool { return c < ' ' || c > '\x7f' || c == '\\' }
		if got, want := isPlain(text), !slices.ContainsFunc(text, odd); got != want {
			t.Errorf("plain: %v, want %v", got, want)
		}
	})
}

// FuzzDecodeJSON holds the decoder against encoding/json: what it accepts, that
// accepts, and both read the same.
func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{
		"", "{}", `[{"first":"A","zip":32301},{"former_zip":["1",2,null]}]`, "{\"last\":\"\\u00e9\\\"\"}\n{\"first\":null}",
		`{"last":"A","former_last":"B"}`, `{"birth_year":0}`, `[ ]`, `{"last":"\ud800"}`, "\uFEFF{\"last\":\"A\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := decodeAll(bytes.NewReader(in), JSON)
		if err != nil || bytes.HasPrefix(in, []byte("\xff\xfe")) || bytes.HasPrefix(in, []byte("\xfe\xff")) { // UTF-16 is not for encoding/json
			return
		}
		var want []map[string]any
		dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(in, []byte("\uFEFF"))))
		dec.UseNumber()
		for {
			var value any
			if err := dec.Decode(&value); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("encoding/json refuses it: %v", err)
			}
			switch v := value.(type) {
			case map[string]any:
				want = append(want, v)
			case []any:
				for _, e := range v {
					want = append(want, e.(map[string]any))
				}
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d people, encoding/json reads %d", len(got), len(want))
		}
		for i := range want {
			for f, name := range fieldNames {
				if g, w := show(&got[i], f), showAny(want[i][name]); g != w {
					t.Errorf("person %d, field %s: %q, encoding/json reads %q", i, name, g, w)
				}
			}
		}
	})
}

func show(p *Person, f int) string {
	if isList(f) {
		return strings.Join(*p.list(f), "\x00")
	}
	return *p.text(f)
}

func showAny(v any) string {
	list, ok := v.([]any)
	if !ok {
		if v == nil {
			return ""
		}
		return fmt.Sprint(v)
	}
	var texts []string
	for _, e := range list {
		texts = append(texts, showAny(e))
	}
	return strings.Join(texts, "\x00")
}

// canary is a value that must never be seen in an error.
const canary = "Zq9~canary"

// FuzzErrorsHoldNoValue damages one byte of a person's JSON and CSV: whatever
// the decoder and the planner say of it, they do not say a value.
func FuzzErrorsHoldNoValue(f *testing.F) {
	f.Add(uint8(0), "x", uint16(10), byte('"'))
	f.Add(uint8(4), "1970-13-45", uint16(3), byte('{'))
	f.Add(uint8(13), ";", uint16(30), byte('\n'))
	f.Fuzz(func(t *testing.T, field uint8, value string, at uint16, with byte) {
		n := int(field) % numFields
		name := fieldNames[n]
		object, err := json.Marshal(map[string]any{name: canary + value, "last": canary, "former_zip": []string{canary}})
		if err != nil {
			t.Fatal(err) // texts and lists of them always marshal
		}
		quoted := `"` + strings.ReplaceAll(canary+value, `"`, `""`) + `"`
		for format, in := range map[Format][]byte{
			JSON: object, CSV: []byte("last," + name + "\n" + canary + "," + quoted + "\n"),
		} {
			i := int(at) % len(in)
			for _, damaged := range [][]byte{
				in, append(bytes.Clone(in[:i]), in[i+1:]...), in[:i],
				append(append(bytes.Clone(in[:i]), with), in[i:]...), append(append(bytes.Clone(in[:i]), with), in[i+1:]...),
			} {
				people, err := decodeAll(bytes.NewReader(damaged), format)
				if err != nil && strings.Contains(err.Error(), canary) {
					t.Errorf("%s: the error holds a value: %v", format, err)
				}
				for j := range people {
					for _, e := range people[j].Validate() {
						if strings.Contains(e.Error(), canary) {
							t.Errorf("%s: the error holds a value: %v", format, e)
						}
					}
					if s := fmt.Sprintf("%v %+v %#v %s", people[j], people[j], people[j], &people[j]); strings.Contains(s, canary) {
						t.Error("a printed person shows a value")
					}
				}
			}
		}
	})
}

// A table may have columns that are no fields, unless their names are slips.
func TestTableDecoder(t *testing.T) {
	d, over, err := NewTableDecoder(strings.NewReader("case no,First,Last,\n7,Jane,Doe,\xff\n8,Bob,Roe,\"x\ny\"\n"))
	if err != nil || !slices.Equal(over, []string{"case no", "column 4"}) {
		t.Fatalf("passed over %q: %v", over, err)
	}
	var p Person
	if err := d.Next(&p); err != nil || p.First != "Jane" || p.Last != "Doe" || p.ID != "" {
		t.Errorf("%q %q: %v", p.First, p.Last, err)
	}
	if err := d.Next(&p); err == nil || !strings.Contains(err.Error(), "line 3, column 4: it goes on for more than one line") {
		t.Errorf("over two lines: %v", err)
	}
	for text, want := range map[string]error{
		"Jane,Doe\n":                 ErrNoHeader,
		"case,last\n":                ErrNoHeader,
		"case,first,last,phnoe\n":    HeaderError(`column 4 is an unknown field; did you mean "phone"?`),
		"case,first,last,LAST\n":     HeaderError(`two columns are named "last"`),
		"name,birth_date,zip,case\n": HeaderError(`column 1 is an unknown field; split it into "first" and "last"`),
	} {
		if _, _, err := NewTableDecoder(strings.NewReader(text)); err != want {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

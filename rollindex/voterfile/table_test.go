package voterfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/layouts"
)

// testPairs returns the columns of a layout that person i has a value in.
func testPairs(l *layouts.Layout, i int) (names, values []string) {
	for c := range l.Columns {
		names, values = append(names, l.Columns[c].Name), append(values, testValue(l, &l.Columns[c], i))
	}
	return names, values
}

// containersOf returns the same people as files of the containers that are text.
func containersOf(l *layouts.Layout, rows int) map[string][]byte {
	var insert, copied, jsonl, array, lists, xml bytes.Buffer
	names, _ := testPairs(l, 0)
	list := func(values []string) {
		line, err := json.Marshal(values)
		if err != nil {
			panic(err)
		}
		lists.Write(append(line, ",\n"...))
	}
	lists.WriteString("[")
	list(names)
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	copied.WriteString("COPY public.voters (\"" + strings.Join(names, "\", \"") + "\") FROM stdin;\n")
	array.WriteString("[")
	xml.WriteString("<?xml version=\"1.0\"?>\n<roll>\n")
	for i := range rows {
		_, values := testPairs(l, i)
		var quoted []string
		object := map[string]string{}
		xml.WriteString(" <voter>")
		for j, v := range values {
			quoted = append(quoted, quote(v))
			object[names[j]] = v
			tag := strings.NewReplacer(" ", "_", "(", "", ")", "").Replace(names[j])
			fmt.Fprintf(&xml, "<%s>%s</%s>", tag, strings.ReplaceAll(v, "&", "&amp;"), tag)
		}
		xml.WriteString("</voter>\n")
		fmt.Fprintf(&insert, "INSERT INTO `voters` (`%s`) VALUES (%s);\n", strings.Join(names, "`, `"), strings.Join(quoted, ","))
		copied.WriteString(strings.Join(values, "\t") + "\n")
		list(values)
		line, err := json.Marshal(object)
		if err != nil {
			panic(err)
		}
		jsonl.Write(append(line, '\n'))
		if i > 0 {
			array.WriteString(",\n")
		}
		array.Write(line)
	}
	copied.WriteString("\\.\n")
	array.WriteString("]\n")
	xml.WriteString("</roll>\n")
	return map[string][]byte{"insert": insert.Bytes(), "copy": copied.Bytes(), "jsonl": jsonl.Bytes(), "array": array.Bytes(), "xml": xml.Bytes(),
		"lists": append(bytes.TrimSuffix(lists.Bytes(), []byte(",\n")), "]\n"...)}
}

// The same people read alike, whatever container of tables they come in.
func TestTables(t *testing.T) {
	for _, id := range []string{"fl-extract", "wa-vrdb-2023"} {
		l := mustLayout(t, id)
		const rows = 300
		var want []string
		plain, _ := readAll(t, mustOpen(t, Options{}, writeFile(t, "roll.txt", testRoll(l, rows))))
		for _, r := range plain {
			_, r, _ = strings.Cut(r, " ")
			want = append(want, r)
		}
		for name, data := range containersOf(l, rows) {
			t.Run(id+"/"+name, func(t *testing.T) {
				s := mustOpen(t, Options{}, writeFile(t, "roll."+name, data))
				m := s.Members()[0]
				if m.Match.Layout.ID != id || !m.Rows || !m.Match.ByName {
					t.Errorf("read as %s, %+v", m.Match.Layout.ID, m)
				}
				got, skips := readAll(t, s)
				if len(got) != rows || skips.Skipped() != 0 {
					t.Fatalf("%d rows read, %+v", len(got), skips)
				}
				first := 1
				if name == "lists" { // below the names
					first = 2
				}
				for i, r := range got {
					at, r, _ := strings.Cut(r, " ")
					if r != want[i] || at != fmt.Sprintf("0:%d", i+first) {
						t.Fatalf("row %d (%s): %s\nwant %s", i+1, at, r, want[i])
					}
				}
				if src := s.Sources(); len(src) != 1 || src[0].Bytes != int64(len(data)) {
					t.Errorf("sources %+v of %d bytes", src, len(data))
				}
			})
		}
	}
}

// A dump has other tables beside the roll: they are left out by name, and a dump
// cut short is an error.
func TestTablesOfADump(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	roll := containersOf(l, 50)["insert"]
	dump := slices.Concat([]byte("INSERT INTO counties (id, name) VALUES (1,'ALACHUA'),(2,'BAKER');\n"), roll)
	s := mustOpen(t, Options{}, writeFile(t, "dump.sql", dump))
	if m := s.Members(); len(m) != 2 || m[0].LeftOut == "" || m[1].LeftOut != "" || !strings.HasSuffix(m[1].Name, ": voters") {
		t.Errorf("%+v", s.Members())
	}
	if got, _ := readAll(t, s); len(got) != 50 {
		t.Errorf("%d rows", len(got))
	}
	_, err := Open(t.Context(), []string{writeFile(t, "cut.sql", dump[:len(dump)-40])}, Options{})
	if !errors.Is(err, ErrTruncated) {
		t.Errorf("a dump cut short: %v", err)
	}
}

// Values that stand beside a type among several of one form, as in NIST's voter
// records, are picked by it; the secrets among them are seen and not kept.
func TestPicks(t *testing.T) {
	const record = `{"Voter":{"Name":{"FirstName":"AVERY","LastName":"SPECIMEN"},"DateOfBirth":"1961-04-17","ResidenceAddress":{"ZipCode":"33101",
"CompleteAddressNumber":{"AddressNumber":"12"},"CompleteStreetName":{"StreetName":"SAMPLE"},"CompletePlaceName1":{"PlaceName":[{"Value":"MIAMI"}]}},
"ContactMethod":[{"Type":"email","Value":"avery@example.org"},{"Type":"phone","Value":"3055550101"}],
"VoterId":[%s{"Type":"state-voter-registration-id","StringValue":"455690648"},{"Type":"ssn4","StringValue":"9297"}],"Gender":"F","Ethnicity":"x","Party":{"Name":"UNA"},
"VoterClassification":[{"Type":"protected-voter","Assertion":"no"}],"MailingAddress":"PO BOX 1"},"VoterStatus":"active","District":["29"],"Locality":["MIAMI"],"PollingLocation":"1","HavaIdRequired":"N"}
`
	one := strings.ReplaceAll(record, "\n", "") + "\n"
	data := fmt.Sprintf(one, "") + fmt.Sprintf(one, `{"Type":"drivers-license","StringValue":"X123456789"},`)
	s := mustOpen(t, Options{}, writeFile(t, "records.json", []byte(data)))
	rows, skips := readAll(t, s)
	const want = "last=SPECIMEN first=AVERY birth=1961-04-17 house=12 street=SAMPLE zip=33101 phone=3055550101 email=avery@example.org id=455690648 kinds="
	if len(rows) != 2 || skips.Skipped() != 0 || !strings.Contains(rows[0], want) || !strings.Contains(rows[1], want) {
		t.Fatalf("%+v: %q", skips, rows)
	}
	if !strings.Contains(rows[0], "ssn_last4") || strings.Contains(rows[0], "driver_license") || !strings.Contains(rows[1], "driver_license") {
		t.Errorf("%q", rows)
	}
}

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcheck/internal/racetest"
)

// The same input makes the same index: whatever the number of jobs, the memory,
// and the order of the files, the digest of the content is the same.
func TestSameInputSameIndex(t *testing.T) {
	t.Parallel()
	roll, _ := makeRoll(t, "fl-extract", scale(80_000, 120_000, 1_000_000), 11)
	s := newIndex(t)
	empty := t.TempDir()
	copyDir(t, empty, s.index())
	var files []string
	for i, part := range cutLines(roll, 4) {
		files = append(files, s.file(fmt.Sprintf("part%d.txt", i), part))
	}
	orders := [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}}
	var runs [][2]string // memory and jobs
	for _, memory := range []string{"16MiB", "64MiB", "1GiB"} {
		for _, jobs := range []string{"1", "2", "8"} {
			runs = append(runs, [2]string{memory, jobs})
		}
	}
	if testing.Short() {
		runs = [][2]string{runs[0], runs[len(runs)-1]}
	}
	var first ingested
	for i, r := range runs {
		args := []string{"--memory", r[0], "--jobs", r[1]}
		for _, part := range orders[i%len(orders)] {
			args = append(args, files[part])
		}
		copyDir(t, s.index(), empty)
		done := s.ingest("d", args...)
		if i == 0 {
			first = done
		}
		if done.Dataset.Digest != first.Dataset.Digest || done.Dataset.Digest == "" {
			t.Errorf("%q: digest %s, want %s", args, done.Dataset.Digest, first.Dataset.Digest)
		}
		if spilled := done.Spilled > 0; spilled != (r[0] == "16MiB") && r[0] != "64MiB" {
			t.Errorf("%q: %d bytes were spilled: the test does not test what it should", args, done.Spilled)
		}
	}
	s.run("verify").want(0)

	// One changed row is another index.
	copyDir(t, s.index(), empty)
	changed := bytes.Replace(roll, []byte("\t"), []byte("X\t"), 2)
	if done := s.ingest("d", s.file("changed.txt", changed)); done.Dataset.Digest == first.Dataset.Digest {
		t.Error("another roll has the same digest")
	}
}

// cutLines cuts text into n parts of whole lines.
func cutLines(text []byte, n int) (parts [][]byte) {
	for ; n > 1; n-- {
		at := len(text) / n
		at += bytes.IndexByte(text[at:], '\n') + 1
		parts, text = append(parts, text[:at]), text[at:]
	}
	return append(parts, text)
}

// The same people get the same answers, given as JSON lines, as an array, or as
// CSV, from a file or from standard input.
func TestSamePeopleAnyFormat(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := newIndex(t)
	roll, truth := makeRoll(t, "nc-ncvoter-2022", 5_000, 12)
	_, others := makeRoll(t, "nc-ncvoter-2022", 50, 13)
	s.ingest("d", s.file("roll.txt", roll))
	people := parsePeople(t, append(head(truth, 400), others...))
	for _, p := range people {
		delete(p, "row")
		delete(p, "withheld")
	}
	// Somebody who is only found by the last item of each list.
	moved := maps.Clone(people[10])
	moved["former_last"], moved["last"] = []any{"Nobody", "Noone", moved["last"]}, "Newname"
	moved["former_zip"], moved["zip"] = []any{"27601", "27602", moved["zip"]}, "27603"
	for _, name := range []string{"voter_id", "phone", "email", "address"} {
		delete(moved, name)
	}
	people = append([]map[string]any{moved}, people...)

	var lines, array bytes.Buffer
	array.WriteString("\ufeff[\n")
	for i, p := range people {
		b, err := json.Marshal(p)
		s.check(err)
		fmt.Fprintf(&lines, "%s\n", b)
		fmt.Fprintf(&array, "%s  %s\r\n", map[bool]string{true: ","}[i > 0], b)
	}
	array.WriteString("]")
	table := csvPeople(t, people)

	want := s.run("check", "--json", "--input", s.file("lines.json", lines.Bytes())).want(0, 2)
	if !strings.Contains(want.stdout, `{"type":"finding","person":1,`) || strings.Count(want.stdout, `"type":"finding"`) < 300 || strings.Count(want.stdout, `"exposed":false`) < 20 {
		t.Fatalf("too few people were found, or too many:\n%.2000s", want.stdout)
	}
	for name, r := range map[string]result{
		"an array":      s.run("check", "--json", "--input", s.file("array.json", array.Bytes())),
		"CSV":           s.run("check", "--json", "--input", s.file("people.csv", table)),
		"CSV, marked":   s.run("check", "--json", "--input", s.file("people.CSV", append([]byte("\ufeff"), table...))),
		"lines, piped":  s.runWith(lines.String(), "check", "--json", "--input", "-"),
		"CSV, piped":    s.runWith(string(table), "check", "--json", "--input", "-", "--input-format", "csv"),
		"CSV, CRLF":     s.runWith(strings.ReplaceAll(string(table), "\n", "\r\n"), "check", "--json", "--input", "-", "--input-format", "csv"),
		"one at a time": oneByOne(s, people),
	} {
		got, expected := lineNumbers.ReplaceAllString(r.stdout, "line N"), lineNumbers.ReplaceAllString(want.stdout, "line N")
		if r.code != want.code || got != expected {
			t.Errorf("%s: exit status %d and other answers than JSON lines, which gave %d: %s",
				name, r.code, want.code, firstDifference(got, expected))
		}
	}
}

// lineNumbers are where people stand, which is what may differ.
var lineNumbers = regexp.MustCompile(`line(":| )\d+`)

func parsePeople(t *testing.T, lines []byte) (people []map[string]any) {
	for line := range bytes.Lines(lines) {
		var p map[string]any
		if err := json.Unmarshal(line, &p); err != nil {
			t.Fatal(err)
		}
		people = append(people, p)
	}
	return people
}

// csvPeople writes people as CSV with all columns; lists are joined with ";".
func csvPeople(t *testing.T, people []map[string]any) []byte {
	columns := strings.Split("first,middle,last,suffix,birth_date,birth_year,zip,address,city,state,email,phone,voter_id,former_last,former_zip,former_state", ",")
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{columns}
	for _, p := range people {
		row := make([]string, len(columns))
		for i, c := range columns {
			switch v := p[c].(type) {
			case nil:
			case []any:
				for j, item := range v {
					row[i] += map[bool]string{true: ";"}[j > 0] + item.(string)
				}
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		rows = append(rows, row)
		for name := range p {
			if !slices.Contains(columns, name) {
				t.Fatalf("field %q of a person is in no column", name)
			}
		}
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oneByOne checks each person in a run of its own and puts the answers together
// as one run gives them.
func oneByOne(s *site, people []map[string]any) result {
	all := s.run("check", "--json", "--input", s.path("lines.json"))
	lines := slices.Collect(strings.Lines(all.stdout))
	out := lines[0]
	for i, p := range people {
		b, err := json.Marshal(p)
		s.check(err)
		r := s.runWith(string(b), "check", "--json", "--input", "-")
		answer := slices.Collect(strings.Lines(r.stdout))
		for _, line := range answer[1 : len(answer)-1] {
			out += strings.Replace(line, `"person":1,`, fmt.Sprintf(`"person":%d,`, i+1), 1)
		}
	}
	all.stdout = out + lines[len(lines)-1]
	return all
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is\n%s\nnot\n%s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, not %d", len(g), len(w))
}

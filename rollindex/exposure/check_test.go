package exposure_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/advice"
	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// source returns three datasets: a leak of Florida with birth dates, a release
// of North Carolina with years of birth, and a leaked mailing list.
func source() *sourcetest.Memory {
	type person = exposure.Person
	fl := []field.Kind{field.Name, field.BirthDate, field.Address, field.Party, field.VoterID}
	nc := []field.Kind{field.Name, field.BirthYear, field.Address}
	rows := []sourcetest.Row{
		row("fl-2020", person{First: "Robert", Middle: "Quinn", Last: "Examplar", BirthDate: "1970-03-13", ZIP: "32301", Address: "1 Example St"}, append(fl, field.Email, field.SSNLast4)...),
		row("fl-2020", person{First: "Jane", Last: "Sample", BirthDate: "1980-05-04", ZIP: "32303", Address: "2 Example St"}, fl...),
		row("fl-2020", person{First: "Maximo", Last: "Fatherly", BirthDate: "1965-01-30", ZIP: "32301", Address: "7 Example St"}, fl...),
		row("fl-2020", person{First: "Orrin", Middle: "Y", Last: "Doublet", BirthDate: "1960-10-20", ZIP: "33101", Address: "9 Example St"}, fl...),
		row("fl-2020", person{First: "Zdenka", Last: "Winterly", BirthYear: "1970", ZIP: "32304", Address: "8 Example St"}, fl...),
		row("nc-2012", person{First: "Jane", Last: "Specimen-Sample", BirthYear: "1980", ZIP: "27601"}, nc...),
		row("nc-2012", person{First: "Jane", Last: "Specimen-Sample", BirthYear: "1980", ZIP: "27601"}, append(nc, field.Phone)...),
		row("mail", person{Last: "Mailer", Email: "m.ailer@example.com"}, field.Name, field.Email),
		row("mail", person{Last: "Examplar", Email: "b@example.com"}, field.Name, field.Email),
	}
	for i := range 91 {
		rows = append(rows, row("fl-2020", person{First: "Filler", Last: "Filler" + string(rune('A'+i%26)), BirthDate: "1955-02-03", ZIP: "33102"}, fl...))
	}
	for range 4 {
		rows = append(rows, row("fl-2020", person{})) // exempt
	}
	m := sourcetest.NewMemory(rows...)
	*m.Info("fl-2020") = describe(*m.Info("fl-2020"), "Florida voter roll, October 2020", "2020-10-01", hashing.Leak, "US-FL")
	m.Info("fl-2020").JanuaryFirst = "degraded"
	*m.Info("nc-2012") = describe(*m.Info("nc-2012"), "North Carolina, public file", "2012-06-01", hashing.Release, "US-NC")
	*m.Info("mail") = describe(*m.Info("mail"), "", "", hashing.Leak)
	return m
}

func describe(d hashing.DatasetInfo, title, asOf string, kind hashing.DatasetKind, jurisdictions ...string) hashing.DatasetInfo {
	d.Title, d.AsOf, d.Kind, d.Jurisdictions = title, asOf, kind, jurisdictions
	return d
}

// damagedSource is source with a lost dataset, and with a damaged place where
// one person would be.
func damagedSource() *sourcetest.Memory {
	m := source()
	m.Break("nc-2012", `the file "nc-2012.1.rcd" is missing`)
	m.Damage("fl-2020", row("", exposure.Person{First: "Bob", Last: "Ruinwell", BirthDate: "1970-03-13"}).Keys[0])
	return m
}

func people(t *testing.T) []exposure.Person {
	t.Helper()
	f, err := os.Open("testdata/people.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dec, err := exposure.NewDecoder(f, exposure.JSON)
	if err != nil {
		t.Fatal(err)
	}
	var all []exposure.Person
	for {
		var p exposure.Person
		if err := dec.Next(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func check(t *testing.T, src exposure.Source, h func(io.Writer) exposure.Handler, opts exposure.Options, people ...exposure.Person) (string, *exposure.Summary) {
	t.Helper()
	var out bytes.Buffer
	sum, err := exposure.Check(t.Context(), src, exposure.People(people...), opts, h(&out))
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), sum
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and read the diff. Got:\n%s", path, got)
	}
}

func TestGolden(t *testing.T) {
	all := people(t)
	for _, s := range []struct {
		name string
		src  *sourcetest.Memory
	}{{"batch", source()}, {"damaged", damagedSource()}} {
		out, _ := check(t, s.src, exposure.NewJSON, exposure.Options{}, all...)
		golden(t, s.name+".json", out)
		out, _ = check(t, s.src, newText, exposure.Options{}, all...)
		golden(t, s.name+".txt", out)
	}
	for i, p := range all {
		out, _ := check(t, source(), newText, exposure.Options{}, p)
		golden(t, fmt.Sprintf("letter-%d.txt", i+1), out)
	}
	out, _ := check(t, damagedSource(), newText, exposure.Options{}, all[0])
	golden(t, "letter-damaged.txt", out)
}

// TestOutputHoldsNoDetail: what is written about people repeats nothing of them.
func TestOutputHoldsNoDetail(t *testing.T) {
	for _, h := range []func(io.Writer) exposure.Handler{exposure.NewJSON, newText} {
		out, _ := check(t, source(), h, exposure.Options{}, people(t)...)
		for i, p := range people(t) {
			one, _ := check(t, source(), h, exposure.Options{}, p)
			for _, detail := range []string{p.First, p.Last, p.BirthDate, p.ZIP, p.Email, p.Address} {
				if detail != "" && strings.Contains(strings.ToLower(out+one), strings.ToLower(detail)) {
					t.Errorf("a detail of person %d is in the output", i+1)
				}
			}
		}
	}
}

func TestJSONIsJSON(t *testing.T) {
	m := source()
	m.Info("mail").Title = "\"Mail\" <list>\n\x01é\u2028"
	out, _ := check(t, m, exposure.NewJSON, exposure.Options{}, people(t)...)
	var types []string
	for line := range strings.Lines(out) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		types = append(types, v["type"].(string))
		if v["type"] == "start" {
			if got := v["datasets"].([]any)[1].(map[string]any)["title"]; got != m.Info("mail").Title {
				t.Errorf("title %q", got)
			}
		}
	}
	if types[0] != "start" || types[len(types)-1] != "done" || slices.Index(types, "person") < slices.Index(types, "finding") {
		t.Errorf("lines %v", types)
	}
}

func TestSummary(t *testing.T) {
	found := exposure.Person{First: "Robert", Last: "Examplar", BirthDate: "1970-03-13", ZIP: "32301", Email: "b@example.com"}
	absent := exposure.Person{First: "Xavia", Last: "Quillfeather", BirthDate: "1990-06-30", ZIP: "32301", Email: "n@example.com", State: "GA"}
	open := exposure.Person{First: "Xavia", Last: "Quillfeather", BirthDate: "1990-06-30"}
	foundOpen := exposure.Person{First: "Robert", Last: "Examplar", BirthDate: "1970-03-13"}
	for _, tt := range []struct {
		name   string
		people []exposure.Person
		want   exposure.Summary
		exit   int
	}{
		{"found", []exposure.Person{found}, exposure.Summary{People: 1, Exposed: 1, Strong: 1, DatasetsSearched: 3, Jurisdictions: []string{"US-FL"}}, 0},
		{"absent", []exposure.Person{absent}, exposure.Summary{People: 1, DatasetsSearched: 3, Jurisdictions: []string{"US-GA"}}, 1},
		{"open", []exposure.Person{open}, exposure.Summary{People: 1, Incomplete: 1, Unsettled: 1}, 2},
		{"found, some open", []exposure.Person{foundOpen}, exposure.Summary{People: 1, Exposed: 1, Likely: 1, Incomplete: 1}, 0},
		{"found and absent", []exposure.Person{found, absent}, exposure.Summary{People: 2, Exposed: 1, Strong: 1, DatasetsSearched: 3, Jurisdictions: []string{"US-FL", "US-GA"}}, 0},
		{"found and open", []exposure.Person{found, open}, exposure.Summary{People: 2, Exposed: 1, Strong: 1, Incomplete: 1, Unsettled: 1, DatasetsSearched: 3, Jurisdictions: []string{"US-FL"}}, 2},
		{"absent and found with some open", []exposure.Person{absent, foundOpen}, exposure.Summary{People: 2, Exposed: 1, Likely: 1, Incomplete: 1, DatasetsSearched: 3, Jurisdictions: []string{"US-GA"}}, 0},
	} {
		_, got := check(t, source(), exposure.NewJSON, exposure.Options{}, tt.people...)
		if !reflect.DeepEqual(*got, tt.want) || got.ExitCode() != tt.exit || got.Complete() != (tt.want.Incomplete == 0) {
			t.Errorf("%s:\n got %+v, exit %d\nwant %+v, exit %d", tt.name, *got, got.ExitCode(), tt.want, tt.exit)
		}
	}
}

func TestDatasetsAsked(t *testing.T) {
	p := exposure.Person{First: "Robert", Last: "Examplar", BirthDate: "1970-03-13", ZIP: "32301", Email: "b@example.com"}
	out, sum := check(t, source(), exposure.NewJSON, exposure.Options{Datasets: []string{"mail"}}, p)
	if sum.DatasetsSearched != 1 || strings.Contains(out, "fl-2020") || !strings.Contains(out, `"keys":["email"]`) {
		t.Errorf("%+v\n%s", sum, out)
	}
}

// blocks makes many people of few, found ones among them.
type manyPeople struct {
	from []exposure.Person
	n, i int
	err  error
}

func (m *manyPeople) Next(p *exposure.Person) error {
	if m.i == m.n {
		return m.err
	}
	*p = m.from[m.i%len(m.from)]
	m.i++
	return nil
}

// recorder checks the order of the calls and keeps the answers.
type recorder struct {
	t         *testing.T
	started   bool
	done      int
	answers   []string
	findings  []string
	failAfter int
}

var errHandler = errors.New("the pipe is closed")

func (r *recorder) Start(*exposure.Start) error { r.started = true; return nil }
func (r *recorder) Done(*exposure.Summary) error {
	r.done++
	return nil
}
func (r *recorder) Finding(f *exposure.Finding) error {
	if f.Person != len(r.answers)+1 {
		r.t.Fatalf("a finding of person %d before the answer of person %d", f.Person, len(r.answers)+1)
	}
	r.findings = append(r.findings, fmt.Sprint(f.Dataset.ID, f.Tier, f.Keys, f.Fields, f.Odds))
	return nil
}
func (r *recorder) Person(a *exposure.Answer) error {
	if !r.started || r.done > 0 || a.Person != len(r.answers)+1 || a.Exposed != (len(r.findings) > 0) {
		r.t.Fatalf("answer of person %d (exposed %v) as number %d with %d findings", a.Person, a.Exposed, len(r.answers)+1, len(r.findings))
	}
	r.answers = append(r.answers, fmt.Sprint(r.findings, a.Complete))
	if r.findings = r.findings[:0]; len(r.answers) == r.failAfter {
		return errHandler
	}
	return nil
}

// TestManyBlocks: everybody is answered in order, and as if they were alone,
// over several blocks.
func TestManyBlocks(t *testing.T) {
	all := people(t)
	var alone []string
	for _, p := range all {
		r := &recorder{t: t}
		if _, err := exposure.Check(t.Context(), source(), exposure.People(p), exposure.Options{}, r); err != nil {
			t.Fatal(err)
		}
		alone = append(alone, r.answers[0])
	}
	const n = 70_007
	r := &recorder{t: t}
	var progress []int
	sum, err := exposure.Check(t.Context(), source(), &manyPeople{from: all, n: n, err: io.EOF}, exposure.Options{Progress: func(n int) { progress = append(progress, n) }}, r)
	if err != nil || sum.People != n || r.done != 1 {
		t.Fatal(sum, err)
	}
	for i, a := range r.answers {
		if a != alone[i%len(alone)] {
			t.Fatalf("person %d: %s among many, %s alone", i+1, a, alone[i%len(alone)])
		}
	}
	if len(progress) < 2 || !slices.IsSorted(progress) || progress[len(progress)-1] != n {
		t.Errorf("progress %v", progress)
	}
}

// failing is a source whose search fails.
type failing struct{ *sourcetest.Memory }

var errSource = errors.New("the server is down")

func (failing) Search(context.Context, []exposure.Input, func(exposure.Result)) error {
	return errSource
}

func TestCheckFails(t *testing.T) {
	p := people(t)[0]
	discard := func() exposure.Handler { return exposure.NewJSON(io.Discard) }
	broken := errors.New("line 3, field \"zip\": wrong")

	r := &recorder{t: t}
	sum, err := exposure.Check(t.Context(), source(), &manyPeople{from: []exposure.Person{p}, n: 2, err: broken}, exposure.Options{}, r)
	if !errors.Is(err, broken) || sum.People != 2 || len(r.answers) != 2 || r.done != 0 {
		t.Errorf("input broken after two: %+v, %v, %d answers, done %d times", sum, err, len(r.answers), r.done)
	}
	r = &recorder{t: t, failAfter: 1}
	if _, err := exposure.Check(t.Context(), source(), exposure.People(p, p), exposure.Options{}, r); !errors.Is(err, errHandler) || len(r.answers) != 1 {
		t.Errorf("handler fails: %v", err)
	}
	if _, err := exposure.Check(t.Context(), failing{source()}, exposure.People(p), exposure.Options{}, discard()); !errors.Is(err, errSource) {
		t.Errorf("source fails: %v", err)
	}
	if sum, err := exposure.Check(t.Context(), source(), exposure.People(), exposure.Options{}, discard()); err == nil || sum.ExitCode() != 2 {
		t.Errorf("nobody: %v", err)
	}
	if _, err := exposure.Check(t.Context(), sourcetest.NewMemory(), exposure.People(p), exposure.Options{}, discard()); err == nil {
		t.Error("no dataset to search, and no error")
	}
	if _, err := exposure.Check(t.Context(), source(), exposure.People(p), exposure.Options{Datasets: []string{"fl"}}, discard()); err == nil || !strings.Contains(err.Error(), `"fl"`) {
		t.Errorf("unknown dataset: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := exposure.Check(ctx, source(), exposure.People(p), exposure.Options{}, discard()); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// counting counts what is asked of each key type.
type counting struct {
	*sourcetest.Memory
	asked map[hashing.KeyType]int
}

func (c *counting) Search(ctx context.Context, inputs []exposure.Input, yield func(exposure.Result)) error {
	for _, in := range inputs {
		c.asked[in.Type]++
	}
	return c.Memory.Search(ctx, inputs, yield)
}

// TestImpliedKeys: keys that cannot be there without that of name and ZIP code
// are not asked when that one is absent; the answers are those of asking all.
func TestImpliedKeys(t *testing.T) {
	all := append(people(t), exposure.Person{First: "Maximo", Last: "Fatherly", BirthDate: "1965-01-30", ZIP: "32301", Address: "7 Example St"})
	for name, build := range map[string]func() *sourcetest.Memory{"sound": source, "damaged": damagedSource, "name-zip damaged": func() *sourcetest.Memory {
		m := source()
		for _, in := range row("", all[len(all)-1]).Keys {
			if in.Type == hashing.NameZIP {
				m.Damage("fl-2020", in)
			}
		}
		return m
	}} {
		clever := &counting{build(), make(map[hashing.KeyType]int)}
		plain := &counting{build(), make(map[hashing.KeyType]int)}
		plain.Info("mail").KeyRows["name-yob-zip"] = 1 // a row without the key of name and ZIP code: nothing is implied
		got, _ := check(t, clever, exposure.NewJSON, exposure.Options{}, all...)
		want, _ := check(t, plain, exposure.NewJSON, exposure.Options{}, all...)
		if findings(got) != findings(want) {
			t.Errorf("%s: the findings differ:\n%s\n%s", name, got, want)
		}
		if c, p := clever.asked[hashing.NameYOBZIP], plain.asked[hashing.NameYOBZIP]; c == 0 || c >= p {
			t.Errorf("%s: %d keys asked, %d if nothing is implied", name, c, p)
		}
	}
	m := &counting{source(), make(map[hashing.KeyType]int)}
	check(t, m, exposure.NewJSON, exposure.Options{}, all[2])
	if m.asked[hashing.NameYOBZIP] != 0 || m.asked[hashing.NameZIP] == 0 {
		t.Errorf("asked %v", m.asked)
	}
}

func findings(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, `{"type":"finding"`) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// TestImpliedKeysOfCutSpellings: with more spellings than are asked, a key of
// name and ZIP code that was not asked implies nothing.
func TestImpliedKeysOfCutSpellings(t *testing.T) {
	p := exposure.Person{First: "Zzyzx", Last: "Doe", ZIP: "32301", Address: "7 Example St"}
	for i := range 60 {
		p.FormerZIP = append(p.FormerZIP, fmt.Sprint(32302+i))
	}
	for i := range 10 {
		p.FormerLast = append(p.FormerLast, "Roe"+string(rune('a'+i)))
	}
	src := sourcetest.NewMemory(row("set", exposure.Person{First: "Zzyzx", Last: "Roej", ZIP: "32301", Address: "7 Example St"}, field.Name))
	out, sum := check(t, src, exposure.NewJSON, exposure.Options{}, p)
	if sum.Exposed != 1 || !strings.Contains(out, `"keys":["name-address"]`) {
		t.Error(out)
	}
}

// TestDamageIsOnePersons: a damaged place makes no answer of those who would
// not be there.
func TestDamageIsOnePersons(t *testing.T) {
	p := exposure.Person{First: "Bob", Last: "Ruinwell", BirthDate: "1970-03-13", ZIP: "32301"}
	other := p
	other.Last = "Quillfeather"
	_, sum := check(t, damagedSource(), exposure.NewJSON, exposure.Options{Datasets: []string{"fl-2020"}}, p, other, p, other)
	if sum.Incomplete != 2 || sum.Unsettled != 2 {
		t.Errorf("%+v", sum)
	}
}

// TestInterrupted: a check that waits for input ends when it is told to.
func TestInterrupted(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	dec, err := exposure.NewDecoder(in, exposure.JSON)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		io.WriteString(out, `{"last":`) // returns when the decoder has read it and waits for more
		cancel()
	}()
	if _, err := exposure.Check(ctx, source(), dec, exposure.Options{}, exposure.NewJSON(io.Discard)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// newText is exposure.NewText in English.
func newText(w io.Writer) exposure.Handler { return exposure.NewText(w, advice.En) }

// calls counts searches.
type calls struct {
	*sourcetest.Memory
	n int
}

func (c *calls) Search(ctx context.Context, inputs []exposure.Input, yield func(exposure.Result)) error {
	c.n++
	return c.Memory.Search(ctx, inputs, yield)
}

// TestPeopleWhoAreFound: of people most of whom are found, all keys are asked in one
// round from the second block on, and the answers are those of two rounds, also
// where implied keys are damaged of somebody who is not there.
func TestPeopleWhoAreFound(t *testing.T) {
	found := exposure.Person{First: "Robert", Middle: "Q", Last: "Examplar", BirthDate: "1970-03-13", ZIP: "32301", Address: "1 Example St"}
	absent := exposure.Person{First: "Bob", Last: "Ruinwell", BirthDate: "1970-03-13", ZIP: "32301"}
	src := &calls{Memory: source()}
	for _, in := range row("", absent).Keys {
		if in.Type == hashing.NameYOBZIP {
			src.Damage("fl-2020", in)
		}
	}
	from := []exposure.Person{found, found, found, absent}
	r := &recorder{t: t}
	const n = 80_000 // three blocks
	if _, err := exposure.Check(t.Context(), src, &manyPeople{from: from, n: n, err: io.EOF}, exposure.Options{Datasets: []string{"fl-2020"}}, r); err != nil {
		t.Fatal(err)
	}
	if src.n != 2+1+1 {
		t.Errorf("%d searches for three blocks", src.n)
	}
	for i, a := range r.answers {
		if a != r.answers[i%len(from)] {
			t.Fatalf("person %d: %s, in the first block %s", i+1, a, r.answers[i%len(from)])
		}
	}
}

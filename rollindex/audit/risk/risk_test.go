package risk

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

var asOf = hashing.Date{Year: 2020, Month: 10, Day: 1}

func makeRoll(t testing.TB, layout string, rows int64) string {
	t.Helper()
	l := layoutOf(t, layout)
	path := filepath.Join(t.TempDir(), layout+".txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := synth.Write(t.Context(), f, nil, synth.Options{Layout: l, Rows: rows, Seed: 7}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func layoutOf(t testing.TB, id string) *layouts.Layout {
	t.Helper()
	l, err := layouts.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// input is the file to measure.
type input struct {
	Path   string
	Layout *layouts.Layout // nil: detect it
	AsOf   hashing.Date    // when its data was taken; zero if it is not known
}

// measure measures a file, in one reading of it.
func measure(ctx context.Context, in input, opts Options) (*Result, error) {
	src, err := voterfile.Open(ctx, []string{in.Path}, voterfile.Options{AsOf: in.AsOf, Layout: in.Layout})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	a := New(src.Members(), opts)
	defer a.Close()
	skips, err := src.Each(ctx, opts.Jobs, a.Visitor, nil)
	if err != nil {
		return nil, err
	}
	res, err := a.Result(ctx)
	if err != nil {
		return nil, err
	}
	res.Path, res.Skipped, res.Sources = in.Path, skips.ByReason(), src.Sources()
	return res, nil
}

func run(t testing.TB, path string, l *layouts.Layout, opts Options) *Result {
	t.Helper()
	res, err := measure(t.Context(), input{Path: path, Layout: l, AsOf: asOf}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// oracle is a file read by other code than ours into a table of a database, whose
// queries count the classes.
type oracle struct {
	db   *sql.DB
	expr map[Attributes]string // of the columns as the file writes them
}

func init() {
	sql.Register("sqlite3_ln", &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		if err := c.RegisterFunc("ln", math.Log, true); err != nil {
			return err
		}
		return c.RegisterFunc("exp", math.Exp, true)
	}})
}

// load reads a delimited file; names gives its columns if it has no header.
func load(t testing.TB, path, delimiter string, names []string, expr map[Attributes]string) *oracle {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(string(b), "\r", ""), "\n"), "\n")
	cut := func(line string) []string {
		cells := strings.Split(line, delimiter)
		for i := range cells {
			cells[i] = strings.Trim(cells[i], " \"")
			if cells[i] == "*" {
				cells[i] = ""
			}
		}
		return cells
	}
	if names == nil {
		names, lines = cut(lines[0]), lines[1:]
	}
	db, err := sql.Open("sqlite3_ln", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	if _, err := db.Exec("CREATE TABLE roll (" + strings.Join(quoted, ",") + ")"); err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	insert, err := tx.Prepare("INSERT INTO roll VALUES (?" + strings.Repeat(",?", len(names)-1) + ")")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range lines {
		cells := cut(line)
		if len(cells) != len(names) {
			t.Fatalf("line %d has %d cells, not %d", i+1, len(cells), len(names))
		}
		args := make([]any, len(cells))
		for j := range cells {
			args[j] = cells[j]
		}
		if _, err := insert.Exec(args...); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return &oracle{db, expr}
}

func (o *oracle) group(a Attributes) string {
	var all []string
	for _, one := range a.Each() {
		all = append(all, o.expr[one])
	}
	return strings.Join(all, ",")
}

func (o *oracle) row(t testing.TB, query string, into ...any) {
	t.Helper()
	if err := o.db.QueryRow(query).Scan(into...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// set counts the classes of a set by SQL.
func (o *oracle) set(t testing.TB, a Attributes, has Attributes) Set {
	s := Set{Attributes: a}
	where := ""
	if a == Phone {
		where = " WHERE " + o.expr[Phone] + " <> ''"
	}
	o.row(t, `SELECT SUM(n), COUNT(*), MIN(n), SUM(n*(n=1)), SUM(n*(n BETWEEN 2 AND 4)), SUM(n*(n BETWEEN 5 AND 9)), SUM(n*(n>9))
		FROM (SELECT COUNT(*) n FROM roll`+where+` GROUP BY `+o.group(a)+`)`,
		&s.Rows, &s.Classes, &s.Smallest, &s.Sizes[0], &s.Sizes[1], &s.Sizes[2], &s.Sizes[3])
	for _, of := range []Attributes{Party, Race} {
		if a.Has(of) || !has.Has(of) || a == Phone {
			continue
		}
		d := Diversity{Of: of}
		o.row(t, `SELECT MIN(d), SUM(n*(d=1)) FROM (SELECT COUNT(DISTINCT `+o.expr[of]+`) d, COUNT(*) n FROM roll GROUP BY `+o.group(a)+`)`,
			&d.Distinct, &d.Told)
		// Grouped by a number of the class, as SQL has no two levels of groups at once.
		o.row(t, `WITH numbered AS (SELECT DENSE_RANK() OVER (ORDER BY `+o.group(a)+`) class, `+o.expr[of]+` value FROM roll),
			counted AS (SELECT class, value, COUNT(*) c FROM numbered GROUP BY class, value),
			sized AS (SELECT class, c, SUM(c) OVER (PARTITION BY class) n FROM counted)
			SELECT MIN(e) FROM (SELECT exp(-SUM(c*1.0/n*ln(c*1.0/n))) e FROM sized GROUP BY class)`, &d.Entropy)
		s.Diversity = append(s.Diversity, d)
	}
	return s
}

// sameSet compares exactly, but for the last bits of the entropy, whose terms a
// database adds in an order of its own.
func sameSet(a, b Set) bool {
	if len(a.Diversity) != len(b.Diversity) {
		return false
	}
	a.Diversity, b.Diversity = slices.Clone(a.Diversity), slices.Clone(b.Diversity)
	for i := range a.Diversity {
		if math.Abs(a.Diversity[i].Entropy-b.Diversity[i].Entropy) > 1e-12*b.Diversity[i].Entropy {
			return false
		}
		a.Diversity[i].Entropy, b.Diversity[i].Entropy = 0, 0
	}
	return reflect.DeepEqual(a, b)
}

var files = []struct {
	layout, delimiter string // layout "" is that of a small file of our own
	header            bool
	expr              map[Attributes]string
}{
	{"", ",", true, map[Attributes]string{
		Sex: "SEX", Birth: "DOB", BirthYear: "substr(DOB,1,4)", ZIP5: "ZIP", ZIP3: "substr(ZIP,1,3)", Precinct: "CASE PRECINCT WHEN '' THEN '' ELSE '/'||PRECINCT END", Party: "PARTY",
	}},
	{"fl-extract", "\t", false, map[Attributes]string{
		Sex: `CASE "Gender" WHEN 'U' THEN '' ELSE "Gender" END`, Race: `CASE "Race" WHEN '9' THEN '' ELSE "Race" END`, Party: `"Party Affiliation"`,
		Birth:     `CASE "Birth Date" WHEN '01/01/1900' THEN '' ELSE "Birth Date" END`,
		BirthYear: `CASE "Birth Date" WHEN '01/01/1900' THEN '' ELSE substr("Birth Date",7) END`,
		ZIP5:      `CASE substr("Residence Zipcode",1,5) WHEN '99999' THEN '' ELSE substr("Residence Zipcode",1,5) END`,
		ZIP3:      `CASE substr("Residence Zipcode",1,5) WHEN '99999' THEN '' ELSE substr("Residence Zipcode",1,3) END`,
		Precinct:  `CASE "Precinct" WHEN '' THEN '' ELSE "County Code"||'/'||"Precinct" END`,
		Phone:     `CASE "Daytime Phone Number" WHEN '' THEN '' ELSE "Daytime Area Code"||"Daytime Phone Number" END`,
	}},
	{"nc-ncvoter-2022", "\t", true, map[Attributes]string{
		Sex: `CASE "gender_code" WHEN 'U' THEN '' ELSE "gender_code" END`, Race: `CASE "race_code" WHEN 'U' THEN '' ELSE "race_code" END`, Party: `"party_cd"`,
		Birth: `CASE "birth_year" WHEN '1900' THEN '' ELSE "birth_year" END`, BirthYear: `CASE "birth_year" WHEN '1900' THEN '' ELSE "birth_year" END`,
		ZIP5:     `CASE substr("zip_code",1,5) WHEN '99999' THEN '' ELSE substr("zip_code",1,5) END`,
		ZIP3:     `CASE substr("zip_code",1,5) WHEN '99999' THEN '' ELSE substr("zip_code",1,3) END`,
		Precinct: `CASE "precinct_abbrv" WHEN '' THEN '' ELSE "county_id"||'/'||"precinct_abbrv" END`,
		Phone:    `"full_phone_number"`,
	}},
}

// Every figure is that of a database that counts by queries what other code read.
func TestEqualsSQL(t *testing.T) {
	racetest.LeaveOut(t)
	for _, f := range files {
		t.Run(f.layout, func(t *testing.T) {
			path, l := coarse(t)
			if f.layout != "" {
				path, l = makeRoll(t, f.layout, 20_000), layoutOf(t, f.layout)
			}
			var names []string
			if !f.header {
				for _, c := range l.Required() {
					names = append(names, c.Name)
				}
			}
			db := load(t, path, f.delimiter, names, f.expr)
			res := run(t, path, l, Options{Jobs: 2})
			if len(res.Sets) < 12 {
				t.Errorf("only %d sets of %v", len(res.Sets), res.Has)
			}
			for _, s := range res.Sets {
				if want := db.set(t, s.Attributes, res.Has); !sameSet(s, want) {
					t.Errorf("%v:\n got %+v\nwant %+v", s.Attributes, s, want)
				}
			}
			if db.checkWorst(t, res); f.layout == "" && len(res.Worst) < 3 {
				t.Errorf("only %d precincts are named", len(res.Worst))
			}
			db.checkMissing(t, res)
		})
	}
}

func (o *oracle) checkWorst(t *testing.T, res *Result) {
	t.Helper()
	rows, err := o.db.Query(fmt.Sprintf(`WITH c AS (SELECT %s p, COUNT(*) n FROM roll GROUP BY %s)
		SELECT p, SUM(n) r, SUM(n=1) u FROM c WHERE p <> '' GROUP BY p HAVING r >= %d ORDER BY u*1.0/r DESC, r DESC`,
		o.expr[Precinct], o.group(res.Whole), LeastPlace))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	shares := map[string][2]int64{}
	var best []float64
	for rows.Next() {
		var p string
		var n [2]int64
		if err := rows.Scan(&p, &n[0], &n[1]); err != nil {
			t.Fatal(err)
		}
		shares[p] = n
		best = append(best, float64(n[1])/float64(n[0]))
	}
	if len(res.Worst) != min(len(shares), maxWorst) {
		t.Fatalf("%d precincts are named, of %d", len(res.Worst), len(shares))
	}
	for i, w := range res.Worst {
		if got := [2]int64{w.Rows, w.Unique}; got != shares[w.County+"/"+w.Precinct] || share(w.Unique, w.Rows) != best[i] {
			t.Errorf("precinct %d: %v, the database has %v and a share of %v", i, got, shares[w.County+"/"+w.Precinct], best[i])
		}
	}
}

func (o *oracle) checkMissing(t *testing.T, res *Result) {
	t.Helper()
	for _, a := range (res.Whole | res.Has&Phone).Each() {
		var want int64
		o.row(t, `SELECT COUNT(*) FROM roll WHERE `+o.expr[a]+` = ''`, &want)
		if res.Missing[a] != want {
			t.Errorf("%v is missing in %d rows, the database has %d", a, res.Missing[a], want)
		}
	}
}

// Neither goroutines nor the budget change a figure, down to the last bit.
func TestJobsAndMemory(t *testing.T) {
	path, l := makeRoll(t, "fl-extract", 60_000), layoutOf(t, "fl-extract")
	want := run(t, path, l, Options{Jobs: 1})
	got := run(t, path, l, Options{Jobs: 3, Memory: 1, TempDir: t.TempDir()})
	if got.Spilled == 0 {
		t.Error("nothing was spilled with next to no memory")
	}
	got.Spilled = want.Spilled
	if !reflect.DeepEqual(got, want) {
		t.Errorf("three goroutines without memory:\n got %+v\nwant %+v", got, want)
	}
}

// writeCSV writes a file of columns that a layout of its own describes.
func writeCSV(t testing.TB, header string, rows func(i int) string, n int) (string, *layouts.Layout) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(header + "\n")
	for i := range n {
		b.WriteString(rows(i) + "\n")
	}
	path := filepath.Join(t.TempDir(), "roll.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := layouts.Parse([]byte(`{"id":"own","title":"own","jurisdiction":"US-OH","vintage":"2020","distribution":"test","delimiter":",","encoding":"utf-8","line_ending":"lf","header":true,
		"columns":[{"name":"LAST","role":"name_last"},{"name":"FIRST","role":"name_first"},{"name":"SEX","role":"sex"},{"name":"DOB","role":"birth_date"},
		{"name":"ZIP","role":"zip5"},{"name":"PRECINCT","role":"precinct"},{"name":"PARTY","role":"party"}],
		"birth_precision":"day","confidence":"high","sources":["made up"]}`))
	if err != nil {
		t.Fatal(err)
	}
	return path, l
}

// coarse writes a file of few values: its classes are large, have several parties,
// and fall into precincts that are worth a name. Some values are missing.
func coarse(t testing.TB) (string, *layouts.Layout) {
	dice := rand.New(rand.NewPCG(1, 2))
	pick := func(values ...string) string { return values[dice.IntN(len(values))] }
	return writeCSV(t, "LAST,FIRST,SEX,DOB,ZIP,PRECINCT,PARTY", func(int) string {
		return "DOE,JANE," + strings.Join([]string{
			pick("F", "M", "M", ""), fmt.Sprintf("%d-04-%02d", 1960+dice.IntN(3), 10+dice.IntN(1+dice.IntN(9))), pick("44101", "44101", "44102", "43001"),
			pick("1A", "1A", "1A", "1A", "2B", "2B", "3C", ""), pick("D", "D", "D", "R", "R", "I", ""),
		}, ",")
	}, 6000)
}

// A column that lies, with a number of everybody's own in it, is not told by value.
func TestPrecinctThatIsNone(t *testing.T) {
	path, l := writeCSV(t, "LAST,FIRST,SEX,DOB,ZIP,PRECINCT,PARTY", func(i int) string {
		return fmt.Sprintf("DOE,JANE,F,1961-04-%02d,44101,666-12-%04d,P%07d", i%28+1, i, i)
	}, 6000)
	res := run(t, path, l, Options{})
	if len(res.Worst) != 0 {
		t.Errorf("precincts of one row are named: %v", res.Worst)
	}
	if !res.TooMany.Has(Party) {
		t.Error("6,000 parties are taken for parties")
	}
	for _, s := range res.Sets {
		for _, d := range s.Diversity {
			if d.Of == Party {
				t.Errorf("%v: diversity of 6,000 parties: %+v", s.Attributes, d)
			}
		}
	}
}

// A class of nearly all rows is held back row by row: its records stay few.
// A column of another value in each row, whatever it is called, does not fill the
// memory of each goroutine with them.
func TestPlacesTakeLittle(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	d := newDictionary(placeBits)
	readers := [2]*reader{d.reader(), d.reader()}
	for i := range 1 << 20 {
		value := fmt.Appendf(nil, "067\x00%09d", i)
		for _, r := range readers {
			r.number(value)
		}
	}
	if after := heap(); after > before+48<<20 || !d.full() {
		t.Errorf("%d MiB for %d values", (after-before)>>20, d.len())
	}
	runtime.KeepAlive(&readers)
}

func TestOneClass(t *testing.T) {
	const rows = 50_000
	path, l := writeCSV(t, "LAST,FIRST,SEX,DOB,ZIP,PRECINCT,PARTY", func(i int) string { return "DOE,JANE,F,1961-04-17,44101,1A,D" }, rows)
	src, err := voterfile.Open(t.Context(), []string{path}, voterfile.Options{Layout: l, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	a := New(src.Members(), Options{})
	defer a.Close()
	if _, err := src.Each(t.Context(), 1, a.Visitor, nil); err != nil {
		t.Fatal(err)
	}
	if n := a.sorter.Len(); n > rows*int64(len(a.sets))/maxCount+int64(len(a.sets))+int64(rows/maxCount) {
		t.Errorf("%d records of one class in %d sets", n, len(a.sets))
	}
	res, err := a.Result(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range res.Sets {
		if s.Smallest != rows || s.Sizes != [4]int64{0, 0, 0, rows} || s.Unique() != 0 {
			t.Errorf("%+v", s)
		}
	}
}

func TestIgnoredRowsDoNotCount(t *testing.T) {
	path, l := writeCSV(t, "LAST,FIRST,SEX,DOB,ZIP,PRECINCT,PARTY", func(i int) string {
		return fmt.Sprintf("DOE,JANE,F,1961-04-%02d,44101,1A,D", i%2+1)
	}, 10)
	res := run(t, path, l, Options{Ignore: func(r *voterfile.Record) bool { return r.Birth.Day == 2 }})
	if s := res.Set(triple); res.Rows != 5 || res.Ignored != 5 || s.Classes != 1 || s.Smallest != 5 {
		t.Errorf("%+v of %d rows and %d left out", s, res.Rows, res.Ignored)
	}
}

func TestWhatIfAndContributions(t *testing.T) {
	path := makeRoll(t, "fl-extract", 20_000)
	res := run(t, path, layoutOf(t, "fl-extract"), Options{Jobs: 2})
	for _, c := range res.Contributions() {
		if c.Without > c.With {
			t.Errorf("without %v more rows are alone: %+v", c.Of, c)
		}
	}
	changes := res.WhatIf()
	if !slices.ContainsFunc(changes, func(c Change) bool { return c.Of == triple && c.After < c.Before/2 }) {
		t.Errorf("nothing helps against sex, birth date and ZIP code: %+v", changes)
	}
	if last := changes[len(changes)-1]; last.Of != Phone || last.Before <= 0 || last.After != 0 {
		t.Errorf("no phone number: %+v", last)
	}
}

func TestCancelled(t *testing.T) {
	path := makeRoll(t, "fl-extract", 1000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := measure(ctx, input{Path: path}, Options{}); err == nil {
		t.Error("a cancelled run gave a result")
	}
}

func BenchmarkRun(b *testing.B) {
	path := makeRoll(b, "fl-extract", 500_000)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	for b.Loop() {
		run(b, path, layoutOf(b, "fl-extract"), Options{Jobs: 2})
	}
}

package tell

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// comparison is a result with the names of its files.
type comparison struct {
	*compare.Result
	labels []string
}

func compared(res *compare.Result) *comparison {
	paths := make([]string, len(res.Files))
	for i, f := range res.Files {
		paths[i] = f.Path
	}
	return &comparison{res, Labels(paths)}
}

// mostPairs is how many pairs of files are told one by one in the text of a page;
// beyond them the matrix tells more.
const mostPairs = 6

// Compared returns the page of a comparison. program names what made it.
func Compared(res *compare.Result, program string) *report.Page {
	c := compared(res)
	title := fmt.Sprintf("Comparison of %d files", len(c.labels))
	if len(c.labels) == 2 {
		title = "Comparison of " + c.labels[0] + " and " + c.labels[1]
	}
	page := &report.Page{Title: title, Foot: "Made by " + program + "."}
	lead, pairs, records := c.lead()
	page.Lead = lead
	page.Section("The files", c.files())
	page.Section("How the files overlap", slices.Concat(sentences(pairs), c.overlaps())...)
	page.Section("Pair by pair", c.pairs()).Detail = len(res.Main) > 2*mostPairs
	page.Section("By which details rows match", c.byKey()).Detail = len(res.Main) > mostPairs
	if t := c.agreement(); len(t) > 0 {
		page.Section("How the rows in common agree", t...).Detail = len(res.Main) > mostPairs
	}
	page.Section("Columns and the public record", slices.Concat(sentences(records), c.columns())...)
	page.Section("Columns, file by file", c.strips()...).Detail = true
	page.Section("What only one file has", c.alone())
	if t := c.repeated(); t != nil {
		page.Section("Rows under the same key", t)
	}
	if said, parts := c.fingerprints(); parts != nil {
		page.Section("Fingerprints: what copies share beyond their source", said...)
		page.Section("Fingerprints, part by part", parts...).Detail = len(parts) > 1 || c.Fingerprints[0].Pair.Source < 0
	}
	page.Section("What to keep in mind", report.List(Caveats(res)))
	page.Section("How it was done", report.List(c.method())).Detail = true
	if l := c.fingerprintMethod(); l != nil {
		page.Section("How fingerprints are weighed", l).Detail = true
	}
	if l := c.citations(); len(l) > 0 {
		page.Section("Sources on what is public", l).Detail = true
	}
	page.Section("The bytes that were read", c.sources()).Detail = true
	return page
}

// mostLead is how many sentences stand at the head of a page.
const mostLead = 5

// lead returns the sentences at the head of a page, and those that are left for the
// sections on overlaps and on columns. Those on pairs, on public records and on what
// copies share take turns.
func (c *comparison) lead() (head, pairs, records []string) {
	same := c.sameBytes() // all of them are among what to keep in mind
	kinds := [][]string{c.headlines(), c.records(), c.traits()}
	left := mostLead - min(len(same), 1)
	taken := make([]int, len(kinds))
	for some := true; some && left > 0; {
		some = false
		for i := range kinds {
			if taken[i] < len(kinds[i]) && left > 0 {
				taken[i], left, some = taken[i]+1, left-1, true
			}
		}
	}
	head = slices.Concat(same[:min(len(same), 1)], kinds[0][:taken[0]], kinds[1][:taken[1]], kinds[2][:taken[2]])
	records = kinds[1][taken[1]:]
	for _, s := range kinds[2][taken[2]:] {
		if slices.ContainsFunc(c.Descent, func(d compare.Descent) bool { return c.descentText(d) == s }) {
			records = append(records, s) // fingerprints have their own section
		}
	}
	return head, kinds[0][taken[0]:], records
}

// sentences is a block of them, if there are any.
func sentences(all []string) []report.Block {
	if len(all) == 0 {
		return nil
	}
	return []report.Block{report.List(all)}
}

// Headlines returns the sentence that tells each pair of files, those first that
// have the most in common.
func Headlines(res *compare.Result) []Headline {
	c := compared(res)
	var all []Headline
	for i := range c.Main {
		o := &c.Main[i]
		small, big := o.A, o.B
		if o.RowsB < o.RowsA {
			small, big = big, small
		}
		all = append(all, Headline{small, big, c.headline(o, small, big)})
	}
	return all
}

// Headline is the sentence that tells a pair of files, of the smaller one.
type Headline struct {
	A, B int // indexes of the files
	Text string
}

func (c *comparison) headlines() (sentences []string) {
	all := Headlines(c.Result)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	// The file that is named first is the one that is asked about.
	rank := func(i int) float64 {
		o := &c.Main[i]
		part := max(o.AInB().Value(), o.BInA().Value())
		if o.A == 0 {
			part++
		}
		return part
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(rank(j), rank(i)) })
	for _, i := range order[:min(len(order), mostPairs)] {
		sentences = append(sentences, all[i].Text)
	}
	if n := len(order) - mostPairs; n > 0 {
		sentences = append(sentences, fmt.Sprintf("The tables below have the other %s.", report.Counted(int64(n), "pair", "pairs")))
	}
	if len(order) == 0 {
		sentences = append(sentences, "No two of the files have details in common that rows could be matched by.")
	}
	return sentences
}

// in returns the share of the rows of one file of a pair that are in the other, and
// how many keys the other has.
func in(o *compare.Overlap, small int) (share, back compare.Share, keys int64) {
	if small == o.A {
		return o.AInB(), o.BInA(), o.KeysB
	}
	return o.BInA(), o.AInB(), o.KeysA
}

func (c *comparison) headline(o *compare.Overlap, small, big int) string {
	share, back, keys := in(o, small)
	with := tiers[o.Key].words
	rows, by := "the rows of "+c.labels[small], ", matched by "+with
	if share.Of < c.Files[small].Read() {
		rows, by = fmt.Sprintf("the %s of %s with %s", report.Counted(share.Of, "row", "rows"), c.labels[small], with), ""
	}
	if lost := unread(c.Files[small]); lost != "" {
		rows += fmt.Sprintf(" that could be read (%s)", lost)
	}
	other := c.labels[big]
	if d := c.Files[big].AsOf; d.Year != 0 {
		other += " (data of " + day(d) + ")"
	}
	if lost := unread(c.Files[big]); lost != "" {
		other += fmt.Sprintf(", as far as that could be read (%s)", lost)
	}
	moved := c.movedHeadline(o)
	if share.Part == 0 {
		return fmt.Sprintf("None of %s is in %s%s: %s.", rows, other, by, shareText(share)) + moved
	}
	said := fmt.Sprintf("%s of %s are in %s%s; the other way round, %s.", shareText(share), rows, other, by, shareText(back))
	if moved != "" {
		return said + moved
	}
	if byChance(o.Key, share, keys) {
		return said + " That is no more than strangers have in common by chance."
	}
	if fields, part, all := contradicted(c.Result, o); all {
		return said + fmt.Sprintf(" But of those that can be compared, %s differ in %s: they are hardly the same people.", part, fields)
	}
	for _, more := range []string{c.lacking(small, big), c.fuller(small, big)} {
		if more != "" {
			said += " " + more
		}
	}
	return said
}

// mostlyOthers is the share of matched rows that differ in a name or birth date from
// which on they are told as other people.
const mostlyOthers = 0.9

// contradicted reports whether nearly all rows that a pair has in common differ in
// first name and birth date, of those that both files have, and how many do: a number
// that two people have is no person in common.
func contradicted(res *compare.Result, o *compare.Overlap) (fields, part string, all bool) {
	var titles []string
	least := compare.Share{}
	for _, f := range res.Fields {
		birth := f.Field == compare.BirthDate || f.Field == compare.BirthYear
		if f.A != o.A || f.B != o.B || f.Field != compare.First && !birth || f.Same+f.Differs == 0 || birth && slices.Contains(titles, compare.BirthDate.Title()) {
			continue
		}
		differs := compare.NewShare(f.Differs, f.Same+f.Differs)
		if differs.Value() < mostlyOthers {
			return "", "", false
		}
		if len(titles) == 0 || differs.Value() < least.Value() {
			least = differs
		}
		titles = append(titles, f.Field.Title())
	}
	if len(titles) == 0 {
		return "", "", false
	}
	part = report.Percent(least.Value())
	if least.Part == least.Of {
		part = "all"
	} else if len(titles) > 1 {
		part = "at least " + part
	}
	return list(titles), part, true
}

// Strangers reports whether the rows that a pair has in common are hardly of the same
// people, by first names and birth dates, and by no other key any are in common.
func Strangers(res *compare.Result, o *compare.Overlap) bool {
	if _, _, all := contradicted(res, o); !all {
		return false
	}
	return !slices.ContainsFunc(res.Overlaps, func(v compare.Overlap) bool {
		return v.A == o.A && v.B == o.B && v.Key != o.Key && v.Common > 0
	})
}

// follows are the kinds that another tells.
var follows = map[field.Kind][]field.Kind{
	field.BirthMonthYear: {field.BirthDate}, field.BirthYear: {field.BirthDate, field.BirthMonthYear}, field.Age: {field.BirthDate, field.BirthMonthYear, field.BirthYear},
	field.Locality: {field.Address}, field.SSNLast4: {field.SSN},
}

// told returns the share of a file's rows that tell a kind, by itself or by one that
// tells it.
func told(f *compare.File, k field.Kind) float64 {
	n := f.Kinds[k]
	for _, more := range follows[k] {
		n = max(n, f.Kinds[more])
	}
	return float64(n) / float64(max(f.Read(), 1))
}

// beyond orders verdicts by what they say of a leak.
var beyond = map[compare.Verdict]int{compare.Beyond: 0, compare.Restricted: 1, compare.Unknown: 2, compare.Public: 3}

// only returns the columns of a file that none of the others tells, the most telling
// first.
func (c *comparison) only(file int, others ...int) []compare.Column {
	var cols []compare.Column
	for _, col := range c.Files[file].Columns {
		if !slices.ContainsFunc(others, func(o int) bool { return told(c.Files[o], col.Kind) > 0 }) {
			cols = append(cols, col)
		}
	}
	slices.SortStableFunc(cols, func(a, b compare.Column) int { return beyond[a.Record] - beyond[b.Record] })
	return cols
}

// OnlyIn returns the columns of a file that none of the others tells, the most
// telling first.
func OnlyIn(res *compare.Result, file int) (kinds []string) {
	var others []int
	for j := range res.Files {
		if j != file {
			others = append(others, j)
		}
	}
	for _, col := range compared(res).only(file, others...) {
		kinds = append(kinds, col.Kind.String())
	}
	return kinds
}

// lacking says which columns of a file another has not.
func (c *comparison) lacking(file, other int) string {
	cols := c.only(file, other)
	if len(cols) == 0 {
		return ""
	}
	if len(cols) == 1 {
		return fmt.Sprintf("Its %s column, filled in %s of rows, is not in that file.", cols[0].Kind.Title(), filled(cols[0].Filled))
	}
	return fmt.Sprintf("Its columns %s are not in that file.", columnList(cols, 4))
}

// fuller says which columns a file has filled much more often than another: what the
// other could not have given it.
func (c *comparison) fuller(file, other int) string {
	var words []string
	for _, col := range c.Files[file].Columns {
		there := told(c.Files[other], col.Kind)
		if there == 0 || col.Filled < 2*there || col.Filled < 0.1 {
			continue
		}
		words = append(words, fmt.Sprintf("its %s column is filled in %s of rows, that of the other file in %s", col.Kind.Title(), filled(col.Filled), filled(there)))
	}
	if len(words) == 0 {
		return ""
	}
	said := strings.Join(words, "; ")
	return strings.ToUpper(said[:1]) + said[1:] + "."
}

// columnList names columns with their fill rates, at most so many.
func columnList(cols []compare.Column, most int) string {
	var words []string
	for i, col := range cols {
		if i == most && len(cols) > most+1 {
			words = append(words, fmt.Sprintf("%d more", len(cols)-most))
			break
		}
		rate := filled(col.Filled)
		if i == 0 {
			rate = "filled in " + rate + " of rows"
		}
		words = append(words, fmt.Sprintf("%s (%s)", col.Kind.Title(), rate))
	}
	return list(words)
}

func (c *comparison) files() *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "File"}, {Title: "Rows", Number: true}, {Title: "Data of"}, {Title: "State"}, {Title: "Layout"}}}
	for i, f := range c.Files {
		t.Rows = append(t.Rows, fileRow(letter(i)+"  "+c.labels[i], f, "nothing to match by"))
	}
	return t
}

func fileRow(name string, f *compare.File, keyless string) report.Row {
	of := "not given"
	if f.AsOf.Year != 0 {
		of = f.AsOf.String()
	}
	where := states(f)
	if where == "" {
		where = "not known"
	}
	var notes []string
	if n := f.Rows - f.Read(); n > 0 {
		notes = append(notes, report.Counted(n, "row", "rows")+" could not be read")
	}
	if f.Keyless > 0 {
		notes = append(notes, report.Counted(f.Keyless, "row", "rows")+" with "+keyless)
	}
	if f.Impossible > 0 {
		notes = append(notes, report.Counted(f.Impossible, "row", "rows")+" with a birth date that does not exist")
	}
	if n := singly(f); n > 0 {
		notes = append(notes, report.Counted(n, "row seems", "rows seem")+" to have names or places in each other's columns, as some rows of any file do")
	}
	notes = append(notes, leftOut(f.Unlooked())...)
	return report.Row{Cells: []string{name, report.Number(f.Read()), of, where, strings.Join(f.Layouts, ", ")}, Note: strings.Join(notes, "; ")}
}

// leftOut says of members that they were left out, and why; of many, of the first.
func leftOut(members []compare.Member) (notes []string) {
	const most = 4
	for i, m := range members {
		if i == most && len(members) > most+1 {
			return append(notes, report.Number(int64(len(members)-most))+" more parts were left out")
		}
		notes = append(notes, fmt.Sprintf("%s was left out (%s)", m.Kept(), m.LeftOut))
	}
	return notes
}

func (c *comparison) overlaps() []report.Block {
	n := len(c.Files)
	shares := make([][]float64, n)
	labels := make([]string, n)
	columns := []report.Column{{Title: "of the rows of"}}
	for i := range shares {
		shares[i], labels[i] = make([]float64, n), letter(i)
		columns = append(columns, report.Column{Title: "in " + letter(i), Number: true})
		for j := range shares[i] {
			shares[i][j] = math.NaN()
		}
	}
	for i := range c.Main {
		o := &c.Main[i]
		shares[o.A][o.B], shares[o.B][o.A] = o.AInB().Value(), o.BInA().Value()
	}
	matrix := &report.Table{Caption: "Share of the rows of one file that are in another", Columns: columns}
	for i := range shares {
		cells := []string{letter(i) + "  " + c.labels[i]}
		for j := range shares[i] {
			switch {
			case i == j:
				cells = append(cells, "")
			case math.IsNaN(shares[i][j]):
				cells = append(cells, "-")
			default:
				cells = append(cells, report.Percent(shares[i][j]))
			}
		}
		matrix.Rows = append(matrix.Rows, report.Row{Cells: cells})
	}
	return []report.Block{
		&report.Matrix{
			Title: "Overlap, rows in columns: of the rows of the file at the left, the share that is in the file at the top. The area of a square is the share.",
			Desc:  "The numbers are in the table that follows.", Labels: labels, Shares: shares,
		},
		matrix,
	}
}

// pairs tells each pair by its main key.
func (c *comparison) pairs() *report.Table {
	t := &report.Table{
		Caption: "Shares of rows, all of them counted; in brackets the 95 % interval they would have as a sample of the source; Jaccard: keys in both as a share of keys in either",
		Columns: []report.Column{{Title: "Pair"}, {Title: "Rows matched", Number: true}, {Title: "1st in 2nd", Number: true}, {Title: "2nd in 1st", Number: true}, {Title: "Jaccard", Number: true}},
	}
	for i := range c.Main {
		t.Rows = append(t.Rows, c.pairRow(&c.Main[i], "matched by "+tiers[c.Main[i].Key].words))
	}
	for _, p := range Unmatched(c.Result) {
		t.Rows = append(t.Rows, report.Row{
			Cells: []string{letter(p[0]) + " and " + letter(p[1]), "-", "-", "-", "-"},
			Note:  "they have no details in common that rows could be matched by",
		})
	}
	return t
}

func (c *comparison) pairRow(o *compare.Overlap, note string) report.Row {
	return report.Row{
		Cells: []string{letter(o.A) + " and " + letter(o.B), report.Number(o.MatchedA), shareText(o.AInB()), shareText(o.BInA()), fmt.Sprintf("%.3f", o.Jaccard())},
		Note:  note,
	}
}

// Unmatched returns the pairs of files that have no details in common to match by.
func Unmatched(res *compare.Result) (pairs [][2]int) {
	for a := range res.Files {
		for b := a + 1; b < len(res.Files); b++ {
			if !slices.ContainsFunc(res.Main, func(o compare.Overlap) bool { return o.A == a && o.B == b }) {
				pairs = append(pairs, [2]int{a, b})
			}
		}
	}
	return pairs
}

func (c *comparison) byKey() *report.Table {
	t := &report.Table{
		Columns: []report.Column{{Title: "Pair, key"}, {Title: "match is"}, {Title: "rows with it", Number: true}, {Title: "1st in 2nd", Number: true}, {Title: "2nd in 1st", Number: true}},
	}
	for i := range c.Overlaps {
		o := &c.Overlaps[i]
		t.Rows = append(t.Rows, report.Row{Cells: []string{
			letter(o.A) + " and " + letter(o.B) + ", " + tiers[o.Key].words, tiers[o.Key].tier, report.Number(o.RowsA) + " / " + report.Number(o.RowsB),
			report.Percent(o.AInB().Value()), report.Percent(o.BInA().Value()),
		}})
	}
	return t
}

// keyFields are the fields that rows matched by a key have in common because of it.
var keyFields = map[hashing.KeyType][]compare.Field{
	hashing.VoterID:     {compare.Last, compare.VoterID},
	hashing.NameDOB:     {compare.Last, compare.First, compare.BirthDate, compare.BirthYear},
	hashing.NameYOBZIP:  {compare.Last, compare.First, compare.BirthYear, compare.ZIP},
	hashing.NameAddress: {compare.Last, compare.First, compare.Address},
	hashing.NameZIP:     {compare.Last, compare.First, compare.ZIP},
	hashing.Phone:       {compare.Last, compare.Phone},
	hashing.Email:       {compare.Last, compare.Email},
}

func (c *comparison) agreement() (blocks []report.Block) {
	for i := range c.Main {
		o := &c.Main[i]
		t := &report.Table{
			Caption: fmt.Sprintf("%s and %s: %s that one row of each file has", c.labels[o.A], c.labels[o.B], report.Counted(c.Paired[i], "key", "keys")),
			Columns: []report.Column{
				{Title: "Field"}, {Title: "same", Number: true}, {Title: "differs", Number: true}, {Title: "only in " + letter(o.A), Number: true}, {Title: "only in " + letter(o.B), Number: true}, {Title: "agree", Number: true},
			},
			Legend: []report.Key{{Pattern: report.Solid, Means: "same"}, {Pattern: report.Hatched, Means: "differs"}, {Pattern: report.Dotted, Means: "only in one"}, {Pattern: report.Blank, Means: "in neither"}},
		}
		for _, f := range c.Fields {
			if f.A != o.A || f.B != o.B {
				continue
			}
			of := func(n int64) float64 { return float64(n) / float64(max(c.Paired[i], 1)) }
			agree, title := "-", f.Field.Title()
			switch {
			case f.Differs == 0 && slices.Contains(keyFields[o.Key], f.Field):
				title += " (matched by)" // it is the same by construction, and agrees in nothing
			case f.Same+f.Differs > 0:
				agree = report.Percent(f.Agrees().Value())
			}
			note := ""
			if f.Untold > 0 {
				note = report.Counted(f.Untold, "row is", "rows are") + " in none of these: a code that no layout here explains"
			}
			t.Rows = append(t.Rows, report.Row{
				Note:  note,
				Cells: []string{title, report.Number(f.Same), report.Number(f.Differs), report.Number(f.OnlyA), report.Number(f.OnlyB), agree},
				Bar:   []report.Part{{Share: of(f.Same), Pattern: report.Solid}, {Share: of(f.Differs), Pattern: report.Hatched}, {Share: of(f.OnlyA + f.OnlyB), Pattern: report.Dotted}},
			})
		}
		if len(t.Rows) > 0 {
			blocks = append(blocks, t)
		}
	}
	return blocks
}

// alone tells what each file has that no other has: rows by the key that its pairs
// are told by, and columns.
func (c *comparison) alone() *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "File"}, {Title: "Rows, key in no other", Number: true}, {Title: "of rows with the key", Number: true}, {Title: "Key"}}}
	for i, f := range c.Files {
		cells := []string{letter(i) + "  " + c.labels[i], "-", "-", "none in common"}
		if k, ok := MainKey(c.Result, i); ok {
			cells = []string{cells[0], report.Number(c.Alone[i][k]), shareText(compare.NewShare(c.Alone[i][k], f.Keys[k])), tiers[k].words}
		}
		var others []int
		for j := range c.Files {
			if j != i {
				others = append(others, j)
			}
		}
		note := ""
		if cols := c.only(i, others...); len(cols) > 0 {
			note = "only it has " + columnList(cols, len(cols))
		}
		t.Rows = append(t.Rows, report.Row{Cells: cells, Note: note})
	}
	return t
}

// MainKey returns the key by which the most pairs of a file are told, if any is.
func MainKey(res *compare.Result, file int) (best hashing.KeyType, ok bool) {
	var count [hashing.NumKeyTypes]int
	for i := range res.Main {
		if o := &res.Main[i]; o.A == file || o.B == file {
			if count[o.Key]++; !ok || count[o.Key] > count[best] {
				best, ok = o.Key, true
			}
		}
	}
	return best, ok
}

// repeated tells the rows whose key another row of the file has; nil if there are
// none.
func (c *comparison) repeated() *report.Table {
	t := &report.Table{Columns: []report.Column{{Title: "File"}, {Title: "Key"}, {Title: "Rows", Number: true}, {Title: "of rows with the key", Number: true}}}
	for i, f := range c.Files {
		for _, k := range hashing.KeyTypes() {
			if n := c.Repeated[i][k]; n > 0 {
				t.Rows = append(t.Rows, report.Row{Cells: []string{letter(i) + "  " + c.labels[i], tiers[k].words, report.Number(n), report.Percent(float64(n) / float64(f.Keys[k]))}})
			}
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

package audit

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/data/licences"
	"rollcheck/rollindex/audit/risk"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
)

// Input is a file of a release.
type Input = compare.Input

// Options say how an audit goes about it.
type Options struct {
	Jobs      int    // goroutines; 0 means 1. The result does not depend on it
	Memory    int64  // bytes for what grows with the rows, which only the risk does; 0 means 512 MiB
	TempDir   string // where what goes beyond that is spilled, encrypted; "" means the system's
	Recipient string // class of recipient that the release is for ([Classes], or of the rules' own); "" for anybody
	Watch     Watch  // who must not be in it
	Risk      bool   // measure what each file lets others link
	Progress  func(Progress)
	// Ignore says of a row that it counts for nothing: a decoy. It is called from
	// several goroutines; nil ignores none.
	Ignore func(rec *voterfile.Record) bool
}

// Progress says how far an audit is.
type Progress = compare.Progress

// Run audits the files of a release by rules. An error is of a file that cannot be
// read, or rules or options that mean nothing: a file is audited whole or not at all.
func Run(ctx context.Context, inputs []Input, rules *Rules, opts Options) (*Result, error) {
	if opts.Recipient != "" && !rules.HasClass(opts.Recipient) {
		return nil, fmt.Errorf("%w: no rule speaks of the class of recipient %q", ErrRules, opts.Recipient)
	}
	res := &Result{Rules: rules, Recipient: opts.Recipient, Watch: opts.Watch}
	var paths []string
	lines := 0 // kept
	for i := range inputs {
		a := &auditor{in: &inputs[i], rules: rules, opts: &opts, file: &File{Path: inputs[i].Path, Skipped: map[string]int64{}}, number: i}
		if err := a.run(ctx); err != nil {
			return nil, err
		}
		res.Files = append(res.Files, a.file)
		for i := range a.violations {
			lines += a.violations[i].limit(mostLines - lines)
		}
		res.Violations = append(res.Violations, a.violations...)
		res.Nears = append(res.Nears, a.nears...)
		paths = append(paths, inputs[i].Path)
	}
	sortViolations(res.Violations, paths)
	res.waive(rules)
	return res, nil
}

// waive lets violations pass that a waiver names, if its day has not passed on that
// of the release.
func (r *Result) waive(rules *Rules) {
	today := rules.date
	for i := range rules.Waivers {
		w := &rules.Waivers[i]
		used := false
		for j := range r.Violations {
			if v := &r.Violations[j]; w.covers(v) && (len(w.Lines) == 0 || r.coversLines(w, v)) {
				used = true
				if w.Until.Last() >= today.First() {
					v.Waived = w
				}
			}
		}
		switch {
		case w.Until.Last() < today.First():
			r.Expired = append(r.Expired, *w)
		case !used:
			r.Unused = append(r.Unused, *w)
		}
	}
}

func (w *Waiver) covers(v *Violation) bool {
	return w.Rule == v.Rule && sameColumn(w.Column, v.Column) && (w.File == "" || len(w.Lines) > 0 || w.File == filepath.Base(v.File))
}

// Fits says what of a waiver that no violation asked for is in the release: a file of
// its name, a column of its name in it, and the rules that the column breaks instead.
func (r *Result) Fits(w *Waiver) (file, column bool, rules []string) {
	named := func(path string) bool {
		base := filepath.Base(path)
		return w.File == "" || w.File == base || len(w.Lines) > 0 && strings.HasPrefix(w.File, base+": ")
	}
	for _, f := range r.Files {
		if named(f.Path) && (!strings.Contains(w.File, ": ") || slices.ContainsFunc(f.Members, func(m Member) bool { return strings.HasSuffix(m.Name, w.File) })) {
			file = true
			column = column || w.Column == "" || slices.ContainsFunc(f.Columns, func(c Column) bool { return sameColumn(w.Column, c.Name) })
		}
	}
	for i := range r.Violations {
		v := &r.Violations[i]
		if named(v.File) && w.Column != "" && sameColumn(w.Column, v.Column) && v.Rule != w.Rule && !slices.Contains(rules, v.Rule) {
			rules = append(rules, v.Rule)
		}
	}
	return file, column, rules
}

// sameColumn compares names by letters and digits. Those of another script have none,
// and are compared as they are.
func sameColumn(a, b string) bool {
	norm := layouts.NormName(a)
	return norm == layouts.NormName(b) && (norm != "" || a == b)
}

// coversLines reports whether a waiver of single rows names every row of a violation,
// and there is no doubt which file, and which member of it, it means.
func (r *Result) coversLines(w *Waiver, v *Violation) bool {
	name := filepath.Base(v.File)
	for _, f := range r.Files {
		if f.Path != v.File && filepath.Base(f.Path) == name {
			return false
		}
	}
	several := r.SeveralMembers(v.File)
	waived := map[int64]bool{}
	for _, line := range w.Lines {
		waived[line] = true
	}
	other := func(at Position) bool {
		in := name
		if several {
			in += strings.TrimPrefix(at.Member, v.File)
		}
		return w.File != in || !waived[at.Line]
	}
	return len(v.Lines) > 0 && v.Rows == int64(len(v.Lines)) && !slices.ContainsFunc(v.Lines, other)
}

// auditor audits one file.
type auditor struct {
	in         *Input
	number     int
	rules      *Rules
	opts       *Options
	file       *File
	violations []Violation
	nears      []Near
	rows       atomic.Int64
	states     states
	opened     map[string]bool // members that voterfile would leave out
}

func (a *auditor) run(ctx context.Context) error {
	sources, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		for _, s := range sources {
			s.Close()
		}
	}()
	for _, s := range sources {
		if err := a.read(ctx, s); err != nil {
			return err
		}
	}
	if home := a.rules.Jurisdiction; home != "" {
		a.violations = append(a.violations, a.states.violations(a.in.Path, home)...)
	}
	a.twins(sources[0].Source)
	return a.spareBytes()
}

// source is a file, or those members of it that are read by one layout of their own.
type source struct {
	*voterfile.Source
	proposed bool
}

// read reads one source and judges its columns.
func (a *auditor) read(ctx context.Context, s source) error {
	groups := a.group(s.Members(), s.proposed)
	var measured *risk.Analysis
	if a.opts.Risk {
		measured = risk.New(s.Members(), risk.Options{Memory: a.opts.Memory, Jobs: a.opts.Jobs, TempDir: a.opts.TempDir})
		defer measured.Close()
	}
	var visitors []*visitor
	skips, err := s.Each(ctx, a.opts.Jobs, func() voterfile.Visitor {
		v := groups.newVisitor(a)
		v.watch = a.opts.Watch.newTally(s.Members())
		v.homes, v.ofMember = make(homes, len(s.Members())), make([]int64, len(s.Members()))
		if measured != nil {
			v.risk = measured.Visitor()
		}
		visitors = append(visitors, v)
		return v
	}, func() {
		if a.opts.Progress != nil {
			done, total := s.Progress()
			a.opts.Progress(Progress{File: a.number, Done: done, Total: total, Rows: a.rows.Load()})
		}
	})
	if err != nil {
		return err
	}
	first := visitors[0]
	for _, v := range visitors[1:] {
		first.merge(v)
	}
	a.file.Sources = s.Sources()
	a.file.Rows += skips.Rows
	a.file.Ignored += first.ignored
	for reason, n := range skips.ByReason() {
		a.file.Skipped[reason] += n
	}
	for _, m := range s.Members() {
		if m.LeftOut == "" {
			a.file.Members = append(a.file.Members, Member{Name: m.Name, Layout: m.Match.Layout.ID, Proposed: s.proposed})
		}
	}
	a.states.note(s.Members(), first.homes, first.ofMember, a.rules.Jurisdiction)
	a.hidden(s.Source, skips)
	for g := range groups.list {
		a.judge(&groups.list[g], &first.tallies[g], first, s.Members())
	}
	a.violations = append(a.violations, first.watch.violations(a.in.Path, s.Members())...)
	a.nears = append(a.nears, first.watch.nears(a.in.Path, s.Members())...)
	if measured == nil {
		return nil
	}
	linked, err := measured.Result(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", a.in.Path, err)
	}
	linked.Path, linked.Skipped, linked.Sources = a.in.Path, skips.ByReason(), s.Sources()
	a.file.Risks = append(a.file.Risks, linked)
	return nil
}

// groups are the columns of a source: those of one name in members of one layout
// are one column, so that a release in parts is judged whole.
type groups struct {
	list     []group
	byMember [][]int // by member: the group of each column
}

type group struct {
	layout   *layouts.Layout
	column   voterfile.Column
	proposed bool // the layout
	voterID  bool // rows are read with the voter id from it
}

func (a *auditor) group(members []voterfile.Member, proposed bool) *groups {
	gs := &groups{byMember: make([][]int, len(members))}
	type key struct {
		layout string
		column voterfile.Column
		nth    int // of columns of one name
	}
	known := map[key]int{}
	for m := range members {
		if members[m].LeftOut != "" {
			continue
		}
		seen := map[voterfile.Column]int{}
		for i, c := range members[m].Match.Columns() {
			if c.Name == "" {
				c.Name = fmt.Sprintf("column %d", i+1)
			}
			voterID := c.Role == field.RoleVoterID
			if proposed && guessed(members[m].Match.Layout, c.Name) {
				c.Role, c.Kind, c.Tells = field.RoleNone, 0, false
			}
			k := key{members[m].Match.Layout.ID, c, seen[c]}
			seen[c]++
			at, ok := known[k]
			if !ok {
				at = len(gs.list)
				known[k] = at
				gs.list = append(gs.list, group{members[m].Match.Layout, c, proposed, voterID})
			}
			gs.byMember[m] = append(gs.byMember[m], at)
		}
	}
	return gs
}

// visitor takes the rows of one goroutine.
type visitor struct {
	auditor  *auditor
	byMember [][]int
	tallies  []tally
	row      row
	rows     int64 // that count
	ignored  int64
	ofMember []int64 // rows, by member
	homes    homes
	births   births
	watch    *watchTally
	risk     voterfile.Visitor // nil if it is not measured
}

// births counts rows by how much of a birth their columns for it tell, if anything.
type births struct{ days, months, years int64 }

// see adds a row. A 1 January stands for a year in files that know no more.
func (b *births) see(rec *voterfile.Record) {
	switch {
	case rec.Kinds.Has(field.BirthDate) && !rec.Birth.IsJanuaryFirst():
		b.days++
	case rec.Kinds.Has(field.BirthMonthYear):
		b.months++
	case rec.Birth.Year != 0:
		b.years++
	}
}

// kind returns what columns of births tell: what one row in fifty does.
func (b *births) kind() field.Kind {
	all := b.days + b.months + b.years
	switch {
	case 50*b.days >= all: // also where nothing was understood
		return field.BirthDate
	case 50*b.months >= all:
		return field.BirthMonthYear
	}
	return field.BirthYear
}

func (gs *groups) newVisitor(a *auditor) *visitor {
	v := &visitor{
		auditor: a, byMember: gs.byMember, tallies: make([]tally, len(gs.list)),
		row: row{year: a.year(), home: licences.Of(a.rules.Jurisdiction)},
	}
	v.row.id = func() licences.Form { return licences.FormOf(v.row.rec.Value(field.RoleVoterID)) }
	return v
}

// year returns the year of the file's data.
func (a *auditor) year() int {
	if a.in.AsOf.Year != 0 {
		return int(a.in.AsOf.Year)
	}
	return number([]byte(a.rules.date.First()[:4]))
}

// Visit looks at every value of a row.
func (v *visitor) Visit(rec *voterfile.Record) error {
	v.auditor.rows.Add(1)
	if ignore := v.auditor.opts.Ignore; ignore != nil && ignore(rec) {
		v.ignored++
		return nil
	}
	v.rows++
	r := &v.row
	r.rec, r.at, r.birthYear = rec, newPlace(rec.Member, rec.Line), int(rec.Birth.Year)
	v.ofMember[rec.Member]++
	v.homes.add(rec.Member, rec)
	v.births.see(rec)
	v.watch.visit(rec)
	for i, g := range v.byMember[rec.Member] {
		if value := rec.Column(i); value != nil {
			v.tallies[g].see(value, r)
		}
	}
	if v.risk != nil {
		return v.risk.Visit(rec)
	}
	return nil
}

// Flush implements voterfile.Visitor.
func (v *visitor) Flush() error {
	if v.risk != nil {
		return v.risk.Flush()
	}
	return nil
}

func (v *visitor) merge(o *visitor) {
	v.rows += o.rows
	v.ignored += o.ignored
	v.births.days += o.births.days
	v.births.months += o.births.months
	v.births.years += o.births.years
	v.homes.merge(o.homes)
	for m, n := range o.ofMember {
		v.ofMember[m] += n
	}
	v.watch.merge(o.watch)
	for g := range v.tallies {
		v.tallies[g].merge(&o.tallies[g])
	}
}

// judge decides whether a column may go out: by what it is known to hold, and then
// by what is in it.
func (a *auditor) judge(g *group, t *tally, v *visitor, members []voterfile.Member) {
	j := a.rules.newJudge(g.layout, a.opts.Recipient)
	kind, tells := g.column.Kind, g.column.Tells
	if tells && kind == field.BirthDate && t.filled.n > 0 && !t.dates.tellsDays() {
		if kind = v.births.kind(); kind == field.BirthYear && !t.tellsYears() {
			kind = field.BirthDate
		}
	}
	d := j.column(&g.column, kind, tells)
	a.file.Columns = append(a.file.Columns, Column{g.column.Name, kind, tells, t.filled.n, d})
	broken := map[string]bool{} // rules that the column is already said to break
	say := func(f finding) {
		broken[f.rule] = true
		rows := f.rows.rows(t.filled.n)
		s := compare.NewShare(rows, v.rows)
		a.violations = append(a.violations, Violation{
			Rule: f.rule, File: a.in.Path, Column: g.column.Name, Rows: rows, Of: v.rows, Low: s.Low, High: s.High,
			Lines: positions(f.rows.kept, members), Why: f.why,
		})
	}
	if !d.Pass && t.filled.n > 0 {
		say(finding{ruleOf(kind, tells), t.filled, refusal(&g.column, kind, tells, &d)})
	}
	for _, f := range merged(t.find(j, g)) {
		if !broken[f.rule] {
			say(f)
		}
	}
}

// refusal words why a column may not go out.
func refusal(c *voterfile.Column, kind field.Kind, tells bool, d *Decision) string {
	what := ""
	switch {
	case d.Basis == UnknownName:
		return d.Why
	case tells:
		what = kind.Title() + ", "
	case c.Role != field.RoleNone:
		what = c.Role.Title() + ", "
	}
	if d.Why == "" {
		return what + string(d.Basis)
	}
	return what + string(d.Basis) + ": " + d.Why
}

// merged makes one finding of those of one rule.
func merged(all []finding) (out []finding) {
	for _, f := range all {
		i := slices.IndexFunc(out, func(o finding) bool { return o.rule == f.rule })
		if i < 0 {
			out = append(out, f)
			continue
		}
		out[i].rows.merge(&f.rows)
		out[i].why += "; " + f.why
	}
	return out
}

// find returns what is in a column that may not go out.
func (t *tally) find(j *judge, g *group) (found []finding) {
	c := &g.column
	listed := j.published != nil && !c.Extra
	// What is open may stand anywhere; what only the state's published layout vouches
	// for may stand where that layout has it.
	open := func(k field.Kind) bool { return j.kind(k, listed && c.Tells && c.Kind == k).Pass }
	is := func(kinds ...field.Kind) bool { return c.Tells && slices.Contains(kinds, c.Kind) }
	ids := is(field.VoterID) && !c.Extra && !g.proposed || listed && !c.Tells && t.nine != nil && t.nine.n*2 >= t.filled.n
	var ssn []finding
	if !open(field.SSN) {
		ssn = t.findSSN(ids, g.voterID)
	}
	if !open(field.SSNLast4) {
		ssn = append(ssn, t.findMasked()...)
	}
	if !open(field.SSNLast4) && c.Role != field.PhoneLine && !is(field.Locality, field.MailingAddress, field.Phone) {
		ssn = append(ssn, t.findFour()...)
	}
	found = append(found, ssn...)
	var born, phones []finding
	if !open(field.BirthDate) {
		born = t.findBirths()
	}
	if !open(field.Email) {
		found = append(found, t.findEmails()...)
	}
	if !open(field.Phone) {
		phones = t.findPhones(ids)
	}
	if !open(field.DriverLicense) && !ids {
		dates := t.dates != nil && t.licence != nil && t.dates.n*2 >= t.licence.digits.n
		tens := t.ten.n > 0 && float64(t.tenOK) >= phonesRight*float64(t.ten.n)
		numbers := len(ssn) == 0 && !dates && !tens && (!c.Tells && !listed ||
			is(field.Name, field.Sex, field.Race, field.Party, field.RegistrationDate, field.Status, field.Precinct, field.VoteHistory))
		found = append(found, t.findLicences(numbers)...)
	}
	if !is(field.Address, field.MailingAddress, field.VoteHistory) {
		found = append(found, t.findTexts()...)
	}
	return append(append(found, born...), phones...)
}

// positions returns where rows stand.
func positions(places []place, members []voterfile.Member) []Position {
	out := make([]Position, len(places))
	for i, p := range places {
		out[i] = Position{members[p>>lineBits].Name, int64(p & (1<<lineBits - 1))}
	}
	slices.SortFunc(out, func(a, b Position) int { return cmp.Or(cmp.Compare(a.Member, b.Member), cmp.Compare(a.Line, b.Line)) })
	return out
}

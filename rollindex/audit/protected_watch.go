package audit

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
)

// Watch is who must not be in a release, or not so.
type Watch struct {
	Protected   *Protected   // nil if no list was given
	Previous    *Protected   // who was protected at the last release; nil if not given
	Substitutes Substitutes  // of address confidentiality programmes
	AsOf        hashing.Date // of the release: who is under 18 then. Of less than a day, ages are not judged by birth
}

// Near is rows that do not fail an audit and that a human has to look at.
type Near struct {
	File  string
	What  string // for programs: "one-letter"
	Why   string // a clause
	Rows  int64
	Lines []Position // the first 1,000 of them
}

// maxNear bounds the lines of one kind of near miss.
const maxNear = 1000

// places counts rows and keeps where the first stand.
type places struct {
	n    int64
	kept []place
}

// add counts a row. Of one goroutine, rows come in order.
func (p *places) add(at place, most int) {
	if p.n++; len(p.kept) < most {
		p.kept = append(p.kept, at)
	}
}

// merge adds what another goroutine counted: the first of both are kept.
func (p *places) merge(o *places, most int) {
	p.n += o.n
	p.kept = append(p.kept, o.kept...)
	slices.Sort(p.kept)
	p.kept = p.kept[:min(len(p.kept), most)]
}

// Kinds of rows that a human has to look at, beyond those of [nearness].
const (
	noBirth     = int(endNear) + iota // no birth where the others have one
	lateBirth                         // a birth after the release
	openYear                          // 18 or not, by the year of the birth alone
	openMonth                         // 18 or not, by its month
	reachable                         // a phone number or e-mail address where the row says that its voter is protected
	substituted                       // somebody protected under a substitute address
	noKey                             // nothing that anybody on the list could be found by
	numNear
)

var nearNames = [numNear]struct{ what, why string }{
	nearInitial:  {"other-initial", "the name and birth date of somebody on the list, with another middle initial: a namesake, or a slip"},
	nearSpelling: {"spelling", "another spelling of somebody on the list, or the same name at the same ZIP code without a birth that agrees"},
	nearLetter:   {"one-letter", "a name one letter apart from somebody's on the list, at the same ZIP code"},
	nearBuilding: {"building", "another home in the building of somebody on the list"},
	nearYear:     {"name-and-year", "the name and birth year of somebody on the list, where no more is known of one of the two"},
	nearOtherDay: {"other-day", "the name and birth year of somebody on the list, with another day or month"},
	noBirth:      {"no-birth", "no date, year or age where nearly all other rows have one: it is not known whether they are of age"},
	lateBirth:    {"late-birth", "a birth after the date of the file: a mistake, or a child"},
	openYear:     {"age-from-year", "of %s: whether they are %d on %s cannot be told from the year alone"},
	openMonth:    {"age-from-month", "of %s: whether they are %d on %s cannot be told from the month alone"},
	reachable:    {"protected-contact", "rows that say that their voter's details are protected have a phone number or e-mail address"},
	substituted:  {"substitute-address", "somebody on the list, at no address but a substitute one"},
	noKey:        {"no-key", "nothing by which anybody on the list could be found: they may be"},
}

// watchTally is what one goroutine saw of the people of some files.
type watchTally struct {
	*Watch
	members   []watchedMember
	protected *looker
	previous  *looker
	mail      hashing.Details

	rows, births int64
	days         int64  // of the births, full dates but 1 January
	newYears     places // 1 January of the year in which who is 18 was born: the day, or the year alone
	near         [numNear]places
	persons      places // rows of people on the list
	byKey        [hashing.NumKeyTypes]int64
	people       map[uint32]bool // whose rows they are
	homes        places          // rows of others at their addresses
	homesOf      map[uint32]bool
	again        places // rows of people who were on the list
	againPeople  map[uint32]bool
	minors       places
	byStatus     int64 // of them, told by the status
	exposed      map[string]*places
}

// watchedMember is what is known of a member before its rows are read.
type watchedMember struct {
	units    []unitColumn
	withheld []withheldColumn
	mail     bool            // it has mailing addresses
	minor    map[string]bool // statuses of people who are not of age
	ageRoles []field.Role    // of births, most exact first
}

// withheldColumn is a column that stands empty, or is likely to, where a row says that
// its voter's details are protected.
type withheldColumn struct {
	at     int
	name   string
	likely bool
}

// newTally returns a tally for one goroutine that reads these members.
func (w *Watch) newTally(members []voterfile.Member) *watchTally {
	t := &watchTally{
		Watch: w, protected: newLooker(w.Protected), previous: newLooker(w.Previous),
		people: map[uint32]bool{}, homesOf: map[uint32]bool{}, againPeople: map[uint32]bool{}, exposed: map[string]*places{},
	}
	for i := range members {
		m := watchedMember{}
		if members[i].LeftOut == "" {
			m = watchMember(&members[i].Match)
		}
		t.members = append(t.members, m)
	}
	return t
}

func watchMember(match *voterfile.Match) watchedMember {
	m := watchedMember{units: unitColumns(match), withheld: withheldColumns(match), minor: minorStatuses(match.Layout)}
	for _, role := range [...]field.Role{field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear} {
		if slices.ContainsFunc(match.Columns(), func(c voterfile.Column) bool { return c.Role == role }) {
			m.ageRoles = append(m.ageRoles, role)
		}
	}
	m.mail = slices.ContainsFunc(match.Columns(), func(c voterfile.Column) bool { return c.Role == field.MailAddressLine })
	return m
}

// withheldColumns returns the columns that stand empty for a voter whose details are
// protected: those of which the layout says so, or, if it says so of none, those of
// addresses, which is what laws on confidentiality have in common, and likely those by
// which somebody can be reached.
func withheldColumns(match *voterfile.Match) (all []withheldColumn) {
	said := map[string]bool{}
	for _, c := range slices.Concat(match.Layout.Columns, match.Layout.Tail) {
		if c.Withheld {
			for _, name := range append([]string{c.Name}, c.Aliases...) {
				said[layouts.NormName(name)] = true
			}
		}
	}
	for i, c := range match.Columns() {
		home := c.Tells && (c.Kind == field.Address || c.Kind == field.MailingAddress)
		likely := c.Tells && (c.Kind == field.Phone || c.Kind == field.Email)
		if len(said) == 0 && (home || likely) || said[layouts.NormName(c.Name)] {
			all = append(all, withheldColumn{i, cmp.Or(c.Name, fmt.Sprintf("column %d", i+1)), likely && len(said) == 0})
		}
	}
	return all
}

// minorWords are what layouts call the statuses of people who are not of age yet. Who
// was under 18 when registered, or came of age since, is not meant.
var minorWords = regexp.MustCompile(`(?i)\bpre-?regist|\b1[67] years old|^under 18$|\battainer\b`)

func minorStatuses(l *layouts.Layout) map[string]bool {
	codes := map[string]bool{}
	for _, role := range []field.Role{field.RoleStatus, field.StatusReason} {
		for code, meaning := range l.Codes[role.String()] {
			if minorWords.MatchString(meaning) {
				codes[strings.ToUpper(code)] = true
			}
		}
	}
	return codes
}

// visit looks at the people of a row.
func (t *watchTally) visit(rec *voterfile.Record) {
	t.rows++
	at, m := newPlace(rec.Member, rec.Line), &t.members[rec.Member]
	if t.protected != nil || t.previous != nil {
		t.person(rec, m, at)
	}
	t.age(rec, m, at)
	if rec.Confidential {
		t.confidential(rec, m, at)
	}
}

func (t *watchTally) person(rec *voterfile.Record, m *watchedMember, at place) {
	mail := t.mailing(rec, m)
	unit := func() []byte { return unitOf(rec, m.units) }
	var f found
	if t.protected != nil {
		f = t.protected.look(rec, mail, unit)
	}
	switch {
	case len(f.people) == 0 && len(f.homes) == 0:
		if t.previous != nil {
			if was := t.previous.look(rec, nil, unit); len(was.people) > 0 {
				t.again.add(at, maxLines)
				note(t.againPeople, was.people)
			}
		}
		if f.near > 0 {
			t.near[f.near].add(at, maxNear)
		} else if f.nought && !rec.Confidential {
			t.near[noKey].add(at, maxNear)
		}
	case t.Substitutes.covers(rec, mail):
		if len(f.people) > 0 {
			t.near[substituted].add(at, maxNear)
		}
	case len(f.people) > 0:
		t.persons.add(at, maxLines)
		note(t.people, f.people)
		for k, n := range f.keys {
			t.byKey[k] += n
		}
	default:
		t.homes.add(at, maxLines)
		note(t.homesOf, f.homes)
	}
}

func note(set map[uint32]bool, people []uint32) {
	for _, p := range people {
		set[p] = true
	}
}

// mailing returns the row's mailing address, nil if it has none but its home.
func (t *watchTally) mailing(rec *voterfile.Record, m *watchedMember) *hashing.Details {
	if !m.mail {
		return nil
	}
	line := rec.Value(field.MailAddressLine)
	if line == nil {
		return nil
	}
	d := &t.mail
	d.Reset()
	d.SetAddressLine(line)
	d.SetZIP(rec.Value(field.MailZIP))
	if string(d.House) == string(rec.House) && string(d.Street) == string(rec.Street) && string(d.ZIP) == string(rec.ZIP) && len(d.House) > 0 {
		return nil
	}
	return d
}

// age counts who is not 18 on the day of the release, by birth or age, and by the status
// where these leave it open; and of whom it stays open.
func (t *watchTally) age(rec *voterfile.Record, m *watchedMember, at place) {
	born := birthOf(rec, m)
	least, most, known := t.ageOf(rec, born)
	if known {
		t.births++
	} else if !rec.Confidential {
		t.near[noBirth].add(at, maxNear)
	}
	if born.Precision() == hashing.PrecisionDay && !born.IsJanuaryFirst() {
		t.days++
	}
	switch {
	case known && most < 0:
		t.near[lateBirth].add(at, maxNear)
	case known && most < adult:
		t.minors.add(at, maxLines)
	case (!known || least < adult) && len(m.minor) > 0 && (m.isMinor(rec.Value(field.RoleStatus)) || m.isMinor(rec.Value(field.StatusReason))):
		t.minors.add(at, maxLines)
		t.byStatus++
	case known && least < adult && born.Month == 0:
		t.near[openYear].add(at, maxNear)
	case known && least < adult:
		t.near[openMonth].add(at, maxNear)
	case born.IsJanuaryFirst() && int(born.Year) == t.comingOfAge():
		t.newYears.add(at, maxNear)
	}
}

// comingOfAge returns the year in which those were born who become 18 in the year of
// the release.
func (t *watchTally) comingOfAge() int { return int(t.AsOf.Year) - adult }

// adult is the age from which details may go out.
const adult = 18

func (m *watchedMember) isMinor(status []byte) bool {
	return len(status) > 0 && (m.minor[string(status)] || m.minor[strings.ToUpper(string(status))])
}

// birthOf returns what a row says of a birth. What package hashing takes for a slip,
// since it makes somebody too young to register, is read all the same: it may be true.
func birthOf(rec *voterfile.Record, m *watchedMember) hashing.Date {
	born := rec.Birth
	for _, role := range m.ageRoles {
		if born.Year == 0 {
			born, _ = rec.Date(role)
		}
	}
	return born
}

// ageOf returns the least and the greatest age that somebody can have on the day of
// the release, in full years, and whether the row says anything of it. Where the birth
// leaves two ages, the row's own age tells if it is the lesser: the greater may be no more
// than the difference of two years.
func (t *watchTally) ageOf(rec *voterfile.Record, born hashing.Date) (least, most int, known bool) {
	on := t.AsOf
	byBirth := born.Year != 0 && on.Precision() == hashing.PrecisionDay
	if byBirth {
		most = int(on.Year) - int(born.Year)
		least = most
		switch {
		case born.Month == 0, born.Month == on.Month && born.Day == 0:
			least--
		case born.Month > on.Month, born.Month == on.Month && born.Day > on.Day:
			return least - 1, most - 1, true
		}
		if least == most {
			return least, most, true
		}
	}
	age, said := ageSaid(rec)
	switch {
	case byBirth && said && age == least:
		return age, age, true
	case byBirth:
		return least, most, true
	case said:
		return age, age, true
	}
	return adult, adult, born.Year != 0
}

// ageSaid returns the age in a row's column for it.
func ageSaid(rec *voterfile.Record) (n int, ok bool) {
	age := rec.Value(field.RoleAge)
	if len(age) == 0 || len(age) > 3 {
		return 0, false
	}
	for _, c := range age {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func (t *watchTally) confidential(rec *voterfile.Record, m *watchedMember, at place) {
	likely := false
	for _, c := range m.withheld {
		if rec.Column(c.at) == nil {
			continue
		}
		if c.likely {
			likely = true
			continue
		}
		if t.exposed[c.name] == nil {
			t.exposed[c.name] = new(places)
		}
		t.exposed[c.name].add(at, maxLines)
	}
	if likely {
		t.near[reachable].add(at, maxNear)
	}
}

// merge adds what another goroutine saw.
func (t *watchTally) merge(o *watchTally) {
	t.rows, t.births, t.byStatus, t.days = t.rows+o.rows, t.births+o.births, t.byStatus+o.byStatus, t.days+o.days
	t.newYears.merge(&o.newYears, maxNear)
	for i := range t.near {
		t.near[i].merge(&o.near[i], maxNear)
	}
	for k := range t.byKey {
		t.byKey[k] += o.byKey[k]
	}
	for _, p := range [][2]*places{{&t.persons, &o.persons}, {&t.homes, &o.homes}, {&t.again, &o.again}, {&t.minors, &o.minors}} {
		p[0].merge(p[1], maxLines)
	}
	for _, p := range [][2]map[uint32]bool{{t.people, o.people}, {t.homesOf, o.homesOf}, {t.againPeople, o.againPeople}} {
		for who := range p[1] {
			p[0][who] = true
		}
	}
	for name, p := range o.exposed {
		if t.exposed[name] == nil {
			t.exposed[name] = new(places)
		}
		t.exposed[name].merge(p, maxLines)
	}
}

// ofList says how many of the protected people are meant.
func ofList(n, all int) string {
	if all == 1 {
		return "the one person on the list of protected people"
	}
	return fmt.Sprintf("%d of the %d people on the list of protected people", n, all)
}

// violations returns what fails the audit of a file.
func (t *watchTally) violations(file string, members []voterfile.Member) (all []Violation) {
	add := func(rule, column string, p *places, why string) {
		if p.n == 0 {
			return
		}
		s := compare.NewShare(p.n, t.rows)
		all = append(all, Violation{
			Rule: rule, File: file, Column: column, Rows: p.n, Of: t.rows, Low: s.Low, High: s.High, Lines: positions(p.kept, members), Why: why,
		})
	}
	if t.Protected != nil {
		all := t.Protected.People()
		add(RuleProtected, "", &t.persons, fmt.Sprintf("rows of %s, found by %s", ofList(len(t.people), all), t.foundBy()))
		add(RuleProtected, "", &t.homes, fmt.Sprintf("rows of other people at the address of %s", ofList(len(t.homesOf), all)))
	}
	if t.Previous != nil {
		again := "rows of one person who was protected at the last release and is not on the list of this one"
		if n := len(t.againPeople); n != 1 {
			again = fmt.Sprintf("rows of %d people who were protected at the last release and are not on the list of this one", n)
		}
		add(RuleProtected, "", &t.again, again)
	}
	for _, name := range sortedNames(t.exposed) {
		add(RuleProtected, name, t.exposed[name], "rows that say that their voter's details are protected have a value here")
	}
	why := fmt.Sprintf("people under %d on %s", adult, t.AsOf)
	if t.byStatus > 0 {
		why = fmt.Sprintf("people under %d, %d of them told by a status of preregistration", adult, t.byStatus)
	}
	add(RuleMinor, "", &t.minors, why)
	return all
}

// foundBy words the keys that people were found by.
func (t *watchTally) foundBy() string {
	var words []string
	for k, n := range t.byKey {
		if n > 0 {
			words = append(words, fmt.Sprintf("%s (%d)", hashing.KeyType(k).Title(), n))
		}
	}
	return strings.Join(words, "; ")
}

func sortedNames(m map[string]*places) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// leastFilled is the share of rows with a birth from which one that has none is told.
const leastFilled = 0.9

// nears returns what a human has to look at.
func (t *watchTally) nears(file string, members []voterfile.Member) (all []Near) {
	if 50*t.days < t.births { // as births.kind has it: 1 January stands for the year
		t.near[openYear].merge(&t.newYears, maxNear)
	}
	for i := range t.near {
		p := &t.near[i]
		if p.n == 0 || i == noBirth && float64(t.births) < leastFilled*float64(t.rows) {
			continue
		}
		all = append(all, Near{file, nearNames[i].what, t.whyNear(i), p.n, positions(p.kept, members)})
	}
	return all
}

// whyNear words what a kind of row is.
func (t *watchTally) whyNear(kind int) string {
	why := nearNames[kind].why
	switch kind {
	case openYear:
		return fmt.Sprintf(why, strconv.Itoa(t.comingOfAge()), adult, t.AsOf)
	case openMonth:
		born := fmt.Sprintf("%s %d", time.Month(t.AsOf.Month), t.comingOfAge())
		return fmt.Sprintf(why, born, adult, t.AsOf)
	}
	return why
}

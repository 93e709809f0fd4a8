package voterfile

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"rollcheck/data/layouts"
)

// Detection is what was found out about one member of a file.
type Detection struct {
	Name    string  // the member, made fit to be shown
	Matches []Match // the best first; the first is what it is read as
	LeftOut string  // why the member is not read; "" if it is
	Unread  bool    // it is left out and may hold people
	HasRows bool    // it is left out and holds rows of whatever
	Err     error   // why it cannot be read, if nothing fits or two fit equally
}

// Detect returns, for each member of the file, which layouts fit it. An error is
// returned only if the file cannot be opened; of a member that no layout fits, or
// two equally, [Detection.Err] says so.
func Detect(ctx context.Context, path string, opts Options) ([]Detection, error) {
	opts = opts.withDefaults()
	known, err := candidates(opts.Layout)
	if err != nil {
		return nil, err
	}
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	want := newChoice(opts.Members)
	found, err := f.detect(ctx, known, opts.Layout != nil, sampleSize, want)
	if err == nil {
		err = want.missing([]*file{f})
	}
	if err != nil {
		return nil, err
	}
	var out []Detection
	for _, d := range found {
		out = append(out, d.Detection)
	}
	return out, nil
}

// ReadsAlike reports whether the best layout takes every column for what a file
// of that layout has in it: generations of one state's file may differ in the
// names of columns only.
func (d *Detection) ReadsAlike(l *layouts.Layout) bool {
	best := &d.Matches[0]
	for i := range d.Matches {
		if m := &d.Matches[i]; m.Layout.ID == l.ID {
			return best.sameReading(m)
		}
	}
	own := Match{Layout: l, Fixed: l.Container == "fixed"}
	for i := range l.Columns {
		own.columns = append(own.columns, &l.Columns[i])
	}
	return !best.ByName && best.sameReading(&own)
}

// detected is a member with what was found out about it.
type detected struct {
	member *member
	Detection
}

func candidates(forced *layouts.Layout) ([]*candidate, error) {
	if forced != nil {
		return []*candidate{newCandidate(forced)}, nil
	}
	return builtIn()
}

// builtIn are the built-in layouts, made ready once.
var builtIn = sync.OnceValues(func() ([]*candidate, error) {
	list, err := layouts.All()
	if err != nil {
		return nil, err
	}
	var all []*candidate
	for _, l := range list {
		all = append(all, newCandidate(l))
	}
	return all, nil
})

// detect looks into every member of the file that is wanted, as [file.parts] does.
func (f *file) detect(ctx context.Context, known []*candidate, forced bool, survey int64, want *choice) ([]detected, error) {
	var out []detected
	err := f.parts(ctx, survey, want, func(m *member, leftOut string, err error) {
		d := detected{m, Detection{Name: m.name, LeftOut: leftOut, Err: err}}
		if leftOut == "" && err == nil {
			m.detect(known, forced, &d.Detection)
		}
		out = append(out, d)
	})
	want.settle(out)
	return out, err
}

// detect fills d with what fits the member. Within an archive, and among several
// tables, what cannot be a roll is left out; the file itself was named as one, so
// that is an error.
func (m *member) detect(known []*candidate, forced bool, d *Detection) {
	s, why, err := m.look()
	switch {
	case why != "" && m.spare():
		d.LeftOut, d.Unread = why, m.mayHoldPeople(why)
	case err != nil:
		d.Err = err
	default:
		d.Matches = s.matches(known, forced)
		m.judge(s, known, d)
	}
}

// spare reports whether the member may be something else than a roll without
// anybody having said that it is one.
func (m *member) spare() bool { return !m.chosen && (m.inArchive() || m.tables != nil && !m.alone) }

// look returns the beginning of the member as a sample. Where there is none, err
// says why; why is then set too if something so small or plain can be passed
// over among others.
func (m *member) look() (s *sample, why string, err error) {
	if m.tables != nil {
		if s, err = m.sampleTable(); err != nil {
			return nil, "", m.failRead(err)
		}
	} else if s, why, err = m.lookAtText(); err != nil {
		return nil, why, err
	}
	if len(s.lines) == 0 && s.all {
		return nil, "empty", m.fail("holds blank lines only", "check that the download or copy was complete", ErrEmpty)
	}
	return s, "", nil
}

func (m *member) lookAtText() (s *sample, why string, err error) {
	if m.unread != "" {
		err := m.fail("is "+m.unread+", which is not read", "unpack it, and name its parts or take it out of the archive", ErrNotText)
		if mayHoldRows(m.unread, m.small()) { // left out, its rows would be missing without a trace
			return nil, "", err
		}
		return nil, m.unread, err
	}
	text, all, err := m.sample()
	if err != nil {
		return nil, "", m.failRead(err)
	}
	if isBinary(text) {
		if m.inArchive() && !m.small() {
			return nil, "", m.fail("is not a text file", "save it as text, or take it out of the archive", ErrNotText)
		}
		return nil, "not a text file", m.fail("is not a text file", "a roll is text; if this is UTF-16 without a byte order mark, save it as UTF-8", ErrNotText)
	}
	s = newSample(text, all)
	s.encoding = cmp.Or(m.form.title(), s.encoding)
	return s, "", nil
}

// mayHoldRows reports whether a member of a kind that is not read could hold a roll.
func mayHoldRows(kind string, small bool) bool {
	switch kind {
	case "a picture", "a PDF document":
		return false
	case "an Office document", "an old Office document", spreadsheet:
		return !small
	}
	return true
}

// smallMember is the largest member that is left out for not being text: a
// shortcut, a signature, a read-me, but hardly a roll.
const smallMember = 64 << 10

// Confidence below which a layout does not fit: half of the columns by name, or
// three quarters of the testable columns by content. A forced layout is the
// user's word against a doubtful header or content, but not against the number
// of fields.
const (
	minByName   = 0.5
	minByFields = 0.75
	minForced   = 0.3
	// Two layouts this close fit equally, unless both read the file alike.
	tie = 0.02
)

// judge decides whether the best match is good enough and certain.
func (m *member) judge(s *sample, known []*candidate, d *Detection) {
	fit := d.Matches
	switch {
	case len(fit) == 0:
		if m.spare() && s.best().fields < rollColumns && !s.people() {
			d.LeftOut, d.Unread = "not of the shape of a roll: "+fieldsARow(s.best().fields), m.mayBeRecords(s)
			d.HasRows = m.holdsRows(s)
			return
		}
		d.Err = m.noLayout(s, known)
	case m.inArchive() && !m.chosen && ignoredFolder(m.path(), fit[0].Layout):
		d.LeftOut = "in a folder of files that check or repeat the roll"
	case rival(fit) != nil:
		o := rival(fit)
		d.Err = m.fail(fmt.Sprintf("fits two layouts equally, %s and %s: %s", fit[0].Layout.ID, o.Layout.ID, fit[0].apart(o)),
			"say which it is with --layout", ErrAmbiguous)
	case fit[0].against != nil:
		c := fit[0].against
		hint := cmp.Or(c.hint, "its columns may have been moved or swapped; \"rollcheck layouts detect --propose FILE\" writes a layout to correct")
		if c.arguable {
			hint += "; if they are right as they stand, say so with --layout " + fit[0].Layout.ID
		}
		d.Err = m.fail(fmt.Sprintf("contradicts layout %s: %s, as line %d shows", fit[0].Layout.ID, c.says, c.line), hint, ErrNoLayout)
	case fit[0].other != "":
		d.Err = m.fail(fmt.Sprintf("has a header that names the column %q where layout %s has something else", fit[0].other, fit[0].Layout.ID),
			"its columns were moved or it has another layout; \"rollcheck layouts detect --propose FILE\" writes one by its header", ErrNoLayout)
	case fit[0].turnedISO != nil:
		d.Err = m.failISO(fit[0].turnedISO, fit[0].turnedIn, m.tables != nil)
	case fit[0].mixed != "":
		d.Err = m.fail("writes dates in two ways: "+fit[0].mixed, fit[0].mixedHint, ErrAmbiguous)
	case fit[0].noon != "":
		d.Err = m.fail(fmt.Sprintf("has times of day in its column %q that are noon in America or midnight in Asia, where it was the day after", fit[0].noon),
			"rewrite its dates as YYYY-MM-DD, or give a layout of another jurisdiction with --layout FILE", ErrAmbiguous)
	case fit[0].twice != "":
		d.Err = m.fail(fmt.Sprintf("has the column %q twice", fit[0].twice), "one may be of another person, such as a spouse: name them apart, or take one out", errColumnTwice)
	case !fit[0].lined(s):
		d.Err = m.fail(fmt.Sprintf("has a header of %d columns, but most rows have %d fields", fit[0].Fields, s.best().fields),
			"the file may have been damaged by a program that rewrote it", ErrNoLayout)
	case fit[0].headerLine > 0 && fit[0].headerLine == s.numbers[len(s.numbers)-1] && s.all:
		if m.spare() {
			d.LeftOut = "a header without rows"
			return
		}
		d.Err = m.fail("holds a header and no rows", "check that the download or copy was complete", ErrEmpty)
	}
}

// rival returns a match that fits as well as the first and reads the file
// otherwise, nil if there is none.
func rival(fit []Match) *Match {
	for i := 1; i < len(fit) && fit[0].Score-fit[i].Score < tie; i++ {
		if fit[0].Fixed && !fit[i].Fixed { // lines all of the record's length are no accident
			continue
		}
		if !fit[0].sameReading(&fit[i]) {
			return &fit[i]
		}
	}
	return nil
}

// rollColumns is the fewest columns of nearly every known roll; voting histories
// and lookup tables have fewer. What has as many and fits no layout, or has fewer
// and looks like people, may be a roll of another shape, which must not go missing
// silently.
const rollColumns = 20

func ignoredFolder(name string, l *layouts.Layout) bool {
	dir, _, ok := cutLast(strings.ToLower(strings.ReplaceAll(name, `\`, "/")), "/")
	if !ok {
		return false
	}
	for _, part := range l.IgnoreFolders {
		if strings.Contains(dir, part) {
			return true
		}
	}
	return false
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func delimiterName(c byte) string {
	switch c {
	case TableDelimiter:
		return "the columns of a table"
	case '\t':
		return "tabs"
	case ',':
		return "commas"
	case '|':
		return "pipes"
	case ';':
		return "semicolons"
	}
	return fmt.Sprintf("%q", c)
}

// isBinary reports whether more than one byte in fifty is a control character that
// text does not have. A roll may hold a few: rows with a NUL byte are skipped.
func isBinary(text []byte) bool {
	n := 0
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a {
			n++
		}
	}
	return n*50 > len(text)
}

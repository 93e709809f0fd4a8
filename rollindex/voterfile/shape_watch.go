package voterfile

import (
	"bytes"
	"fmt"
	"slices"

	"rollcheck/data/field"
)

// Where exports of different column order were joined, rows behind the part by
// which the columns were decided have values in the wrong columns. A row that is
// broken by itself is a slip; strangeRun of them, without one between them that is
// right, are not: a person in a hundred with a slip in a column would make one such
// run in 10^40 rows. A word for what is withheld is as strange and may stand in many
// rows that follow one another, since rolls are sorted: no publisher has as many
// different ones as strangeKinds. What is empty or stands for no value says nothing.
//
// A run is counted within a chunk, so that one of fewer than twice strangeRun rows
// may be cut in two and missed.
const (
	strangeRun   = 20
	strangeKinds = 4
)

// watched is a column that is watched, one whose values have a shape. Surnames are
// not: a row whose surname is a date or a number is skipped and counted, as protected
// people may have a number for a name.
type watched uint8

const (
	watchFirst watched = iota
	watchMiddle
	watchSuffix
	watchBirth
	watchZIP
	watchRegistration
	watchVoterID
	numWatched
)

var watchedRoles = [numWatched]field.Role{field.NameFirst, field.NameMiddle, field.NameSuffix, field.RoleBirthDate, field.ZIP5, field.RoleRegistrationDate, field.RoleVoterID}

// watchedShapes are what the values of the columns always are, in words.
var watchedShapes = [numWatched]string{"no name", "no name", "no suffix", "no date", "no ZIP code", "no date", "no number"}

// shapeWatch is what the rows of a member, or of a chunk of it, showed of values in
// the wrong columns.
type shapeWatch struct {
	runs   [numWatched]strangeValues
	line   int64   // the first of the first such run; 0 if there is none
	column watched // in which it is
	header int64   // a line that names the columns in another order; 0 if there is none
}

// strangeValues is the run at hand of a column.
type strangeValues struct {
	n     int
	line  int64
	kinds different
}

// right ends a run: the column has a value that it should have.
func (w *shapeWatch) right(c watched) { w.runs[c].n = 0 }

// strange notes that the column has a value in that line that it cannot have.
func (w *shapeWatch) strange(c watched, line int64, v []byte) {
	r := &w.runs[c]
	if r.n++; r.n == 1 {
		r.line, r.kinds = line, different{}
	}
	if r.kinds.n < strangeKinds {
		r.kinds.note(hashOf(v))
	}
	if r.n >= strangeRun && r.kinds.n == strangeKinds && w.line == 0 {
		w.line, w.column = r.line, c
	}
}

// add adds what another part of the member showed.
func (w *shapeWatch) add(o *shapeWatch) {
	if o.line > 0 && (w.line == 0 || o.line < w.line) {
		w.line, w.column = o.line, o.column
	}
	if o.header > 0 && (w.header == 0 || o.header < w.header) {
		w.header = o.header
	}
}

// watchName notes whether a name begins with a digit, as none does. A suffix does
// (2ND), and is no date or number.
func (p *Parser) watchName(c watched, v []byte) {
	if isDigit(v[0]) && (c != watchSuffix || len(v) >= 4 && notName(v)) {
		p.sawStrange(c, v)
	} else {
		p.saw.shapes.right(c)
	}
}

// watchVoterID notes whether the number of a voter has no digit at all, or lost most of
// them.
func (p *Parser) watchVoterID(v []byte) {
	if isScientific(v) {
		p.misplace(oddVoterID)
	} else if isDigit(v[len(v)-1]) || len(v) < 3 || slices.ContainsFunc(v, isDigit) {
		p.saw.shapes.right(watchVoterID)
	} else {
		p.sawStrange(watchVoterID, v)
	}
}

// isScientific reports whether v is a number as spreadsheets show long ones in a narrow
// column, and then save them: 6.07E+08. Nobody's number is left of it.
func isScientific(v []byte) bool {
	e := bytes.IndexByte(v, '+')
	return e > 1 && v[e-1]|0x20 == 'e' && isDigit(v[0]) && isDigit(v[len(v)-1])
}

// watchRegistration looks at a column that nothing is made of, so that nothing else
// tells when it is wrong.
func (p *Parser) watchRegistration() {
	c := p.plan.first[field.RoleRegistrationDate]
	if c < 0 {
		return
	}
	if int(c) < p.plan.fields { // nearly all begin with a digit
		if s := p.spans[c]; s.start < s.end && isDigit(p.line[s.start]) {
			p.saw.shapes.right(watchRegistration)
			return
		}
	}
	if v := p.value(field.RoleRegistrationDate); v == nil {
		return
	} else if isDigit(v[0]) || !hasNoDate(v) {
		p.saw.shapes.right(watchRegistration)
	} else {
		p.sawStrange(watchRegistration, v)
	}
}

// sawStrange notes a value of the row at hand that its column cannot have. Where
// it is the name of a column, the row may be a header.
func (p *Parser) sawStrange(c watched, v []byte) {
	p.saw.shapes.strange(c, p.rec.Line, v)
	if tellsAlone(c, v) {
		p.misplace(misplaced(c))
	}
	if p.saw.shapes.header == 0 && p.plan.names(v) && p.plan.isTurned(p.line, p.spans) {
		p.saw.shapes.header = p.rec.Line
	}
}

// names reports whether v is the name of a column.
func (p *plan) names(v []byte) bool {
	for _, names := range p.heads {
		if sameName(v, names) {
			return true
		}
	}
	return false
}

// isTurned reports whether most fields of the row that have a value name columns.
// Those of a header that names them in their order were told before.
func (p *plan) isTurned(line []byte, spans []span) bool {
	names, values := 0, 0
	for _, s := range spans[:p.fields] {
		if v := bytes.TrimSpace(line[s.start:s.end]); len(v) > 0 {
			values++
			if p.names(v) {
				names++
			}
		}
	}
	return names >= leastWrong && names*2 > values
}

// hasNoDate reports whether v is no date, nor one with a slip in it or hidden in
// part: it has an @, or letters other than those of a mask and not two separators,
// or is a number of as many digits as no date has. What parse reads is a date,
// whatever stands behind it.
func hasNoDate(v []byte) bool {
	digits, zero := countDigits(v)
	letters, separators := 0, 0
	for _, c := range v {
		switch {
		case c == '/' || c == '-' || c == '.':
			separators++
		case c|0x20 >= 'a' && c|0x20 <= 'z' && c|0x20 != 'x':
			letters++
		}
	}
	strange := digits == 9 && separators == 1 // a ZIP code of nine digits
	switch {
	case bytes.IndexByte(v, '@') >= 0:
		strange = true
	case letters > 0:
		strange = separators < 2 || digits < 2
	case digits == len(v):
		strange = !zero && digits != 4 && digits != 6 && digits != 7 && digits != 8 && digits < 12
	}
	return strange && !isDate(v) && orders(v) == 0
}

// hasNoZIP reports whether v, which cannot be read as a ZIP code, is something else
// altogether. Postal codes of other countries have letters and digits.
func hasNoZIP(v []byte) bool {
	digits, zero := countDigits(v)
	switch {
	case digits == 0:
		return len(v) > 1 && isLetter(v[0])
	case zero:
		return false
	}
	return isSlashDate(v) || digits > 9 || digits < 3 && digits == len(v) || bytes.IndexByte(v, '@') > 0
}

// isLetter reports whether c is a letter or, as of every encoding at hand, begins
// one beyond ASCII.
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }

// failShapes words what the rows of a member have shown.
func (m *member) failShapes(w *shapeWatch, p *plan, rows bool) error {
	if w.header > 0 {
		return m.fail(fmt.Sprintf("has another header in %s %d, with its columns in another order", lineOrRow(rows), w.header),
			"files were joined: split it there, and give both parts", ErrAmbiguous)
	}
	return m.fail(fmt.Sprintf("has values in the wrong columns from %s %d on: %s is in column %q of at least %d rows in a row", lineOrRow(rows), w.line,
		watchedShapes[w.column], p.watchedTitle(w.column), strangeRun),
		"files with their columns in another order may have been joined: split it there, and give both parts", ErrAmbiguous)
}

// watchedTitle returns the name of a column that is watched.
func (p *plan) watchedTitle(c watched) string {
	if c == watchBirth {
		return p.birthName
	}
	return p.titles[watchedRoles[c]]
}

func lineOrRow(rows bool) string {
	if rows {
		return "row"
	}
	return "line"
}

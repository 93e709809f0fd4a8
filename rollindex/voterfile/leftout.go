package voterfile

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// mayHoldPeople reports whether a member that is left out because it is what why
// says may hold rows of people: a dataset without it is not whole. What documents
// a delivery, repeats it or is empty holds none; of a spreadsheet or of bytes of no
// known kind, however few, nobody can tell.
func (m *member) mayHoldPeople(why string) bool {
	switch {
	case why == spreadsheet:
		return true
	case why == "an old Office document": // Word and Excel had one container
		return strings.EqualFold(path.Ext(m.path()), ".xls")
	case why == "not a text file":
		return !slices.Contains(aboutFiles, strings.ToLower(path.Ext(m.path())))
	}
	return false
}

// mayBeRecords reports whether a text without columns may be records of fixed
// places of no known layout: it is larger than what documents a delivery, or its
// lines are of one length, as those of no prose are.
func (m *member) mayBeRecords(s *sample) bool {
	if m.tables != nil || s.best().fields > 1 {
		return false
	}
	const least, short = 10, 40 // lines, and bytes of a person
	count, most := map[int]int{}, 0
	for _, line := range s.lines {
		if len(line) >= short {
			count[len(line)]++
			most = max(most, count[len(line)])
		}
	}
	return !m.small() || most >= least && most*10 >= len(s.lines)*9
}

// aboutFiles are the endings of files that are no text and hold no rows:
// signatures, shortcuts, programs and the parts of a map beside its table.
var aboutFiles = []string{".sig", ".p7s", ".lnk", ".exe", ".dll", ".ico", ".shp", ".shx", ".sbn", ".sbx", ".ttf"}

// holdsRows reports whether a member that is no roll holds rows all the same: it is a
// table, or a text of columns, or a list. What is said of its file does not cover them.
func (m *member) holdsRows(s *sample) bool {
	if m.tables != nil {
		return !m.keyed() || m.tables.Tables()[m.table].Rows != 1 // one object is the settings of a program
	}
	const least = 5 // lines; prose of fewer may have a comma in each
	rows := s.best()
	inColumns := rows.fields > 1 && rows.regular >= 0.9
	return inColumns && slices.Contains(tableFiles, strings.ToLower(path.Ext(m.path()))) ||
		len(s.lines) >= least && (inColumns || s.isList())
}

// tableFiles are the endings of texts of columns.
var tableFiles = []string{".csv", ".tsv", ".tab", ".psv"}

// isList reports whether hardly a line has a blank, as those of any prose have: such are
// lists of numbers and of e-mail addresses, with passwords or without.
func (s *sample) isList() bool {
	words := 0
	for _, line := range s.lines {
		if bytes.HasPrefix(line, []byte("<")) || bytes.HasPrefix(line, []byte("-----")) { // of a page, or around a signature
			return false
		}
		if !bytes.ContainsAny(bytes.TrimSpace(line), " \t") {
			words++
		}
	}
	return words*10 >= len(s.lines)*9
}

// part says in words what the member is of its file, which is not named: "the hidden
// sheet Internal".
func (m *member) part() string {
	if m.tables == nil {
		return label("the member " + m.path())
	}
	what := "table"
	if m.kind == "xlsx" {
		what = "sheet"
	}
	if m.hidden() {
		what = "hidden " + what
	}
	name := strings.TrimSpace("the " + what + " " + m.tables.Tables()[m.table].Name)
	if m.inArchive() {
		name += " of " + m.path()
	}
	return label(name)
}

// nameMayTell reports whether the name of the member may be somebody's details: a table
// may be named by a key of a map, as columns may, and a member for somebody.
func (m *member) nameMayTell() bool {
	name := m.path()
	if m.tables != nil {
		table := m.tables.Tables()[m.table].Name
		if table != "" && m.keyed() { // all of its rows are of one key
			return true
		}
		name += " " + table
	}
	return longNumber(name) || strings.Contains(name, "@")
}

// longNumber reports whether a name has a number of valueDigits or more, with hyphens,
// points or without.
func longNumber(name string) bool {
	n := 0
	for _, c := range name {
		switch {
		case c >= '0' && c <= '9':
			n++
		case c != '-' && c != '.':
			n = 0
		}
		if n == valueDigits {
			return true
		}
	}
	return false
}

// Kept returns what the member is in words that may be kept: not by its name where that
// may be somebody's details.
func (m *Member) Kept() string {
	if m.private {
		return "a part whose name may be somebody's details"
	}
	return m.Part
}

package voterfile

import (
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

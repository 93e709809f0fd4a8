package voterfile

import (
	"bytes"
	"cmp"
	"slices"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// sample is the beginning of a text, in lines.
type sample struct {
	lines   [][]byte // without blank ones
	numbers []int64  // of the lines
	all     bool     // there is no more
	splits  []sampleRows
}

// sampleRows is a sample split by one delimiter.
type sampleRows struct {
	delim   byte
	quoted  bool
	fields  int     // of most rows
	regular float64 // share of the rows that have so many
	// trailing: the last field of each of them is empty, so that it may be no
	// field but a delimiter at the end of the row.
	trailing bool
	rows     [][][]byte
	first    [][]byte // fields of the first line, whatever their number
}

// maxSampleLines bounds how many lines are split to tell a layout.
const maxSampleLines = 300

// delimiters are the ones rolls are written with.
var delimiters = []byte{'\t', ',', '|', ';'}

func newSample(text []byte, all bool) *sample {
	s := &sample{all: all}
	if !all { // the last line may go on
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	for number := int64(1); len(text) > 0 && len(s.lines) < maxSampleLines; number++ {
		var line []byte
		line, text = cutLine(text)
		if len(line) == 0 || blank(line) {
			continue
		}
		s.lines, s.numbers = append(s.lines, line), append(s.numbers, number)
	}
	s.all = s.all && len(text) == 0
	for _, d := range delimiters {
		for _, quoted := range []bool{false, true} {
			s.splits = append(s.splits, splitSample(s.lines, d, quoted))
		}
	}
	return s
}

// splitSample splits the lines by one delimiter and keeps the rows that have the
// most common number of fields.
func splitSample(lines [][]byte, delim byte, quoted bool) sampleRows {
	out := sampleRows{delim: delim, quoted: quoted}
	spans := make([]span, 4096)
	var all [][][]byte
	count := map[int]int{}
	for i, line := range lines {
		var n int
		if quoted {
			n, _ = splitQuoted(line, delim, spans)
		} else {
			n, _ = splitPlain(line, delim, spans)
		}
		if n > len(spans) {
			continue
		}
		row := make([][]byte, n)
		for j := range row {
			row[j] = line[spans[j].start:spans[j].end]
		}
		if i == 0 {
			out.first = row
		}
		count[n]++
		all = append(all, row)
	}
	for n, c := range count {
		if best := count[out.fields]; c > best || c == best && n > out.fields {
			out.fields = n
		}
	}
	out.trailing = true
	for i, row := range all {
		if len(row) != out.fields {
			continue
		}
		out.rows = append(out.rows, row)
		if i > 0 && len(row[out.fields-1]) > 0 {
			out.trailing = false
		}
	}
	if len(all) > 0 {
		out.regular = float64(len(out.rows)) / float64(len(all))
	}
	return out
}

// split returns the sample split that way.
func (s *sample) split(delim byte, quoted bool) *sampleRows {
	for i := range s.splits {
		if s.splits[i].delim == delim && s.splits[i].quoted == quoted {
			return &s.splits[i]
		}
	}
	return s.best()
}

// best returns the split with the most fields that most rows agree on.
func (s *sample) best() *sampleRows {
	best := &s.splits[0]
	for i := range s.splits {
		if r := &s.splits[i]; float64(r.fields)*r.regular > float64(best.fields)*best.regular {
			best = r
		}
	}
	return best
}

// matches returns the layouts that fit the sample, the best first and each once.
func (s *sample) matches(known []*layouts.Layout, forced bool) []Match {
	if len(s.lines) == 0 {
		return nil
	}
	var out []Match
	for _, l := range known {
		var best *Match
		for i := range s.splits {
			m := s.match(l, &s.splits[i], forced)
			if m != nil && (best == nil || m.Confidence > best.Confidence) {
				best = m
			}
		}
		if best != nil {
			out = append(out, *best)
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return out
}

// match returns how the layout fits one way to split the sample, or nil.
func (s *sample) match(l *layouts.Layout, rows *sampleRows, forced bool) *Match {
	if rows.fields < 2 || len(rows.first) < 2 || rows.quoted != s.quoted(l, rows.delim) {
		return nil
	}
	byName, byFields := minByName, minByFields
	if forced {
		byName, byFields = minForced, minForced
	}
	m := matchHeader(l, newHeader(rows.first, s.numbers[0]))
	if m.Confidence < byName {
		if m = matchFields(l, rows); m == nil || m.Confidence < byFields {
			return nil
		}
		if isNames(m.columns, rows.first) {
			m.Header, m.headerLine = true, s.numbers[0]
		}
	}
	m.Delimiter, m.Quoted = rows.delim, rows.quoted
	return m
}

// quoted reports whether a file of the layout, written with that delimiter, has
// quotes around fields. The publisher's own form is taken at its word, unless
// most lines of a copy begin with a quote; another form is a copy that some
// program wrote, and those quote.
func (s *sample) quoted(l *layouts.Layout, delim byte) bool {
	if l.Quote != "" || delim != l.Delimiter[0] {
		return true
	}
	n := 0
	for _, line := range s.lines {
		if line[0] == '"' && bytes.Contains(line, []byte{'"', delim, '"'}) {
			n++
		}
	}
	return n*2 > len(s.lines)
}

func newHeader(first [][]byte, line int64) *header {
	h := &header{line: line}
	for _, f := range first {
		name := string(bytes.TrimSpace(f))
		h.names, h.norm = append(h.names, name), append(h.norm, layouts.NormName(name))
	}
	// A header may end with a delimiter as the rows do.
	if n := len(h.names) - 1; n > 0 && h.names[n] == "" {
		h.names, h.norm = h.names[:n], h.norm[:n]
	}
	return h
}

// isNames reports whether the first row of a file without a known header names
// its columns in other words: where dates, ZIP codes and numbers stand in the
// rows below, it has words without a digit.
func isNames(cols []*layouts.Column, first [][]byte) bool {
	words := 0
	for i, c := range cols {
		if i >= len(first) {
			break
		}
		switch c.Role {
		case field.RoleBirthDate, field.RoleBirthYear, field.ZIP5, field.RoleVoterID, field.RoleRegistrationDate:
			v := bytes.TrimSpace(first[i])
			digits, _ := countDigits(v)
			if digits > 0 {
				return false
			}
			if len(v) >= 3 {
				words++
			}
		}
	}
	return words >= 2
}

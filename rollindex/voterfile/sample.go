package voterfile

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile/internal/tables"
)

// sample is the beginning of a text, in lines.
type sample struct {
	lines   [][]byte // without blank ones
	numbers []int64  // of the lines
	all     bool     // there is no more
	named   bool     // the container names the columns, not a line
	splits  []sampleRows

	page     *page  // that bytes which are not UTF-8 are read by
	encoding string // of what is not ASCII, in words; "" if there is none
}

// sampleRows is a sample split one way.
type sampleRows struct {
	delim    byte
	quoted   bool
	fields   int     // of most rows
	regular  float64 // share of the rows that have so many
	trailing int     // how many of the last fields are empty in each of them: delimiters at the end of a row
	rows     [][][]byte
	numbers  []int64    // of the lines of rows
	heads    []headLine // the first few lines, one of which may name the columns
	names    []*header  // of heads; made when first asked for
}

// headLine is a line of a sample that may be a header.
type headLine struct {
	fields [][]byte
	line   int64
}

const (
	maxSampleLines = 1000 // how many lines are split to tell a layout
	maxHeadLines   = 20   // how far down a header is looked for: publishers put a title or two above it
	spareFields    = 64   // empty fields that rows may have beyond their columns
	maxFields      = 1 << 14
)

// delimiters are the ones rolls are written with.
var delimiters = []byte{'\t', ',', '|', ';', '^', '~'}

func newSample(text []byte, all bool) *sample {
	s := &sample{all: all}
	if !all { // the last line may go on
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	s.page, s.encoding = readEncoding(text)
	for number := int64(1); len(text) > 0 && len(s.lines) < maxSampleLines; number++ {
		var line []byte
		line, text = cutLine(text)
		if len(line) == 0 || blank(line) {
			continue
		}
		s.lines, s.numbers = append(s.lines, line), append(s.numbers, number)
	}
	s.all = s.all && len(text) == 0
	spans := make([]span, maxFields)
	for _, d := range delimiters {
		for _, quoted := range []bool{false, true} {
			s.splits = append(s.splits, splitSample(s.lines, s.numbers, d, quoted, spans))
		}
	}
	return s
}

// newTableSample returns a sample of the rows of a table whose container names
// the columns; names is nil if it does not.
func newTableSample(text []byte, all bool, names []string) *sample {
	s := newSample(text, all)
	rows := splitSample(s.lines, s.numbers, tables.Separator, false, make([]span, maxFields))
	if names != nil {
		head := headLine{}
		for _, n := range names {
			head.fields = append(head.fields, []byte(n))
		}
		rows.heads = []headLine{head}
		s.named = true
	}
	s.splits = []sampleRows{rows}
	return s
}

// splitSample splits the lines by one delimiter and keeps the rows that have the
// most common number of fields.
func splitSample(lines [][]byte, numbers []int64, delim byte, quoted bool, spans []span) sampleRows {
	out := sampleRows{delim: delim, quoted: quoted}
	all := make([][][]byte, len(lines))
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
		if i < maxHeadLines && n > 1 {
			out.heads = append(out.heads, headLine{row, numbers[i]})
		}
		count[n]++
		all[i] = row
	}
	for n, c := range count {
		if best := count[out.fields]; c > best || c == best && n > out.fields {
			out.fields = n
		}
	}
	out.keep(all, numbers)
	return out
}

// keep keeps the rows of the most common number of fields, and counts the fields
// at their end that are empty in all of them; the first line may be a header,
// which has none.
func (r *sampleRows) keep(all [][][]byte, numbers []int64) {
	r.trailing = r.fields - 1
	seen := 0
	for i, row := range all {
		if row != nil {
			seen++
		}
		if row == nil || len(row) != r.fields {
			continue
		}
		r.rows, r.numbers = append(r.rows, row), append(r.numbers, numbers[i])
		empty := 0
		for empty < r.trailing && len(row[r.fields-1-empty]) == 0 {
			empty++
		}
		if i > 0 || len(all) == 1 {
			r.trailing = empty
		}
	}
	if seen > 0 {
		r.regular = float64(len(r.rows)) / float64(seen)
	}
}

// fixedRows cuts the lines at the places of a fixed layout, or returns nil if
// most of them have another length.
func (s *sample) fixedRows(l *layouts.Layout) *sampleRows {
	out := &sampleRows{fields: len(l.Columns)}
	places := fixedPlaces(l)
	spans := make([]span, len(places))
	form := s.fixedForm(l)
	for i, line := range s.lines {
		if splitFixed(line, l.RecordLength, form, places, spans) != len(places) {
			continue
		}
		row := make([][]byte, len(spans))
		for j, p := range spans {
			row[j] = line[p.start:p.end]
		}
		out.rows, out.numbers = append(out.rows, row), append(out.numbers, s.numbers[i])
	}
	if len(out.rows)*10 < len(s.lines)*8 {
		return nil
	}
	out.regular = float64(len(out.rows)) / float64(len(s.lines))
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

// best returns the split with the most fields that most rows agree on. Where
// fields are enclosed in quotes, a delimiter within them is none.
func (s *sample) best() *sampleRows {
	best := &s.splits[0]
	most := 0.0
	for i := range s.splits {
		r := &s.splits[i]
		if r.delim != tables.Separator && r.quoted != s.encloses(r.delim) {
			continue
		}
		if share := float64(r.fields) * r.regular; share > most {
			best, most = r, share
		}
	}
	return best
}

// encloses reports whether the file, cut by that delimiter, encloses fields in
// quotes: most lines with quotes at all have one that begins a field and one that
// ends a field. A stray quote seldom stands at such a place.
func (s *sample) encloses(delim byte) bool {
	quotes, enclosed := 0, 0
	for _, line := range s.lines {
		if bytes.IndexByte(line, '"') < 0 {
			continue
		}
		quotes++
		begins := line[0] == '"' || bytes.Contains(line, []byte{delim, '"'})
		ends := line[len(line)-1] == '"' || bytes.Contains(line, []byte{'"', delim})
		if begins && ends {
			enclosed++
		}
	}
	return enclosed*2 > quotes
}

// fixedForm returns which lines of the sample are records of the layout: where
// they are of many lengths, none longer than the record and the longest nearly
// as long, they lost the blanks at their end.
func (s *sample) fixedForm(l *layouts.Layout) fixedForm {
	longest, count, most := 0, map[int]int{}, 0
	for _, line := range s.lines {
		longest = max(longest, len(line))
		count[len(line)]++
		most = max(most, count[len(line)])
	}
	switch {
	case l.RecordOpen:
		return fixedOpen
	case longest <= l.RecordLength && longest*10 >= l.RecordLength*9 && most*2 < len(s.lines):
		return fixedTrimmed
	}
	return fixedExact
}

// matches returns the layouts that fit the sample, the best first and each once.
func (s *sample) matches(known []*candidate, forced bool) []Match {
	if len(s.lines) == 0 {
		return nil
	}
	var out []Match
	for _, l := range known {
		var best *Match
		try := func(m *Match) {
			if m != nil && (best == nil || m.Score > best.Score) {
				best = m
			}
		}
		if !s.named {
			if m := matchFixed(l, s); m != nil && m.Score >= least(forced, minByFields) {
				try(m)
			}
		}
		for i := range s.splits {
			try(s.match(l, &s.splits[i], forced))
		}
		if best != nil {
			if rows := s.rowsOf(best); rows.fields-rows.trailing <= best.Fields {
				best.width = rows.fields
			}
			best.readDates(s.rowsOf(best))
			best.readLetters(s)
			out = append(out, *best)
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		switch c := cmp.Compare(b.Score, a.Score); {
		case c != 0:
			return c
		case a.inOrder != b.inOrder: // two layouts may have the same columns in another order
			return map[bool]int{true: -1, false: 1}[a.inOrder]
		}
		return cmp.Compare(len(a.Missing), len(b.Missing))
	})
	if len(out) > 0 {
		out[0].skipTypes(s.rowsOf(&out[0]))
		out[0].hold(s.rowsOf(&out[0]), forced)
	}
	return out
}

// rowsOf returns the rows of the sample as a match reads them, without those
// above and in its header.
func (s *sample) rowsOf(m *Match) *sampleRows {
	rows := s.split(m.Delimiter, m.Quoted)
	if m.Fixed {
		rows = s.fixedRows(m.Layout)
	}
	below := *rows
	for len(below.numbers) > 0 && below.numbers[0] <= max(m.headerLine, m.typesLine) {
		below.rows, below.numbers = below.rows[1:], below.numbers[1:]
	}
	return &below
}

func least(forced bool, score float64) float64 {
	if forced {
		return minForced
	}
	return score
}

// match returns how the layout fits one way to split the sample, or nil.
func (s *sample) match(l *candidate, rows *sampleRows, forced bool) *Match {
	if rows.fields < 2 || rows.quoted != s.quoted(l.Layout, rows.delim) {
		return nil
	}
	var m *Match
	for _, head := range rows.headers() {
		if l.names(head) < least(forced, minByName)*float64(len(l.Columns)) {
			continue // the score cannot reach what is needed
		}
		if h := matchHeader(l, head); m == nil || h.Score > m.Score {
			m = h
		}
	}
	if m == nil || m.Score < least(forced, minByName) {
		if m = matchFields(l, rows); m == nil || m.Score < least(forced, minByFields) {
			return nil
		}
		if len(rows.heads) > 0 && isNames(m.columns, rows.heads[0].fields) {
			m.Header, m.headerLine = true, rows.heads[0].line
		}
		m.minds(rows.headers())
	}
	m.Delimiter, m.Quoted = rows.delim, rows.quoted
	return m
}

// quoted reports whether a file of the layout, written with that delimiter, has
// quotes around fields. The publisher's own form is taken at its word, unless
// most lines of a copy begin with a quote; another form is a copy that some
// program wrote, and those quote.
func (s *sample) quoted(l *layouts.Layout, delim byte) bool {
	if delim == tables.Separator {
		return false
	}
	if l.Quote != "" || !l.Delimited() || delim != l.Delimiter[0] {
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

// headers returns the first few lines taken as names of columns.
func (r *sampleRows) headers() []*header {
	for len(r.names) < len(r.heads) {
		r.names = append(r.names, newHeader(r.heads[len(r.names)]))
	}
	return r.names
}

func newHeader(head headLine) *header {
	h := &header{line: head.line}
	for _, f := range head.fields {
		name := string(bytes.TrimSpace(bytes.Trim(f, `"`)))
		plain := name
		if head.line == 0 { // the first of an array stands for it, "District[]"
			plain = strings.TrimSuffix(strings.ReplaceAll(name, ".0.", "."), ".0")
		}
		h.names, h.norm = append(h.names, name), append(h.norm, layouts.NormName(plain))
	}
	// A header may end with delimiters as the rows do.
	for n := len(h.names) - 1; n > 0 && h.names[n] == ""; n-- {
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
		switch roleOf(c) {
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

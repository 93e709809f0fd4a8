package voterfile

import (
	"bytes"
	"unicode/utf8"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// Record is one row. It is filled anew by every call of [Parser.Next] and valid
// until the next one.
type Record struct {
	hashing.Details
	Member       int       // index into [Source.Members]
	Line         int64     // where the row begins, from 1
	Kinds        field.Set // kinds of field with a value in this very row
	Confidential bool      // the row says that its voter's details are protected

	p *Parser
}

// Value returns what the row has in the column with that role, without
// surrounding spaces and quotes and as UTF-8: the first value that is not absent
// if several columns have the role, nil if none has one.
func (r *Record) Value(role field.Role) []byte { return r.p.value(role) }

// Date returns what the row has in the column with that role as a date, read in
// the order of day and month of the file's birth dates; false if there is no
// value, or it is no date.
func (r *Record) Date(role field.Role) (hashing.Date, bool) {
	v := r.p.value(role)
	if v == nil {
		return hashing.Date{}, false
	}
	form := r.p.plan.dates
	form.nextDay = false // midnights are told by birth dates, and of them alone
	return form.parse(v)
}

// Parser reads the records of a [Chunk]. It is for one goroutine; make one for
// each.
type Parser struct {
	plans []*plan
	plan  *plan
	rec   Record
	skips Skips

	data   []byte // what is left of the chunk
	member int
	next   int64 // number of the line that data begins with
	long   bool  // the chunk stands for a line that was too long
	nul    bool  // the chunk has a NUL byte somewhere
	open   bool  // the chunk's last line has no end
	at     int64 // where the chunk begins in the member's text
	from   int   // where the record at hand begins in the chunk

	line     []byte      // the record at hand, decoded
	spans    []span      // its fields
	chunk    []byte      // that data is of
	page     *page       // of the chunk; nil until it is asked for
	saw      sighting    // of the chunk so far
	unlisted []hint      // rows with values that are none of the codes, by coded column; nil as long as there are none
	callers  []caller    // see [Parser.lookAtDoor]
	parts    []namesPart // see [Parser.lookAtFirst]
	before   struct {    // the last row of the chunk that has a surname and an address
		upper       uint32
		first, last []byte
	}
	ragged  raggedWatch
	reader  pageReader           // that finds the page
	namer   namer                // of the names that are looked at
	decoded []byte               // storage of a line that had to be decoded
	scratch []byte               // storage of values with doubled quotes
	facts   *factTable           // [known], once it was asked for
	homes   [2]map[string]string // what [Record.Home] has looked up, of states and of ZIP codes
	street  []byte               // storage of a street name with its type
	phone   []byte               // storage of a phone number in several columns

	strange [][]strangeColumn // by member: unknown columns with few values so far; nil before the first row

	born       hashing.Date // of the row at hand, as it is written
	impossible bool         // its month or day does not exist, so that its year alone counts

	dueLeft int // the next row is due when no more than so much of the chunk is left behind it
}

func newParser(plans []*plan) *Parser {
	p := &Parser{plans: plans, namer: namer{page: windows1252}}
	p.rec.p = p
	return p
}

// Reset makes p read c. What it counted stays.
func (p *Parser) Reset(c Chunk) {
	p.plan, p.member = p.plans[c.Member], c.Member
	p.data, p.next, p.long, p.at = c.Data, c.FirstLine, c.tooLong, c.at
	p.chunk, p.page, p.saw, p.ragged, p.unlisted = c.Data, nil, sighting{}, raggedWatch{first: c.FirstLine}, nil
	p.callers, p.parts, p.before.last = p.callers[:0], p.parts[:0], p.before.last[:0]
	p.dueLeft = len(c.Data) - dueBytes
	p.nul = bytes.IndexByte(c.Data, 0) >= 0
	p.open = len(c.Data) > 0 && c.Data[len(c.Data)-1] != '\n'
	if n := p.plan.room(); cap(p.spans) < n {
		p.spans = make([]span, n)
	} else {
		p.spans = p.spans[:n]
	}
}

// Skips returns what was counted since the parser was made.
func (p *Parser) Skips() Skips { return p.skips }

// Next returns the next record that can be read, or false at the end of the
// chunk.
func (p *Parser) Next() (*Record, bool) {
	if p.long {
		p.long = false
		p.skip(LineTooLong, p.next)
	}
	for len(p.data) > 0 {
		p.from = len(p.chunk) - len(p.data)
		line := p.take()
		if len(line) == 0 || blank(line) {
			continue
		}
		at := p.next - 1
		if at <= p.plan.headerLine && (at == p.plan.headerLine || !p.aboveHeader(line)) {
			continue
		}
		switch why, ok := p.split(line); {
		case at == p.plan.typesLine:
			p.skip(ColumnTypes, at)
		case !ok && why == FieldCount && p.plan.isHeader(line, p.spans): // without the delimiter that rows end in
			p.skips.Headers++
		case !ok && (why == FieldCount || why == OpenQuote) && p.open && len(p.data) == 0:
			p.skip(CutShort, at)
		case !ok:
			p.skip(why, at)
		case p.plan.isHeader(p.line, p.spans):
			p.skips.Headers++
			if p.plan.headerLine > 0 && p.saw.shapes.header == 0 && !p.plan.sameOrder(p.line, p.spans) {
				p.saw.shapes.header = at
			}
		case p.shifted():
			p.rec.Line = at
			told := p.saw.misplaced
			p.fill()               // for what its other columns show
			p.saw.misplaced = told // as it is not read
			p.skip(Shifted, at)
		default:
			p.skips.Rows++
			p.ragged.fits()
			p.rec.Line = at
			p.fill()
			if p.impossible {
				p.skips.noteImpossible(Position{p.member, at})
			}
			p.look()
			p.lookAtCodes()
			p.meet()
			return &p.rec, true
		}
	}
	if p.plan != nil {
		p.plan.watched.add(&p.saw, p.callers, p.parts, p.ragged.end(p.next))
		p.plan.watched.addUnlisted(p.unlisted)
		p.saw, p.unlisted, p.callers, p.parts = sighting{}, nil, p.callers[:0], p.parts[:0]
	}
	return nil, false
}

// aboveHeader reports whether a line above the header is a row all the same, as in
// a file that was sorted: it has somebody's names and more of them, which no
// title has.
func (p *Parser) aboveHeader(line []byte) bool {
	if _, ok := p.split(line); !ok {
		return false
	}
	p.scratch = p.scratch[:0]
	names := p.value(field.NameLast) != nil && p.value(field.NameFirst) != nil
	for _, role := range [...]field.Role{field.RoleBirthDate, field.RoleBirthYear, field.ZIP5, field.RoleVoterID} {
		if n, _ := countDigits(p.value(role)); names && n >= 3 {
			return true
		}
	}
	return false
}

// shifted reports whether the row's values stand in the wrong columns: its surname
// is a date, or a number of four digits and more. No surname has a digit.
func (p *Parser) shifted() bool {
	v := p.value(field.NameLast)
	return len(v) > 3 && (isDigit(v[0]) || isDigit(v[len(v)-1])) && notName(v)
}

func (p *Parser) skip(r Reason, line int64) {
	p.skips.add(r, Position{p.member, line})
	if r == FieldCount {
		p.ragged.skipped(line, p.next)
	} else {
		p.ragged.fits()
	}
}

// take removes the first line of the data and returns it without its end.
func (p *Parser) take() []byte {
	line, rest := cutLine(p.data)
	p.data = rest
	p.next++
	return line
}

// cutLine returns the first line of data without its end, and what follows it.
func cutLine(data []byte) (line, rest []byte) {
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		line = data
	} else {
		line, rest = data[:end], data[end+1:]
	}
	if len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, rest
}

// blank reports whether a line says nothing: spaces, or the mark that DOS ended
// files with.
func blank(line []byte) bool {
	if line[0] > ' ' {
		return false
	}
	for _, c := range line {
		if c != ' ' && c != 0x1a {
			return false
		}
	}
	return true
}

// split finds the fields of the record that begins with line and leaves them in
// p.line and p.spans. It takes further lines of the data if the record needs
// them. If the record cannot be read, ok is false and why says so.
func (p *Parser) split(line []byte) (why Reason, ok bool) {
	if len(line) > p.plan.maxLine {
		return LineTooLong, false
	}
	if p.nul && bytes.IndexByte(line, 0) >= 0 {
		return NULByte, false
	}
	ascii, open, ok := p.splitLine(line)
	if !ok && open {
		if joined, lines := p.join(line); lines > 0 {
			ascii, open, ok = p.splitLine(joined)
			for range lines {
				p.take()
			}
			line = joined
		}
	}
	if open && (!ok || p.open && len(p.data) == 0) { // where the file ends too, it ends within a value
		return OpenQuote, false
	}
	if !ok {
		return FieldCount, false
	}
	p.line = line
	if !ascii {
		p.decode(line)
	}
	return 0, true
}

// splitLine splits one record and reports whether it is all ASCII, whether its
// last field lacks its closing quote, and whether it has the fields of a row.
func (p *Parser) splitLine(line []byte) (ascii, open, ok bool) {
	pl := p.plan
	if pl.record > 0 {
		return isASCII(line), false, splitFixed(line, pl.record, pl.form, pl.places, p.spans) == pl.fields
	}
	if !pl.quoted || bytes.IndexByte(line, '"') < 0 {
		n, ascii := splitPlain(line, pl.delim, p.spans)
		return ascii, false, p.fits(n)
	}
	n, open := splitQuoted(line, pl.delim, p.spans)
	if open || !p.fits(n) {
		ok = p.fits(splitBare(line, pl.delim, p.spans))
		return isASCII(line), open, ok
	}
	return isASCII(line), false, true
}

// fits reports whether n fields are a row: as many as most rows of the file have,
// which is as many as there are columns, or more of which the further ones are
// empty, since some publishers end each row with a delimiter and some programs
// with many. One more than the others have is no row even if the last is empty:
// a delimiter within a value shifts the values behind it.
func (p *Parser) fits(n int) bool {
	want := p.plan.fields
	if n != p.plan.width || n > len(p.spans) {
		return false
	}
	for _, s := range p.spans[want:n] {
		if s.start != s.end {
			return false
		}
	}
	return true
}

// A record may go over at most this many lines and bytes.
const (
	maxJoinLines = 8
	maxJoinBytes = 64 << 10
)

// join looks for the fewest lines after line that complete the record it opens,
// and returns them joined and how many they are; zero if there are none.
func (p *Parser) join(line []byte) (joined []byte, lines int) {
	// The lines lie behind one another in the chunk, so that joining them is a
	// longer slice of it.
	start := cap(line)
	rest := p.data
	for lines = 1; lines < maxJoinLines && len(rest) > 0; lines++ {
		var more []byte
		more, rest = cutLine(rest)
		joined = line[:start-cap(more)+len(more)]
		if len(joined) > min(maxJoinBytes, p.plan.maxLine) || p.nul && bytes.IndexByte(more, 0) >= 0 {
			break
		}
		n, open := splitQuoted(joined, p.plan.delim, p.spans)
		if !open && p.fits(n) {
			return joined, lines
		}
		if !open {
			break
		}
	}
	return nil, 0
}

var byteOrderMark = []byte("\uFEFF")

// decode makes p.line the UTF-8 of a line with bytes beyond ASCII. Delimiters
// and quotes are ASCII in every encoding at hand, so the fields stay what they
// were and only move. Fields of one line may be of two encodings, where a program
// put them side by side.
func (p *Parser) decode(line []byte) {
	if bytes.HasPrefix(line, byteOrderMark) && p.spans[0].start == 0 {
		// A mark inside a file is left of joining files that began with one.
		p.spans[0].start = min(p.spans[0].end, uint32(len(byteOrderMark)))
	}
	if utf8.Valid(line) && !mayBeMisread(line) {
		return
	}
	p.decoded = p.decoded[:0]
	done := uint32(0)
	for i, s := range p.spans[:p.plan.fields] {
		p.decoded = p.appendUTF8(p.decoded, line[done:s.start])
		p.spans[i].start = uint32(len(p.decoded))
		p.decoded = p.appendUTF8(p.decoded, line[s.start:s.end])
		p.decoded = unmisread(p.decoded, int(p.spans[i].start))
		p.spans[i].end = uint32(len(p.decoded))
		done = s.end
	}
	p.line = p.decoded
}

// appendUTF8 appends src as UTF-8. The chunk shows by which page bytes that are
// not are to be read.
func (p *Parser) appendUTF8(dst, src []byte) []byte {
	if utf8.Valid(src) {
		return append(dst, src...)
	}
	if p.page == nil {
		p.page = p.reader.read(p.chunk, p.plan.page, chunkWords)
	}
	return p.page.append(dst, src)
}

// column returns the value in column c without spaces around it, or nil if it
// is empty or stands for none.
func (p *Parser) column(c uint16) []byte {
	if int(c) >= p.plan.fields {
		return p.picked(c)
	}
	s := p.spans[c]
	v := p.line[s.start:s.end]
	if len(v) > 0 && (v[0] <= ' ' || v[len(v)-1] <= ' ') {
		v = bytes.TrimSpace(v)
	}
	if len(v) == 0 {
		return nil
	}
	if p.plan.absent.first[v[0]] && p.plan.absent.has(c, v) {
		return nil
	}
	if p.plan.quoted && s.start > 0 && p.line[s.start-1] == '"' && bytes.IndexByte(v, '"') >= 0 {
		return p.undouble(v)
	}
	return v
}

// undouble returns a quoted value with each doubled quote made one. It lives in
// p.scratch until the next record.
func (p *Parser) undouble(v []byte) []byte {
	start := len(p.scratch)
	for i := 0; i < len(v); i++ {
		p.scratch = append(p.scratch, v[i])
		if v[i] == '"' && i+1 < len(v) && v[i+1] == '"' {
			i++
		}
	}
	return p.scratch[start:len(p.scratch):len(p.scratch)]
}

// value returns the first value in a column with the role.
func (p *Parser) value(role field.Role) []byte {
	c := p.plan.first[role]
	if c < 0 {
		return nil
	}
	if int(c) < p.plan.fields { // nearly all by the first two looks
		s := p.spans[c]
		if s.start >= s.end {
			if p.plan.others[role] == nil {
				return nil
			}
		} else if v := p.line[s.start:s.end]; p.plan.plain[v[0]] && v[len(v)-1] > ' ' {
			return v
		}
	}
	if v := p.column(uint16(c)); v != nil || p.plan.others[role] == nil {
		return v
	}
	return p.otherValue(role)
}

// otherValue returns the first value in a column with the role behind its first.
func (p *Parser) otherValue(role field.Role) []byte {
	for _, c := range p.plan.others[role] {
		if v := p.column(c); v != nil {
			return v
		}
	}
	return nil
}

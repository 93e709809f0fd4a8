package tables

import (
	"bytes"
	"io"
	"strings"
)

// sqlState is where in a dump a reader is.
type sqlState uint8

const (
	sqlTop     sqlState = iota // before a statement
	sqlRows                    // before a row of an INSERT
	sqlBetween                 // behind one
	sqlLines                   // in the lines of a COPY
	sqlBody                    // between two DELIMITER lines, where routines are made
)

// sqlReader reads the rows of a dump. Where rows and statements begin and end,
// which rows can be read, and the columns known at any place depend on the dump
// alone, not on which rows are wanted.
type sqlReader struct {
	w       *window
	schema  *sqlSchema
	dialect sqlDialect
	state   sqlState

	plan   sqlPlan
	plain  bool   // the lines of the COPY are in a form that is known
	head   []byte // the last INSERT up to its first row, which has plan
	widths []int  // columns of the lines, by table; nil if no lines are wanted
	only   int    // the number of the table whose lines are wanted
	parted int    // what parts two rows, in what resync passed over
	lost   int    // rows behind one without an end, by what parts rows: to be counted as unreadable
	looked int    // how far the row at hand was read before it broke the rules
	row    []byte // a row whose values are in another order than its line
	ends   []int
}

func newSQLReader(w *window) *sqlReader {
	return &sqlReader{w: w, schema: newSQLSchema(), dialect: sqlDialectOf(w.unread())}
}

// next reads the next row. It returns its table and, if its lines are wanted,
// appends its line to dst.
func (r *sqlReader) next(dst []byte) ([]byte, *sqlTable, error) {
	for {
		if r.lost > 0 {
			r.lost--
			return r.unreadable(dst), r.plan.table, nil
		}
		var err error
		switch r.state {
		case sqlRows:
			return r.tuple(dst)
		case sqlLines:
			out, row, err := r.copyLine(dst)
			if row || err != nil {
				return out, r.plan.table, err
			}
		case sqlBetween:
			err = r.between()
		case sqlBody:
			err = r.body()
		default:
			var query bool
			if query, err = r.statement(); query {
				return r.unreadable(dst), r.plan.table, nil
			}
		}
		if err != nil {
			return dst, nil, err
		}
	}
}

// need reads more, for something that began and is not whole.
func (r *sqlReader) need(within string) error { return r.w.rowError(r.w.more(), within) }

// wanted reports whether the lines of the table at hand are wanted.
func (r *sqlReader) wanted() bool {
	return r.widths != nil && r.only < len(r.schema.tables) && r.schema.tables[r.only] == r.plan.table
}

func (r *sqlReader) unreadable(dst []byte) []byte {
	if r.wanted() {
		return unreadable(dst)
	}
	return dst
}

// statement reads the next statement, or only its head if rows follow. It
// reports whether the statement fills a table from something else than values:
// rows that cannot be read, counted as one.
func (r *sqlReader) statement() (query bool, err error) {
	b := r.w.unread()
	for len(b) > 0 && (b[0] <= ' ' || b[0] == ';') {
		b = b[1:]
	}
	r.w.skip(len(r.w.unread()) - len(b))
	if len(b) == 0 {
		return false, r.w.more()
	}
	if n := len(r.head); n > 0 && len(b) > n && b[n] == '(' && bytes.Equal(b[:n], r.head) {
		r.w.skip(n)
		r.state = sqlRows
		return false, nil
	}
	if err := r.w.ctx.Err(); err != nil { // a window holds a great many statements
		return false, err
	}
	if b[0] == '\\' { // a command of psql
		return false, eofIsFine(r.w.skipLine())
	}
	if b[0] == '-' || b[0] == '/' || b[0] == '#' {
		end, status := sqlComment(b, 0, true)
		if status == scanDone && end > 0 {
			r.w.skip(end)
			return false, nil
		}
		if status == scanMore {
			return false, r.longComment(b)
		}
	}
	end := sqlWordEnd(b, 0)
	if end == len(b) && end < 64 && r.w.err == nil {
		return false, eofIsFine(r.w.more())
	}
	switch kind := sqlStatements[string(bytes.ToLower(b[:min(end, 16)]))]; kind {
	case sqlInsert:
		return r.insert()
	case sqlCopy:
		return false, r.copy()
	case sqlCreate:
		return false, r.create()
	case sqlAlterTable:
		return false, r.alter()
	case sqlOther:
		return false, r.skipStatement(false)
	case sqlDelimiter:
		return false, r.delimiter()
	default:
		return false, eofIsFine(r.w.skipLine())
	}
}

// longComment reads on in a comment, which may be of any length.
func (r *sqlReader) longComment(b []byte) error {
	line := b[0] != '/'
	switch err := r.w.more(); {
	case err == nil:
		return nil
	case err != io.EOF && err != errRow:
		return err
	case line:
		return eofIsFine(r.w.skipLine())
	case len(b) < 2:
		r.w.skip(len(b))
		return nil
	}
	for {
		b = r.w.unread()
		if end := bytes.Index(b[min(2, len(b)):], []byte("*/")); end >= 0 {
			r.w.skip(2 + end + 2)
			return nil
		}
		r.w.skip(max(0, len(b)-3)) // keeping three bytes, which may hold the first half of the end
		if err := r.w.more(); err != nil {
			return r.w.rowError(err, "a comment")
		}
	}
}

// skipStatement passes over a statement without rows. The last one of a dump may
// lack its semicolon.
func (r *sqlReader) skipStatement(routine bool) error {
	for {
		end, status := sqlStatementEnd(r.w.unread(), routine, r.dialect)
		if status == scanDone {
			r.w.skip(end)
			return nil
		}
		switch err := r.w.more(); err {
		case nil:
		case io.EOF:
			return r.lastStatement(routine)
		case errRow:
			return r.resync(0)
		default:
			return err
		}
	}
}

// lastStatement passes over a statement that the dump ends in. Unless it ends in
// a string or a comment, only its semicolon is missing.
func (r *sqlReader) lastStatement(routine bool) error {
	b := append(bytes.Clone(r.w.unread()), "\n\n"...)
	if end, status := sqlStatementEnd(b, routine, r.dialect); status == scanMore && end < len(b) {
		return r.w.truncated("a statement")
	}
	r.w.skip(len(r.w.unread()))
	return nil
}

// insert reads the head of an INSERT.
func (r *sqlReader) insert() (query bool, err error) {
	h, status := sqlParseInsert(r.w.unread(), r.dialect)
	switch {
	case status == scanMore:
		if err = r.need("an INSERT"); err == errRow {
			return false, r.resync(0)
		}
		return false, err
	case status == scanBad && h.table == "":
		return false, r.resync(h.size)
	case status == scanBad:
		h.columns = nil
	}
	t, err := r.schema.table(h.table)
	if err != nil {
		return false, err
	}
	if r.plan, err = r.schema.newPlan(t, h.columns, r.width(t)); err != nil {
		return false, err
	}
	r.head = r.head[:0]
	if status == scanBad || !h.values {
		return true, r.skipInsert()
	}
	if h.size <= firstWindow/4 {
		r.head = append(r.head, r.w.unread()[:h.size]...)
	}
	r.w.skip(h.size)
	r.state = sqlRows
	return false, nil
}

// skipInsert passes over an INSERT whose rows cannot be read.
func (r *sqlReader) skipInsert() error {
	r.w.skip(len("insert"))
	return r.skipStatement(false)
}

// width returns of how many columns the lines of the table are.
func (r *sqlReader) width(t *sqlTable) int {
	if r.widths == nil || r.only >= len(r.schema.tables) || r.schema.tables[r.only] != t {
		return 0
	}
	return r.widths[r.only]
}

// tuple reads one row of an INSERT.
func (r *sqlReader) tuple(dst []byte) ([]byte, *sqlTable, error) {
	for {
		b := r.w.unread()
		r.looked = 0
		row, size, status := r.read(dst, b, r.dialect)
		if r.dialect.undecided && status != scanDone && (status == scanBad || r.w.err != nil) {
			tried := sqlDialect{backslash: true, mysql: true}
			if other, n, s := r.read(dst, b, tried); s == scanDone {
				r.dialect = tried
				row, size, status = other, n, s
			}
		}
		switch status {
		case scanDone:
			r.w.skip(size)
			r.state = sqlBetween
			return row, r.plan.table, nil
		case scanBad:
			return r.badTuple(dst, size)
		}
		switch err := r.need("a row"); err {
		case nil:
		case errRow:
			r.looked = 0 // which counts by itself
			return r.badTuple(dst, 0)
		default:
			return dst, nil, err
		}
	}
}

// badTuple counts a row that cannot be read and goes on behind it if its end is
// known, else with another statement.
func (r *sqlReader) badTuple(dst []byte, size int) ([]byte, *sqlTable, error) {
	dst = r.unreadable(dst)
	if size > 0 {
		r.w.skip(size)
		r.state = sqlBetween
		return dst, r.plan.table, nil
	}
	r.state = sqlTop
	err := r.resync(r.looked)
	r.lost = r.parted
	return dst, r.plan.table, err
}

// read reads the row at the beginning of b in a dialect. If it is whole but has
// not as many values as its statement names, the status is scanBad and its size
// is known.
func (r *sqlReader) read(dst, b []byte, d sqlDialect) ([]byte, int, scanStatus) {
	direct := r.plan.from == nil && r.wanted()
	into := r.row[:0]
	if direct {
		into = dst
	}
	out, values, size, status := sqlTuple(into, b, d)
	if !direct {
		r.row = out[:0]
	}
	if status != scanDone {
		r.looked = max(r.looked, size)
		return dst, 0, status
	}
	if r.plan.places == nil {
		if err := r.schema.unnamed(r.plan.table, values); err != nil {
			return dst, size, scanBad
		}
		r.plan, _ = r.schema.newPlan(r.plan.table, nil, r.width(r.plan.table))
	}
	switch {
	case values != len(r.plan.places):
		return dst, size, scanBad
	case !r.wanted():
		return dst, size, scanDone
	case direct:
		return append(out, '\n'), size, scanDone
	}
	return r.arrange(dst, out), size, scanDone
}

// arrange appends the values of a row as a line of the table.
func (r *sqlReader) arrange(dst, row []byte) []byte {
	if len(r.plan.from) == 0 && r.width(r.plan.table) == 0 {
		return unreadable(dst)
	}
	if r.plan.from == nil {
		return append(append(dst, row...), '\n')
	}
	r.ends = r.ends[:0]
	for at := 0; ; {
		i := bytes.IndexByte(row[at:], Separator)
		if i < 0 {
			r.ends = append(r.ends, len(row))
			break
		}
		r.ends = append(r.ends, at+i)
		at += i + 1
	}
	for i, v := range r.plan.from {
		if i > 0 {
			dst = append(dst, Separator)
		}
		if v < 0 {
			continue
		}
		start := 0
		if v > 0 {
			start = r.ends[v-1] + 1
		}
		dst = append(dst, row[start:r.ends[v]]...)
	}
	return append(dst, '\n')
}

// between reads what stands behind a row of an INSERT.
func (r *sqlReader) between() error {
	b := r.w.unread()
	switch {
	case len(b) > 1 && b[0] == ',' && b[1] == '(':
		r.w.skip(1)
		r.state = sqlRows
		return nil
	case len(b) > 0 && b[0] == ';':
		r.w.skip(1)
		r.state = sqlTop
		return nil
	case len(r.head) > 0 && bytes.HasPrefix(bytes.TrimLeft(b, "\r\n"), r.head):
		r.state = sqlTop // a row a statement, without semicolons
		return nil
	}
	l := sqlLex{b: b, d: r.dialect}
	comma := l.accept(',')
	c := l.peek()
	if comma && c == '(' {
		r.w.skip(l.i)
		r.state = sqlRows
		return nil
	}
	word := l.word() // of the next statement, where no semicolon ends this one
	if l.status == scanMore {
		switch err := r.w.more(); {
		case err == nil:
			return nil
		case err != io.EOF && err != errRow:
			return err
		case comma:
			return r.w.truncated("an INSERT")
		}
	}
	r.state = sqlTop
	if !comma && sqlStatements[word] != sqlUnknown {
		return nil
	}
	return r.skipStatement(false)
}

// create takes note of the columns of a CREATE TABLE.
func (r *sqlReader) create() error {
	return r.whole(sqlIsRoutine(r.w.unread()), func(statement []byte, last bool) error {
		table, columns, status := sqlParseCreate(statement, r.dialect)
		switch {
		case status == scanMore && last && table != "":
			return r.w.truncated("a CREATE TABLE")
		case status != scanDone:
			return nil
		}
		r.head = r.head[:0]
		return r.schema.create(table, columns)
	})
}

// alter applies an ALTER TABLE to the columns of its table.
func (r *sqlReader) alter() error {
	return r.whole(false, func(statement []byte, _ bool) error {
		r.head = r.head[:0]
		a, status := sqlParseAlter(statement, r.dialect)
		return r.schema.alter(&a, status == scanDone, r.w.line())
	})
}

// whole hands out the statement at hand, up to its end and no further, and passes
// over it. One without an end is handed out as far as the dump goes, which is its
// last one then, or as far as a row may.
func (r *sqlReader) whole(routine bool, note func(statement []byte, last bool) error) error {
	var ended error
	end, status := sqlStatementEnd(r.w.unread(), routine, r.dialect)
	if status != scanDone {
		switch ended = r.w.more(); ended {
		case nil:
			return nil // again, with more of it
		case io.EOF, errRow:
			end = len(r.w.unread())
		default:
			return ended
		}
	}
	if err := note(r.w.unread()[:end], ended == io.EOF); err != nil {
		return err
	}
	switch ended {
	case io.EOF:
		return r.lastStatement(routine)
	case errRow:
		return r.resync(0)
	}
	r.w.skip(end)
	return nil
}

// delimiter passes over a DELIMITER line. Under another delimiter than the
// semicolon stand routines, which hold statements but no rows.
func (r *sqlReader) delimiter() error {
	b := r.w.unread()
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		if err := r.w.more(); err != io.EOF && err != errRow {
			return err
		}
		r.w.skip(len(b))
		return nil
	}
	if d := strings.TrimSpace(string(b[len("delimiter"):end])); d != ";" {
		r.state = sqlBody
	}
	r.w.skip(end + 1)
	return nil
}

// body passes over lines up to the next DELIMITER line.
func (r *sqlReader) body() error {
	for {
		b := r.w.unread()
		if len(b) < len("delimiter") {
			if err := r.w.more(); err != nil {
				return err
			}
			continue
		}
		if strings.EqualFold(string(b[:len("delimiter")]), "delimiter") {
			r.state = sqlTop
			return nil
		}
		if err := r.w.skipLine(); err != nil {
			return err
		}
	}
}

// sqlResume are the words a statement begins with where reading goes on behind
// one that cannot be read.
var sqlResume = []string{"insert ", "replace ", "create ", "copy ", "alter ", "drop ", "lock ", "unlock ", "commit",
	"set ", "begin", "delimiter ", "/*", "--", "#", "\\", "go\n", "go\r"}

// resync goes on with the next statement that can be told to begin, behind
// something that was read for so many bytes and broke the rules.
func (r *sqlReader) resync(looked int) error {
	to := r.w.offset() + int64(looked)
	if err := r.toStatement(); err != nil {
		return err
	}
	return r.w.lookedTo(to)
}

// toStatement passes over lines up to the statement at the beginning of a line
// behind one that ends in a semicolon, or behind a line "GO".
func (r *sqlReader) toStatement() error {
	r.head = r.head[:0]
	r.state = sqlTop
	r.parted = 0
	for semicolon := false; ; {
		b := r.w.unread()
		end := bytes.IndexByte(b, '\n')
		text := b
		if end >= 0 {
			text = b[:end]
		}
		r.parted += bytes.Count(text, []byte("),("))
		if text = bytes.TrimRight(text, " \t\r"); len(text) > 0 {
			semicolon = text[len(text)-1] == ';'
			if bytes.HasSuffix(text, []byte("),")) {
				r.parted++
			}
		}
		if end < 0 {
			r.w.skip(len(b))
			if err := r.w.more(); err != nil {
				return eofIsFine(err)
			}
			continue
		}
		r.w.skip(end + 1)
		for len(r.w.unread()) < 16 && r.w.err == nil {
			if err := eofIsFine(r.w.more()); err != nil {
				return err
			}
		}
		if b = r.w.unread(); isGoLine(b) || (semicolon || r.dialect.mssql) && sqlResumes(b, semicolon) {
			return nil
		}
	}
}

// sqlResumes reports whether a statement begins at b. Behind a line without a
// semicolon only an INSERT does.
func sqlResumes(b []byte, semicolon bool) bool {
	words := sqlResume
	if !semicolon {
		words = words[:1]
	}
	for _, w := range words {
		if hasPrefixFold(b, w) {
			return true
		}
	}
	return false
}

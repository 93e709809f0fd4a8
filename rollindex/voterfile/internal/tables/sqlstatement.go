package tables

import "strings"

// sqlKind is what the first word of a statement says of it.
type sqlKind uint8

const (
	sqlUnknown sqlKind = iota // no statement
	sqlOther                  // one that holds no rows
	sqlInsert
	sqlCopy
	sqlCreate
	sqlAlterTable
	sqlDelimiter
	sqlGo
)

// sqlStatements are the first words of statements. A line that begins with
// another word is none, but a message that got into the dump.
var sqlStatements = sqlStatementWords()

func sqlStatementWords() map[string]sqlKind {
	m := map[string]sqlKind{
		"insert": sqlInsert, "replace": sqlInsert, "copy": sqlCopy, "create": sqlCreate, "alter": sqlAlterTable,
		"delimiter": sqlDelimiter, "go": sqlGo,
	}
	const others = `analyse analyze attach begin call change checkpoint close comment commit declare delete
		detach do drop end exec execute explain flush grant if kill lock merge open pragma prepare print purge
		refresh reindex release rename reset revoke rollback savepoint security select set show start truncate
		unlock update use vacuum with`
	for _, w := range strings.Fields(others) {
		m[w] = sqlOther
	}
	return m
}

// sqlMaxNames bounds the columns of a table and the tables of a dump.
const sqlMaxNames = 10000

// sqlInsertHead is an INSERT or REPLACE up to its first row.
type sqlInsertHead struct {
	table   string
	columns []string // nil if it names none
	values  bool     // rows follow; else they come from a query
	size    int      // where the first row begins
}

// sqlParseInsert reads the head of an INSERT.
func sqlParseInsert(b []byte, d sqlDialect) (sqlInsertHead, scanStatus) {
	l := &sqlLex{b: b, d: d}
	var h sqlInsertHead
	l.word() // INSERT or REPLACE
	for again := true; again && l.status == scanDone; {
		at := l.i
		switch l.word() {
		case "low_priority", "delayed", "high_priority", "ignore", "overwrite", "or", "rollback", "abort", "replace", "fail", "table", "only":
		case "into":
			again = false
			if !l.acceptWord("table") {
				l.acceptWord("only")
			}
		default:
			again = false
			if l.status == scanDone {
				l.i = at
			}
		}
	}
	h.table = l.qualified()
	if l.peek() == '(' {
		h.columns = l.names()
	}
	if l.acceptWord("overriding") {
		l.word()
		l.word()
	}
	if l.acceptWord("values") || l.acceptWord("value") {
		h.values = l.peek() == '('
	}
	h.size = l.i
	return h, l.status
}

// sqlCopyHead is a COPY ... FROM stdin up to its first line.
type sqlCopyHead struct {
	table   string
	columns []string
	stdin   bool // the lines follow
	plain   bool // in the text format without options
	size    int  // where the line of the statement ends
}

// sqlParseCopy reads a COPY statement.
func sqlParseCopy(b []byte, d sqlDialect) (sqlCopyHead, scanStatus) {
	l := &sqlLex{b: b, d: d}
	var h sqlCopyHead
	l.word() // COPY
	h.table = l.qualified()
	if l.peek() == '(' {
		h.columns = l.names()
	}
	if l.acceptWord("with") {
		l.word() // OIDS
	}
	h.stdin = l.acceptWord("from") && l.acceptWord("stdin")
	h.plain = l.accept(';')
	for h.stdin && l.status == scanDone && !h.plain && !l.accept(';') {
		l.i++
	}
	for l.status == scanDone && l.i < len(b) && b[l.i] != '\n' {
		l.i++
	}
	if l.status == scanDone && l.i == len(b) {
		l.fail(scanMore)
	}
	h.size = l.i + 1
	return h, l.status
}

// sqlParseCreate reads the columns of a CREATE TABLE. The status is scanBad for
// other statements and for tables made in another way.
func sqlParseCreate(b []byte, d sqlDialect) (table string, columns []string, status scanStatus) {
	l := &sqlLex{b: b, d: d}
	l.word() // CREATE
	for n := 0; !l.acceptWord("table"); n++ {
		if w := l.word(); w == "" || n > 3 {
			l.fail(scanBad)
			return "", nil, l.status
		}
	}
	if l.acceptWord("if") {
		l.word()
		l.word()
	}
	table = l.qualified()
	if !l.accept('(') {
		l.fail(scanBad)
	}
	for l.status == scanDone {
		name, quoted := l.name()
		if len(columns) <= sqlMaxNames && (quoted || !sqlConstraint(name, d)) {
			columns = append(columns, name)
		}
		l.skipItem()
		if l.accept(')') {
			break
		}
		if !l.accept(',') {
			l.fail(scanBad)
		}
	}
	if len(columns) == 0 {
		l.fail(scanBad)
	}
	return table, columns, l.status
}

// skipItem passes over what stands before the next comma or closing parenthesis
// at this depth.
func (l *sqlLex) skipItem() {
	end, status := sqlItemEnd(l.b, l.i, l.d)
	if status != scanDone {
		l.fail(status)
		return
	}
	l.i = end
}

// sqlItemEnd returns the next comma or closing parenthesis outside of
// parentheses and quotes.
func sqlItemEnd(b []byte, i int, d sqlDialect) (int, scanStatus) {
	for depth := 0; i < len(b); {
		c := b[i]
		end, status := sqlApart(b, i, d)
		switch {
		case status != scanDone:
			return i, status
		case end > i:
			i = end
			continue
		case c == '(' || c == '[':
			depth++
		case c == ')' && depth == 0, c == ',' && depth == 0:
			return i, scanDone
		case c == ')' || c == ']':
			depth--
		case c == ';':
			return i, scanBad
		}
		i++
	}
	return i, scanMore
}

// sqlConstraint reports whether the bare word at the beginning of an item of a
// CREATE TABLE makes it something else than a column. KEY and INDEX do so only
// in MySQL; elsewhere they may be names.
func sqlConstraint(word string, d sqlDialect) bool {
	switch strings.ToLower(word) {
	case "primary", "unique", "constraint", "foreign", "check", "fulltext", "spatial", "exclude", "like", "period":
		return true
	case "key", "index":
		return d.mysql
	}
	return false
}

// sqlIsRoutine reports whether a CREATE makes a routine, whose body may hold
// statements.
func sqlIsRoutine(b []byte) bool {
	l := &sqlLex{b: b}
	l.word() // CREATE
	for range 8 {
		switch l.word() {
		case "trigger", "function", "procedure", "proc", "event", "package", "rule":
			return true
		case "table", "view", "index", "":
			return false
		}
	}
	return false
}

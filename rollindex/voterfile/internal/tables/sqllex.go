package tables

import (
	"bytes"
	"strings"
)

// sqlLex reads the words of a statement. The first failure stays in status.
type sqlLex struct {
	b      []byte
	i      int
	status scanStatus
	d      sqlDialect
}

func (l *sqlLex) fail(s scanStatus) {
	if l.status == scanDone {
		l.status = s
	}
}

// peek passes over white space and comments and returns the next byte, or 0.
func (l *sqlLex) peek() byte {
	if l.status != scanDone {
		return 0
	}
	l.i, l.status = sqlSpace(l.b, l.i, l.d.mysql)
	if l.status != scanDone {
		return 0
	}
	return l.b[l.i]
}

// accept passes over c if it is next.
func (l *sqlLex) accept(c byte) bool {
	if l.peek() != c || l.status != scanDone {
		return false
	}
	l.i++
	return true
}

// word reads a bare word in lower case; "" if there is none.
func (l *sqlLex) word() string {
	if !isWordByte(l.peek()) {
		return ""
	}
	end := sqlWordEnd(l.b, l.i)
	if end == len(l.b) {
		l.fail(scanMore)
		return ""
	}
	w := l.b[l.i:end]
	l.i = end
	return strings.ToLower(string(w))
}

// acceptWord passes over the word w if it is next.
func (l *sqlLex) acceptWord(w string) bool {
	at := l.i
	if l.word() == w {
		return true
	}
	if l.status == scanDone {
		l.i = at
	}
	return false
}

// name reads a name: a bare word, or one in quotes, backquotes or brackets.
func (l *sqlLex) name() (name string, quoted bool) {
	c := l.peek()
	switch c {
	case '"', '`', '[', '\'':
	default:
		at := l.i
		if l.word(); l.i == at {
			l.fail(scanBad)
			return "", false
		}
		return string(l.b[at:l.i]), false
	}
	if c == '[' {
		c = ']'
	}
	end, status := sqlQuoteEnd(l.b, l.i+1, c, false)
	if status != scanDone {
		l.fail(status)
		return "", true
	}
	raw := string(l.b[l.i+1 : end-1])
	l.i = end
	return strings.ReplaceAll(raw, string([]byte{c, c}), string(c)), true
}

// qualified reads the name of a table and returns its parts joined by points.
func (l *sqlLex) qualified() string {
	name, _ := l.name()
	for l.status == scanDone && l.accept('.') {
		part, _ := l.name()
		name += "." + part
	}
	return name
}

// names reads a list of names in parentheses.
func (l *sqlLex) names() []string {
	if !l.accept('(') {
		l.fail(scanBad)
		return nil
	}
	list := []string{}
	for l.status == scanDone {
		name, _ := l.name()
		if len(list) <= sqlMaxNames { // one too many is enough to fail
			list = append(list, name)
		}
		if l.accept(')') {
			return list
		}
		if !l.accept(',') {
			l.fail(scanBad)
		}
	}
	return nil
}

// isWordByte reports whether c is a byte of a bare word.
func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '@' || c >= 0x80
}

func sqlWordEnd(b []byte, i int) int {
	for i < len(b) && isWordByte(b[i]) {
		i++
	}
	return i
}

// sqlSpace passes over white space and comments. The status is scanMore if
// nothing else follows in b. A comment with a version ("/*!40101 ... */") is one
// too: what dumps write so is never a row.
func sqlSpace(b []byte, i int, hash bool) (int, scanStatus) {
	for i < len(b) {
		c := b[i]
		switch {
		case c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\v' || c == 0:
			i++
			continue
		case c == '/' || c == '-' || c == '#' && hash:
		default:
			return i, scanDone
		}
		end, status := sqlComment(b, i, hash)
		if status != scanDone || end == i {
			return i, status
		}
		i = end
	}
	return i, scanMore
}

// sqlComment returns where the comment at i ends; i if none begins there.
func sqlComment(b []byte, i int, hash bool) (int, scanStatus) {
	if i+1 >= len(b) {
		return i, scanMore
	}
	switch {
	case b[i] == '/' && b[i+1] == '*':
		end := bytes.Index(b[i+2:], []byte("*/"))
		if end < 0 {
			return i, scanMore
		}
		return i + 2 + end + 2, scanDone
	case b[i] == '-' && b[i+1] == '-', b[i] == '#' && hash:
		end := bytes.IndexByte(b[i:], '\n')
		if end < 0 {
			return i, scanMore
		}
		return i + end + 1, scanDone
	}
	return i, scanDone
}

// sqlQuoteEnd returns the place behind the closing quote of what begins at i,
// behind the opening one. A doubled quote does not close.
func sqlQuoteEnd(b []byte, i int, quote byte, backslash bool) (int, scanStatus) {
	for next := -1; ; { // next is the first quote from i on, looked for but once
		if next < i {
			j := bytes.IndexByte(b[i:], quote)
			if j < 0 {
				return len(b), scanMore
			}
			next = i + j
		}
		if backslash {
			if k := bytes.IndexByte(b[i:next], '\\'); k >= 0 {
				if i += k + 2; i > len(b) {
					return len(b), scanMore
				}
				continue
			}
		}
		i = next + 1
		if i == len(b) {
			return i, scanMore
		}
		if b[i] != quote {
			return i, scanDone
		}
		i++
	}
}

// sqlDollarEnd returns the place behind the string in dollar quotes that begins
// at i; i if none begins there.
func sqlDollarEnd(b []byte, i int) (int, scanStatus) {
	end := i + 1
	for end < len(b) && b[end] != '$' {
		if !isWordByte(b[end]) || end-i > 64 {
			return i, scanDone
		}
		end++
	}
	if end == len(b) {
		return i, scanMore
	}
	tag := b[i : end+1]
	closing := bytes.Index(b[end+1:], tag)
	if closing < 0 {
		return i, scanMore
	}
	return end + 1 + closing + len(tag), scanDone
}

// sqlApart returns the place behind the string, quoted name or comment that
// begins at i; i if none does. Whatever looks for the end of something goes by it.
func sqlApart(b []byte, i int, d sqlDialect) (end int, status scanStatus) {
	switch c := b[i]; {
	case c == '\'' || c == '"' || c == '`':
		return sqlQuoteEnd(b, i+1, c, d.backslash && c != '`')
	case c == '[' && d.mssql:
		return sqlQuoteEnd(b, i+1, ']', false)
	case c == '$' && !d.mysql && (i == 0 || !isWordByte(b[i-1])):
		return sqlDollarEnd(b, i)
	case c == '-' || c == '/' || c == '#' && d.mysql:
		return sqlComment(b, i, d.mysql)
	}
	return i, scanDone
}

// sqlStatementEnd returns where the statement at the beginning of b ends: behind
// its semicolon, or before a line "GO" or one that begins with INSERT, as scripts
// of SQL Server do without semicolons. What makes or alters a table there ends
// before a line that begins with ALTER TABLE, too; other statements may say
// whether that is done. In the body of a routine semicolons count only outside
// BEGIN and END, and not at all for SQL Server.
//
// The status is scanMore, and the place that of an open quote or comment, or else
// len(b), if the statement goes on behind b.
func sqlStatementEnd(b []byte, routine bool, d sqlDialect) (int, scanStatus) {
	lines := sqlLineWords(b, routine, d)
	depth := 0
	for i := 0; i < len(b); {
		c := b[i]
		end, status := sqlApart(b, i, d)
		switch {
		case status != scanDone:
			return i, status
		case end > i:
			i = end
			continue
		case c == ';' && depth <= 0 && !(routine && d.mssql):
			return i + 1, scanDone
		case c == '\n':
			if stop, status := sqlLineStarts(b[i+1:], lines); stop || status == scanMore {
				return i + 1, status
			}
		case isWordByte(c):
			end = sqlWordEnd(b, i)
			if routine && end < len(b) {
				depth += sqlBlock(b[i:end])
			}
		}
		i = max(end, i+1)
	}
	return len(b), scanMore
}

// sqlBlock returns by how much a word changes the nesting of blocks.
func sqlBlock(word []byte) int {
	switch {
	case len(word) > len("begin"):
	case strings.EqualFold(string(word), "begin"), strings.EqualFold(string(word), "case"):
		return 1
	case strings.EqualFold(string(word), "end"):
		return -1
	}
	return 0
}

// sqlLineWords returns the words that end the statement at the beginning of b
// where they begin a line.
func sqlLineWords(b []byte, routine bool, d sqlDialect) []string {
	switch {
	case routine:
		return nil
	case d.mssql && (hasPrefixFold(b, "alter ") || hasPrefixFold(b, "create ")):
		return []string{"insert ", "alter table "}
	}
	return []string{"insert "}
}

// sqlLineStarts reports whether a line ends the statement before it: with one of
// the words, or as a line "GO".
func sqlLineStarts(line []byte, words []string) (bool, scanStatus) {
	const longest = len("alter table ")
	if len(line) < longest && bytes.IndexByte(line, '\n') < 0 {
		return false, scanMore
	}
	if isGoLine(line) {
		return true, scanDone
	}
	for _, w := range words {
		if hasPrefixFold(line, w) {
			return true, scanDone
		}
	}
	return false, scanDone
}

// hasPrefixFold reports whether b begins with an ASCII text, in whatever case.
func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// isGoLine reports whether the text begins with the line "GO", by which SQL
// Server's tools separate batches.
func isGoLine(b []byte) bool {
	if len(b) < 2 || b[0]|0x20 != 'g' || b[1]|0x20 != 'o' {
		return false
	}
	b = bytes.TrimLeft(b[2:], " \t\r")
	return len(b) == 0 || b[0] == '\n' || b[0] == ';'
}

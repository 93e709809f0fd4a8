package tables

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode/utf8"
)

// sqlStop marks the bytes at which copying a string stops: quotes, backslashes,
// and what would break a line.
var sqlStop = func() (stop [256]bool) {
	for _, c := range "'\"\\\n\r\x00\x1f" {
		stop[c] = true
	}
	return stop
}()

// sqlTuple appends the values of the row in parentheses at the beginning of b as
// a line without its end. It returns how many values they are and where the row
// ends. A literal becomes its value, NULL and DEFAULT nothing, a conversion
// (CAST, CONVERT, TO_DATE ...) the literal it converts, and any other expression
// stays as it is written.
func sqlTuple(dst, b []byte, d sqlDialect) (out []byte, values, size int, status scanStatus) {
	i := 1
	for {
		if i, status = sqlGap(b, i, d); status != scanDone {
			return dst, values, i, status
		}
		from, mark := i, len(dst)
		if dst, i, status = sqlValue(dst, b, i, d); status != scanDone {
			return dst, values, i, status
		}
		values++
		if i < len(b) && b[i] == ',' {
			dst = append(dst, Separator)
			i++
			continue
		}
		if i, status = sqlGap(b, i, d); status != scanDone {
			return dst, values, i, status
		}
		if b[i] == ':' {
			if i, status = sqlItemEnd(b, i, d); status != scanDone { // a cast: 'x'::date
				return dst, values, i, status
			}
		}
		if b[i] == '+' || b[i] == '|' { // strings joined
			if dst, i, status = sqlRaw(dst[:mark], b, from, d); status != scanDone {
				return dst, values, i, status
			}
		}
		switch b[i] {
		case ')':
			return dst, values, i + 1, scanDone
		case ',':
			dst = append(dst, Separator)
			i++
		default:
			return dst, values, i, scanBad
		}
	}
}

// sqlGap passes over white space and comments, of which there mostly are none.
func sqlGap(b []byte, i int, d sqlDialect) (int, scanStatus) {
	if i < len(b) && b[i] > ' ' && b[i] != '/' && b[i] != '-' && b[i] != '#' {
		return i, scanDone
	}
	if i+1 < len(b) && b[i] == ' ' && b[i+1] > ' ' && b[i+1] != '/' && b[i+1] != '-' && b[i+1] != '#' {
		return i + 1, scanDone
	}
	return sqlSpace(b, i, d.mysql)
}

// sqlValue appends the value that begins at i and returns where it ends.
func sqlValue(dst, b []byte, i int, d sqlDialect) ([]byte, int, scanStatus) {
	switch c := b[i]; {
	case c == '\'' || c == '"':
		return sqlString(dst, b, i+1, c, d.backslash, d.mysql)
	case c == 'N' && len(b) > i+4 && b[i+1] == 'U' && b[i+2] == 'L' && b[i+3] == 'L' && !isWordByte(b[i+4]):
		return dst, i + 4, scanDone
	case c == 'N' && len(b) > i+1 && b[i+1] == '\'':
		return sqlString(dst, b, i+2, '\'', d.backslash, d.mysql)
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		return sqlNumber(dst, b, i, d)
	case c == ',' || c == ')':
		return dst, i, scanBad
	case isWordByte(c):
		return sqlWordValue(dst, b, i, d)
	}
	return sqlRaw(dst, b, i, d)
}

// sqlString appends the string that begins at i, behind its opening quote.
func sqlString(dst, b []byte, i int, quote byte, backslash, mysql bool) ([]byte, int, scanStatus) {
	for {
		j := i
		for j < len(b) && !sqlStop[b[j]] {
			j++
		}
		dst = append(dst, b[i:j]...)
		if j+1 >= len(b) {
			return dst, j, scanMore
		}
		c := b[j]
		i = j + 1
		switch {
		case c == quote && b[i] != quote:
			return dst, i, scanDone
		case c == quote:
			dst = append(dst, quote)
			i++
		case c == '\\' && backslash && mysql:
			dst = sqlEscape(dst, b[i])
			i++
		case c == '\\' && backslash:
			if len(b)-i < 9 && !bytes.ContainsRune(b[i:], rune(quote)) {
				return dst, i, scanMore
			}
			dst, i = sqlEscapeE(dst, b, i)
		case c < ' ':
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
	}
}

// sqlEscape appends what a backslash and c stand for in MySQL: the characters of
// https://dev.mysql.com/doc/refman/8.4/en/string-literals.html, else c itself.
func sqlEscape(dst []byte, c byte) []byte {
	switch c {
	case '0', 'b', 'n', 'r', 't', 'Z':
		return append(dst, escapeByte(c))
	case '%', '_':
		return append(dst, '\\', c)
	}
	return append(dst, cleanByte(c))
}

// sqlEscapeE appends what the escape at i, behind its backslash, stands for in
// E'...' and in COPY: octal and hexadecimal bytes, code points and control
// characters (https://www.postgresql.org/docs/current/sql-syntax-lexical.html
// and sql-copy.html). It returns where the escape ends.
func sqlEscapeE(dst, b []byte, i int) ([]byte, int) {
	c := b[i]
	switch c {
	case 'b', 'f', 'n', 'r', 't', 'v':
		return append(dst, escapeByte(c)), i + 1
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v, end := parseDigits(b, i, 3, 8)
		return append(dst, cleanByte(byte(v))), end
	case 'x':
		if v, end := parseDigits(b, i+1, 2, 16); end > i+1 {
			return append(dst, cleanByte(byte(v))), end
		}
	case 'u', 'U':
		digits := 4
		if c == 'U' {
			digits = 8
		}
		if v, end := parseDigits(b, i+1, digits, 16); end == i+1+digits {
			if v < utf8.RuneSelf {
				return append(dst, cleanByte(byte(v))), end
			}
			return utf8.AppendRune(dst, rune(v)), end
		}
	}
	return append(dst, cleanByte(c)), i + 1
}

// sqlNumber appends a number as it is written, and a string of bytes in
// hexadecimal (0x4D...) as text if it is one.
func sqlNumber(dst, b []byte, i int, d sqlDialect) ([]byte, int, scanStatus) {
	j := i + 1
	for j < len(b) && (isWordByte(b[j]) || b[j] == '.') {
		j++
	}
	if j < len(b) && (b[j] == '-' || b[j] == '+') && b[j-1]|0x20 == 'e' { // 1e-5
		for j++; j < len(b) && isWordByte(b[j]); j++ {
		}
	}
	if j == len(b) {
		return dst, j, scanMore
	}
	if j-i > 2 && b[i] == '0' && b[i+1]|0x20 == 'x' {
		return sqlBytes(dst, b[i+2:j]), j, scanDone
	}
	if c := b[j]; c != ',' && c != ')' && c > ' ' && c != ':' {
		return sqlRaw(dst, b, i, d)
	}
	return append(dst, b[i:j]...), j, scanDone
}

// sqlBytes appends a string of bytes given in hexadecimal: as text if it is
// printable, else as 0x and its digits.
func sqlBytes(dst, digits []byte) []byte {
	n := len(dst)
	dst, err := hex.AppendDecode(dst, digits)
	if err == nil && isPrintable(dst[n:]) {
		return dst
	}
	return appendValue(append(dst[:n], "0x"...), digits)
}

func isPrintable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == 0x7F {
			return false
		}
	}
	return utf8.Valid(b)
}

// sqlBits appends a string of bits as the number it is.
func sqlBits(dst, digits []byte) []byte {
	v, err := strconv.ParseUint(string(digits), 2, 64)
	if err != nil {
		return appendValue(dst, digits)
	}
	return strconv.AppendUint(dst, v, 10)
}

// sqlRaw appends an expression as it is written.
func sqlRaw(dst, b []byte, i int, d sqlDialect) ([]byte, int, scanStatus) {
	end, status := sqlItemEnd(b, i, d)
	if status != scanDone {
		return dst, end, status
	}
	for _, c := range bytes.TrimSpace(b[i:end]) {
		dst = append(dst, cleanByte(c))
	}
	return dst, end, scanDone
}

// sqlWordValue appends a value that begins with a word: a literal with a prefix,
// a constant, or a call.
func sqlWordValue(dst, b []byte, i int, d sqlDialect) ([]byte, int, scanStatus) {
	end := sqlWordEnd(b, i)
	if end == len(b) {
		return dst, end, scanMore
	}
	word := strings.ToLower(string(b[i:min(end, i+32)]))
	if b[end] == '\'' {
		return sqlPrefixed(dst, b, word, end, d)
	}
	next, status := sqlSpace(b, end, d.mysql)
	if status != scanDone {
		return dst, next, status
	}
	switch {
	case word == "null" || word == "default":
		return dst, end, scanDone
	case word == "true" || word == "false":
		return append(dst, word...), end, scanDone
	case b[next] == '\'' && (word[0] == '_' || word == "date" || word == "time" || word == "timestamp"):
		return sqlString(dst, b, next+1, '\'', d.backslash, d.mysql)
	case word[0] == '_' && next > end && b[next] != '_': // a character set before a literal of bytes
		return sqlValue(dst, b, next, d)
	case b[next] == '(' && sqlConversions[word]:
		return sqlConverted(dst, b, i, next, d, word)
	}
	return sqlRaw(dst, b, i, d)
}

// sqlPrefixed appends the string whose quote is at i and that has the prefix
// before it.
func sqlPrefixed(dst, b []byte, prefix string, i int, d sqlDialect) ([]byte, int, scanStatus) {
	switch prefix {
	case "n":
		return sqlString(dst, b, i+1, '\'', d.backslash, d.mysql)
	case "e":
		return sqlString(dst, b, i+1, '\'', true, false)
	case "x", "b":
		end := bytes.IndexByte(b[i+1:], '\'')
		if end < 0 {
			return dst, i, scanMore
		}
		digits := b[i+1 : i+1+end]
		if prefix == "x" {
			return sqlBytes(dst, digits), i + end + 2, scanDone
		}
		return sqlBits(dst, digits), i + end + 2, scanDone
	}
	if prefix[0] == '_' || prefix == "date" || prefix == "time" || prefix == "timestamp" {
		return sqlString(dst, b, i+1, '\'', d.backslash, d.mysql)
	}
	return dst, i, scanBad
}

// sqlConversions are the functions whose value is the literal they are given.
var sqlConversions = map[string]bool{
	"cast": true, "convert": true, "try_cast": true, "try_convert": true, "parse": true, "date": true, "datetime": true,
	"timestamp": true, "str_to_date": true, "to_date": true, "to_timestamp": true, "to_char": true, "to_number": true,
	"unhex": true, "nchar": true, "replace": true, "unistr": true,
}

// sqlConverted appends the first literal in the arguments of the call of word,
// which begins at i and whose arguments begin at open. Without one the call stays
// as it is written.
func sqlConverted(dst, b []byte, i, open int, d sqlDialect, word string) ([]byte, int, scanStatus) {
	closing, status := sqlParenEnd(b, open+1, d)
	if status != scanDone {
		return dst, closing, status
	}
	if word == "unistr" { // SQLite: the escapes of E'...'
		d = sqlDialect{backslash: true}
	}
	args := b[open+1 : closing+1]
	for at := 0; at < len(args)-1; {
		switch c := args[at]; {
		case sqlIsLiteral(args, at):
			n := len(dst)
			out, end, status := sqlValue(dst, args, at, d)
			switch {
			case status != scanDone:
				return dst, closing, scanBad
			case word == "replace": // SQLite: replace('two\nlines','\n',char(10))
				out = append(out[:n], sqlLineBreaks.Replace(string(out[n:]))...)
			case c == '0':
				out = append(out[:n], sqlServerTime(string(out[n:]), args[at:end], args[end:])...)
			}
			return out, closing + 1, scanDone
		case c == '(' && word != "replace": // of a type, as in varchar(10)
			end, status := sqlParenEnd(args, at+1, d)
			if status != scanDone {
				return dst, closing, scanBad
			}
			at = end + 1
		case isWordByte(c):
			at = sqlWordEnd(args, at)
		default:
			at++
		}
	}
	return sqlRaw(dst, b, i, d)
}

var sqlLineBreaks = strings.NewReplacer(`\n`, " ", `\r`, " ")

// sqlIsLiteral reports whether a string or a number begins at i.
func sqlIsLiteral(b []byte, i int) bool {
	c := b[i]
	if c == '\'' || c >= '0' && c <= '9' || c == '-' {
		return true
	}
	end := sqlWordEnd(b, i)
	return end > i && end < len(b) && b[end] == '\''
}

// sqlParenEnd returns where the parenthesis closes within which i lies.
func sqlParenEnd(b []byte, i int, d sqlDialect) (int, scanStatus) {
	end, status := sqlItemEnd(b, i, d)
	for status == scanDone && b[end] == ',' {
		end, status = sqlItemEnd(b, end+1, d)
	}
	return end, status
}

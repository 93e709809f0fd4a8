package tables

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// xlsxStyle is what the number format of a cell means for its text.
type xlsxStyle struct {
	kind xlsxKind
	mask string // of xlsxMask
}

type xlsxKind uint8

const (
	xlsxNumber xlsxKind = iota // a number as it is
	xlsxDate                   // days since the epoch
	xlsxTime                   // a part of a day
	xlsxMask                   // leading zeros, such as 00000 for a ZIP code
)

// readXLSXStyles reads the cell formats of a workbook.
func readXLSXStyles(p *xlsxParts, name string) ([]xlsxStyle, error) {
	const maxStyles = 65490 // Excel's own bound
	custom := make(map[int]xlsxStyle)
	var ids []int
	cells := false
	err := p.each(name, func(s *xlsxScanner) {
		switch string(s.name) {
		case "numFmt":
			if id, err := strconv.Atoi(s.attr("numFmtId")); err == nil && len(custom) < maxStyles {
				custom[id] = xlsxFormat(s.attr("formatCode"))
			}
		case "cellXfs", "cellStyleXfs", "dxfs", "cellStyles":
			cells = string(s.name) == "cellXfs"
		case "xf":
			if cells && len(ids) < maxStyles {
				id, _ := strconv.Atoi(s.attr("numFmtId"))
				ids = append(ids, id)
			}
		}
	})
	styles := make([]xlsxStyle, len(ids))
	for i, id := range ids {
		style, ok := custom[id]
		if !ok {
			style = xlsxBuiltin(id)
		}
		styles[i] = style
	}
	return styles, err
}

// xlsxBuiltin returns the style of a number format that every workbook has
// (ECMA-376 part 1, 18.8.30), the dates of East Asian ones included.
func xlsxBuiltin(id int) xlsxStyle {
	switch {
	case id >= 18 && id <= 21, id >= 45 && id <= 47:
		return xlsxStyle{kind: xlsxTime}
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 50 && id <= 58:
		return xlsxStyle{kind: xlsxDate}
	}
	return xlsxStyle{}
}

// xlsxFormat returns the style of a number format by its code. It is a date if
// it shows a year, a day, or a month and no time; letters in quotes, behind a
// backslash, or in brackets (colours, currencies, languages) show nothing.
func xlsxFormat(code string) xlsxStyle {
	if strings.EqualFold(code, "General") || strings.EqualFold(code, "Standard") {
		return xlsxStyle{}
	}
	var date, month, clock bool
	mask := make([]byte, 0, 16)
	plain := true // nothing but zeros and dashes so far
scan:
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == ';':
			break scan // what follows is for negative numbers
		case code[i] == '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				break scan
			}
			i += n + 1
			plain = false
		case code[i] == '\\' || code[i] == '_' || code[i] == '*':
			i++
			if code[i-1] == '\\' && i < len(code) && code[i] == '-' {
				mask = append(mask, '-')
			} else {
				plain = false
			}
		case code[i] == '[':
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				break scan
			}
			inner := strings.ToLower(code[i+1 : i+n])
			clock = clock || inner != "" && strings.Trim(inner, inner[:1]) == "" && strings.Contains("hms", inner[:1])
			plain = false
			i += n
		case c == 'a' && (strings.HasPrefix(strings.ToLower(code[i:]), "am/pm") || strings.HasPrefix(strings.ToLower(code[i:]), "a/p")):
			clock, plain = true, false
			i += strings.IndexByte(code[i:], '/') + 1
		case c == 'y' || c == 'd':
			date, plain = true, false
		case c == 'm':
			month, plain = true, false
		case c == 'h' || c == 's':
			clock, plain = true, false
		case code[i] == '0' || code[i] == '-':
			mask = append(mask, code[i])
		default:
			plain = false
		}
	}
	switch {
	case date || month && !clock:
		return xlsxStyle{kind: xlsxDate}
	case clock:
		return xlsxStyle{kind: xlsxTime}
	case plain && len(mask) > 1 && len(mask) <= 32 && mask[0] == '0':
		return xlsxStyle{kind: xlsxMask, mask: string(mask)}
	}
	return xlsxStyle{}
}

// xlsxAppendNumber appends a number in the style of its cell. It reports false
// if value is no number.
func xlsxAppendNumber(line, value []byte, style xlsxStyle, date1904 bool) ([]byte, bool) {
	digits := len(value) > 0
	for _, c := range value {
		digits = digits && c >= '0' && c <= '9'
	}
	if digits && style.kind == xlsxNumber {
		return append(line, value...), true
	}
	value = bytes.TrimSpace(value)
	for _, c := range value {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return line, false // what ParseFloat would take besides: 0x1p4, inf
		}
	}
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil {
		return line, false
	}
	switch style.kind {
	case xlsxDate, xlsxTime:
		if out, ok := xlsxAppendDate(line, f, style.kind, date1904); ok {
			return out, true
		}
	case xlsxMask:
		if f >= 0 && f < 1e15 && f == math.Trunc(f) {
			return xlsxAppendMask(line, style.mask, int64(f)), true
		}
	}
	return appendFloat(line, f, 15), true
}

// appendFloat appends a number with at most so many digits that mean anything,
// without an exponent and without zeros behind the decimal point. Excel itself
// shows 15, and so 0.1+0.2 as 0.3.
func appendFloat(line []byte, f float64, digits int) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.AppendInt(line, int64(f), 10)
	}
	var buf [32]byte
	short, err := strconv.ParseFloat(string(strconv.AppendFloat(buf[:0], f, 'g', digits, 64)), 64)
	if err != nil {
		short = f
	}
	return strconv.AppendFloat(line, short, 'f', -1, 64)
}

// xlsxAppendMask appends n with a digit for each zero of the mask and its other
// characters between them; digits beyond the mask stand before it.
func xlsxAppendMask(line []byte, mask string, n int64) []byte {
	var buf [64]byte
	at := len(buf)
	for i := len(mask) - 1; i >= 0; i-- {
		at--
		if mask[i] != '0' {
			buf[at] = mask[i]
			continue
		}
		buf[at] = '0' + byte(n%10)
		n /= 10
	}
	if n > 0 {
		line = strconv.AppendInt(line, n, 10)
	}
	return append(line, buf[at:]...)
}

// xlsxAppendDate appends the date that a number of days stands for, with the
// time of day if it is not midnight. It reports false where Excel shows none.
//
// Day 1 is 1900-01-01, and day 60 the 29th of February 1900, which was not:
// Excel keeps this error of Lotus 1-2-3. Day 0 is shown as the 0th of January.
// The other epoch has 1904-01-01 as day 0 (ECMA-376 part 1, 18.17.4).
func xlsxAppendDate(line []byte, f float64, kind xlsxKind, date1904 bool) ([]byte, bool) {
	if f < 0 || f >= 2958466 { // 10000-01-01
		return line, false
	}
	day := int64(f)
	second := int64(math.Round((f - float64(day)) * 86400))
	if second == 86400 {
		day, second = day+1, 0
	}
	if kind == xlsxTime && day == 0 {
		return appendClock(line, second), true
	}
	const days1904, days1900 = -24107, -25568 // 1904-01-01 and 1899-12-31 as days since 1970-01-01
	ok := true
	switch {
	case date1904:
		line, ok = appendDay(line, day+days1904)
	case day == 0:
		line = append(line, "1900-01-00"...)
	case day == 60:
		line = append(line, "1900-02-29"...)
	case day < 60:
		line, ok = appendDay(line, day+days1900)
	default:
		line, ok = appendDay(line, day+days1900-1)
	}
	if ok && second > 0 {
		line = appendClock(append(line, ' '), second)
	}
	return line, ok
}

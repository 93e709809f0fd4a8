package tables

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"
)

const parquetSecondsPerDay = 24 * 60 * 60

// appendInt appends a value of 32 or 64 bits.
func (c *parquetColumn) appendInt(line []byte, v int64) []byte {
	switch c.text {
	case parquetTextUnsigned:
		if c.kind == parquetInt32 {
			v = int64(uint32(v))
		}
		return strconv.AppendUint(line, uint64(v), 10)
	case parquetTextDecimal:
		return parquetAppendDecimal(line, strconv.AppendInt(nil, v, 10), c.scale)
	case parquetTextDate:
		if out, ok := appendDay(line, v); ok {
			return out
		}
	case parquetTextTime:
		if s := v / c.unit; v >= 0 && s < parquetSecondsPerDay {
			return appendClock(line, s)
		}
	case parquetTextTimestamp:
		if out, ok := parquetAppendSecond(line, parquetFloorDiv(v, c.unit)); ok {
			return out
		}
	}
	return strconv.AppendInt(line, v, 10)
}

// parquetFloorDiv divides and rounds down, also below zero.
func parquetFloorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// parquetAppendSecond appends a second, counted from 1970-01-01, as a date, and with
// the time of day if it is not midnight.
func parquetAppendSecond(line []byte, second int64) ([]byte, bool) {
	day := parquetFloorDiv(second, parquetSecondsPerDay)
	line, ok := appendDay(line, day)
	if clock := second - day*parquetSecondsPerDay; ok && clock > 0 {
		line = appendClock(append(line, ' '), clock)
	}
	return line, ok
}

// parquetAppendDecimal appends a whole number as one with scale digits behind the
// point, without zeros at its end.
func parquetAppendDecimal(line, digits []byte, scale int) []byte {
	if digits[0] == '-' {
		line, digits = append(line, '-'), digits[1:]
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = append(bytes.Repeat([]byte{'0'}, missing), digits...)
	}
	point := len(digits) - scale
	line = append(line, digits[:point]...)
	if rest := bytes.TrimRight(digits[point:], "0"); len(rest) > 0 {
		line = append(append(line, '.'), rest...)
	}
	return line
}

// appendBytes appends a value of bytes.
func (c *parquetColumn) appendBytes(line, v []byte) []byte {
	switch c.text {
	case parquetTextDecimal:
		return parquetAppendBigDecimal(line, v, c.scale)
	case parquetTextUUID:
		for i, part := range [][]byte{v[:4], v[4:6], v[6:8], v[8:10], v[10:16]} {
			if i > 0 {
				line = append(line, '-')
			}
			line = hex.AppendEncode(line, part)
		}
		return line
	}
	if isPlain(v) {
		return append(line, v...)
	}
	if !utf8.Valid(v) {
		if c.text != parquetTextString {
			return line // bytes that are not said to be text, and are none
		}
		v = bytes.ToValidUTF8(v, []byte("\ufffd"))
	}
	return appendValue(line, v)
}

// parquetMaxDecimal bounds the bytes of a decimal; the largest in use has 32.
const parquetMaxDecimal = 256

// parquetAppendBigDecimal appends a decimal whose whole number is in big-endian
// two's complement.
func parquetAppendBigDecimal(line, v []byte, scale int) []byte {
	if len(v) == 0 || len(v) > parquetMaxDecimal {
		return line
	}
	n := new(big.Int).SetBytes(v)
	if v[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(v))))
	}
	return parquetAppendDecimal(line, n.Append(nil, 10), scale)
}

// appendFixed appends the value at the beginning of b, which has c's fixed width.
func (c *parquetColumn) appendFixed(line, b []byte) []byte {
	switch c.kind {
	case parquetInt32:
		return c.appendInt(line, int64(int32(binary.LittleEndian.Uint32(b))))
	case parquetInt64:
		return c.appendInt(line, int64(binary.LittleEndian.Uint64(b)))
	case parquetInt96:
		return parquetAppendInt96(line, b)
	case parquetFloat:
		f := float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
		if f != math.Trunc(f) && !math.IsNaN(f) {
			return strconv.AppendFloat(line, f, 'f', -1, 32)
		}
		return parquetAppendDouble(line, f)
	case parquetDouble:
		return parquetAppendDouble(line, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return c.appendBytes(line, b[:c.length])
}

// parquetAppendDouble appends a number with all its digits; what is none (NaN stands for
// a missing value in data frames) is nothing.
func parquetAppendDouble(line []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return line
	}
	return appendFloat(line, f, 17)
}

// parquetAppendInt96 appends a timestamp as Hive and Spark used to write it: the
// nanoseconds of the day, then the Julian day.
func parquetAppendInt96(line, b []byte) []byte {
	const julian = 2440588 // of 1970-01-01
	nanos, day := int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint32(b[8:]))
	second := nanos / 1e9
	if second < 0 || second >= parquetSecondsPerDay {
		return line
	}
	line, _ = parquetAppendSecond(line, (day-julian)*parquetSecondsPerDay+second)
	return line
}

// width returns the bytes of a value of fixed width, 0 if it has none.
func (c *parquetColumn) width() int {
	switch c.kind {
	case parquetInt32, parquetFloat:
		return 4
	case parquetInt64, parquetDouble:
		return 8
	case parquetInt96:
		return 12
	case parquetFixed:
		return c.length
	}
	return 0
}

// parquetAppendBool appends a value of one bit.
func parquetAppendBool(line []byte, v uint32) []byte {
	if v != 0 {
		return append(line, "true"...)
	}
	return append(line, "false"...)
}

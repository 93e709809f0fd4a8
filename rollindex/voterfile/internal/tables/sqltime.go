package tables

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// sqlServerTime returns the date in CAST(0x... AS Date), as scripts of SQL Server
// have it: the bytes of its storage. value is what the literal means otherwise,
// and as what follows it. The storage formats are those of
// https://learn.microsoft.com/en-us/sql/t-sql/data-types/date-and-time-types:
//
//	date           days since 0001-01-01, 3 bytes little-endian
//	datetime2      precision, time, date as above
//	datetime       days since 1900-01-01, then 1/300 seconds, 4 bytes big-endian each
//	smalldatetime  days since 1900-01-01, then minutes, 2 bytes big-endian each
func sqlServerTime(value string, literal, as []byte) string {
	if len(literal) < 2 || literal[1]|0x20 != 'x' {
		return value
	}
	fields := strings.FieldsFunc(strings.ToLower(string(as[:min(len(as), 64)])), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	raw, err := hex.DecodeString(string(literal[2:]))
	if err != nil || len(fields) < 2 || fields[0] != "as" {
		return value
	}
	const year1, year1900 = -719162, -25567 // 0001-01-01 and 1900-01-01, in days since 1970-01-01
	var day int
	switch kind := fields[1]; {
	case kind == "date" && (len(raw) == 3 || len(raw) == 4):
		day = year1 + sqlDays(raw)
	case kind == "datetime2" && len(raw) >= 7 && len(raw) <= 9:
		day = year1 + sqlDays(raw[len(raw)-3:])
	case kind == "datetime" && len(raw) == 8:
		day = year1900 + int(int32(binary.BigEndian.Uint32(raw)))
	case kind == "smalldatetime" && len(raw) == 4:
		day = year1900 + int(binary.BigEndian.Uint16(raw))
	default:
		return value
	}
	if date, ok := appendDay(nil, int64(day)); ok {
		return string(date)
	}
	return value
}

func sqlDays(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

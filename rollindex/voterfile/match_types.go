package voterfile

import (
	"bytes"
	"strings"
)

// typeWords are the types that programs write below the names of columns, in the
// words of SQL dialects, spreadsheets and data frames, without their sizes.
var typeWords = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`varchar nvarchar varchar2 nvarchar2 char nchar character bpchar text tinytext mediumtext longtext ntext clob string str
		int int2 int4 int8 int16 int32 int64 integer bigint smallint tinyint mediumint serial bigserial number numeric decimal float float4 float8 float64 double real money
		date datetime datetime2 datetime64 smalldatetime timestamp timestamptz time bool boolean bit logical uuid object category factor blob bytea json jsonb`) {
		m[w] = true
	}
	return m
}()

// leastTypes is how many columns must have a type before a row is taken for one of
// types: a row of two fields could be anything.
const leastTypes = 3

// isTypes reports whether a row says nothing but what type its columns have
// ("varchar(50)", "int", "date"), or underlines their names with dashes. It is no
// person's: there is not one value in it.
func isTypes(row [][]byte) bool {
	types := 0
	for _, f := range row {
		f = bytes.TrimSpace(f)
		switch {
		case len(f) == 0:
		case isType(f), len(bytes.Trim(f, "-=")) == 0:
			types++
		default:
			return false
		}
	}
	return types >= leastTypes
}

// isType reports whether v is a type, perhaps with a size behind it and whether it
// can be null.
func isType(v []byte) bool {
	word := plainType(strings.ToLower(string(v)))
	word, size, sized := strings.Cut(word, "(")
	return typeWords[plainType(word)] && (!sized || strings.HasSuffix(size, ")"))
}

// plainType cuts what may follow a type off it.
func plainType(word string) string {
	for _, end := range [...]string{" null", " not", " unsigned", " varying", " precision"} {
		word = strings.TrimSuffix(word, end)
	}
	return strings.TrimSpace(word)
}

// skipTypes notes the line that gives the columns' types. What stands above it
// names the columns, whatever its words are.
func (m *Match) skipTypes(rows *sampleRows) {
	for i := range min(2, len(rows.rows)) {
		if !isTypes(rows.rows[i]) || i > 0 && m.Header {
			continue
		}
		m.typesLine = rows.numbers[i]
		if i > 0 {
			m.Header, m.headerLine = true, rows.numbers[0]
		}
		m.Evidence = append(m.Evidence, "a row of the columns' types is skipped")
		return
	}
}

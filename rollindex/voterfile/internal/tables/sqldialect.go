package tables

import "bytes"

// sqlDialect is what has to be known of the writer of a dump to read its strings.
type sqlDialect struct {
	backslash bool // a backslash in a string escapes what follows
	undecided bool // nothing tells whether it does
	mysql     bool // "#" begins a comment
	mssql     bool // names stand in brackets, "GO" ends a batch
}

// sqlHeadSize is how much of a dump is looked at to tell its dialect.
const sqlHeadSize = 64 << 10

// sqlMarks tell the dialect of a dump. The first that is found decides, so that
// settings go before writers, and the comments of writers before what may stand
// in a value.
var sqlMarks = []struct {
	text string
	sqlDialect
}{
	{"no_backslash_escapes", sqlDialect{mysql: true}},
	{"standard_conforming_strings = off", sqlDialect{backslash: true}},
	{"standard_conforming_strings=off", sqlDialect{backslash: true}},
	{"-- postgresql database", sqlDialect{}},
	{"-- mysql dump", sqlDialect{backslash: true, mysql: true}},
	{"-- mariadb dump", sqlDialect{backslash: true, mysql: true}},
	{"mysql administrator dump", sqlDialect{backslash: true, mysql: true}},
	{"phpmyadmin sql dump", sqlDialect{backslash: true, mysql: true}},
	{"navicat mysql", sqlDialect{backslash: true, mysql: true}},
	{"navicat mariadb", sqlDialect{backslash: true, mysql: true}},
	{"-- adminer", sqlDialect{backslash: true, mysql: true}},
	{"heidisql", sqlDialect{backslash: true, mysql: true}},
	{"set standard_conforming_strings", sqlDialect{}},
	{"pragma foreign_keys", sqlDialect{}},
	{"\ngo\n", sqlDialect{mssql: true}},
	{"\ngo\r\n", sqlDialect{mssql: true}},
	{"[dbo].", sqlDialect{mssql: true}},
	{"insert [", sqlDialect{mssql: true}},
	{"insert into [", sqlDialect{mssql: true}},
	{"/*!4", sqlDialect{backslash: true, mysql: true}},
	{"insert into `", sqlDialect{backslash: true, mysql: true}},
	{"replace into `", sqlDialect{backslash: true, mysql: true}},
	{"insert ignore into ", sqlDialect{backslash: true, mysql: true}},
	{"create table `", sqlDialect{backslash: true, mysql: true}},
	{"create table if not exists `", sqlDialect{backslash: true, mysql: true}},
	{" from stdin;", sqlDialect{}},
	{"insert into \"", sqlDialect{}},
}

// sqlDialectOf tells the dialect by the beginning of a dump: by a setting of
// MySQL's sql_mode or of PostgreSQL's standard_conforming_strings, else by the
// comment its writer leaves at the top, else by how it quotes names. In MySQL and
// MariaDB a backslash escapes, elsewhere it is a character like any other, except
// in E'...'.
//
// Where nothing tells, strings are read as the standard has it until a row can be
// read only with backslashes as escapes; from then on they are.
func sqlDialectOf(head []byte) sqlDialect {
	head = bytes.ToLower(head[:min(len(head), sqlHeadSize)])
	for _, m := range sqlMarks {
		if bytes.Contains(head, []byte(m.text)) {
			return m.sqlDialect
		}
	}
	return sqlDialect{undecided: true}
}

// SniffSQL reports whether a file that begins with head is a dump in SQL: after
// comments and settings comes a statement that makes or fills a table, or a
// comment at its top names a known writer of dumps. Rows of a delimited roll are
// none, whatever words are in them.
func SniffSQL(head []byte) bool {
	b := textHead(head)
	d := sqlDialectOf(b)
	for strange := 0; strange < 4 && len(b) > 0; {
		if b[0] <= ' ' || b[0] == ';' {
			b = b[1:]
			continue
		}
		if end, status := sqlComment(b, 0, true); status == scanMore {
			return sqlWriter(b)
		} else if end > 0 {
			if sqlWriter(b[:end]) {
				return true
			}
			b = b[end:]
			continue
		}
		end := sqlWordEnd(b, 0)
		kind := sqlStatements[string(bytes.ToLower(b[:min(end, 16)]))]
		switch kind {
		case sqlOther, sqlAlterTable:
			end, _ := sqlStatementEnd(b, false, d)
			if !bytes.HasSuffix(b[:end], []byte{';'}) && bytes.IndexByte(b[:end], '\n') < 0 {
				return false
			}
			b = b[end:]
		case sqlInsert, sqlCopy, sqlCreate:
			if sqlFills(b, d, kind) {
				return true
			}
			end, _ := sqlStatementEnd(b, kind == sqlCreate && sqlIsRoutine(b), d)
			b = b[end:]
			if kind != sqlCreate {
				strange++
			}
		default:
			if b[0] != '\\' { // a command of psql
				strange++
			}
			end := bytes.IndexByte(b, '\n') + 1
			if end == 0 {
				return false
			}
			b = b[end:]
		}
	}
	return false
}

// sqlWriter reports whether a comment is one that writers of dumps leave.
func sqlWriter(comment []byte) bool {
	lower := bytes.ToLower(comment)
	if bytes.HasPrefix(lower, []byte("/*!40")) || bytes.HasPrefix(lower, []byte("/*m!")) {
		return true
	}
	for _, mark := range []string{"postgresql database", "mysql dump", "mariadb dump", "phpmyadmin sql dump", "navicat", "heidisql", "-- adminer"} {
		if bytes.Contains(lower, []byte(mark)) {
			return true
		}
	}
	return false
}

// sqlFills reports whether a statement that makes or fills a table begins b.
func sqlFills(b []byte, d sqlDialect, kind sqlKind) bool {
	switch kind {
	case sqlInsert:
		head, _ := sqlParseInsert(b, d)
		return head.values
	case sqlCopy:
		head, _ := sqlParseCopy(b, d)
		return head.stdin
	default:
		_, _, status := sqlParseCreate(b, d)
		return status == scanDone
	}
}

package tables

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"rollcheck/internal/racetest"
)

var update = flag.Bool("update", false, "write the expected outputs in testdata again")

type opener func(context.Context, Input, int64) (File, error)

// show renders a file as text: its tables, their columns, their rows.
func show(open opener, in Input, limit int64) string {
	var out strings.Builder
	f, err := open(context.Background(), in, limit)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	defer f.Close()
	for i, t := range f.Tables() {
		names := strings.Join(t.Columns, " | ")
		if t.Columns == nil {
			names = "(no names)"
		}
		fmt.Fprintf(&out, "table %q, %d rows: %s\n", t.Name, t.Rows, names)
		text, err := readRows(f, i)
		for line := range strings.Lines(text) {
			line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), string(Separator), " | ")
			fmt.Fprintf(&out, "\t%s\n", strings.ReplaceAll(strings.ReplaceAll(line, Unreadable, "(unreadable)"), "\t", "<tab>"))
		}
		if err != nil {
			fmt.Fprintf(&out, "error: %v\n", err)
		}
	}
	return out.String()
}

func readRows(f File, table int) (string, error) {
	r, err := f.Rows(table)
	if err != nil {
		return "", err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return string(text), err
}

// golden compares what the files of a folder of testdata read as with the .want
// files beside them.
func golden(t *testing.T, folder string, open opener, sniff func([]byte) bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/%s (%v)", folder, err)
	}
	for _, name := range files {
		if filepath.Ext(name) == ".want" {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !sniff(b) {
				t.Error("the file is not told by its beginning")
			}
			got := show(open, bytesInput(b), 0)
			if *update {
				if err := os.WriteFile(name+".want", []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name + ".want")
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestSQL(t *testing.T) { golden(t, "sql", OpenSQL, SniffSQL) }

// An ALTER TABLE that is not understood is named by its line, however far down, and
// only where rows rely on it; what changes no columns is understood.
func TestSQLAlter(t *testing.T) {
	t.Parallel()
	const head = "CREATE TABLE t (id int, `last` text, `first` text);\nINSERT INTO t VALUES (1,'a','b');\n"
	const rows = ";\nINSERT INTO t VALUES (2,'c','d');\n"
	filler := strings.Repeat("-- "+strings.Repeat("x", 61)+"\n", firstWindow/64*3)
	for alter, bad := range map[string]bool{
		"DROP never": true, "ADD last text": true, "MODIFY never int": true, "MODIFY last text AFTER never": true, "CHANGE never n int": true,
		"RENAME never TO n": true, "ADD x int AFTER never": true, "ADD": true, "DROP": true, "ADD x int)": true, "RENAME a b c": true, "ADD (x int": true,
		"ADD KEY (id)": false, "ENGINE=MyISAM": false, "ORDER BY id": false, "ADD PARTITION (PARTITION p VALUES LESS THAN (3))": false, "DROP IF EXISTS never": false,
		"ALTER COLUMN id SET DEFAULT 3, ALGORITHM=INPLACE": false, "COMMENT='drop last, add x'": false, "MODIFY last text COMMENT 'first'": false,
	} {
		got := show(OpenSQL, bytesInput([]byte("-- MySQL dump\n"+filler+head+"ALTER TABLE t "+alter+rows)), 0)
		line := fmt.Sprintf("the ALTER TABLE of line %d", firstWindow/64*3+4)
		if strings.Contains(got, line) != bad || strings.Contains(got, "2 | c | d") == bad {
			t.Errorf("%s: %s", alter, got)
		}
		named := strings.Replace(rows, "t VALUES", "t (id, last, first) VALUES", 1)
		if got := show(OpenSQL, bytesInput([]byte("-- MySQL dump\n"+head+"ALTER TABLE t "+alter+named)), 0); !strings.Contains(got, "2 | c | d") {
			t.Errorf("%s, rows that name their columns: %s", alter, got)
		}
	}
}

// fiction makes rows of invented values, among them all that dumps have to
// escape; nil is no value.
func fiction(rows int, seed uint64) (columns []string, table [][]*string) {
	r := rand.New(rand.NewPCG(seed, 1))
	columns = []string{"voter id", "last_name", "first_name", "dob", "address", "city", "zip", "phone", "email", "status"}
	odd := []string{"O'Brien", `C:\`, `\N`, `\\`, `"Rusty"`, "Åsa Öst", "D'Arcy, Jr.);", "two\nlines", "tab\there", "", " ", `\'`, "'", "''", "$$", "[x]", "`b`", "a;\n", "--", "/* x", "😀"}
	for i := range rows {
		row := make([]*string, len(columns))
		for c := range row {
			var v string
			switch c {
			case 0:
				v = fmt.Sprint(1000 + i)
			case 3:
				v = fmt.Sprintf("%d-%02d-%02d", 1930+r.IntN(75), 1+r.IntN(12), 1+r.IntN(28))
			case 7:
				v = fmt.Sprintf("555-01%02d", r.IntN(100))
			case 8:
				v = fmt.Sprintf("voter%d@example.org", i)
			default:
				v = []string{"Vane", "Quine", "Lune", "Tessa", "12 Quarry Ln", "Fernhollow", "00501", "ACTIVE"}[r.IntN(8)]
			}
			switch r.IntN(12) {
			case 0:
				v = odd[r.IntN(len(odd))]
			case 1:
				continue
			}
			row[c] = &v
		}
		table = append(table, row)
	}
	return columns, table
}

// asLines is what a table reads as.
func asLines(rows [][]*string) string {
	clean := strings.NewReplacer("\n", " ", "\r", " ", "\x1f", " ")
	var b strings.Builder
	for _, row := range rows {
		for i, v := range row {
			if i > 0 {
				b.WriteByte(Separator)
			}
			if v != nil {
				b.WriteString(clean.Replace(*v))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// sqlWriters write a table as the tools do.
var sqlWriters = map[string]func(columns []string, rows [][]*string) string{
	"mysql": func(columns []string, rows [][]*string) string {
		escape := strings.NewReplacer(`\`, `\\`, "'", `\'`, `"`, `\"`, "\n", `\n`)
		head := "-- MySQL dump 10.13\nCREATE TABLE `voters` (`" + strings.Join(columns, "` text,\n`") + "` text);\n"
		return head + inserts("INSERT INTO `voters` VALUES ", 50, ",", ";\n", rows, func(v string) string { return "'" + escape.Replace(v) + "'" })
	},
	"postgres-copy": func(columns []string, rows [][]*string) string {
		escape := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`)
		var b strings.Builder
		fmt.Fprintf(&b, "COPY public.voters (\"%s\") FROM stdin;\n", strings.Join(columns, `", "`))
		for _, row := range rows {
			for i, v := range row {
				if i > 0 {
					b.WriteByte('\t')
				}
				if v == nil {
					b.WriteString(`\N`)
				} else {
					b.WriteString(escape.Replace(*v))
				}
			}
			b.WriteByte('\n')
		}
		return b.String() + "\\.\n\nSELECT 1;\n"
	},
	"postgres": func(columns []string, rows [][]*string) string {
		head := "-- PostgreSQL database dump\nINSERT INTO public.voters (\"" + strings.Join(columns, `", "`) + "\") VALUES "
		return inserts(head, 1, "", ";\n", rows, doubled)
	},
	"sqlserver": func(columns []string, rows [][]*string) string {
		head := "INSERT [dbo].[voters] ([" + strings.Join(columns, "], [") + "]) VALUES "
		return "USE [x]\nGO\n" + inserts(head, 1, "", "\n", rows, func(v string) string { return "N" + doubled(v) })
	},
	"sqlite": func(columns []string, rows [][]*string) string {
		head := "PRAGMA foreign_keys=OFF;\nCREATE TABLE voters(\"" + strings.Join(columns, "\" TEXT, \"") + "\" TEXT);\n"
		return head + inserts("INSERT INTO voters VALUES", 1, "", ";\n", rows, doubled)
	},
}

func doubled(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" }

// inserts writes rows as INSERT statements of so many rows each.
func inserts(head string, each int, comma, end string, rows [][]*string, quote func(string) string) string {
	var b strings.Builder
	for i, row := range rows {
		if i%each == 0 {
			b.WriteString(head)
		} else {
			b.WriteString(comma)
		}
		b.WriteByte('(')
		for c, v := range row {
			if c > 0 {
				b.WriteByte(',')
			}
			if v == nil {
				b.WriteString("NULL")
			} else {
				b.WriteString(quote(*v))
			}
		}
		b.WriteByte(')')
		if (i+1)%each == 0 || i == len(rows)-1 {
			b.WriteString(end)
		}
	}
	return b.String()
}

func TestSQLRoundTrip(t *testing.T) {
	t.Parallel()
	columns, rows := fiction(3000, 1)
	want := asLines(rows)
	for name, write := range sqlWriters {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dump := []byte(write(columns, rows))
			if !SniffSQL(dump) {
				t.Error("the dump is not told by its beginning")
			}
			for _, in := range []Input{bytesInput(dump), slowly(dump)} {
				f, err := OpenSQL(t.Context(), in, 0)
				if err != nil {
					t.Fatal(err)
				}
				tables := f.Tables()
				if len(tables) != 1 || !slices.Equal(tables[0].Columns, columns) || tables[0].Rows != int64(len(rows)) {
					t.Fatalf("tables %+v, want one of %d rows and columns %q", tables, len(rows), columns)
				}
				got, err := readRows(f, 0)
				if err != nil {
					t.Fatal(err)
				}
				compareLines(t, got, want)
			}
		})
	}
}

// slowly is a file that gives a few bytes at a time.
func slowly(b []byte) Input {
	return Input{Open: func() (io.ReadCloser, error) {
		return io.NopCloser(iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(b)))), nil
	}, Size: -1}
}

func compareLines(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d: got %q, want %q", i+1, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Errorf("%d lines, want %d", len(g), len(w))
	}
}

// TestSQLUTF16 reads a script as SQL Server's tools save it.
func TestSQLUTF16(t *testing.T) {
	t.Parallel()
	const script = "INSERT [dbo].[v] ([a], [b]) VALUES (1, N'Åsa')\r\nGO\r\nINSERT [dbo].[v] ([a], [b]) VALUES (2, N'Öst')\r\nGO\r\n"
	want := show(OpenSQL, bytesInput([]byte(script)), 0)
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		b := order.AppendUint16(nil, 0xFEFF)
		for _, c := range utf16.Encode([]rune(script)) {
			b = order.AppendUint16(b, c)
		}
		if !SniffSQL(b) || !SniffSQL(b[:101]) {
			t.Error("the script is not told by its beginning")
		}
		if got := show(OpenSQL, bytesInput(b), 0); got != want || !strings.Contains(got, "Åsa") {
			t.Errorf("got %s want %s", got, want)
		}
	}
}

// TestSQLServerTime has dates whose meaning is on record, in questions at Stack
// Overflow about scripts of SQL Server.
func TestSQLServerTime(t *testing.T) {
	t.Parallel()
	for literal, want := range map[string]string{
		"CAST(0x83360B00 AS Date)":                "2012-12-15",
		"CAST(0x38320B00 AS Date)":                "2009-12-12",
		"CAST(0x0000987C00000000 AS DateTime)":    "2006-11-17",
		"CAST(0x00009E0E0095524F AS DateTime)":    "2010-10-13",
		"CAST(0x9E0E0000 AS SmallDateTime)":       "2010-10-13",
		"CAST(0x07000000000083360B AS DateTime2)": "2012-12-15",
		"CAST(0x83360B00 AS varbinary)":           "0x83360B00",
		"CAST(N'2012-12-15' AS Date)":             "2012-12-15",
		"CONVERT(varchar(10), '2012-12-15', 120)": "2012-12-15",
		"CAST(1234.50 AS Decimal(10, 2))":         "1234.50",
		"TO_DATE('15-12-2012', 'DD-MM-YYYY')":     "15-12-2012",
		"CAST(0xFFFFFF00 AS Date)":                "0xFFFFFF00",
		"CAST(NULL AS Date)":                      "CAST(NULL AS Date)",
		"CONCAT('a', 'b')":                        "CONCAT('a', 'b')",
	} {
		out, values, _, status := sqlTuple(nil, []byte("("+literal+") "), sqlDialect{mssql: true})
		if string(out) != want || values != 1 || status != scanDone {
			t.Errorf("%s reads as %q (%d values, status %d), want %q", literal, out, values, status, want)
		}
	}
}

func TestSQLDialect(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]sqlDialect{
		"-- MySQL dump 10.13\n": {backslash: true, mysql: true},
		"-- MySQL dump 10.13\n/*!40101 SET SQL_MODE='NO_BACKSLASH_ESCAPES' */;": {mysql: true},
		"INSERT INTO `v` VALUES (1)":                                          {backslash: true, mysql: true},
		"-- PostgreSQL database dump\nSET standard_conforming_strings = off;": {backslash: true},
		"-- PostgreSQL database dump\nSET standard_conforming_strings = on;":  {},
		"COPY v (a) FROM stdin;":                                              {},
		"PRAGMA foreign_keys=OFF;":                                            {},
		"USE x\r\nGO\r\n":                                                     {mssql: true},
		"INSERT [v] ([a]) VALUES (1)":                                         {mssql: true},
		"INSERT INTO v VALUES ('C:\\')":                                       {undecided: true},
	} {
		if got := sqlDialectOf([]byte(head)); got != want {
			t.Errorf("%q is %+v, want %+v", head, got, want)
		}
	}
}

// TestSQLStatementEnd: what has no rows ends where "|" stands.
func TestSQLStatementEnd(t *testing.T) {
	t.Parallel()
	mysql, mssql := sqlDialect{backslash: true, mysql: true}, sqlDialect{mssql: true}
	for _, test := range []struct {
		text    string
		routine bool
		d       sqlDialect
	}{
		{"SET a = ';', b = \"';\";|", false, sqlDialect{}},
		{"SET a = 'it''s;'; |", false, sqlDialect{}},
		{"SET a = '\\';';|", false, mysql},
		{"SET a = '\\';|';", false, sqlDialect{}},
		{"ALTER TABLE [It's] x;|'", false, mssql},
		{"ALTER TABLE x\n|GO\n", false, mssql},
		{"SET x ON\n|INSERT INTO t VALUES", false, mssql},
		{"SET x -- ; it's\n /* ; ' */ ;|", false, sqlDialect{}},
		{"SET x # ; it's\n;|", false, mysql},
		{"CREATE FUNCTION f() AS $a$ ; ' $$ ; $a$;|", true, sqlDialect{}},
		{"SELECT $1 ;|", false, sqlDialect{}},
		{"CREATE TRIGGER t BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 1; END;|", true, sqlDialect{}},
		{"CREATE PROCEDURE p AS SELECT 1;\nINSERT INTO t VALUES (1);\n|go\n", true, mssql},
	} {
		text := strings.Replace(test.text, "|", "", 1) + "\n-- and so on\n"
		want := strings.Index(strings.Replace(test.text, "; |", ";|", 1), "|")
		if got, status := sqlStatementEnd([]byte(text), test.routine, test.d); got != want || status != scanDone {
			t.Errorf("%q ends at %d (status %d), want %d", text, got, status, want)
		}
	}
}

func TestSniffSQL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"INSERT INTO voters VALUES (1,'a')":                                        true,
		"  \n-- a comment\ninsert into v (a,\n b) values\n (1":                     true,
		"SET NAMES utf8;\nDROP TABLE IF EXISTS v;\nCREATE TABLE v (a int, b text)": true,
		"COPY v (a, b) FROM stdin;\n1\t2\n":                                        true,
		"-- PostgreSQL database dump\n":                                            true,
		"/*!40101 SET NAMES utf8 */;\n":                                            true,
		"\\restrict x\nCOPY v FROM stdin;\n":                                       true,
		"USE [Rolls]\nGO\nINSERT [dbo].[v] ([a]) VALUES (1)":                       true,
		"":                            false,
		"INSERT,UPDATE,NAME\n1,2,3\n": false,
		"INSERT INTO,NAME,DOB\n1,Vane,1961-05-03\n":                    false,
		"\"INSERT INTO v VALUES (\",\"NAME\"\n\"1\",\"2\"\n":           false,
		"\"LAST\",\"FIRST\"\n\"Vane\",\"Otto\"\n":                      false,
		"copy\tfrom\tstdin\n1\t2\t3\n":                                 false,
		"use,set,lock\nset,b,c\nselect,b,c\n":                          false,
		"release;date;begin\ngrant;1;2\nbegin;1;2\ngrant;1;2\n":        false,
		"create table,name\nx,y\n":                                     false,
		"-- notes\nlast|first\nVane|Otto\n":                            false,
		"# exported\nlast,first\nVane,Otto\nLune,Ada\nQuine,Bo\nx,y\n": false,
		"{\"a\":1}": false,
		"Alter;Otto;1961\nDrop;Ada;1962\nInsert;Bo;1963\n": false,
		strings.Repeat("-", 60000):                         false,
		strings.Repeat("/*", 30000):                        false,
	} {
		if got := SniffSQL([]byte(text)); got != want {
			t.Errorf("SniffSQL(%.60q) = %v, want %v", text, got, want)
		}
	}
}

// TestSQLBounds has what must not take memory without end.
func TestSQLBounds(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	var tables, columns strings.Builder
	for i := range sqlMaxNames + 1 {
		fmt.Fprintf(&tables, "INSERT INTO t%d VALUES (1);\n", i)
		fmt.Fprintf(&columns, ",c%d", i)
	}
	long := "INSERT INTO t VALUES (1,'" + strings.Repeat("x", maxRow) + "');\nINSERT INTO t VALUES (2,'y');\n"
	for name, test := range map[string]struct{ dump, want string }{
		"tables":  {tables.String(), "error: more than 10000 tables: too large\n"},
		"columns": {"INSERT INTO t VALUES (1);INSERT INTO t (a" + columns.String()[:len(",c0,c1")] + ") VALUES (1,2,3);", "table \"t\", 2 rows: column 1 | a | c0 | c1\n\t1 |  |  | \n\t | 1 | 2 | 3\n"},
		"row":     {long, "table \"t\", 2 rows: (no names)\n\t(unreadable)\n\t2 | y\n"},
		"line":    {"COPY t (a) FROM stdin;\n" + strings.Repeat("x", maxRow+1) + "\ny\n\\.\n", "table \"t\", 2 rows: a\n\t(unreadable)\n\ty\n"},
		"comment": {"/*" + strings.Repeat("INSERT INTO t VALUES (1);\n", maxRow/20) + "*/\nINSERT INTO t (a) VALUES (1);", "table \"t\", 1 rows: a\n\t1\n"},
		"prefix":  {"INSERT INTO t (a) VALUES (1," + strings.Repeat("_ ", maxRow/4) + "'x'),(_a _b x'79'),(_a x'79');\n", "table \"t\", 3 rows: a\n\t(unreadable)\n\t_a _b x'79'\n\ty\n"},
		"other":   {"SELECT '" + strings.Repeat("x", maxRow) + "';\nINSERT INTO t (a) VALUES (1);", "table \"t\", 1 rows: a\n\t1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := show(OpenSQL, bytesInput([]byte(test.dump)), 0); got != test.want {
				t.Errorf("got %.300q, want %q", got, test.want)
			}
		})
	}
	// What would be read for ever: each of its lines goes on as far as a row may.
	const line = "INSERT INTO t VALUES (/*;\n"
	if _, err := OpenSQL(t.Context(), repeated("", line, (maxRow+1<<20)/len(line)), 0); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%q many times: %v", line, err)
	}
	wide := "INSERT INTO t (a" + columns.String() + ") VALUES (1);"
	if _, err := OpenSQL(t.Context(), bytesInput([]byte(wide)), 0); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a table of %d columns: %v", sqlMaxNames+2, err)
	}
}

// TestSQLErrors: what the file itself fails with, and a reader that is stopped.
func TestSQLErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	in := Input{Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("INSERT INTO t (a) VALUES (1),"), iotest.ErrReader(broken))), nil
	}}
	f, err := OpenSQL(t.Context(), in, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readRows(f, 0); got != "1\n" || !errors.Is(err, broken) {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := f.Rows(1); err == nil {
		t.Error("a table that is not there")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := OpenSQL(ctx, in, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// checkAgreement opens a file and checks what holds for any: lines have the
// table's fields or are unreadable, and the survey counted them.
func checkAgreement(t *testing.T, open opener, b []byte) {
	t.Helper()
	f, err := open(t.Context(), bytesInput(b), 0)
	if err != nil {
		return
	}
	defer f.Close()
	for i, table := range f.Tables() {
		r, err := f.Rows(i)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		r.Close()
		if err != nil && !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrUnclear) {
			t.Fatalf("table %d: %v", i, err)
		}
		rows, fields := int64(0), len(table.Columns)
		list, ok := f.(*jsonFile)
		ragged := ok && (fields == 0 || list.tables[i].lists) // arrays have any length
		for line := range bytes.Lines(text) {
			if !bytes.HasSuffix(line, []byte{'\n'}) {
				t.Fatalf("table %d ends within a line", i)
			}
			rows++
			line = line[:len(line)-1]
			n := 1 + bytes.Count(line, []byte{Separator})
			switch {
			case string(line) == Unreadable:
			case fields == 0:
				if !ragged {
					fields = n
				}
			case n != fields && !ragged:
				t.Fatalf("table %d, line %d: %d fields, want %d", i, rows, n, fields)
			}
			if bytes.ContainsAny(line, "\r\x00") {
				t.Fatalf("table %d, line %d holds what would break it", i, rows)
			}
		}
		if rows != table.Rows {
			t.Fatalf("table %d has %d rows, but the survey counted %d", i, rows, table.Rows)
		}
	}
}

// addTestdata adds the files of a folder of testdata to a fuzz target.
func addTestdata(f *testing.F, folder string) {
	files, _ := filepath.Glob(filepath.Join("testdata", folder, "*"))
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil && filepath.Ext(name) != ".want" {
			f.Add(b)
		}
	}
}

func FuzzSQL(f *testing.F) {
	addTestdata(f, "sql")
	f.Add([]byte("INSERT INTO t VALUES (1,2),(3);\nINSERT INTO t (b,a,b) VALUES (1,2,3);CREATE TABLE t (a int);\nINSERT INTO t VALUES ('\\"))
	f.Fuzz(func(t *testing.T, b []byte) { checkAgreement(t, OpenSQL, b); SniffSQL(b) })
}

// repeated is a file of so many copies of a text, made as it is read.
func repeated(head, text string, times int) Input {
	return Input{Size: -1, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(head), &repeater{text: text, left: times})), nil
	}}
}

type repeater struct {
	text string
	at   int
	left int
}

// Read implements io.Reader.
func (r *repeater) Read(p []byte) (n int, err error) {
	for n < len(p) && r.left > 0 {
		k := copy(p[n:], r.text[r.at:])
		n += k
		if r.at += k; r.at == len(r.text) {
			r.at, r.left = 0, r.left-1
		}
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// checkMemory opens and reads a large file and watches the heap.
func checkMemory(t *testing.T, open opener, in Input) {
	t.Helper()
	racetest.LeaveOut(t)
	before := liveHeap()
	f, err := open(t.Context(), in, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Rows(0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	growth, size := int64(0), int64(0)
	buf := make([]byte, 64<<10)
	for step := int64(0); ; {
		n, err := r.Read(buf)
		if size += int64(n); size >= step {
			growth, step = max(growth, liveHeap()-before), step+16<<20
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d MB of lines, %d KiB of heap", size/1e6, growth>>10)
	if size < 20<<20 {
		t.Errorf("only %d bytes were read", size)
	}
	if growth > 8<<20 {
		t.Errorf("%d KiB were held", growth>>10)
	}
}

// TestSQLMemory is not parallel: it watches the heap. Its rows are in one INSERT,
// and in one COPY.
func TestSQLMemory(t *testing.T) {
	_, rows := fiction(1000, 2)
	columns, _ := fiction(0, 2)
	for _, name := range []string{"mysql", "postgres-copy"} {
		dump := sqlWriters[name](columns, rows)
		t.Run(name, func(t *testing.T) {
			var head, body string
			if name == "mysql" {
				i := strings.Index(dump, "VALUES ") + len("VALUES ")
				head = dump[:i]
				body = strings.ReplaceAll(strings.TrimSuffix(dump[i:], ";\n"), ";\nINSERT INTO `voters` VALUES ", ",") + ",\n"
			} else {
				i := strings.Index(dump, "\n") + 1
				head, body = dump[:i], strings.TrimSuffix(dump[i:], "\\.\n\nSELECT 1;\n")
			}
			in := repeated(head, body, 64<<20/len(body))
			open := in.Open
			in.Open = func() (io.ReadCloser, error) {
				r, _ := open()
				end := "\\.\n"
				if name == "mysql" {
					end = "(1,2,3,4,5,6,7,8,9,10);\n"
				}
				return io.NopCloser(io.MultiReader(r, strings.NewReader(end))), nil
			}
			checkMemory(t, OpenSQL, in)
		})
	}
}

func benchmarkRows(b *testing.B, open opener, file []byte) {
	f, err := open(b.Context(), bytesInput(file), 0)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	buf := make([]byte, 256<<10)
	for b.Loop() {
		r, err := f.Rows(0)
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = r.Read(buf)
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		r.Close()
	}
}

func BenchmarkSQL(b *testing.B) {
	columns, rows := fiction(100_000, 3)
	for _, name := range slices.Sorted(maps.Keys(sqlWriters)) {
		b.Run(name, func(b *testing.B) { benchmarkRows(b, OpenSQL, []byte(sqlWriters[name](columns, rows))) })
	}
}

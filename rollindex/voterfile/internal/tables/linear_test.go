package tables

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcheck/internal/racetest"
)

// filled repeats a text up to so many bytes.
func filled(text string, size int) string { return strings.Repeat(text, max(1, size/len(text))) }

// slow are files of a size that could take the square of it to read: each of what
// they repeat is found to end, or to have no end, only far behind it.
var slow = map[string]struct {
	open opener
	file func(size int) string
}{
	"ALTER TABLE without an end": {OpenSQL, func(n int) string { return "USE [x]\nGO\n" + filled("ALTER TABLE [t] CHECK CONSTRAINT [c]\n", n) }},
	"one ALTER TABLE": {OpenSQL, func(n int) string {
		return "-- MySQL dump\nCREATE TABLE t (a int, b int);\nALTER TABLE t " + filled("MODIFY a int AFTER b,", n) + "ADD c int;\n"
	}},
	"CREATE TABLE without an end": {OpenSQL, func(n int) string { return filled("CREATE TABLE t (a f(\nGO\n", n) + ";\n" }},
	"CREATE TABLE": {OpenSQL, func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "CREATE TABLE t%d (a int, b varchar(10));\n", i%(sqlMaxNames-1))
		}
		return b.String()
	}},
	"COMMENT ON":                {OpenSQL, func(n int) string { return filled("COMMENT ON COLUMN t.a IS 'x';\n", n) }},
	"COMMENT ON without an end": {OpenSQL, func(n int) string { return filled("COMMENT ON COLUMN t.a IS 'x'\n", n) }},
	"rows without an end": {OpenSQL, func(n int) string {
		return filled("INSERT INTO t VALUES (f( -- ;\n", n) + ";\n"
	}},
	"rows without an end, of SQL Server": {OpenSQL, func(n int) string { return "USE x\nGO\n" + filled("INSERT t VALUES (f(\n", n) + ";\n" }},
	"INSERT without a table":             {OpenSQL, func(n int) string { return filled("INSERT INTO /* ;\n", n) + "*/ ;\n" }},
	"REPLACE again and again":            {OpenSQL, func(n int) string { return filled("REPLACE -- ;\n", n) + ";\n" }},
	"backslashes":                        {OpenSQL, func(n int) string { return "-- MySQL dump\nSELECT '" + filled(`\n`, 8*n) + "';\n" }},
	"keys of any length": {OpenJSON, func(n int) string {
		return `{"` + filled("x", n/2) + `":{` + filled(`"a":{},`, n/2) + `"rows":[{"a":1}]}}`
	}},
	"lists in lists": {OpenJSON, func(n int) string {
		return "[" + filled(strings.Repeat("[", 90)+strings.Repeat("]", 90)+",", n) + "[1]]"
	}},
	"objects without an end": {OpenJSON, func(n int) string { return "{\"a\":1}\n" + filled(`{"a":[{"b":1},`+"\n", n) }},
	"arrays that are tables": {OpenJSON, func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "{\"k%d\":[{},{},{},{},{}]}\n", i%(2*jsonMaxTables))
		}
		return b.String()
	}},
}

// TestLinear: four times the file takes less than eight times as long to read.
func TestLinear(t *testing.T) {
	racetest.LeaveOut(t)
	const size = 128 << 10
	for name, test := range slow {
		t.Run(name, func(t *testing.T) {
			small, large := bytesInput([]byte(test.file(size))), bytesInput([]byte(test.file(4*size)))
			once := timed(t, test.open, small, time.Minute)
			for range 2 {
				if once < 100*time.Millisecond { // which other work of the machine could double
					once = min(once, timed(t, test.open, small, time.Minute))
				}
			}
			limit := 8*once + 500*time.Millisecond
			if took := timed(t, test.open, large, limit); took > limit {
				t.Errorf("%v for %d bytes, more than %v for %d", once, size, took, 4*size)
			}
		})
	}
}

// timed returns how long it takes to survey a file, or a bit more than the limit.
func timed(t *testing.T, open opener, in Input, limit time.Duration) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	start := time.Now()
	if _, err := open(ctx, in, 0); err != nil && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrTruncated) && ctx.Err() == nil {
		t.Fatal(err)
	}
	return time.Since(start)
}

// A script of SQL Server with as many lines as a schema of years has: without
// semicolons it is read as it is with them, in about the same time.
func TestSQLAlterScript(t *testing.T) {
	racetest.LeaveOut(t)
	const lines = 60_000
	script := func(end string) Input {
		var b strings.Builder
		b.WriteString("USE [x]\nGO\nCREATE TABLE [dbo].[t] ([a] int, [b] int)" + end + "\n")
		for i := range lines {
			fmt.Fprintf(&b, "ALTER TABLE [dbo].[t] ADD CONSTRAINT [c%d] DEFAULT (('x')) FOR [a]%s\n", i, end)
		}
		b.WriteString("ALTER TABLE [dbo].[t] DROP COLUMN [never]" + end + "\nINSERT [dbo].[t] ([a]) VALUES (1)\nINSERT [dbo].[t] VALUES (1, 2)\n")
		return bytesInput([]byte(b.String()))
	}
	with := timed(t, OpenSQL, script(";"), time.Minute)
	limit := 10*with + time.Second
	if took := timed(t, OpenSQL, script(""), limit); took > limit {
		t.Fatalf("more than %v, with semicolons %v", took, with)
	}
	for _, end := range []string{";", ""} {
		want := fmt.Sprintf("the ALTER TABLE of line %d", lines+4)
		if got := show(OpenSQL, script(end), 0); !strings.Contains(got, want) || !strings.Contains(got, "\t1 | \n") {
			t.Errorf("%q: %.200s, want a row and an error at %s", end, got, want)
		}
	}
}

// ending is a context that ends when it was looked at so many times.
type ending struct {
	context.Context
	left int
}

// Err implements context.Context.
func (c *ending) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestSQLStopped: a reader is stopped among the statements of one window.
func TestSQLStopped(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"with": filled("ALTER TABLE t ADD KEY (a);\n", firstWindow/2), "without": "USE [x]\nGO\n" + filled("ALTER TABLE t ADD CONSTRAINT c\n", firstWindow/2),
	} {
		if _, err := OpenSQL(&ending{t.Context(), 100}, bytesInput([]byte(script)), 0); !errors.Is(err, context.Canceled) {
			t.Errorf("%s semicolons: %v", name, err)
		}
	}
}

// TestSQLLooked: a row that cannot be read says how far it was looked at for its
// end, also where that lies within what is looked at again.
func TestSQLLooked(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]int{"(f(,(1),(2);": 11, `(unistr((1),(2),'\')) `: 19, `(unistr(('\'),(2))) `: 17} {
		_, _, at, status := sqlTuple(nil, []byte(row), sqlDialect{})
		if status != scanBad || at != want {
			t.Errorf("%s: status %d at %d, want %d", row, status, at, want)
		}
	}
}

package tables

import (
	"fmt"
	"slices"
	"strings"
)

// sqlChangeKind is what an ALTER TABLE does to the columns of a table.
type sqlChangeKind uint8

const (
	sqlAdd    sqlChangeKind = iota // a column, at the end unless it says where
	sqlDrop                        // a column
	sqlMove                        // a column, and perhaps its name
	sqlRename                      // the table
)

// sqlChange is one change that an ALTER TABLE makes.
type sqlChange struct {
	kind   sqlChangeKind
	column string
	to     string // the new name of a column or of the table; "" keeps it
	first  bool   // it becomes the first column,
	after  string // or stands behind this one; else it stays where it is
	lax    bool   // IF EXISTS, IF NOT EXISTS: no error if there is nothing to do
}

// sqlAlter is an ALTER TABLE, as far as it changes columns.
type sqlAlter struct {
	table   string // "" for a statement that alters something else
	changes []sqlChange
}

// sqlParseAlter reads a whole ALTER statement, with or without its end. The
// status is scanBad for one that may change the columns in a way that is not
// known. What changes none (keys, owners, settings, types) is passed over. The
// forms are those of MySQL 8.4 (15.1.9), PostgreSQL 17, SQLite and SQL Server.
func sqlParseAlter(statement []byte, d sqlDialect) (a sqlAlter, status scanStatus) {
	// A closing parenthesis ends the last item, as those of a CREATE TABLE end.
	text := append(slices.Clone(trimStatement(statement)), "\n)"...)
	l := &sqlLex{b: text, d: d}
	l.word() // ALTER
	for n := 0; !l.acceptWord("table"); n++ {
		if w := l.word(); n == 2 || w != "online" && w != "offline" && w != "ignore" && w != "foreign" {
			return a, scanDone
		}
	}
	l.ifExists()
	l.acceptWord("only")
	a.table = l.qualified()
	l.accept('*') // PostgreSQL: and its descendants
	if l.status != scanDone {
		return a, scanBad
	}
	for last := ""; l.status == scanDone; {
		if last = l.alteration(&a, last); l.accept(')') || l.status != scanDone {
			break
		}
		l.bound(&a)
		if !l.accept(',') {
			l.fail(scanBad)
		}
	}
	if l.status != scanDone || l.i != len(text) {
		return a, scanBad
	}
	return a, scanDone
}

// trimStatement cuts the semicolon off the end of a statement.
func trimStatement(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] <= ' ' || b[len(b)-1] == ';') {
		b = b[:len(b)-1]
	}
	return b
}

// ifExists passes over IF EXISTS or IF NOT EXISTS and reports whether it was there.
func (l *sqlLex) ifExists() bool {
	if !l.acceptWord("if") {
		return false
	}
	l.acceptWord("not")
	if !l.acceptWord("exists") {
		l.fail(scanBad)
	}
	return true
}

// alteration reads one item of an ALTER TABLE and returns its first word. An
// item that has none goes on with the work of the last: SQL Server's
// "ADD a int, b int".
func (l *sqlLex) alteration(a *sqlAlter, last string) string {
	at := l.i
	verb := l.word()
	if l.d.mssql && (last == "add" || last == "drop column") && !sqlVerbs[verb] {
		l.i, l.status = at, scanDone
		switch {
		case last == "drop column":
			l.dropColumn(a)
		case !l.notColumn():
			l.addColumn(a, false)
		}
		l.skipItem()
		return last
	}
	switch verb {
	case "add":
		column := l.acceptWord("column")
		lax := l.ifExists()
		switch {
		case l.peek() == '(':
			l.addColumns(a, lax)
		case column || !l.notColumn():
			l.addColumn(a, lax)
		}
	case "drop":
		switch {
		case l.acceptWord("column"):
			l.dropColumn(a)
			verb = "drop column"
		case l.d.mssql || l.notColumn(): // there a name alone is that of a constraint
		default:
			l.dropColumn(a)
		}
	case "modify":
		l.acceptWord("column")
		c := sqlChange{kind: sqlMove, lax: l.ifExists()}
		if l.peek() == '(' {
			l.fail(scanBad)
		}
		c.column, _ = l.name()
		l.place(&c)
		a.changes = append(a.changes, c)
	case "change":
		l.acceptWord("column")
		c := sqlChange{kind: sqlMove, lax: l.ifExists()}
		c.column, _ = l.name()
		c.to, _ = l.name()
		l.place(&c)
		a.changes = append(a.changes, c)
	case "rename":
		l.rename(a)
	}
	l.skipItem()
	return verb
}

// sqlVerbs are the words that an item of an ALTER TABLE of SQL Server begins with.
var sqlVerbs = map[string]bool{
	"add": true, "alter": true, "drop": true, "with": true, "check": true, "nocheck": true, "enable": true, "disable": true, "switch": true, "set": true, "rebuild": true,
	"column": true, "constraint": true, // of a list that goes on with something else
}

// notColumn reports whether the word that is next makes the item something else
// than a column. It stays next. KEY and INDEX may be names of columns where they
// are not words of the dialect, and nothing tells.
func (l *sqlLex) notColumn() bool {
	at := l.i
	word := l.word() // "" for a name in quotes
	if l.status == scanDone {
		l.i = at
	}
	switch word {
	case "default", "partition", "system":
		return true
	case "key", "index":
		if !l.d.mysql && !l.d.mssql {
			l.fail(scanBad)
		}
		return true
	}
	return sqlConstraint(word, l.d)
}

// addColumns reads the columns of "ADD (a int, b int)".
func (l *sqlLex) addColumns(a *sqlAlter, lax bool) {
	l.accept('(')
	for l.status == scanDone {
		if !l.notColumn() {
			l.addColumn(a, lax)
		}
		l.skipItem()
		if l.accept(')') {
			return
		}
		if !l.accept(',') {
			l.fail(scanBad)
		}
		l.bound(a)
	}
}

// bound fails at more changes than a table may have columns.
func (l *sqlLex) bound(a *sqlAlter) {
	if len(a.changes) > sqlMaxNames {
		l.fail(scanBad)
	}
}

func (l *sqlLex) addColumn(a *sqlAlter, lax bool) {
	c := sqlChange{kind: sqlAdd, lax: lax}
	c.column, _ = l.name()
	l.place(&c)
	a.changes = append(a.changes, c)
}

func (l *sqlLex) dropColumn(a *sqlAlter) {
	c := sqlChange{kind: sqlDrop, lax: l.ifExists()}
	c.column, _ = l.name()
	a.changes = append(a.changes, c)
}

// rename reads what follows RENAME: a column, the table, or what changes neither.
func (l *sqlLex) rename(a *sqlAlter) {
	switch {
	case l.acceptWord("to"), l.acceptWord("as"):
		a.changes = append(a.changes, sqlChange{kind: sqlRename, to: l.qualified()})
		return
	case !l.acceptWord("column") && l.notColumn():
		return
	}
	name := l.qualified()
	switch {
	case l.acceptWord("to"):
		to, _ := l.name()
		a.changes = append(a.changes, sqlChange{kind: sqlMove, column: name, to: to})
	case l.peek() == ')' || l.peek() == ',':
		a.changes = append(a.changes, sqlChange{kind: sqlRename, to: name}) // MySQL's "RENAME other"
	default:
		l.fail(scanBad)
	}
}

// place reads where a column is put from the end of its definition: FIRST, or
// AFTER another, as MySQL has it.
func (l *sqlLex) place(c *sqlChange) {
	end, status := sqlItemEnd(l.b, l.i, l.d)
	if status != scanDone {
		l.fail(status)
		return
	}
	in := &sqlLex{b: append(slices.Clone(l.b[l.i:end]), "\n)"...), d: l.d}
	var words [2]string // the last two bare words, "" for anything else
	var name string     // the last word or name
	for in.status == scanDone && in.i < len(in.b)-1 {
		switch b := in.peek(); {
		case in.i >= len(in.b)-1:
		case b == '"' || b == '`' || b == '\'' || b == '[' && in.d.mssql:
			name, _ = in.name()
			words[0], words[1] = words[1], ""
		case isWordByte(b):
			start := in.i
			w := in.word()
			name = string(in.b[start:in.i])
			words[0], words[1] = words[1], w
		default:
			in.i++
			words[0], words[1] = words[1], ""
		}
	}
	switch {
	case words[1] == "first":
		c.first = true
	case words[0] == "after":
		c.after = name
	}
}

// alter applies a statement to the table it names, if that is known. A change
// that cannot be made leaves the order of the columns unknown from line on: rows
// that name none are then an error, since each of their values could be of
// another column.
func (s *sqlSchema) alter(a *sqlAlter, known bool, line int64) error {
	t := s.find(a.table)
	if t == nil {
		return nil
	}
	for _, c := range a.changes {
		switch {
		case c.kind == sqlRename:
			s.renameTable(t, a.table, c.to)
		case t.order == nil: // nor are rows without names read in any order
		default:
			ok, err := s.change(t, &c)
			if err != nil {
				return err
			}
			known = known && ok
		}
	}
	if !known {
		t.strange = line
	}
	return nil
}

// change makes one change of columns, and reports whether it could.
func (s *sqlSchema) change(t *sqlTable, c *sqlChange) (bool, error) {
	at := -1 // in the order
	if place, ok := t.place(c.column); ok {
		at = slices.Index(t.order, place)
	}
	if (at >= 0) == (c.kind == sqlAdd) {
		return c.lax, nil
	}
	if !t.named { // columns that were only counted
		return false, nil
	}
	// Plans of statements read before share the order.
	order := slices.Clone(t.order)
	place := 0
	switch {
	case c.kind == sqlDrop:
		t.order = slices.Delete(order, at, at+1)
		return true, nil
	case c.kind == sqlAdd:
		var ok bool
		var err error
		if place, ok = t.exact[c.column]; !ok {
			if place, err = s.add(t, c.column); err != nil {
				return false, err
			}
		}
		at = len(order)
		order = append(order, place)
	default:
		place = order[at]
	}
	if c.first || c.after != "" {
		order = slices.Delete(order, at, at+1)
		at = 0
		if !c.first {
			before, ok := t.place(c.after)
			if at = slices.Index(order, before) + 1; !ok || at == 0 {
				return false, nil
			}
		}
		order = slices.Insert(order, at, place)
	}
	t.order = order
	if c.to != "" && c.to != t.columns[place] {
		return true, s.renameColumn(t, place, c.to)
	}
	return true, nil
}

// place returns the place of a column by its name.
func (t *sqlTable) place(name string) (int, bool) {
	at, ok := t.exact[name]
	if !ok {
		at, ok = t.folded[strings.ToLower(name)]
	}
	return at, ok
}

// renameColumn gives the column at a place another name. One that was dropped
// and had that name stays without.
func (s *sqlSchema) renameColumn(t *sqlTable, place int, to string) error {
	if other, ok := t.exact[to]; ok && other != place {
		t.columns[other] = ""
	}
	from := t.columns[place]
	delete(t.exact, from)
	if t.folded[strings.ToLower(from)] == place {
		delete(t.folded, strings.ToLower(from))
	}
	t.columns[place], t.exact[to], t.folded[strings.ToLower(to)] = to, place, place
	return s.grow(to)
}

// renameTable gives a table another name, in the same schema if it names none.
func (s *sqlSchema) renameTable(t *sqlTable, from, to string) {
	if i := strings.LastIndexByte(t.name, '.'); i >= 0 && !strings.Contains(to, ".") {
		to = t.name[:i+1] + to
	}
	for _, names := range []map[string]*sqlTable{s.byName, s.byLast} {
		for _, name := range []string{from, t.name, from[strings.LastIndexByte(from, '.')+1:]} {
			if key := strings.ToLower(name); names[key] == t {
				delete(names, key)
			}
		}
	}
	t.name = to
	key := strings.ToLower(to)
	s.byName[key], s.byLast[key[strings.LastIndexByte(key, '.')+1:]] = t, t
}

// errStrange is the error of rows without names of columns whose order is not known.
func (t *sqlTable) errStrange() error {
	return fmt.Errorf("rows that do not name their columns stand behind the ALTER TABLE of line %d, which is %w", t.strange, ErrUnclear)
}

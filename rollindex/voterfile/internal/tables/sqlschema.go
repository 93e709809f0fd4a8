package tables

import (
	"fmt"
	"strings"
)

// sqlTable is what the statements read so far say of a table. Columns are only
// ever added, and stay when they are dropped, so that a place in them stays what
// it is.
type sqlTable struct {
	name    string
	columns []string
	exact   map[string]int // name to place
	folded  map[string]int // name in lower case to place
	// order has the place of each value of a row whose statement names no
	// columns: the order of the last CREATE TABLE, as ALTER TABLE changed it since.
	// It is nil if that is not known.
	order   []int
	named   bool  // the columns have names
	strange int64 // the line of an ALTER TABLE from which on the order is not known; 0 for none
	rows    int64
}

// sqlSchema is the tables a dump has made or filled so far. Reading a dump again
// makes the same one, step by step.
type sqlSchema struct {
	tables []*sqlTable
	byName map[string]*sqlTable // in lower case
	byLast map[string]*sqlTable // by the last part of the name, the first of several
	size   int                  // of all names, in bytes
}

func newSQLSchema() *sqlSchema {
	return &sqlSchema{byName: map[string]*sqlTable{}, byLast: map[string]*sqlTable{}}
}

// table returns the table of that name and makes it if there is none. A name
// without its schema means the table of that name in any schema, if only one of
// the two statements names the schema.
func (s *sqlSchema) table(name string) (*sqlTable, error) {
	if t := s.find(name); t != nil {
		return t, nil
	}
	if len(s.tables) == sqlMaxNames {
		return nil, fmt.Errorf("more than %d tables: %w", sqlMaxNames, ErrTooLarge)
	}
	t := &sqlTable{name: name, exact: map[string]int{}, folded: map[string]int{}}
	s.tables = append(s.tables, t)
	key := strings.ToLower(name)
	last := key[strings.LastIndexByte(key, '.')+1:]
	s.byName[key] = t
	if s.byLast[last] == nil {
		s.byLast[last] = t
	}
	return t, s.grow(name)
}

// find returns the table of that name, nil if there is none.
func (s *sqlSchema) find(name string) *sqlTable {
	key := strings.ToLower(name)
	if t := s.byName[key]; t != nil {
		return t
	}
	last := key[strings.LastIndexByte(key, '.')+1:]
	if t := s.byLast[last]; t != nil && (last == key || !strings.Contains(t.name, ".")) {
		return t
	}
	return nil
}

// grow bounds the memory of the names.
func (s *sqlSchema) grow(name string) error {
	if s.size += len(name) + 64; s.size > maxRow {
		return fmt.Errorf("names of tables and columns of more than %d bytes: %w", maxRow, ErrTooLarge)
	}
	return nil
}

// add adds a column at the end.
func (s *sqlSchema) add(t *sqlTable, name string) (int, error) {
	if len(t.columns) == sqlMaxNames {
		return 0, fmt.Errorf("a table of more than %d columns: %w", sqlMaxNames, ErrTooLarge)
	}
	n := len(t.columns)
	t.columns = append(t.columns, name)
	if name != "" {
		t.exact[name], t.named = n, true
		if _, ok := t.folded[strings.ToLower(name)]; !ok {
			t.folded[strings.ToLower(name)] = n
		}
	}
	return n, s.grow(name)
}

// create takes note of a CREATE TABLE.
func (s *sqlSchema) create(name string, columns []string) error {
	t, err := s.table(name)
	if err != nil {
		return err
	}
	order := make([]int, len(columns))
	for i, c := range columns {
		if at, ok := t.exact[c]; ok {
			order[i] = at
		} else if order[i], err = s.add(t, c); err != nil {
			return err
		}
	}
	t.order, t.strange = order, 0
	return nil
}

// places returns the place of each of the named columns, adding those that are
// new; -1 for a name that is repeated.
func (s *sqlSchema) places(t *sqlTable, columns []string) ([]int, error) {
	places := make([]int, len(columns))
	seen := make(map[int]bool, len(columns))
	for i, c := range columns {
		at, ok := t.place(c)
		if !ok {
			var err error
			if at, err = s.add(t, c); err != nil {
				return nil, err
			}
		}
		if places[i] = at; seen[at] {
			places[i] = -1
		}
		seen[at] = true
	}
	return places, nil
}

// unnamed makes n columns without names, for a table of which nothing else is known.
func (s *sqlSchema) unnamed(t *sqlTable, n int) error {
	if n > sqlMaxNames {
		return fmt.Errorf("a row of more than %d values: %w", sqlMaxNames, ErrTooLarge)
	}
	order := make([]int, n)
	for i := range order {
		var err error
		if order[i], err = s.add(t, ""); err != nil {
			return err
		}
	}
	t.order = order
	return nil
}

// sqlPlan is how the values of a statement's rows become lines.
type sqlPlan struct {
	table  *sqlTable
	places []int // of each value; nil if it is not known how many there are
	// from has, for each column of the line, the number of the value it takes, or
	// -1; it is nil if the values are in order and complete.
	from []int
}

// newPlan plans the rows of a statement that names columns (nil: none), as
// lines of width columns.
func (s *sqlSchema) newPlan(t *sqlTable, columns []string, width int) (sqlPlan, error) {
	p := sqlPlan{table: t, places: t.order}
	switch {
	case columns != nil:
		var err error
		if p.places, err = s.places(t, columns); err != nil {
			return p, err
		}
	case t.strange > 0:
		return p, t.errStrange()
	}
	p.from = make([]int, width)
	for i := range p.from {
		p.from[i] = -1
	}
	inOrder := len(p.places) == width
	for i, at := range p.places {
		inOrder = inOrder && at == i
		if at >= 0 && at < width {
			p.from[at] = i
		}
	}
	if inOrder {
		p.from = nil
	}
	return p, nil
}

package tables

import (
	"errors"
	"fmt"
	"strings"
)

// parquetColumn is a leaf of the schema: what there are values of.
type parquetColumn struct {
	name   string
	kind   int64 // physical type
	length int   // of a value of fixed length
	text   parquetText
	unit   int64 // of a time: how many there are in a second
	scale  int   // of a decimal: digits behind the point
	maxDef uint32
	maxRep uint32
}

// Physical types (Type).
const (
	parquetBoolean = 0
	parquetInt32   = 1
	parquetInt64   = 2
	parquetInt96   = 3
	parquetFloat   = 4
	parquetDouble  = 5
	parquetBytes   = 6
	parquetFixed   = 7
)

// Logical types that matter, by their field in LogicalType.
const (
	parquetString    = 1
	parquetMap       = 2
	parquetList      = 3
	parquetEnum      = 4
	parquetDecimal   = 5
	parquetDate      = 6
	parquetTime      = 7
	parquetTimestamp = 8
	parquetInteger   = 10
	parquetJSON      = 12
	parquetUUID      = 14
	parquetFloat16   = 15
)

// parquetConverted are the logical types of the older ConvertedType.
var parquetConverted = map[int64]struct {
	logical, unit int64
	unsigned      bool
}{
	0: {logical: parquetString}, 1: {logical: parquetMap}, 2: {logical: parquetMap}, 3: {logical: parquetList}, 4: {logical: parquetEnum},
	5: {logical: parquetDecimal}, 6: {logical: parquetDate},
	7: {logical: parquetTime, unit: 1}, 8: {logical: parquetTime, unit: 2}, 9: {logical: parquetTimestamp, unit: 1}, 10: {logical: parquetTimestamp, unit: 2},
	11: {logical: parquetInteger, unsigned: true}, 12: {logical: parquetInteger, unsigned: true},
	13: {logical: parquetInteger, unsigned: true}, 14: {logical: parquetInteger, unsigned: true},
	19: {logical: parquetJSON},
}

// parquetText is how a value becomes text.
type parquetText uint8

const (
	parquetTextPlain parquetText = iota // as its physical type is
	parquetTextString
	parquetTextUnsigned
	parquetTextDecimal
	parquetTextDate
	parquetTextTime
	parquetTextTimestamp
	parquetTextUUID
	parquetTextNone // bytes that are no text
)

// parquetMaxNesting bounds groups within groups.
const parquetMaxNesting = 64

// columns returns the leaves of the schema, which is a tree written depth first.
func (m *parquetMeta) columns() ([]parquetColumn, error) {
	if len(m.schema) < 2 {
		return nil, fmt.Errorf("%w: a Parquet file without columns", ErrDamaged)
	}
	w := parquetWalk{schema: m.schema, next: 1}
	for range m.schema[0].children {
		if err := w.element(nil, parquetColumn{}, parquetNamed); err != nil {
			return nil, err
		}
	}
	if w.next != len(m.schema) {
		return nil, fmt.Errorf("%w: a Parquet schema with more than its columns", ErrDamaged)
	}
	if len(w.columns) == 0 {
		return nil, fmt.Errorf("%w: a Parquet file without columns", ErrDamaged)
	}
	return w.columns, nil
}

// parquetWalk is a walk through the schema.
type parquetWalk struct {
	schema  []parquetElement
	next    int
	columns []parquetColumn
}

// parquetPlace is where an element stands in a list or map, whose inner names
// ("list", "element", "key_value") say nothing.
type parquetPlace uint8

const (
	parquetNamed    parquetPlace = iota // an element with a name of its own
	parquetInList                       // the repeated one of a list
	parquetElement1                     // the only one in that
	parquetInMap                        // the repeated one of a map
)

// element adds the leaves of the element that comes next, and of all below it.
func (w *parquetWalk) element(names []string, c parquetColumn, place parquetPlace) error {
	if w.next >= len(w.schema) || len(names) > parquetMaxNesting || c.maxDef > parquetMaxNesting {
		return fmt.Errorf("%w: a Parquet schema that does not add up", ErrDamaged)
	}
	e := &w.schema[w.next]
	w.next++
	switch e.repetition {
	case 0:
	case 1:
		c.maxDef++
	case 2:
		c.maxDef++
		c.maxRep++
	default:
		return fmt.Errorf("%w: a Parquet schema that does not add up", ErrDamaged)
	}
	if place == parquetNamed {
		names = append(names[:len(names):len(names)], e.name)
	}
	logical := e.logical
	if logical == 0 {
		logical = parquetConverted[e.converted].logical
	}
	if e.kind < 0 || e.children > 0 {
		inner := parquetNamed
		switch {
		case logical == parquetList:
			inner = parquetInList
		case logical == parquetMap && place != parquetInMap:
			inner = parquetInMap
		case place == parquetInList && e.children == 1:
			inner = parquetElement1
		}
		for range e.children {
			if err := w.element(names, c, inner); err != nil {
				return err
			}
		}
		return nil
	}
	if len(w.columns) == parquetMaxColumns {
		return fmt.Errorf("%w: a Parquet file of more than %d columns", ErrTooLarge, parquetMaxColumns)
	}
	c.name, c.kind = strings.Join(names, "."), e.kind
	if err := c.setType(e, logical); err != nil {
		return err
	}
	w.columns = append(w.columns, c)
	return nil
}

// setType finds out how the values of a leaf become text.
func (c *parquetColumn) setType(e *parquetElement, logical int64) error {
	if e.kind > parquetFixed {
		return fmt.Errorf("column %q of a Parquet file is of a type that is not known: %w", c.name, errors.ErrUnsupported)
	}
	old := parquetConverted[e.converted]
	number := e.kind == parquetInt32 || e.kind == parquetInt64
	text := e.kind == parquetBytes || e.kind == parquetFixed
	if e.kind == parquetFixed {
		if e.length < 1 || e.length > maxRow {
			return fmt.Errorf("%w: column %q of a Parquet file has values of %d bytes", ErrDamaged, c.name, e.length)
		}
		c.length = int(e.length)
	}
	unit := e.unit
	if unit == 0 {
		unit = old.unit
	}
	switch unit {
	case 1:
		c.unit = 1e3
	case 2:
		c.unit = 1e6
	default:
		c.unit = 1e9
	}
	switch {
	case (number || text) && logical == parquetDecimal:
		if e.scale < 0 || e.scale > 1000 {
			return fmt.Errorf("%w: column %q of a Parquet file has %d decimals", ErrDamaged, c.name, e.scale)
		}
		c.text, c.scale = parquetTextDecimal, int(e.scale)
	case number && logical == parquetDate:
		c.text = parquetTextDate
	case number && logical == parquetTime:
		c.text = parquetTextTime
	case number && logical == parquetTimestamp:
		c.text = parquetTextTimestamp
	case number && logical == parquetInteger && (e.unsigned || old.unsigned):
		c.text = parquetTextUnsigned
	case text && (logical == parquetString || logical == parquetEnum || logical == parquetJSON):
		c.text = parquetTextString
	case e.kind == parquetFixed && e.length == 16 && logical == parquetUUID:
		c.text = parquetTextUUID
	case e.kind == parquetFixed && logical == parquetFloat16:
		return fmt.Errorf("column %q of a Parquet file has numbers of 16 bits: %w", c.name, errors.ErrUnsupported)
	}
	return nil
}

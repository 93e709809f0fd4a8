package voterfile

import (
	"rollcheck/data/field"
)

// Column is a column of a file, in the order in which the file has them.
type Column struct {
	Name  string     // as the file names it, else as the layout does; made fit to be shown, "" if neither does
	Role  field.Role // what it is read as; RoleNone if it is passed over
	Kind  field.Kind // what a value in it exposes, if Tells
	Tells bool       // it is known what a value in it exposes
	Extra bool       // the layout does not know it
}

// Columns returns the columns of a file that is read so. Values that are picked
// by a type beside them belong to none.
func (m *Match) Columns() []Column {
	all := make([]Column, len(m.columns))
	for i, c := range m.columns {
		if i < len(m.heads) {
			all[i].Name = m.heads[i]
		}
		all[i].Extra = m.isExtra(i)
		if c == nil {
			continue
		}
		all[i].Role = c.Role
		all[i].Kind, all[i].Tells = c.Exposes()
		if all[i].Name == "" {
			all[i].Name = label(c.Name)
		}
	}
	return all
}

// Column returns what the row has in a column by its place in [Match.Columns],
// without surrounding spaces and quotes and as UTF-8, nil if it is empty or stands
// for no value. It is valid until the next record.
func (r *Record) Column(i int) []byte { return r.p.column(uint16(i)) }

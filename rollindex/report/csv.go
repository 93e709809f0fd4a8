package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// CSV writes a table for spreadsheets (RFC 4180) whose cells none of them takes for a
// formula: names of files and columns come from strangers.
type CSV struct{ w *csv.Writer }

// NewCSV begins a table with its head.
func NewCSV(w io.Writer, head ...string) *CSV {
	t := &CSV{csv.NewWriter(w)}
	t.w.UseCRLF = true
	t.w.Write(head) // its error stays with the writer until Done
	return t
}

// Row adds a row.
func (t *CSV) Row(cells ...string) {
	for i, c := range cells {
		if c != "" && strings.ContainsRune("=+@\t\r-", rune(c[0])) {
			if _, err := strconv.ParseFloat(c, 64); err != nil {
				cells[i] = "'" + c
			}
		}
	}
	t.w.Write(cells)
}

// Done ends the table, and returns the first error of all of its writing.
func (t *CSV) Done() error {
	t.w.Flush()
	return t.w.Error()
}

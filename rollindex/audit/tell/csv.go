package tell

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// table writes CSV (RFC 4180) whose cells no spreadsheet takes for a formula: names
// of files and columns come from strangers.
type table struct{ w *csv.Writer }

func newTable(w io.Writer, head ...string) *table {
	t := &table{csv.NewWriter(w)}
	t.w.UseCRLF = true
	t.w.Write(head) // its error stays with the writer until done
	return t
}

func (t *table) row(cells ...string) {
	for i, s := range cells {
		if _, err := strconv.ParseFloat(s, 64); s != "" && strings.ContainsRune("=+@\t\r-", rune(s[0])) && err != nil {
			cells[i] = "'" + s
		}
	}
	t.w.Write(cells)
}

func (t *table) done() error {
	t.w.Flush()
	return t.w.Error()
}

package audit_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sheet is a file of delimited lines taken apart.
type sheet struct {
	delim  string
	header bool
	rows   [][]string
}

func newSheet(b []byte, delim string, header bool) *sheet {
	s := &sheet{delim: delim, header: header}
	for line := range strings.Lines(string(b)) {
		s.rows = append(s.rows, strings.Split(strings.TrimRight(line, "\r\n"), delim))
	}
	return s
}

func (s *sheet) bytes() []byte {
	var b bytes.Buffer
	for _, r := range s.rows {
		b.WriteString(strings.Join(r, s.delim))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// people are the rows behind the header.
func (s *sheet) people() [][]string {
	if s.header {
		return s.rows[1:]
	}
	return s.rows
}

// column returns the place of a column by its name.
func (s *sheet) column(t testing.TB, name string) int {
	i := slices.Index(s.rows[0], name)
	if i < 0 {
		t.Fatalf("no column %q", name)
	}
	return i
}

// plant writes a value into a column of every nth row.
func (s *sheet) plant(column, every int, value func(row []string) string) (planted int) {
	for i, r := range s.people() {
		if i%every == every/2 {
			r[column] = value(r)
			planted++
		}
	}
	return planted
}

// add appends a column.
func (s *sheet) add(name string, value func(row []string) string) {
	for i, r := range s.people() {
		s.rows[len(s.rows)-len(s.people())+i] = append(r, value(r))
	}
	if s.header {
		s.rows[0] = append(s.rows[0], name)
	}
}

// dice draws what is planted: nobody's, since areas 734 to 749 and 773 to 899 were
// given to no adult, and the others are drawn at random.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 7))} }

// ssn returns a number that could be a social security number, of any area, or like
// those of Georgia's voters: half of the state's own areas.
func (d dice) ssn(form string, local bool) string {
	area := 1 + d.IntN(772)
	if local && d.IntN(2) == 0 {
		area = 252 + d.IntN(9)
	}
	if area == 666 {
		area++
	}
	return fmt.Sprintf(form, area, 1+d.IntN(99), 1+d.IntN(9999))
}

const (
	dashed = "%03d-%02d-%04d"
	bare   = "%03d%02d%04d"
)

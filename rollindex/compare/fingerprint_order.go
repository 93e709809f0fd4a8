package compare

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

func log10(x float64) float64 { return math.Log10(x) }

// sorts are the fields that rows may be sorted by, with what they are sorted as.
var sorts = []struct {
	field Field
	value func(*voterfile.Record) string
}{
	{VoterID, func(r *voterfile.Record) string { return padded(string(r.VoterID)) }},
	{County, func(r *voterfile.Record) string { return padded(string(r.Value(field.CountyID))) }},
	{Precinct, func(r *voterfile.Record) string { return padded(string(r.Value(field.RolePrecinct))) }},
	{ZIP, func(r *voterfile.Record) string { return string(r.ZIP) }},
	{City, func(r *voterfile.Record) string { return strings.ToUpper(string(r.Value(field.City))) }},
	{Last, func(r *voterfile.Record) string { return string(r.Last) }},
	{First, func(r *voterfile.Record) string { return string(r.First) }},
	{Address, func(r *voterfile.Record) string { return string(r.Street) + " " + padded(string(r.House)) }},
	{BirthDate, func(r *voterfile.Record) string { return r.Birth.String() }},
	{RegistrationDate, func(r *voterfile.Record) string { d, _ := r.Date(field.RoleRegistrationDate); return d.String() }},
	{Party, func(r *voterfile.Record) string { return string(r.Value(field.RoleParty)) }},
	{Status, func(r *voterfile.Record) string { return string(r.Value(field.RoleStatus)) }},
	{Email, func(r *voterfile.Record) string { return string(r.Email) }},
	{Phone, func(r *voterfile.Record) string { return string(r.Phone) }},
}

// padded makes numbers sort as numbers.
func padded(s string) string {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return s
	}
	s = strings.TrimLeft(s, "0")
	return strings.Repeat("0", max(20-len(s), 0)) + s
}

// Of a file sorted by a field, nine in ten neighbours with different values are in
// its order, typing errors allowed for; of one that is not, about half are.
const (
	sortedShare = 0.9
	maxSorts    = 5
	maxOrdered  = 5000 // rows that are looked at
)

// readRows finds which keys the rows at the beginning carry, and what they are
// sorted by.
func (f *form) readRows(parser *voterfile.Parser, chunk voterfile.Chunk) {
	parser.Reset(chunk)
	var rows [][]string
	var x []byte
	for rec, ok := parser.Next(); ok && len(rows) < maxOrdered; rec, ok = parser.Next() {
		row := make([]string, len(sorts))
		for i, s := range sorts {
			row[i] = s.value(rec)
		}
		rows = append(rows, row)
		for _, t := range hashing.KeyTypes() {
			if x, ok = rec.AppendKey(x[:0], t); ok {
				f.shares[t]++
			}
		}
	}
	for t := range f.shares {
		f.shares[t] /= float64(max(len(rows), 1))
	}
	f.readOrder(rows)
}

// readOrder finds what rows are sorted by.
func (f *form) readOrder(rows [][]string) {
	if len(rows) < 2 {
		return
	}
	pairs := make([]int, len(rows)-1) // neighbours whose order is not explained yet, by the first
	for i := range pairs {
		pairs[i] = i
	}
	all := float64(len(pairs))
	for len(f.sorted) < maxSorts && len(pairs) > 0 {
		best := sortedBy(rows, pairs, f.sorted)
		if best < 0 {
			break
		}
		f.sorted = append(f.sorted, sorts[best].field)
		pairs = slices.DeleteFunc(pairs, func(i int) bool { return rows[i][best] != rows[i+1][best] })
	}
	f.unsorted = float64(len(pairs)) / all
}

// sortedBy returns which field gives the order of neighbours best, -1 if none does.
// Of fields that do so equally well the one that changes more often wins.
func sortedBy(rows [][]string, pairs []int, but []Field) int {
	best, most, moves := -1, sortedShare, 0
	for k, s := range sorts {
		if slices.Contains(but, s.field) {
			continue
		}
		up, down, blank := neighbours(rows, pairs, k)
		if up+down <= blank || up+down < fewMoves && !stretches(rows, pairs, k, up+down) {
			continue
		}
		share := float64(max(up, down)) / float64(up+down)
		if share > most || share == most && up+down > moves {
			best, most, moves = k, share, up+down
		}
	}
	return best
}

// fewMoves is how many changes from row to row would have one direction by chance in
// more than one field of a hundred (2 in 2^8).
const fewMoves = 8

// neighbours counts those whose values rise, fall, or differ by one being blank.
func neighbours(rows [][]string, pairs []int, k int) (up, down, blank int) {
	for _, i := range pairs {
		a, b := rows[i][k], rows[i+1][k]
		switch c := cmp.Compare(a, b); {
		case c == 0:
		case a == "" || b == "":
			blank++
		case c < 0:
			up++
		default:
			down++
		}
	}
	return up, down, blank
}

// stretches reports whether each value of a field stands in one stretch, as few
// counties in a sorted file do.
func stretches(rows [][]string, pairs []int, k, moves int) bool {
	values := map[string]bool{}
	for _, i := range pairs {
		values[rows[i][k]], values[rows[i+1][k]] = true, true
	}
	return moves > 0 && len(values) == moves+1
}

// sortFields returns what the rows of either file are sorted by: rows that are equal
// in all of it stand in an order of their own.
func (f *form) sortFields(o *form) []Field {
	fields := slices.Clone(f.sorted)
	for _, x := range o.sorted {
		if !slices.Contains(fields, x) {
			fields = append(fields, x)
		}
	}
	return fields
}

func fieldList(fields []Field) string {
	var titles []string
	for _, f := range fields {
		titles = append(titles, f.Title())
	}
	return strings.Join(titles, ", ")
}

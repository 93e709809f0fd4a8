package compare

import (
	"context"
	"math"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// Prints are the prints of the values of a row, by field: 16 bits of a value in
// canonical form, 0 for no value. Two different values have one print once in
// 65,535; days have prints of their own ([PrintOfDay]).
type Prints [NumFields]uint16

// A Printer makes the prints of the rows of one file, for one goroutine.
type Printer struct {
	v    *valuer
	vals values
}

// NewPrinter returns a printer for rows of the members of a source.
func NewPrinter(members []voterfile.Member) *Printer { return &Printer{v: newValuer(members, nil, 0)} }

// Fill makes the prints of a row.
func (p *Printer) Fill(rec *voterfile.Record, out *Prints) {
	p.v.fill(rec, &p.vals)
	for f := range out {
		out[f] = uint16(p.vals[f])
	}
}

// DayOfPrint returns the day whose print it is; false if it is that of no day. Of
// two days from 1900 to 2069, the later one has the larger print.
func DayOfPrint(p uint16) (hashing.Date, bool) {
	if !isDay(print(p)) {
		return hashing.Date{}, false
	}
	return printedDay(print(p)), true
}

// PrintOfDay returns the print of a date, which is 384 for each year since 1900,
// and 32 a month and 1 a day: that of a year or month alone is between those of
// the days around it.
func PrintOfDay(d hashing.Date) uint16 { return uint16(datePrint(d)) }

// Meaning returns what a value of a coded column stands for: as the file's layout
// says it, and as the one word that is the same for every publisher's way to say it.
func Meaning(l *layouts.Layout, role field.Role, value string) (said, word string) {
	codes := codesOf(l)
	return spelled(role, value, codes), meaning(role, value, codes)
}

// SharedKey returns the key by which rows of two files are matched beside their
// voter ids: the strongest that half of the first rows of both carry; failing that,
// the one that the most carry; false if both carry none.
func SharedKey(ctx context.Context, a, b Input) (best hashing.KeyType, ok bool, err error) {
	inA, err := sample(ctx, a)
	if err != nil {
		return 0, false, err
	}
	inB, err := sample(ctx, b)
	if err != nil {
		return 0, false, err
	}
	most := 0.0
	for _, t := range strength {
		if t == hashing.VoterID {
			continue
		}
		both := min(inA[t], inB[t])
		if both >= 0.5 {
			return t, true, nil
		}
		if both > most {
			best, most = t, both
		}
	}
	return best, most > 0, nil
}

// StudentTail returns the probability that a Student's t of so many degrees of
// freedom, which need not be whole, is beyond t or -t: I_df/(df+t²)(df/2, 1/2)
// (Abramowitz and Stegun 1964, "Handbook of Mathematical Functions", 26.7.1).
func StudentTail(t, df float64) float64 {
	if math.IsInf(t, 0) {
		return 0
	}
	return betaShare(df/(df+t*t), df/2, 0.5)
}

package compare

import (
	"context"
	"fmt"
	"math"

	"rollcheck/data/vendors"
	"rollcheck/hashing"
)

// Fingerprint says how the traits of two files bear on whether they were copied from
// one copy, or each was made from the source by itself.
//
// Each part is a likelihood ratio, in units of log10: how many times more likely
// what was found is if the two share a copy than if they do not. Parts are of
// different things and are added. What the source itself explains (its errors, its
// order, its form, its rows) counts for nothing, so that the source, if it is known,
// should be given.
//
// A fingerprint tells what files are consistent with. It does not tell who made or
// let out either of them, nor which of the two was first.
type Fingerprint struct {
	Pair    Pair
	A, B    string // paths
	Source  string // "" if none was given
	Key     hashing.KeyType
	Matched int64 // keys that one row of each of A and B carries
	Parts   []Part
	Log10   float64 // sum of the parts
	// Untold is that nothing speaks but the order of rows, and no source is known that
	// may have it: copies of one release have its order, and no verdict is made of it.
	Untold bool
}

// Pair is two of the files compared, by their indexes, and the supposed source of
// both; -1 if none is known.
type Pair struct{ A, B, Source int }

// MaxFingerprints is of how many pairs of files one comparison takes fingerprints.
const MaxFingerprints = 3

// Part is what one trait says.
type Part struct {
	Trait  Trace
	Log10  float64 // of the likelihood ratio
	Found  string  // what was seen, in words and counts
	Basis  string  // formula and source, or the assumption it stands on
	Shared int64   // what is counted: rows with a shared error, rows in both
	Of     int64   // of so many
	Chance float64 // as many as would be shared by chance; 0 if nothing is counted
}

// Trace names a trait of a file that a copy of it may keep.
type Trace string

// The traces.
const (
	SharedErrors    Trace = "shared_errors"
	SharedSelection Trace = "shared_selection"
	SharedOrder     Trace = "shared_order"
	SharedForm      Trace = "shared_form"
	SharedColumns   Trace = "shared_columns"
	SharedVendor    Trace = "shared_vendor"
)

var traceTitles = map[Trace]string{
	SharedErrors: "rows in which both differ from the source in the same way", SharedSelection: "the same rows chosen", SharedOrder: "order of the rows",
	SharedForm: "delimiter, quoting, line ends, encoding, padding", SharedColumns: "columns, their spelling and order", SharedVendor: "columns of one vendor",
}

// Title returns the words of reports.
func (t Trace) Title() string { return traceTitles[t] }

// Descent is that a file has columns which only files of one vendor have.
type Descent struct {
	File    string // path
	Index   int    // of the file
	Vendor  *vendors.Vendor
	Columns []string
}

// String returns the sentence of reports.
func (d *Descent) String() string {
	return fmt.Sprintf("%q is consistent with a file that descends from %s: it has the column %q. Such a column shows through whose files the data came, not who let it out",
		d.File, d.Vendor.Title, d.Columns[0])
}

// mostWeight bounds a part, and a sum below zero. A likelihood ratio is only as good
// as the trials it was tried in, and the trials of scripts/fingerprints are hundreds
// and not millions: beyond them a model is extrapolated (Vergeer, van Es, de
// Jongh, Alberink and Stoel 2016, "Numerical likelihood ratios outputted by LR systems
// are often based on extrapolation: when to stop extrapolating?", Science & Justice
// 56: 482-491). That the bound is 4 is an assumption.
const mostWeight = 4

func bounded(log10 float64) float64 { return max(-mostWeight, min(mostWeight, log10)) }

// Strength is how strongly a likelihood ratio speaks, in words.
type Strength string

// Words returns what a likelihood ratio of so many log10 units says, by the scale of
// the European Network of Forensic Science Institutes (ENFSI Guideline for
// Evaluative Reporting in Forensic Science, 2015, guidance note 4):
// up to 2 no support, to 10 weak, 100 moderate, 1,000 moderately strong, 10,000
// strong, 1,000,000 very strong, and beyond extremely strong.
func Words(log10 float64) Strength {
	switch lr := math.Pow(10, math.Abs(log10)); {
	case lr < 2:
		return "no support"
	case lr < 10:
		return "weak support"
	case lr < 100:
		return "moderate support"
	case lr < 1000:
		return "moderately strong support"
	case lr < 10_000:
		return "strong support"
	case lr < 1_000_000:
		return "very strong support"
	}
	return "extremely strong support"
}

// String returns the sentence of reports.
func (f *Fingerprint) String() string {
	words, times := Words(f.Log10), Times(f.Log10)
	switch {
	case f.Untold:
		return "Not told whether they share a copy: the order of rows alone speaks, and there is no source to hold it against"
	case words == "no support":
		return "What the two files have in common is as likely if they share a copy as if each was made from the source by itself"
	case f.Log10 > 0:
		return fmt.Sprintf("What the two files have in common is consistent with their having been made by way of one copy: it is %s times more likely if they were than if each was made from the source by itself (%s)", times, words)
	}
	return fmt.Sprintf("What the two files have in common is consistent with each having been made from the source by itself: it is %s times more likely if it was than if they share a copy (%s)", times, words)
}

// Times returns how many times likelier a likelihood ratio of so many log10 units makes
// what it speaks for, in words, with one digit that counts and no more than the scale
// of [Words] tells apart.
func Times(log10 float64) string {
	log10 = math.Abs(log10)
	if log10 >= 6 {
		return "more than a million"
	}
	step := math.Pow(10, math.Floor(log10))
	return "about " + grouped(int64(math.Round(math.Pow(10, log10)/step)*step))
}

// Fingerprints compares the traits of a and b. source, if not nil, is the file that
// both are supposed to be copies of: the release nearest in time. Without it errors
// and choices of rows cannot be told from the source's own, and say nothing.
func Fingerprints(ctx context.Context, a, b Input, source *Input, opts Options) (*Fingerprint, error) {
	inputs, p := []Input{a, b}, Pair{0, 1, -1}
	if source != nil {
		inputs, p.Source = append(inputs, *source), 2
	}
	forms, err := readForms(ctx, inputs)
	if err != nil {
		return nil, err
	}
	t, err := readTraces(ctx, inputs, p, forms, opts)
	if err != nil {
		return nil, err
	}
	return p.fingerprint(inputs, forms, t), nil
}

// fingerprint judges what was counted of a pair.
func (p Pair) fingerprint(inputs []Input, forms []*form, all *allTraces) *Fingerprint {
	f := &Fingerprint{Pair: p, A: inputs[p.A].Path, B: inputs[p.B].Path}
	own, known := []*form{forms[p.A], forms[p.B]}, p.Source >= 0
	if known {
		own, f.Source = append(own, forms[p.Source]), inputs[p.Source].Path
	}
	key, t := all.best()
	f.Key, f.Matched = key, t.matched
	f.add(errorsPart(t, known), selectionPart(t, known), orderPart(t, own, known))
	f.add(formParts(own, known)...)
	f.Untold = f.orderAlone()
	return f
}

// orderAlone reports whether no part speaks but the order, without a source.
func (f *Fingerprint) orderAlone() bool {
	order := false
	for _, p := range f.Parts {
		if Words(p.Log10) != Words(0) {
			if p.Trait != SharedOrder {
				return false
			}
			order = true
		}
	}
	return order && f.Pair.Source < 0
}

// descents returns the vendors whose columns files have, in the order of files.
func descents(inputs []Input, forms []*form) (all []Descent) {
	for i, f := range forms {
		for _, v := range vendors.In(f.header) {
			all = append(all, Descent{inputs[i].Path, i, v.Vendor, v.Columns})
		}
	}
	return all
}

func (f *Fingerprint) add(parts ...Part) {
	for _, p := range parts {
		p.Log10 = bounded(p.Log10)
		f.Parts = append(f.Parts, p)
		f.Log10 += p.Log10
	}
}

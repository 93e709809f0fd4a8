package compare

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcheck/data/layouts"
	"rollcheck/data/vendors"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// form is how a file is written, told by its beginning.
type form struct {
	layout *layouts.Layout
	all    []*layouts.Layout // of all members that are read
	traits [numFormTraits]string
	header []string // names of its columns, as it has them; nil without a header
	fields int      // of a row

	shares   [hashing.NumKeyTypes]float64 // of the first rows that carry each key
	sorted   []Field                      // that its rows are sorted by, the first first
	unsorted float64                      // share of neighbouring rows whose order none of these gives
}

// The traits of writing. They go together: who saves a file from a spreadsheet
// changes most of them at once, so that they are one part and not six.
const (
	delimiterTrait = iota
	quotingTrait
	lineEndTrait
	encodingTrait
	paddingTrait
	numFormTraits
)

func readForms(ctx context.Context, inputs []Input) ([]*form, error) {
	forms := make([]*form, len(inputs))
	for i, in := range inputs {
		var err error
		if forms[i], err = readForm(ctx, in); err != nil {
			return nil, err
		}
	}
	return forms, nil
}

// sharesOf returns which share of the first rows of each file carries each key.
func sharesOf(forms []*form) [][hashing.NumKeyTypes]float64 {
	shares := make([][hashing.NumKeyTypes]float64, len(forms))
	for i, f := range forms {
		shares[i] = f.shares
	}
	return shares
}

// layoutsOfForms returns the layouts of the members of each file.
func layoutsOfForms(forms []*form) [][]*layouts.Layout {
	all := make([][]*layouts.Layout, len(forms))
	for i, f := range forms {
		all[i] = f.all
	}
	return all
}

// readForm reads the beginning of the first member of a file that is read.
func readForm(ctx context.Context, in Input) (*form, error) {
	src, err := in.open(ctx)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	f := &form{unsorted: 1, all: memberLayouts(src)}
	chunk, err := src.Next(nil)
	if errors.Is(err, io.EOF) {
		return f, nil
	} else if err != nil {
		return nil, err
	}
	m := src.Members()[chunk.Member].Match
	f.layout, f.fields = m.Layout, m.Fields
	f.traits = formTraits(&m, chunk.Data, firstBytes(in.Path))
	if m.Header && !m.Fixed {
		f.header = headerOf(&m, chunk.Data)
	}
	f.readRows(src.NewParser(), chunk)
	return f, nil
}

// firstBytes returns how a file begins, for its byte order mark; nothing if it
// cannot be read again.
func firstBytes(path string) []byte {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	var b [4]byte
	n, _ := io.ReadFull(file, b[:])
	return b[:n]
}

func formTraits(m *voterfile.Match, text, first []byte) (t [numFormTraits]string) {
	switch {
	case m.Fixed:
		t[delimiterTrait] = "fixed"
	case m.Delimiter == voterfile.TableDelimiter:
		t[delimiterTrait] = "table"
	default:
		t[delimiterTrait] = string([]byte{m.Delimiter})
	}
	t[lineEndTrait] = "lf"
	if lines := bytes.Count(text, []byte("\n")); 2*bytes.Count(text, []byte("\r\n")) > lines {
		t[lineEndTrait] = "crlf"
	}
	t[encodingTrait] = encodingOf(text, first)
	t[quotingTrait], t[paddingTrait] = quotingOf(m, text)
	return t
}

func encodingOf(text, first []byte) string {
	switch {
	case bytes.HasPrefix(first, []byte("\ufeff")):
		return "utf-8 with a mark"
	case bytes.HasPrefix(first, []byte{0xff, 0xfe}), bytes.HasPrefix(first, []byte{0xfe, 0xff}):
		return "utf-16"
	case !slices.ContainsFunc(text, func(c byte) bool { return c >= utf8.RuneSelf }):
		return "" // it could be any
	case utf8.Valid(text[:max(len(text)-utf8.UTFMax, 0)]):
		return "utf-8"
	}
	return "windows-1252"
}

// quotingOf returns whether fields are enclosed in quotes, and whether they are
// filled up with blanks.
func quotingOf(m *voterfile.Match, text []byte) (quoting, padding string) {
	if m.Fixed || m.Delimiter == voterfile.TableDelimiter {
		return "", ""
	}
	fields, quoted, padded := 0, 0, 0
	for line := range bytes.Lines(text) {
		for cell := range bytes.SplitSeq(bytes.TrimRight(line, "\r\n"), []byte{m.Delimiter}) {
			fields++
			if len(cell) > 1 && cell[0] == '"' && cell[len(cell)-1] == '"' {
				quoted++
				cell = cell[1 : len(cell)-1]
			}
			if bytes.HasSuffix(cell, []byte("  ")) {
				padded++
			}
		}
	}
	quoting, padding = "none", "none"
	switch {
	case 10*quoted > 9*fields:
		quoting = "all"
	case 100*quoted > fields:
		quoting = "some"
	}
	if 20*padded > fields {
		padding = "blanks"
	}
	return quoting, padding
}

// headerOf returns the names of the columns: the line, of the first few, with most
// names of the layout.
func headerOf(m *voterfile.Match, text []byte) (best []string) {
	known := map[string]bool{}
	for _, c := range slices.Concat(m.Layout.Columns, m.Layout.Tail) {
		known[strings.ToLower(c.Name)] = true
		for _, a := range c.Aliases {
			known[strings.ToLower(a)] = true
		}
	}
	most, n := 0, 0
	for line := range bytes.Lines(text) {
		if n++; n > 8 {
			break
		}
		var names []string
		hits := 0
		for cell := range strings.SplitSeq(strings.TrimRight(string(line), "\r\n"), string([]byte{m.Delimiter})) {
			cell = strings.Trim(strings.TrimPrefix(cell, "\ufeff"), `"`)
			names = append(names, cell)
			if known[strings.ToLower(strings.TrimSpace(cell))] {
				hits++
			}
		}
		if hits > most {
			best, most = names, hits
		}
	}
	return best
}

// Assumptions of formParts: of copies that are made of a file by somebody else, four
// in five are written as it is, and of those made of the source by itself half
// are as the source, the others as files at large.
const (
	formKept   = 0.8
	sourceKept = 0.5
)

// formParts weighs how the files are written, what columns they have, and whose.
//
// If v is how one file is written, the other is written so too with the chance
//
//	p = (1-0.5) f(v) + 0.5 if v is the source's way     made from the source by itself
//	0.8 + 0.2 p                                         by way of one copy
//
// where f is the share of the layouts in data/layouts whose publishers write so: the
// rarer, the more it weighs. The source's way is that of the source given, else that
// which the layout states. What is the source's way counts for nothing, since nobody
// had to do anything to keep it.
func formParts(forms []*form, known bool) []Part {
	a, b := forms[0], forms[1]
	source := stated(a.layout)
	if known {
		source = forms[2]
	}
	columns := columnsPart(a, b, source)
	parts := []Part{writingPart(a, b, source), columns}
	if columns.Log10 <= 0 {
		parts = append(parts, vendorPart(a, b, source))
	}
	return parts
}

const formBasis = "shares of the published layouts in data/layouts; assumed: 4 of 5 copies keep the form of what they are made of, half of those made of the source keep its"

// kept returns the log10 of the ratio for a trait that both have and the source has
// not, and that a share f of files have.
func kept(f float64) float64 {
	p := (1 - sourceKept) * f
	return log10((formKept + (1-formKept)*p) / p)
}

func writingPart(a, b, source *form) Part {
	p := Part{Trait: SharedForm, Basis: formBasis}
	var alike, apart []string
	rarest := 1.0
	for i := range a.traits {
		x, y, s := a.traits[i], b.traits[i], source.traits[i]
		switch {
		case x == "" || y == "":
		case x != y:
			apart = append(apart, formTitles[i])
		case likeSource(x, s):
		default:
			alike = append(alike, formTitles[i])
			rarest = min(rarest, layoutShare(i, x))
		}
	}
	switch {
	case len(apart) > 0:
		p.Found = "they differ in " + strings.Join(apart, ", ")
		p.Log10 = log10(1 - formKept)
	case len(alike) > 0:
		p.Found = fmt.Sprintf("both have the same %s, and the source another; %.0f %% of published layouts have the rarest", strings.Join(alike, ", "), 100*rarest)
		p.Log10 = kept(rarest)
	default:
		p.Found = "both are written as the source is"
	}
	return p
}

// mayQuote stands for all or some fields in quotes: a layout does not say which.
const mayQuote = "may"

// likeSource reports whether a trait is the source's, or could be.
func likeSource(is, source string) bool {
	return is == source || source == "" || source == mayQuote && is != "none"
}

var formTitles = [numFormTraits]string{"delimiter", "quoting", "line ends", "encoding", "padding"}

// stated returns the form that a layout says its publisher writes.
func stated(l *layouts.Layout) *form {
	f := &form{layout: l}
	if l == nil {
		return f
	}
	f.traits = statedTraits(l)
	if l.Header && !l.ApproximateNames {
		for _, c := range l.Columns {
			f.header = append(f.header, c.Name)
		}
	}
	f.fields = len(l.Columns)
	return f
}

func statedTraits(l *layouts.Layout) (t [numFormTraits]string) {
	switch {
	case l.Container == "fixed":
		t[delimiterTrait] = "fixed"
	case l.Delimited():
		t[delimiterTrait] = l.Delimiter
		t[quotingTrait] = "none"
		if l.Quote != "" {
			t[quotingTrait] = mayQuote
		}
	default:
		t[delimiterTrait] = "table"
	}
	t[lineEndTrait], t[encodingTrait] = l.LineEnding, l.Encoding
	return t
}

// layoutShare returns the share of the published layouts with a trait, as if one more
// had it (Laplace's rule of succession): none is impossible for not being on the list.
func layoutShare(trait int, value string) float64 {
	all, err := layouts.All()
	if err != nil {
		return 1 // they are built in, and tested
	}
	have, of := 1.0, 2.0
	for _, l := range all {
		v := statedTraits(l)[trait]
		if v == "" {
			continue
		}
		of++
		if likeSource(value, v) {
			have++
		}
	}
	return have / of
}

// columnsPart weighs names and order of columns that are not the source's: whoever
// names and orders them anew does so in a way of his own, counted as rare as one
// layout of those on the list.
func columnsPart(a, b, source *form) Part {
	p := Part{Trait: SharedColumns, Basis: formBasis}
	if a.header == nil || b.header == nil {
		if a.header == nil && b.header == nil && a.fields == b.fields {
			p.Found = "neither names its columns"
			return p
		}
		p.Found = "they do not have the same columns, or only one names them"
		p.Log10 = log10(1 - formKept)
		return p
	}
	same := func(x, y []string) bool {
		return slices.EqualFunc(x, y, func(s, t string) bool { return s == t })
	}
	switch {
	case !same(a.header, b.header):
		p.Found = fmt.Sprintf("%d and %d columns, not the same in name and order", len(a.header), len(b.header))
		p.Log10 = log10(1 - formKept)
	case same(a.header, source.header), source.header != nil && isPart(a.header, source.header) && float64(len(a.header)) > 0.9*float64(len(source.header)):
		p.Found = "both have the columns of the source"
	default:
		all := layouts.IDs()
		p.Found = fmt.Sprintf("both have the same %d columns in name and order, and the source others", len(a.header))
		p.Log10 = kept(1 / float64(len(all)+1))
	}
	return p
}

// isPart reports whether some follow each other in all, others between them.
func isPart(some, all []string) bool {
	for _, s := range some {
		i := slices.Index(all, s)
		if i < 0 {
			return false
		}
		all = all[i+1:]
	}
	return true
}

// vendorPart weighs columns of one vendor that both have and the source has not:
// as rare as one vendor of those on the list.
func vendorPart(a, b, source *form) Part {
	p := Part{Trait: SharedVendor, Basis: "1 of the vendors in data/vendors; " + formBasis, Found: "no vendor's columns are in both"}
	of := map[string]bool{}
	for _, f := range vendors.In(source.header) {
		of[f.Vendor.ID] = true
	}
	inB := vendors.In(b.header)
	for _, f := range vendors.In(a.header) {
		if !of[f.Vendor.ID] && slices.ContainsFunc(inB, func(g vendors.Find) bool { return g.Vendor == f.Vendor }) {
			p.Found = fmt.Sprintf("both have columns of %s, and the source has not", f.Vendor.Title)
			p.Log10 = kept(1 / float64(len(vendors.All())))
			break
		}
	}
	return p
}

package compare

import (
	"context"
	"errors"
	"fmt"
	"io"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// Input is a file to compare.
type Input struct {
	Path   string
	AsOf   hashing.Date    // when its data was taken; zero if it is not known
	Layout *layouts.Layout // nil: detect it
}

func (in *Input) open(ctx context.Context) (*voterfile.Source, error) {
	return voterfile.Open(ctx, []string{in.Path}, voterfile.Options{AsOf: in.AsOf, Layout: in.Layout})
}

// Member is a member of a file, and why it was left out.
type Member = voterfile.Member

// File says what one of the files compared is, in counts and names of columns.
type File struct {
	Path          string
	AsOf          hashing.Date
	Layouts       []string // of its members, sorted
	Jurisdictions []string // "US-FL", sorted
	Sources       []hashing.Source
	Rows          int64 // read, skipped ones included
	Skipped       map[string]int64
	Impossible    int64                      // rows whose birth date has a month or day that does not exist
	Ragged        int64                      // rows of the longest stretch that have another number of fields
	Ignored       int64                      // rows left out ([Options].Ignore), of which Rows has none
	Doubts        []string                   // clauses: what its values do not settle of how it was read
	OfOthers      []string                   // clauses: which values seem to stand in other people's rows
	Contrary      []voterfile.Contrary       // which rows speak against how they were read
	Unread        int                        // members that were not read and may hold people
	LeftOut       []voterfile.Member         // all that were not read
	Keyless       int64                      // rows that carry nothing to match by
	Keys          [hashing.NumKeyTypes]int64 // rows that carry the key
	Filled        [NumFields]int64           // rows with a value
	Kinds         [field.MaskBits]int64      // rows with a value of the kind
	Columns       []Column
	Unknown       []string // columns with a value of which nothing says what they hold
	Elsewhere     int64    // rows of layouts of no state that say they are of others than Jurisdictions has
	Late          int64    // registrations and votes after the file's own date
}

// Read returns how many rows were read in full.
func (f *File) Read() int64 {
	n := f.Rows
	for _, k := range f.Skipped {
		n -= k
	}
	return n
}

// Lost returns the share of the rows that could not be read, where it is more than slips
// of the pen, one row in a hundred; else 0.
func (f *File) Lost() float64 {
	if n := f.Rows - f.Read(); 100*n > f.Rows {
		return float64(n) / float64(f.Rows)
	}
	return 0
}

// Joined reports whether most of the rows that could not be read have another number of
// fields and stand in one stretch, as those of a file that was put behind another.
func (f *File) Joined() bool { return f.Ragged >= 5 && 2*f.Ragged > f.Rows-f.Read() }

// Unlooked returns the members that were left out though they hold rows, or may: what is
// said of the file does not cover them.
func (f *File) Unlooked() (members []voterfile.Member) { return unlooked(f.LeftOut) }

func unlooked(members []voterfile.Member) (some []voterfile.Member) {
	for _, m := range members {
		if m.HasRows || m.Unread {
			some = append(some, m)
		}
	}
	return some
}

// leftOut returns the members that were not read, but for those that were chosen away.
func leftOut(members []voterfile.Member) (out []voterfile.Member) {
	for _, m := range members {
		if m.LeftOut != "" && m.LeftOut != voterfile.NotNamed {
			out = append(out, m)
		}
	}
	return out
}

// Contradicted reports whether the file's own date is too early for what it says:
// more than one row in a thousand, and more than two, have a registration or vote
// after it, which is more than slips of the pen.
func (f *File) Contradicted() bool { return f.Late > 2 && 1000*f.Late > f.Read() }

// Column is a kind of field that a file has values of.
type Column struct {
	Kind   field.Kind
	Filled float64 // share of the rows read
	Record Verdict
	Why    string // why it is Unknown; who may have what is Restricted
}

// Verdict is how a column stands to the public record of its file's state and
// date ([catalogue.Status]).
type Verdict string

// The verdicts. What catalogue calls withheld is beyond the public record; a
// status that is not settled, or of a file without date or state, is unknown
// where the rule has changed.
const (
	Public     Verdict = "public"
	Restricted Verdict = "restricted" // to named recipients
	Beyond     Verdict = "beyond"
	Unknown    Verdict = "unknown"
)

// judge says of each kind the file has whether it was public.
func (f *File) judge() {
	date, _ := catalogue.ParseDate(f.AsOf.String())
	for _, k := range field.Kinds() {
		n := f.Kinds[k]
		if n == 0 {
			continue
		}
		c := Column{Kind: k, Filled: float64(n) / float64(max(f.Read(), 1)), Record: Unknown, Why: "the file's state is not known"}
		for i, j := range f.Jurisdictions {
			v, why := verdict(catalogue.Status(j, date, k))
			if i > 0 && v != c.Record {
				v, why = Unknown, "it is not the same in all states of the file"
			}
			c.Record, c.Why = v, why
		}
		f.Columns = append(f.Columns, c)
	}
}

func verdict(a catalogue.Answer) (Verdict, string) {
	switch {
	case a.Status == catalogue.Unknown || !a.Settled():
		return Unknown, a.Why
	case a.Status == catalogue.Public:
		return Public, ""
	case a.Status == catalogue.Restricted:
		return Restricted, a.Who
	}
	return Beyond, ""
}

// sample returns which share of the first rows of a file carries each key.
func sample(ctx context.Context, in Input) (shares [hashing.NumKeyTypes]float64, err error) {
	src, err := in.open(ctx)
	if err != nil {
		return shares, err
	}
	defer src.Close()
	chunk, err := src.Next(nil)
	if errors.Is(err, io.EOF) {
		return shares, nil
	} else if err != nil {
		return shares, err
	}
	parser := src.NewParser()
	parser.Reset(chunk)
	var x []byte
	rows := 0.0
	for rec, ok := parser.Next(); ok; rec, ok = parser.Next() {
		rows++
		for _, t := range hashing.KeyTypes() {
			if x, ok = rec.AppendKey(x[:0], t); ok {
				shares[t]++
			}
		}
	}
	for t := range shares {
		shares[t] /= max(rows, 1)
	}
	return shares, nil
}

// ErrInputs is of files that cannot be compared as given.
var ErrInputs = errors.New("these files cannot be compared")

func checkInputs(in []Input, pairs []Pair) error {
	if len(in) < 2 || len(in) > MaxFiles {
		return fmt.Errorf("%w: give 2 to %d, not %d", ErrInputs, MaxFiles, len(in))
	}
	if len(pairs) > MaxFingerprints {
		return fmt.Errorf("%w: fingerprints are of at most %d pairs, not %d", ErrInputs, MaxFingerprints, len(pairs))
	}
	for _, p := range pairs {
		if min(p.A, p.B) < 0 || max(p.A, p.B, p.Source) >= len(in) || p.A == p.B || p.Source == p.A || p.Source == p.B {
			return fmt.Errorf("%w: a pair of fingerprints is not two files and a source", ErrInputs)
		}
	}
	return nil
}

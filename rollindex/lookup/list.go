package lookup

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// List is what is published of one jurisdiction: the datasets that hold records
// of it and the files to ask. It is one JSON document, named by its SHA-256 in
// the manifest.
type List struct {
	Jurisdiction string    `json:"jurisdiction"`
	Datasets     []Dataset `json:"datasets"`
	Files        []File    `json:"files"`
	Buckets      *Buckets  `json:"buckets,omitempty"` // none: only filters are published
}

// Dataset is a dataset of a list. Its counts are those of the whole dataset, of
// all jurisdictions.
type Dataset struct {
	Number        uint16           `json:"number"` // in bucket entries; unique in the list
	ID            string           `json:"dataset"`
	Generation    uint32           `json:"generation"`
	Title         string           `json:"title,omitempty"`
	Incident      string           `json:"incident,omitempty"`
	AsOf          string           `json:"as_of,omitempty"`
	Jurisdictions []string         `json:"jurisdictions"`
	Sections      []string         `json:"sections,omitempty"`        // see [hashing.DatasetInfo]
	Homes         []string         `json:"homes,omitempty"`           // likewise
	Fields        []string         `json:"fields"`                    // names of the kinds with a value in any record
	Unknown       []string         `json:"unknown_columns,omitempty"` // see [hashing.DatasetInfo]
	OtherTables   []string         `json:"left_out_tables,omitempty"` // likewise
	Rows          int64            `json:"rows"`
	Indexed       int64            `json:"indexed"`
	Keyless       int64            `json:"keyless"`
	Skipped       map[string]int64 `json:"skipped,omitempty"`
	Withheld      map[string]int64 `json:"withheld,omitempty"`
	Unread        int64            `json:"unread,omitempty"`
	Unchosen      int64            `json:"unchosen,omitempty"`
	KeyRows       map[string]int64 `json:"key_rows"` // of the key types served
	JanuaryFirst  string           `json:"january_first,omitempty"`
	Doubts        []string         `json:"doubts,omitempty"` // see [hashing.DatasetInfo]
}

// NewDataset returns what a list says of an index's dataset. Sources, digests
// and times of the index are not in it.
func NewDataset(number uint16, d *hashing.DatasetInfo) Dataset {
	return Dataset{
		Number: number, ID: d.ID, Generation: d.Generation, Title: d.Title, Incident: d.Incident, AsOf: d.AsOf,
		Jurisdictions: d.Jurisdictions, Sections: d.Sections, Homes: d.Homes, Fields: d.Columns, Unknown: d.Unknown, OtherTables: d.OtherTables, Rows: d.Rows, Indexed: d.Indexed, Keyless: d.Keyless,
		Skipped: d.Skipped, Withheld: d.Withheld, Unread: d.Unread, Unchosen: d.Unchosen, KeyRows: d.KeyRows, JanuaryFirst: d.JanuaryFirst,
		Doubts: d.Doubts,
	}
}

// same reports whether two lists say the same of a dataset, whose number may
// differ.
func (d *Dataset) same(other *Dataset) bool {
	x, y := *d, *other
	x.Number, y.Number = 0, 0
	a, errA := json.Marshal(&x)
	b, errB := json.Marshal(&y)
	return errA == nil && errB == nil && string(a) == string(b)
}

// Info returns the dataset as a source describes it. Only leaks are published.
func (d *Dataset) Info() hashing.DatasetInfo {
	return hashing.DatasetInfo{
		ID: d.ID, Generation: d.Generation, Title: d.Title, Kind: hashing.Leak, Incident: d.Incident, AsOf: d.AsOf,
		Scheme: hashing.Served, Jurisdictions: d.Jurisdictions, Sections: d.Sections, Homes: d.Homes, Columns: d.Fields, Unknown: d.Unknown, OtherTables: d.OtherTables, Rows: d.Rows, Indexed: d.Indexed, Keyless: d.Keyless,
		Skipped: d.Skipped, Withheld: d.Withheld, Unread: d.Unread, Unchosen: d.Unchosen, KeyRows: d.KeyRows, JanuaryFirst: d.JanuaryFirst,
		Doubts: d.Doubts, Canonical: hashing.Version,
	}
}

// mask returns the kinds of field of the dataset, for who knows no more.
func (d *Dataset) mask() hashing.Mask {
	var kinds field.Set
	for _, name := range d.Fields {
		if k, ok := field.ParseKind(name); ok {
			kinds = kinds.With(k)
		}
	}
	return hashing.NewMask(kinds, 0)
}

// File is a filter file: the tags of one key type of one dataset, of records of
// the list's jurisdiction. The list of [hashing.NoJurisdiction] has also those of
// jurisdictions with too few to be published by themselves, under their own keys.
type File struct {
	Dataset string `json:"dataset"`
	KeyType string `json:"key_type"` // "name-dob"
	N       int64  `json:"n"`        // tags
	Kind    string `json:"kind"`     // KindFuse16
	Bytes   int64  `json:"bytes"`
	SHA256  Hash32 `json:"sha256"`
}

// KindFuse16 is the one kind of file: see [OpenFilter].
const KindFuse16 = "fuse16"

// Buckets says how the entries of the jurisdiction are cut into buckets: those of
// every key type that holds the first name.
type Buckets struct {
	Bits  int    `json:"bits"`  // 2^bits buckets
	Root  Hash32 `json:"root"`  // of the Merkle tree
	Bytes int64  `json:"bytes"` // of the largest bucket file, proof included
}

// Limits of a list.
const (
	MaxList     = 8 << 20 // bytes
	MaxFilter   = 2 << 30 // bytes
	maxDatasets = 1 << 16
	maxFiles    = maxDatasets * hashing.NumKeyTypes
)

// Encode returns the list as it is published. A list that no client would take
// is an error.
func (l *List) Encode() ([]byte, error) {
	err := l.check(l.Jurisdiction)
	if err != nil {
		return nil, fmt.Errorf("list of %s: %w", l.Jurisdiction, err)
	}
	b, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("list of %s: %w", l.Jurisdiction, err)
	}
	if len(b) > MaxList {
		return nil, fmt.Errorf("list of %s: %d bytes are more than a client takes", l.Jurisdiction, len(b))
	}
	return b, nil
}

// DecodeList reads the list of a jurisdiction whose bytes have been compared with
// the manifest's hash. One of another jurisdiction, that does not fit together,
// or that cuts buckets finer than [BucketBits] is [ErrList]; one that cannot be
// read, [ErrFormat]; one with a kind of file that is not known, [ErrVersion].
func DecodeList(b []byte, jurisdiction string) (*List, error) {
	if len(b) > MaxList {
		return nil, fmt.Errorf("%d bytes: %w", len(b), ErrFormat)
	}
	l := new(List)
	if err := decode(b, l); err != nil {
		return nil, err
	}
	if err := l.check(jurisdiction); err != nil {
		if errors.Is(err, ErrVersion) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", ErrList, err)
	}
	return l, nil
}

func (l *List) check(jurisdiction string) error {
	if l.Jurisdiction != jurisdiction || !ValidJurisdiction(jurisdiction) {
		return errors.New("it is of another jurisdiction")
	}
	if len(l.Datasets) > maxDatasets || len(l.Files) > maxFiles {
		return errors.New("too many datasets or files")
	}
	numbers, ids := make(map[uint16]bool), make(map[string]bool)
	for i := range l.Datasets {
		d := &l.Datasets[i]
		if numbers[d.Number] || ids[d.ID] || !hashing.ValidDatasetID(d.ID) || !d.countsFit() {
			return fmt.Errorf("dataset %d has an impossible name or count, or that of another", i)
		}
		if !d.shown() {
			return fmt.Errorf("dataset %q has a title or another text with characters that do not show as they are", d.ID)
		}
		numbers[d.Number], ids[d.ID] = true, true
	}
	files := make(map[[2]string]bool)
	for i, f := range l.Files {
		name := [2]string{f.Dataset, f.KeyType}
		switch {
		case f.Kind != KindFuse16:
			return fmt.Errorf("file %d is of kind %q: %w", i, f.Kind, ErrVersion)
		case keyTypeOf(f.KeyType) == 0:
			return fmt.Errorf("file %d is of key type %q: %w", i, f.KeyType, ErrVersion)
		case !ids[f.Dataset], files[name], f.N < 1, f.Bytes < filterHeader, f.Bytes > MaxFilter:
			return fmt.Errorf("file %d is of no dataset, of one with such a file, or of an impossible size", i)
		}
		files[name] = true
	}
	if b := l.Buckets; b != nil {
		switch {
		case b.Bits < 0 || b.Bits > BucketBits(jurisdiction):
			return fmt.Errorf("its buckets would tell too much of who asks: %d bits where %d leave a group of %d adults",
				b.Bits, BucketBits(jurisdiction), LeastGroup)
		case b.Bytes < int64(BucketFileSize(b.Bits, 0)) || b.Bytes > int64(BucketFileSize(b.Bits, MaxBucketEntries)):
			return errors.New("its buckets are of an impossible size")
		}
	}
	return nil
}

// countsFit reports whether the counts could be those of a dataset: coverage is
// computed of them.
func (d *Dataset) countsFit() bool {
	const most = 1 << 40
	if d.Rows < 0 || d.Rows > most || d.Indexed < 0 || d.Keyless < 0 || d.Indexed > d.Rows || d.Keyless > d.Rows-d.Indexed ||
		d.Unread < 0 || d.Unchosen < 0 {
		return false
	}
	for _, counts := range []struct {
		of   map[string]int64
		most int64
	}{{d.KeyRows, d.Indexed}, {d.Skipped, d.Rows}, {d.Withheld, d.Rows}} {
		for _, n := range counts.of {
			if n < 0 || n > counts.most {
				return false
			}
		}
	}
	return true
}

// shown reports whether every text that is not checked otherwise shows as it is.
func (d *Dataset) shown() bool {
	for _, s := range [...]string{d.Title, d.Incident, d.AsOf, d.JanuaryFirst} {
		if !shown(s) {
			return false
		}
	}
	for _, list := range [...][]string{d.Jurisdictions, d.Sections, d.Homes, d.Fields, d.Doubts} {
		if !shown(strings.Join(list, "")) {
			return false
		}
	}
	for _, counts := range [...]map[string]int64{d.Skipped, d.Withheld, d.KeyRows} {
		for name := range counts {
			if !shown(name) {
				return false
			}
		}
	}
	return true
}

// keyTypeOf returns the key type of that name, 0 if there is none.
func keyTypeOf(name string) hashing.KeyType {
	for _, t := range hashing.KeyTypes() {
		if t.String() == name {
			return t
		}
	}
	return 0
}

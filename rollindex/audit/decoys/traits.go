package decoys

import (
	"bytes"
	"strings"

	"rollcheck/hashing"
)

// appendName appends what a name is looked up by: surname and first name.
func appendName(dst []byte, last, first []byte) []byte {
	if len(last) == 0 || len(first) == 0 {
		return dst
	}
	return append(append(append(dst, last...), '|'), first...)
}

// appendAddress appends what an address is looked up by: house number, street and,
// where there is one, ZIP code.
func appendAddress(dst []byte, house, street, zip []byte) []byte {
	if len(house) == 0 || len(street) == 0 {
		return dst
	}
	dst = append(append(append(dst, house...), '|'), street...)
	return append(append(dst, '|'), zip...)
}

// appendID appends what a voter id is looked up by: without the zeros before it,
// which spreadsheets drop.
func appendID(dst []byte, id []byte) []byte {
	return append(dst, bytes.TrimLeft(id, "0")...)
}

// newDecoy returns what is registered of a record.
func newDecoy(d *hashing.Details) Decoy {
	return Decoy{
		First: string(d.First), Last: string(d.Last), Birth: d.Birth.String(),
		House: string(d.House), Street: string(d.Street), ZIP: string(d.ZIP), ID: string(d.VoterID),
	}
}

func (d *Decoy) name() string { return string(appendName(nil, []byte(d.Last), []byte(d.First))) }

func (d *Decoy) address() string {
	return string(appendAddress(nil, []byte(d.House), []byte(d.Street), []byte(d.ZIP)))
}

func (d *Decoy) id() string { return strings.TrimLeft(d.ID, "0") }

// found reports whether a record is a decoy's, by what both of them have: name, voter
// id and address, each of which no row of the roll shares, and birth date. More of
// them must agree than differ. So a decoy is found by its voter id although its name
// was misspelt, and a namesake with another birth date and address is not taken for
// one.
func (d *Decoy) found(rec *hashing.Details) bool {
	score := 0
	vote := func(known, same bool) {
		switch {
		case known && same:
			score++
		case known:
			score--
		}
	}
	vote(d.Last != "" && len(rec.Last) > 0 && len(rec.First) > 0, string(rec.Last) == d.Last && string(rec.First) == d.First)
	vote(d.ID != "" && len(rec.VoterID) > 0, string(bytes.TrimLeft(rec.VoterID, "0")) == d.id())
	vote(d.House != "" && len(rec.House) > 0,
		string(rec.House) == d.House && string(rec.Street) == d.Street && (len(rec.ZIP) == 0 || d.ZIP == "" || string(rec.ZIP) == d.ZIP))
	if score <= 0 {
		return false
	}
	if have := rec.Birth.String(); have != "" && d.Birth != "" { // of two precisions, the coarser one counts
		n := min(len(have), len(d.Birth))
		vote(true, have[:n] == d.Birth[:n])
	}
	return score > 0
}

// finder looks records up among decoys. It is read only once it is made.
type finder struct {
	names, ids, addresses, streets map[string][]int32 // streets: addresses without ZIP codes
}

func newFinder(decoys []*Decoy) *finder {
	f := &finder{map[string][]int32{}, map[string][]int32{}, map[string][]int32{}, map[string][]int32{}}
	put := func(m map[string][]int32, key string, i int) {
		if key != "" {
			m[key] = append(m[key], int32(i))
		}
	}
	for i, d := range decoys {
		put(f.names, d.name(), i)
		put(f.ids, d.id(), i)
		put(f.addresses, d.address(), i)
		if d.ZIP != "" {
			bare := *d
			bare.ZIP = ""
			put(f.streets, bare.address(), i)
		}
	}
	return f
}

// look appends the decoys that a record may be to found. Its scratch is the caller's.
func (f *finder) look(rec *hashing.Details, scratch []byte, found []int32) ([]byte, []int32) {
	if scratch = appendName(scratch[:0], rec.Last, rec.First); len(scratch) > 0 {
		found = append(found, f.names[string(scratch)]...)
	}
	if scratch = appendID(scratch[:0], rec.VoterID); len(scratch) > 0 {
		found = append(found, f.ids[string(scratch)]...)
	}
	if scratch = appendAddress(scratch[:0], rec.House, rec.Street, rec.ZIP); len(scratch) > 0 {
		found = append(found, f.addresses[string(scratch)]...)
		if len(rec.ZIP) == 0 {
			found = append(found, f.streets[string(scratch)]...)
		}
	}
	return scratch, found
}

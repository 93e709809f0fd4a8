package ingest

import (
	"context"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/voterfile"
)

// servedMemory is about what a worker holds of a chunk's keys on their way into a
// served index.
const servedMemory = 8 << 20

// servedKeyer makes the entries of a served index. Evaluating a key takes a hundred
// times as long as reading a row, so the keys of a chunk are collected and evaluated
// together, which is also what a checkpoint remembers.
type servedKeyer struct {
	writer     *rollindex.Writer
	suppressor *rollindex.Suppressor // nil if nobody is left out
	hasher     *hashing.Hasher       // for the suppressor
	tally      *tally
	members    []voterfile.Member
	jobs       int

	x             []byte // hashed inputs of the chunk, one after the other
	keys          []rollindex.ServedKey
	jurisdictions []string // of one record
	y             hashing.Output
}

// add keeps the record's keys. A record that says that its voter is protected is
// left out as a whole: whoever asks is a stranger. So is one of somebody who asked to
// be.
func (k *servedKeyer) add(rec *voterfile.Record) error {
	if rec.Confidential {
		k.tally.read++
		k.tally.confidential++
		return nil
	}
	mask, dated := masks(rec)
	if k.suppressor != nil && k.suppressed(rec, mask) {
		k.tally.read++
		k.tally.suppressed++
		return nil
	}
	if k.jurisdictions = rec.AppendJurisdictions(k.jurisdictions[:0]); len(k.jurisdictions) == 0 {
		k.jurisdictions = append(k.jurisdictions, hashing.NoJurisdiction)
	}
	start, types, hasDate := len(k.keys), 0, false
	for _, typ := range hashing.ServedKeyTypes() {
		if typ == hashing.NameZIP && hasBirth(&k.members[rec.Member].Match) {
			continue
		}
		from := len(k.x)
		var ok bool
		if k.x, ok = rec.AppendKey(k.x, typ); !ok {
			continue
		}
		types++
		k.tally.keys[typ]++
		hasDate = hasDate || typ == hashing.NameDOB
		k.keep(rec, typ, k.x[from:len(k.x):len(k.x)])
	}
	k.tally.count(rec, types, hasDate)
	for i := start; i < len(k.keys); i++ {
		key := &k.keys[i]
		if key.Mask = mask; key.Type == hashing.NameDOB {
			key.Mask, key.Provisional = dated, rec.Birth.IsJanuaryFirst()
		}
	}
	if types > 0 {
		k.tally.homes[k.jurisdictions[0]] = true
	}
	return nil
}

// suppressed reports whether a record, whose entries have that mask, is of somebody
// who asked to be left out. It goes by all keys, those that are not served included.
func (k *servedKeyer) suppressed(rec *voterfile.Record, mask hashing.Mask) bool {
	from := len(k.x) // behind it there is room to use and leave
	for _, typ := range keyTypes {
		if !k.suppressor.Decides(typ, mask) {
			continue
		}
		x, ok := rec.AppendKey(k.x, typ)
		if !ok {
			continue
		}
		k.x = x[:from]
		if k.hasher.Sum(typ, x[from:], &k.y); k.suppressor.Suppressed(&k.y) {
			return true
		}
	}
	return false
}

// keep keeps a key under every jurisdiction of the record; a voter id is of one
// jurisdiction. One key may be met with two first names, but for those with the
// first name in them, so the others are of no group.
func (k *servedKeyer) keep(rec *voterfile.Record, typ hashing.KeyType, x []byte) {
	key := rollindex.ServedKey{Type: typ, X: x}
	if typ == hashing.VoterID {
		key.Jurisdiction = rec.Jurisdiction
		k.keys = append(k.keys, key)
		return
	}
	key.Group = hashing.Bucket(rec.Last, rec.First)
	for _, key.Jurisdiction = range k.jurisdictions {
		k.keys = append(k.keys, key)
	}
}

// hasBirth reports whether a file has a column of birth dates or years.
func hasBirth(m *voterfile.Match) bool {
	return m.Holds(field.RoleBirthDate, field.RoleBirthMonthYear, field.RoleBirthYear)
}

func (k *servedKeyer) endChunk(ctx context.Context) error {
	err := k.writer.AddServed(ctx, k.keys, k.jobs)
	k.x, k.keys = k.x[:0], k.keys[:0]
	return err
}

func (k *servedKeyer) flush() error { return k.writer.Flush() }

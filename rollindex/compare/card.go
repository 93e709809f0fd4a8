package compare

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/argon2"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// CardTags is how many tags of each key type a card holds at most.
const CardTags = 4096

// A Card is a sketch of a file: of each key type the smallest of the keyed tags of
// its rows. Two parties who share a key learn from two cards how far their files
// overlap without showing each other a row. CARD.md beside this file says what is
// in one, byte by byte, and what it gives away.
type Card struct {
	Canonical string       // version of the canonical form its tags are made of
	AsOf      hashing.Date // when the data was taken; zero if it is not known
	Layout    string       // ids of the layouts of its members, joined by "+"
	Rows      int64        // read in full
	Columns   []CardColumn // in the order of kinds
	Sketches  []Sketch     // in the order of key types, those with a row

	// Unlooked are the members of the file that were left out though they hold rows, or
	// may. Only who makes the card is told: they are not on it.
	Unlooked []voterfile.Member

	check [16]byte // of the key
}

// CardColumn is a kind of field with the share of rows that have it, in percent
// and rounded: a multiple of 5, but 1 for less than 2.5 and 99 for less than all.
type CardColumn struct {
	Kind    field.Kind
	Percent uint8
}

// Sketch is the smallest tags of the keys of one type.
type Sketch struct {
	Key  hashing.KeyType
	Rows int64    // that carry the key
	Tags []uint64 // different, rising, at most [CardTags]; fewer are all there are
}

// Whole reports whether the tags are those of all keys.
func (s *Sketch) Whole() bool { return len(s.Tags) < CardTags }

// Keys returns the number of different keys: exact if all are there, else the
// unbiased estimate (k-1)/u where u is the k-th smallest of k tags as a share of
// the range (Beyer, Haas, Reinwald, Sismanis, Gemulla 2007, "On synopses for
// distinct-value estimation under multiset operations", SIGMOD: 199-210).
func (s *Sketch) Keys() float64 {
	if s.Whole() {
		return float64(len(s.Tags))
	}
	return float64(CardTags-1) / unit(s.Tags[CardTags-1])
}

// unit returns a tag as a share of the range of tags.
func unit(tag uint64) float64 { return (float64(tag) + 1) / (1 << 64) }

// What can be wrong with cards, for errors.Is.
var (
	ErrNotCard        = errors.New("not a card of this version")
	ErrCardDamaged    = errors.New("the card is damaged, or was changed")
	ErrCardKey        = errors.New("the card was made with another key")
	ErrCardsDiffer    = errors.New("these cards cannot be compared")
	ErrWeakPassphrase = errors.New("the passphrase is too short")
)

// leastPassphrase is the length of a passphrase, in bytes, below which a key is not
// made of it: four words of a list of 7,776 have 52 bits and rarely fewer letters.
const leastPassphrase = 20

// cardSalt sets cards apart from indexes of the same key; it is public.
var cardSalt = hashing.Salt([]byte("rollcheck-card 1: salt of cards\x00"))

// CheckPassphrase returns an error that wraps [ErrWeakPassphrase] if no key is made of a
// passphrase.
func CheckPassphrase(passphrase []byte) error {
	if len(passphrase) < leastPassphrase {
		return fmt.Errorf("%w: a passphrase of cards has at least %d characters", ErrWeakPassphrase, leastPassphrase)
	}
	return nil
}

// CardKey makes a key of a passphrase, the same for everybody who knows it: Argon2id
// (RFC 9106) with 3 passes, 64 MiB and 4 threads, as a key file has it. Its salt is
// fixed, since two parties must come to one key without meeting again, so that the
// passphrase alone protects: make it of six words drawn with dice. An error is
// [ErrWeakPassphrase].
func CardKey(passphrase []byte) (*hashing.Key, error) {
	if err := CheckPassphrase(passphrase); err != nil {
		return nil, err
	}
	key := hashing.Key(argon2.IDKey(passphrase, []byte("rollcheck-card 1"), 3, 64<<10, 4, 32))
	return &key, nil
}

// MakeCard reads a file and returns its card under a key. It keeps no more of the
// file than the card has.
func MakeCard(ctx context.Context, in Input, key *hashing.Key, opts Options) (*Card, error) {
	prf, err := hashing.NewPRF(key, &cardSalt)
	if err != nil {
		return nil, err
	}
	src, err := in.open(ctx)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var all []*carder
	skips, err := src.Each(ctx, opts.Jobs, func() voterfile.Visitor {
		v := &carder{hasher: prf.NewHasher()}
		all = append(all, v)
		return v
	}, opts.reading(src, 0))
	if err != nil {
		return nil, err
	}
	opts.report(Progress{File: 1})
	sum := all[0]
	for _, v := range all[1:] {
		sum.merge(v)
	}
	rows := skips.Rows - skips.Skipped()
	c := &Card{Canonical: hashing.Version, AsOf: in.AsOf, Layout: layoutsOf(src.Members()), Rows: rows, check: prf.Check(),
		Unlooked: unlooked(leftOut(src.Members()))}
	for _, k := range field.Kinds() {
		if n := sum.kinds[k]; n > 0 {
			c.Columns = append(c.Columns, CardColumn{k, roundedPercent(n, rows)})
		}
	}
	for _, t := range hashing.KeyTypes() {
		if sum.rows[t] > 0 {
			c.Sketches = append(c.Sketches, Sketch{t, sum.rows[t], sum.least[t].tags()})
		}
	}
	return c, nil
}

func layoutsOf(members []voterfile.Member) string {
	var ids []string
	for _, m := range members {
		if m.LeftOut == "" && !slices.Contains(ids, m.Match.Layout.ID) {
			ids = append(ids, m.Match.Layout.ID)
		}
	}
	slices.Sort(ids)
	all := ""
	for _, id := range ids {
		if len(all)+len(id)+1 > 255 {
			break
		}
		all += "+" + id
	}
	return all[min(1, len(all)):]
}

func roundedPercent(n, of int64) uint8 {
	p := uint8((n*100/5 + of/2) / of * 5)
	switch {
	case p == 0:
		return 1
	case p == 100 && n < of:
		return 99
	}
	return p
}

// carder takes the rows of a file in one goroutine.
type carder struct {
	hasher *hashing.Hasher
	x      []byte
	kinds  [field.MaskBits]int64
	rows   [hashing.NumKeyTypes]int64
	least  [hashing.NumKeyTypes]least
}

// Visit adds the keys of a row.
func (v *carder) Visit(rec *voterfile.Record) error {
	for _, k := range field.Kinds() {
		if rec.Kinds.Has(k) {
			v.kinds[k]++
		}
	}
	for _, t := range hashing.KeyTypes() {
		var ok bool
		if v.x, ok = rec.AppendKey(v.x[:0], t); !ok {
			continue
		}
		v.rows[t]++
		var y hashing.Output
		v.hasher.Sum(t, v.x, &y)
		v.least[t].add(binary.BigEndian.Uint64(y[:]))
	}
	return nil
}

// Flush has nothing to do.
func (v *carder) Flush() error { return nil }

func (v *carder) merge(o *carder) {
	for k, n := range o.kinds {
		v.kinds[k] += n
	}
	for t, n := range o.rows {
		v.rows[t] += n
		for _, tag := range o.least[t].tags() {
			v.least[t].add(tag)
		}
	}
}

// least keeps the smallest of many tags. It collects until it has twice as many
// as it keeps and then drops the rest, so that most tags cost one comparison.
type least struct {
	all   []uint64
	below uint64 // larger tags are no longer wanted; 0 for no bound yet
}

func (l *least) add(tag uint64) {
	if l.below != 0 && tag >= l.below {
		return
	}
	if l.all = append(l.all, tag); len(l.all) >= 4*CardTags {
		l.tags()
	}
}

// tags returns the smallest, rising.
func (l *least) tags() []uint64 {
	slices.Sort(l.all)
	l.all = slices.Compact(l.all)
	if len(l.all) >= CardTags {
		l.all = l.all[:CardTags]
		l.below = l.all[CardTags-1]
	}
	return l.all
}

// CardOverlap is what two cards say of the overlap of their files by one key type.
// Part and Of of the shares count tags, not rows; keys that several rows carry
// count once.
type CardOverlap struct {
	Key            hashing.KeyType
	KeysA, KeysB   float64
	AInB, BInA     Share
	Jaccard        Share
	Exact          bool // all keys of both were compared
	Common, Sample int64
}

// CompareCards returns how the files of two cards overlap, by each key type that
// both have, the strongest first. Errors are [ErrCardKey] and [ErrCardsDiffer].
//
// All tags of both files below the smaller of the two largest tags kept are known:
// a fair draw of the keys, each kept with a chance that is this bound as a share
// of the range (the theta of Dasgupta, Lang, Rhodes and Thaler 2016, "A framework
// for estimating stream expression cardinalities", ICDT: 6:1-6:17; the bound itself,
// being the tag of a key, is left out). Of A's keys in the draw those
// that B has too are a binomial share, and so on. The interval is Wilson's with the
// finite-population correction of Cochran (1977, Sampling Techniques, 2.6): a draw of
// a share theta without putting back is as sure as one of n/(1-theta) with it. If
// both cards have all keys, the bound is 1 and the shares are exact.
func CompareCards(a, b *Card) ([]CardOverlap, error) {
	if a.check != b.check {
		return nil, ErrCardKey
	}
	if a.Canonical != b.Canonical {
		return nil, fmt.Errorf("%w: they are of the canonical forms %q and %q", ErrCardsDiffer, a.Canonical, b.Canonical)
	}
	var out []CardOverlap
	for _, t := range strength {
		i := slices.IndexFunc(a.Sketches, func(s Sketch) bool { return s.Key == t })
		j := slices.IndexFunc(b.Sketches, func(s Sketch) bool { return s.Key == t })
		if i >= 0 && j >= 0 {
			out = append(out, compareSketches(&a.Sketches[i], &b.Sketches[j]))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: no kind of key is in both", ErrCardsDiffer)
	}
	return out, nil
}

func compareSketches(a, b *Sketch) CardOverlap {
	theta, inA, inB := 1.0, a.Tags, b.Tags
	if !a.Whole() || !b.Whole() {
		bound := ^uint64(0)
		for _, s := range []*Sketch{a, b} {
			if !s.Whole() {
				bound = min(bound, s.Tags[CardTags-1])
			}
		}
		theta = float64(bound) / (1 << 64)
		inA, inB = below(inA, bound), below(inB, bound)
	}
	common := int64(0)
	for i, j := 0, 0; i < len(inA) && j < len(inB); {
		switch cmp.Compare(inA[i], inB[j]) {
		case -1:
			i++
		case 1:
			j++
		default:
			common, i, j = common+1, i+1, j+1
		}
	}
	na, nb := int64(len(inA)), int64(len(inB))
	return CardOverlap{
		Key: a.Key, KeysA: a.Keys(), KeysB: b.Keys(), Exact: theta == 1, Common: common, Sample: na + nb - common,
		AInB: drawnShare(common, na, theta), BInA: drawnShare(common, nb, theta), Jaccard: drawnShare(common, na+nb-common, theta),
	}
}

func below(tags []uint64, bound uint64) []uint64 {
	n, _ := slices.BinarySearch(tags, bound)
	return tags[:n]
}

// drawnShare returns part of so many that were drawn, each with the chance theta.
func drawnShare(part, of int64, theta float64) Share {
	s := Share{Part: part, Of: of}
	if theta < 1 || of == 0 {
		s.Low, s.High = wilson(float64(part), float64(of), 1/(1-theta))
		return s
	}
	s.Low, s.High = s.Value(), s.Value()
	return s
}

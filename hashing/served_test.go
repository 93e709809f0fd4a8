package hashing

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"
)

// A bucket is of the two names and of where one ends.
func TestBucket(t *testing.T) {
	if got := Bucket([]byte("KING"), []byte("ELIZABETH")); got != 0x3fd3 { // computed elsewhere
		t.Errorf("bucket %04x", got)
	}
	if Bucket([]byte("AB"), []byte("C")) == Bucket([]byte("A"), []byte("BC")) {
		t.Error("the names are not told apart")
	}
	long := bytes.Repeat([]byte("A"), maxField)
	in := append([]byte("vrx1-bucket\x04\x00"), append(bytes.Clone(long), 0, 1, 'B')...)
	sum := sha256.Sum256(in)
	if got := Bucket(long, []byte("B")); got != binary.BigEndian.Uint16(sum[:]) {
		t.Errorf("bucket of a long name %04x, want %x", got, sum[:2])
	}
	if n := testing.AllocsPerRun(100, func() { Bucket(long[:20], long[:20]) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

func TestVoterIDJurisdiction(t *testing.T) {
	t.Parallel()
	d := Details{Jurisdiction: "US-FL", Last: []byte("KING"), First: []byte("ANN"), VoterID: []byte("1"), ZIP: []byte("32301")}
	x, ok := d.AppendKey(nil, VoterID)
	if got := VoterIDJurisdiction(x); !ok || got != "US-FL" {
		t.Errorf("%q of %q", got, x)
	}
	other, _ := d.AppendKey(nil, NameZIP)
	for _, x := range [][]byte{nil, x[:4], x[:5], x[:10], other, []byte("rc2\x05\x00\x01A")} {
		if got := VoterIDJurisdiction(x); got != "" {
			t.Errorf("%q of %q", got, x)
		}
	}
}

// Entries of one value in two datasets do not join, nor do seeds of two indexes.
func TestServedEntriesOfADataset(t *testing.T) {
	t.Parallel()
	y := ServedOutput{1}
	tag, pad := NewServedEntries("a", 1).Seal(&y)
	for _, other := range []*ServedEntries{NewServedEntries("a", 2), NewServedEntries("b", 1)} {
		if t2, p2 := other.Seal(&y); t2 == tag || p2 == pad {
			t.Error("two datasets have the same entry")
		}
	}
	prf := func(key Key, salt Salt) *PRF {
		p, err := NewPRF(&key, &salt)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	one := prf(Key{1}, Salt{1})
	if one.ServedSeed() == prf(Key{1}, Salt{2}).ServedSeed() || one.ServedSeed() == prf(Key{2}, Salt{1}).ServedSeed() {
		t.Error("two indexes have the same seed")
	}
	if seed := one.ServedSeed(); bytes.Equal(one.CheckpointKey("a", 1), seed[:]) || bytes.Equal(one.CheckpointKey("a", 1), one.CheckpointKey("a", 2)) {
		t.Error("a checkpoint's key is another's")
	}
}

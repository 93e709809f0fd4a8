package rollindex

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"testing"

	"rollcheck/hashing"
)

// runOf makes a tag run of rows for the dataset that is being built.
func runOf(ix *Index, b *Build, rows []row) []byte {
	entries, h := ix.prf.Entries(b.id, b.generation), ix.NewHasher()
	var recs []record
	var y hashing.Output
	for _, r := range rows {
		h.Sum(hashing.NameDOB, r.x, &y)
		tag, pad := entries.Seal(&y)
		recs = append(recs, record{uint64(tag), uint64(pad)<<32 | uint64(r.mask)})
	}
	slices.SortFunc(recs, func(a, b record) int { return slices.Compare(a[:], b[:]) })
	run := binary.BigEndian.AppendUint64([]byte(runHeader), uint64(len(recs)))
	for _, r := range recs {
		run = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(run, r[0]), r[1])
	}
	return run
}

// Tags from two runs and from rows make one dataset.
func TestAddRun(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	rows := rowsOf(1, 4000)
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	w := b.NewWriter()
	for _, part := range [][]row{rows[:1000], rows[1000:]} {
		if err := w.AddRun(bytes.NewReader(runOf(ix, b, part))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), hashing.DatasetInfo{}, CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := answers(t, ix, universe(1)); !maps.Equal(got, expected(rows)) {
		t.Error("the dataset is not what the runs hold")
	}
}

func TestAddRunRefusesDamage(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	b, err := ix.Begin("d", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	run := runOf(ix, b, rowsOf(1, 100))
	swapped := bytes.Clone(run)
	copy(swapped[16:], run[len(run)-16:]) // the first for the last, whose tags differ
	copy(swapped[len(run)-16:], run[16:32])
	for what, bad := range map[string][]byte{
		"empty": nil, "header": append([]byte("rctags2\n"), run[8:]...), "cut": run[:len(run)-3],
		"cut between records": run[:len(run)-16], "longer": append(bytes.Clone(run), run[len(run)-16:]...), "order": swapped,
	} {
		if err := b.NewWriter().AddRun(bytes.NewReader(bad)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v, want damage", what, err)
		}
	}
}

func FuzzAddRun(f *testing.F) {
	f.Add([]byte(runHeader + "\x00\x00\x00\x00\x00\x00\x00\x010123456789abcdef"))
	ix := newIndex(f)
	b, err := ix.Begin("d", 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(b.Abort)
	f.Fuzz(func(t *testing.T, run []byte) {
		err := b.NewWriter().AddRun(bytes.NewReader(run))
		if err == nil && uint64(len(run)) != 16+16*binary.BigEndian.Uint64(run[8:]) {
			t.Error("a run of another length than it says was taken")
		}
	})
}

// Whatever bytes a page or a shard has, reading it gives an error or a page
// that was sealed with the key.
func FuzzOpenPage(f *testing.F) {
	mc := newMAC(make([]byte, 32))
	blob := make([]byte, pageHead, pageLimit)
	blob = append(blob, make([]byte, 2*localEntry)...)
	sealPage(mc, blob, 2, 0)
	f.Add(uint64(1), blob)
	few := newShard([]hashing.Tag{1, 2, 3})
	f.Add(uint64(0), few.seal(mc, 0, 0, 3))
	f.Fuzz(func(t *testing.T, id uint64, blob []byte) {
		if p, err := openPage(mc, id, blob, localEntry); err == nil {
			again := bytes.Clone(blob)
			sealPage(mc, again, p.first, p.next)
			if !bytes.Equal(again, blob) {
				t.Error("a page that was not sealed so was taken")
			}
		}
		if s, log, n, err := openShard(mc, id, blob); err == nil && !bytes.Equal(s.seal(mc, id, log, n), blob) {
			t.Error("a shard that was not sealed so was taken")
		}
	})
}

package rollindex

import (
	"bytes"
	"database/sql/driver"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"rollcheck/hashing"
)

// treeFile writes a file with the given pages (id to size of blob) and some
// shards of a filter, as [insertRows] does.
func treeFile(tb testing.TB, ids []uint64, size func(i int) int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "d"+datasetExt)
	rows, free := make(chan insert), make(chan []byte, 1)
	go func() {
		for i, id := range ids {
			blob := bytes.Repeat([]byte{byte(id)}, size(i))
			rows <- insert{macPage, id, blob}
			if i%100 == 0 {
				rows <- insert{macFilter, uint64(i), bytes.Repeat([]byte{1}, 20_000)}
			}
		}
		close(rows)
	}()
	if err := insertRows(path, rows, free); err != nil {
		tb.Fatal(err)
	}
	return path
}

// TestTreeAgreesWithSQLite looks the same ids up in the tree and with SQL.
func TestTreeAgreesWithSQLite(t *testing.T) {
	full := func(int) int { return pageLimit }
	small := func(i int) int { return pageHead + i%7*400 }
	for _, c := range []struct {
		name string
		n    int
		size func(int) int
	}{{"one", 1, full}, {"one empty", 1, small}, {"two", 2, full}, {"several on a leaf", 500, small}, {"one level", 300, full}, {"two levels", 3_000, full}} {
		t.Run(c.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, uint64(c.n)))
			ids := []uint64{0}
			for len(ids) < c.n {
				ids = append(ids, ids[len(ids)-1]+1+rnd.Uint64N(1<<50))
			}
			path := treeFile(t, ids, c.size)
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			tree, err := openTree(f)
			if err != nil {
				t.Fatal(err)
			}
			db, err := openDatabase(path, "mode=ro&immutable=1")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			stmt, err := db.prepare("SELECT id, entries FROM page WHERE id <= ? ORDER BY id DESC LIMIT 1")
			if err != nil {
				t.Fatal(err)
			}
			defer stmt.Close()
			for i := range 4_000 {
				id := ids[i%len(ids)]
				switch i % 3 {
				case 1:
					id = max(id, 1) - 1
				case 2:
					id = rnd.Uint64N(ids[len(ids)-1] + 1<<40)
				}
				rows, err := stmt.Query([]driver.Value{int64(id)})
				if err != nil {
					t.Fatal(err)
				}
				var want [2]driver.Value
				if err := rows.Next(want[:]); err != nil {
					t.Fatal(err)
				}
				rows.Close()
				found := false
				err = tree.find(id, func(row uint64, blob []byte) (bool, error) {
					found = int64(row) == want[0].(int64) && bytes.Equal(blob, want[1].([]byte))
					return found, nil
				})
				if err != nil || !found {
					t.Fatalf("id %d: row %v not found: %v", id, want[0], err)
				}
			}
		})
	}
}

// TestDamagedNeighbour damages each page of a file in turn: a tag of another page
// is found all the same, although the look-up may read the damaged one first.
func TestDamagedNeighbour(t *testing.T) {
	const pages = 4
	key := bytes.Repeat([]byte{7}, 32)
	m := newMAC(key)
	path := filepath.Join(t.TempDir(), "d"+datasetExt)
	rows := make(chan insert, pages)
	var tags [pages]hashing.Tag
	for i := range pages {
		first, next := hashing.Tag(i)<<40, hashing.Tag(i+1)<<40%(pages<<40)
		blob := make([]byte, pageHead, pageLimit)
		for e := range pageEntries(localEntry) {
			tags[i] = first + hashing.Tag(e)
			blob = append(binary.BigEndian.AppendUint64(blob, uint64(tags[i])), 0, 0, 0, 0)
		}
		sealPage(m, blob, first, next)
		rows <- insert{macPage, pageID(first), blob}
	}
	close(rows)
	if err := insertRows(path, rows, make(chan []byte, pages)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for victim := range pages {
		b := bytes.Clone(whole)
		b[bytes.LastIndex(b, binary.BigEndian.AppendUint64(nil, uint64(tags[victim])))+8] ^= 1
		tree, err := openTree(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		r := newReader(tree, key, localEntry)
		for i, tag := range tags {
			p, err := r.page(tag)
			if (err != nil) != (i == victim) {
				t.Errorf("page %d damaged, a tag of page %d: %v", victim, i, err)
			}
			if err == nil {
				if _, ok := p.find(tag); !ok {
					t.Errorf("page %d damaged: a tag of page %d is absent", victim, i)
				}
			}
		}
	}
}

// FuzzTree reads files that are not what they should be.
func FuzzTree(f *testing.F) {
	path := treeFile(f, []uint64{0, 10, 20, 30}, func(int) int { return pageLimit })
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint(0), uint(0), byte(0), uint64(15))
	f.Add(uint(dbPageSize), uint(8), byte(1), uint64(30))
	f.Add(uint(dbPageSize+11), uint(12), byte(1), uint64(0))
	f.Fuzz(func(t *testing.T, at, next uint, flip byte, id uint64) {
		b := bytes.Clone(whole)
		b[at%uint(len(b))] ^= flip
		b[(at+next)%uint(len(b))] ^= ^flip
		tree, err := openTree(bytes.NewReader(b))
		if err != nil {
			return
		}
		_ = tree.find(id, func(_ uint64, blob []byte) (bool, error) {
			if len(blob) > maxLocal {
				t.Fatal("a blob that no page holds")
			}
			return false, nil
		})
	})
}

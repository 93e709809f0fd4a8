package lookup_test

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf/evaluate"
	"rollcheck/rollindex/exposure/sourcetest"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/lookuptest"
)

// filter returns the path of a filter of Florida's list, and puts another file
// there if it is not nil.
func (op *operator) filter(file []byte) string {
	path := lookup.FilterPath(op.Lists["US-FL"].Files[0].SHA256)
	if file != nil {
		op.Files[path] = file
	}
	return path
}

// bucketPath returns the path of the bucket of the person asked for.
func bucketPath(op *operator, place string) string {
	var d hashing.Details
	d.SetLast([]byte("Fictionf"))
	d.SetFirst([]byte("Personf"))
	b := op.Lists[place].Buckets
	return lookup.BucketPath(b.Root, int(hashing.Bucket(d.Last, d.First))>>(16-b.Bits))
}

// What a dishonest server, mirror or network may send, and that a client refuses
// it, says what it was, and what to do.
func TestMalice(t *testing.T) {
	other, otherKey := lookuptest.NewSigner(t, "somebody else")
	for _, tc := range []struct {
		name string
		mode lookup.Mode
		do   func(t *testing.T, op *operator)
		want error
		what string // in the message
	}{
		{"evaluates under another key", lookup.BucketMode, func(t *testing.T, op *operator) {
			seed := evaluate.Seed{1}
			k, err := evaluate.DeriveKey(&seed, "1", "US-FL")
			if err != nil {
				t.Fatal(err)
			}
			op.Keys["US-FL"] = k
		}, lookup.ErrProof, "under the key of US-FL"},
		{"evaluates under another state's key", lookup.FilterMode, func(_ *testing.T, op *operator) {
			op.Keys["US-FL"] = op.Keys["US-GA"]
		}, lookup.ErrProof, "under the key of US-FL"},
		{"swaps two elements", lookup.BucketMode, func(_ *testing.T, op *operator) {
			op.Tamper = func(_ uint16, e *lookup.Elements, _ *[64]byte) { e[0], e[1] = e[1], e[0] }
		}, lookup.ErrProof, "evaluation"},
		{"answers with an element twice", lookup.BucketMode, func(_ *testing.T, op *operator) {
			op.Tamper = func(_ uint16, e *lookup.Elements, _ *[64]byte) { e[1] = e[0] }
		}, lookup.ErrProof, "evaluation"},
		{"answers with the identity", lookup.BucketMode, func(_ *testing.T, op *operator) {
			op.Tamper = func(_ uint16, e *lookup.Elements, _ *[64]byte) { e[0] = [32]byte{} }
		}, lookup.ErrProof, "evaluation"},
		{"answers with another proof", lookup.BucketMode, func(_ *testing.T, op *operator) {
			op.Tamper = func(_ uint16, _ *lookup.Elements, p *[64]byte) { p[0] ^= 1 }
		}, lookup.ErrProof, "evaluation"},

		{"cuts a filter", lookup.FilterMode, func(_ *testing.T, op *operator) {
			f := op.Files[op.filter(nil)]
			op.filter(f[:len(f)-2])
		}, lookup.ErrFile, "the filter of big by name-dob in US-FL"},
		{"alters a filter", lookup.FilterMode, func(_ *testing.T, op *operator) {
			op.Files[op.filter(nil)][40] ^= 1
		}, lookup.ErrFile, "the filter of big"},
		{"empties a filter", lookup.FilterMode, func(_ *testing.T, op *operator) { op.filter([]byte{}) }, lookup.ErrFile, "the filter of big"},
		{"gives another filter", lookup.FilterMode, func(_ *testing.T, op *operator) {
			op.filter(op.Files[lookup.FilterPath(op.Lists["US-GA"].Files[0].SHA256)])
		}, lookup.ErrFile, "the filter of big"},
		{"publishes a filter that is none", lookup.FilterMode, func(t *testing.T, op *operator) {
			file := slices.Repeat([]byte("none"), 10)
			sum := lookup.Hash32(sha256.Sum256(file))
			op.Files[lookup.FilterPath(sum)] = file
			f := &op.Lists["US-FL"].Files[0]
			f.SHA256, f.Bytes = sum, int64(len(file))
			op.Sign(t, func(m *lookup.Manifest) { m.Seq++ })
		}, lookup.ErrFormat, "the filter of big"},
		{"publishes a filter of fewer tags than it says", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Lists["US-FL"].Files[0].N++
			op.Sign(t, func(m *lookup.Manifest) { m.Seq++ })
		}, lookup.ErrList, "the filter of big"},

		{"publishes a filter of another size than it says", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Lists["US-FL"].Files[0].Bytes += 2
			op.Sign(t, func(m *lookup.Manifest) { m.Seq++ })
		}, lookup.ErrList, "the filter of big"},

		{"empties a bucket", lookup.BucketMode, func(t *testing.T, op *operator) {
			id := lookup.BucketID{Key: op.ID("US-FL"), Bits: 11}
			body, err := lookup.BuildBucket(id, nil, []uint16{10}, &[32]byte{})
			if err != nil {
				t.Fatal(err)
			}
			path := bucketPath(op, "US-FL")
			proof := op.Files[path][len(op.Files[path])-11*32:]
			op.Files[path] = append(body, proof...)
		}, lookup.ErrBucket, "a bucket of US-FL"},
		{"gives no bucket", lookup.BucketMode, func(_ *testing.T, op *operator) {
			op.Files[bucketPath(op, "US-FL")] = []byte{}
		}, lookup.ErrBucket, "a bucket of US-FL"},
		{"swaps two buckets", lookup.BucketMode, func(_ *testing.T, op *operator) {
			op.Files[bucketPath(op, "US-FL")] = op.Files[lookup.BucketPath(op.Lists["US-FL"].Buckets.Root, 3)]
		}, lookup.ErrBucket, "a bucket of US-FL"},
		{"gives a bucket of nowhere", lookup.BucketMode, func(_ *testing.T, op *operator) {
			op.Files[bucketPath(op, "US-FL")] = op.Files[bucketPath(op, hashing.NoJurisdiction)]
		}, lookup.ErrBucket, "a bucket of US-FL"},
		{"alters a bucket", lookup.BucketMode, func(_ *testing.T, op *operator) {
			op.Files[bucketPath(op, "US-FL")][20] ^= 1
		}, lookup.ErrBucket, "a bucket of US-FL"},
		{"alters a proof", lookup.BucketMode, func(_ *testing.T, op *operator) {
			b := op.Files[bucketPath(op, "US-FL")]
			b[len(b)-1] ^= 1
		}, lookup.ErrBucket, "a bucket of US-FL"},
		{"cuts buckets so fine that they name the person", lookup.BucketMode, func(t *testing.T, op *operator) {
			op.ReplaceInList(t, "US-FL", `"bits":11`, `"bits":16`)
		}, lookup.ErrList, "tell too much"},

		{"gives another list", lookup.FilterMode, func(_ *testing.T, op *operator) {
			op.Files[lookup.ListPath(op.Manifest.Lists[0].SHA256)] = op.Files[lookup.ListPath(op.Manifest.Lists[1].SHA256)]
		}, lookup.ErrFile, "the list of US-FL"},
		{"publishes another state's list", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Sign(t, func(m *lookup.Manifest) { m.Seq++; m.Lists[0].SHA256 = m.Lists[1].SHA256 })
		}, lookup.ErrList, "the list of US-FL"},
		{"publishes lists that do not fit together", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Lists["US-FL"].Datasets[0].Generation = 2
			op.Sign(t, func(m *lookup.Manifest) { m.Seq++ })
		}, lookup.ErrList, "described otherwise"},
		{"describes a dataset in one list otherwise than in another", lookup.FilterMode, func(t *testing.T, op *operator) {
			d := &op.Lists[hashing.NoJurisdiction].Datasets[0] // "big", of which Florida's list has the most files
			d.Rows, d.Keyless = d.Rows*100, d.Rows*100-d.Indexed
			op.Sign(t, func(m *lookup.Manifest) { m.Seq++ })
		}, lookup.ErrList, "described otherwise"},
		{"titles a dataset so that an answer is written over", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.ReplaceInList(t, "US-FL", `"dataset":"big"`, `"title":"\u001b[2J","dataset":"big"`)
		}, lookup.ErrList, "do not show as they are"},

		{"gives an older manifest", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Sign(t, func(m *lookup.Manifest) { m.Seq = 5 })
		}, lookup.ErrOlder, "number 5, after number 6"},
		{"gives another manifest under the same number", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Sign(t, func(m *lookup.Manifest) { m.Seq, m.Lists = 6, m.Lists[1:] })
		}, lookup.ErrFork, "the manifest"},
		{"gives an expired manifest", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Sign(t, func(m *lookup.Manifest) { m.Expires = now })
		}, lookup.ErrExpired, "it expired on 2026-11-22"},
		{"gives a manifest of the future", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Sign(t, func(m *lookup.Manifest) {
				m.Issued = now.Add(48 * time.Hour)
			})
		}, lookup.ErrExpired, "which is to come"},
		{"signs the manifest with another key", lookup.FilterMode, func(t *testing.T, op *operator) {
			signed, err := op.Manifest.Sign(other)
			if err != nil {
				t.Fatal(err)
			}
			op.Files[lookup.ManifestPath] = signed
		}, lookup.ErrKey, "the manifest"},
		{"alters the manifest", lookup.FilterMode, func(_ *testing.T, op *operator) {
			m := string(op.Files[lookup.ManifestPath])
			op.Files[lookup.ManifestPath] = []byte(strings.Replace(m, `"seq":7`, `"seq":8`, 1))
		}, lookup.ErrSignature, "the manifest"},
		{"publishes a manifest of a later form", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.SignText(t, strings.Replace(op.JSON(), `"canonical":"rc1"`, `"canonical":"rc2"`, 1))
		}, lookup.ErrVersion, `"rc2"`},
		{"publishes a key that is the identity", lookup.FilterMode, func(t *testing.T, op *operator) {
			op.Sign(t, func(m *lookup.Manifest) {
				m.Seq++
				m.Keys[0].PublicKey, m.PublicKey = lookup.Hash32{}, lookup.Hash32{}
			})
		}, lookup.ErrFormat, "the key of US-FL"},
		{"forgets its keys", lookup.FilterMode, func(_ *testing.T, op *operator) {
			op.Places = op.Places[:0]
		}, lookup.ErrStale, "under the key"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			op := published(t)
			cache := new(lookup.MemoryCache)
			op.Sign(t, func(m *lookup.Manifest) { m.Seq = 6 })
			if _, err := op.client(t, cache).Open(t.Context()); err != nil { // a look-up before, of no state
				t.Fatal(err)
			}
			op.Sign(t, func(m *lookup.Manifest) { m.Seq = 7 })
			tc.do(t, op)
			err := lookUp(t, op.client(t, cache), tc.mode)
			var refused *lookup.Refused
			if !errors.Is(err, tc.want) || !errors.As(err, &refused) || refused.Do == "" || !strings.Contains(err.Error(), tc.what) {
				t.Errorf("got %v\nwant %v of %q, and what to do", err, tc.want, tc.what)
			}
		})
	}
	t.Run("another trusted key", func(t *testing.T) {
		op, cache := published(t), new(lookup.MemoryCache)
		if err := lookUp(t, op.client(t, cache), lookup.BucketMode); err != nil {
			t.Fatal(err)
		}
		_, err := lookup.New(otherKey, op, cache)
		if !errors.Is(err, lookup.ErrMemory) {
			t.Errorf("the memory of one operator is used for another: %v", err)
		}
		for _, broken := range []string{`{"version":1`, `{"version":1,"key":"` + op.Trusted.String() + `"}`} {
			if err := cache.Remember([]byte(broken)); err != nil {
				t.Fatal(err)
			}
			if _, err := lookup.New(op.Trusted, op, cache); !errors.Is(err, lookup.ErrMemory) {
				t.Errorf("a broken memory is begun anew: %v", err)
			}
		}
	})
	t.Run("an honest one", func(t *testing.T) {
		op := published(t)
		for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
			if err := lookUp(t, op.client(t, new(lookup.MemoryCache)), mode); err != nil {
				t.Errorf("%s: %v", mode, err)
			}
		}
	})
}

// lookUp asks for a person who is in the leak. Nothing may be yielded by a
// look-up that fails.
func lookUp(t *testing.T, c *lookup.Client, mode lookup.Mode) error {
	o, err := c.Open(t.Context(), "US-FL")
	if err != nil {
		return err
	}
	s, err := o.Session(t.Context(), mode, nil)
	if err != nil {
		return err
	}
	hits := 0
	_, err = s.Ask(t.Context(), sourcetest.People(t, "", 5, 1)[0].Keys, func(hashing.Result) { hits++ })
	if (hits > 0) != (err == nil) {
		t.Errorf("%d hits, error %v", hits, err)
	}
	return err
}

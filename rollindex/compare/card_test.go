package compare

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile/synth"
)

// scripts/cards raises it and prints the table.
var cardTrials = flag.Int("card-trials", 200, "pairs of sets to sketch, by overlap")

func writeRoll(t testing.TB, name string, o synth.Options) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if o.Layout == nil {
		if o.Layout, err = layouts.Get("fl-extract"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := synth.Write(t.Context(), f, nil, o); err != nil {
		t.Fatal(err)
	}
	return path
}

func testKey(first byte) *hashing.Key {
	var k hashing.Key
	for i := range k {
		k[i] = first + byte(i)
	}
	return &k
}

func makeCard(t testing.TB, path string, key *hashing.Key, jobs int) *Card {
	t.Helper()
	c, err := MakeCard(t.Context(), Input{Path: path, AsOf: hashing.Date{Year: 2020, Month: 10, Day: 1}}, key, Options{Jobs: jobs})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The intervals of two cards hold the true shares 95 times of 100.
func TestCardIntervalsCover(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	var table strings.Builder
	fmt.Fprintf(&table, "| keys of A | of B | in both | A in B: inside | B in A: inside | Jaccard: inside | half width | trials |\n|---|---|---|---|---|---|---|---|\n")
	rng := rand.New(rand.NewPCG(7, 7))
	for _, c := range []struct{ a, b, both int }{
		{20_000, 20_000, 1000}, {20_000, 10_000, 5000}, {12_000, 12_000, 11_000}, {5000, 6000, 300}, {2000, 50_000, 1000}, {100_000, 60_000, 50_000},
	} {
		var in [3]int
		width := 0.0
		for range *cardTrials {
			var a, b least
			for i := range c.a + c.b - c.both {
				tag := rng.Uint64()
				if i < c.a {
					a.add(tag)
				}
				if i >= c.a-c.both {
					b.add(tag)
				}
			}
			o := compareSketches(&Sketch{Key: 1, Rows: int64(c.a), Tags: a.tags()}, &Sketch{Key: 1, Rows: int64(c.b), Tags: b.tags()})
			both := float64(c.both)
			for i, s := range []struct {
				Share
				of int
			}{{o.AInB, c.a}, {o.BInA, c.b}, {o.Jaccard, c.a + c.b - c.both}} {
				if truth := both / float64(s.of); s.Low <= truth && truth <= s.High {
					in[i]++
				}
			}
			width += (o.AInB.High - o.AInB.Low) / 2
		}
		n := float64(*cardTrials)
		fmt.Fprintf(&table, "| %d | %d | %d | %.1f %% | %.1f %% | %.1f %% | %.2f points | %d |\n", c.a, c.b, c.both, 100*float64(in[0])/n, 100*float64(in[1])/n, 100*float64(in[2])/n, 100*width/n, *cardTrials)
		room := 0.02 // 93 to 97 %, as far as so many trials can tell
		if *cardTrials < 1000 {
			room = 0.045
		}
		for i := range in {
			if share := float64(in[i]) / n; share < 0.95-room || share > 0.95+room {
				t.Errorf("%v: interval %d holds the truth in %.1f %%", c, i, 100*share)
			}
		}
	}
	t.Logf("\n%s", table.String())
}

// Cards of small files say exactly what a comparison of the files says; of larger
// ones, about; and how many goroutines make them changes nothing.
func TestCardsAgreeWithFiles(t *testing.T) {
	racetest.LeaveOut(t)
	key := testKey(1)
	for _, rows := range []int64{2000, 15_000} { // the second of several pieces, so that goroutines share them
		a := writeRoll(t, "a.txt", synth.Options{Rows: rows, Seed: 3, Sample: 0.7})
		b := writeRoll(t, "b.txt", synth.Options{Rows: rows, Seed: 3, Noise: 0.1})
		ca, cb := makeCard(t, a, key, 1), makeCard(t, b, key, 1)
		if more := makeCard(t, a, key, 3); !reflect.DeepEqual(ca, more) {
			t.Error("another number of goroutines makes another card")
		}
		got, err := CompareCards(ca, cb)
		if err != nil {
			t.Fatal(err)
		}
		res, err := Run(t.Context(), []Input{{Path: a}, {Path: b}}, Options{Memory: 64 << 20})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(res.Overlaps) {
			t.Fatalf("%d kinds of keys in the cards, %d in the files", len(got), len(res.Overlaps))
		}
		for i, o := range got {
			w := res.Overlaps[i]
			jaccard := w.Jaccard()
			switch {
			case o.Key != w.Key:
				t.Errorf("%s stands for %s", o.Key, w.Key)
			case o.Exact && (o.Common != w.Common || int64(o.KeysA) != w.KeysA || o.Jaccard.Low != jaccard || o.Jaccard.High != jaccard):
				t.Errorf("%s: exact, and %+v for %+v", o.Key, o, w)
			case rows > 5000 && w.KeysB > CardTags && o.Exact:
				t.Errorf("%s: exact of %d keys", o.Key, w.KeysB)
			case jaccard < o.Jaccard.Low-0.01 || jaccard > o.Jaccard.High+0.01:
				t.Errorf("%s: %v for %v", o.Key, o.Jaccard, jaccard)
			}
		}
	}
}

func TestCardFile(t *testing.T) {
	key := testKey(1)
	c := makeCard(t, writeRoll(t, "a.txt", synth.Options{Rows: 5000, Seed: 3}), key, 2)
	path := filepath.Join(t.TempDir(), "a.card")
	if err := WriteCard(path, c, key); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := WriteCard(path, c, key); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second card over the first: %v", err)
	}
	back, err := ReadCard(path, key)
	if err != nil || !reflect.DeepEqual(c, back) {
		t.Fatalf("read another card, %v", err)
	}
	if _, err := ReadCard(path, testKey(2)); !errors.Is(err, ErrCardKey) {
		t.Errorf("with another key: %v", err)
	}
	if err := WriteCard(path+"2", c, testKey(2)); !errors.Is(err, ErrCardKey) {
		t.Errorf("written with another key: %v", err)
	}
	other := makeCard(t, writeRoll(t, "a.txt", synth.Options{Rows: 500, Seed: 3}), testKey(2), 1)
	if _, err := CompareCards(c, other); !errors.Is(err, ErrCardKey) {
		t.Errorf("compared under two keys: %v", err)
	}
	old := *c
	old.Canonical = "rc0"
	if _, err := CompareCards(c, &old); !errors.Is(err, ErrCardsDiffer) {
		t.Errorf("compared in two canonical forms: %v", err)
	}
	b, _ := os.ReadFile(path)
	for _, i := range []int{0, 20, 40, 60, len(b) / 2, len(b) - 1} {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if _, err := decodeCard(bad, key); err == nil {
			t.Errorf("byte %d flipped, and nobody noticed", i)
		}
	}
	if _, err := decodeCard(b[:len(b)-9], key); !errors.Is(err, ErrCardDamaged) {
		t.Errorf("cut: %v", err)
	}
}

// Two cards of one key tell without the key how far their files overlap: their tags
// stand there to be compared. CARD.md has to say so.
func TestCardsTellWithoutKey(t *testing.T) {
	key, dir := testKey(1), t.TempDir()
	var cards, open [2]*Card
	for i, share := range []float64{0.7, 0.4} {
		cards[i] = makeCard(t, writeRoll(t, "a.txt", synth.Options{Rows: 3000, Seed: 3, Sample: share}), key, 1)
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := WriteCard(path, cards[i], key); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := &cardReader{b: b[len(cardMagic)+cardCheck : len(b)-cardMAC]}
		open[i] = r.card()
	}
	want, err := CompareCards(cards[0], cards[1])
	if err != nil {
		t.Fatal(err)
	}
	if got, err := CompareCards(open[0], open[1]); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v, %v", got, err)
	}
	doc, err := os.ReadFile("CARD.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(doc, []byte("| two cards of one key, without the key | how far the rolls overlap")) {
		t.Error("CARD.md does not say what two cards tell without the key")
	}
}

// A card with a right seal that breaks a rule of CARD.md is refused: the other party
// may have another program, or a grudge.
func TestCardRules(t *testing.T) {
	key := testKey(1)
	check, mac, err := cardKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	good := func() *Card {
		return &Card{Canonical: "rc1", Layout: "fl-extract", AsOf: hashing.Date{Year: 2020, Month: 10, Day: 1}, Rows: 9, check: check,
			Columns:  []CardColumn{{0, 100}, {1, 55}},
			Sketches: []Sketch{{1, 3, []uint64{1, 2, 9}}, {5, 1, []uint64{0}}}}
	}
	for name, change := range map[string]func(*Card){
		"tags that fall":         func(c *Card) { c.Sketches[0].Tags[1] = 0 },
		"a tag twice":            func(c *Card) { c.Sketches[0].Tags[1] = 1 },
		"more tags than rows":    func(c *Card) { c.Sketches[0].Rows = 2 },
		"more keys than rows":    func(c *Card) { c.Rows = 2 },
		"no tags":                func(c *Card) { c.Sketches[0].Tags = nil },
		"too many tags":          func(c *Card) { c.Rows, c.Sketches[0].Rows, c.Sketches[0].Tags = 1e6, 1e6, rising(CardTags+1) },
		"a key type twice":       func(c *Card) { c.Sketches[1].Key = 1 },
		"no such key type":       func(c *Card) { c.Sketches[1].Key = hashing.NumKeyTypes },
		"columns out of order":   func(c *Card) { c.Columns[0].Kind = 2 },
		"no such column":         func(c *Card) { c.Columns[1].Kind = field.MaskBits },
		"over a hundred percent": func(c *Card) { c.Columns[1].Percent = 101 },
		"an exact percentage":    func(c *Card) { c.Columns[1].Percent = 43 },
		"a month without a year": func(c *Card) { c.AsOf.Year, c.AsOf.Day = 0, 0 },
		"a thirteenth month":     func(c *Card) { c.AsOf.Month = 13 },
		"a layout with a space":  func(c *Card) { c.Layout = "fl extract" },
		"rows beyond reason":     func(c *Card) { c.Rows = 1 << 47 },
	} {
		c := good()
		change(c)
		b, err := c.encode(key)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeCard(b, key); !errors.Is(err, ErrCardDamaged) || got != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	b, err := good().encode(key)
	if err != nil {
		t.Fatal(err)
	}
	b = append(b[:len(b)-cardMAC], 0)
	if _, err := decodeCard(append(b, cardSum(mac, b)...), key); !errors.Is(err, ErrCardDamaged) {
		t.Errorf("bytes left over: %v", err)
	}
}

func rising(n int) []uint64 {
	tags := make([]uint64, n)
	for i := range tags {
		tags[i] = uint64(i)
	}
	return tags
}

// Nothing of a row is in a card: neither a name nor a number nor an address.
func TestCardHoldsNoValue(t *testing.T) {
	path := writeRoll(t, "a.txt", synth.Options{Rows: 500, Seed: 9})
	text, _ := os.ReadFile(path)
	key := testKey(1)
	b, err := makeCard(t, path, key, 1).encode(key)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		for _, cell := range strings.Split(line, "\t") {
			if len(cell) > 4 && bytes.Contains(b, []byte(cell)) {
				t.Fatal("a value is in the card")
			}
		}
	}
}

func TestCardKey(t *testing.T) {
	if _, err := CardKey([]byte("too short")); !errors.Is(err, ErrWeakPassphrase) {
		t.Errorf("%v", err)
	}
}

// exampleOf returns the values of CARD.md's example by name.
func exampleOf(t testing.TB) map[string]string {
	t.Helper()
	text, err := os.ReadFile("CARD.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := bytes.Cut(text, []byte("\n## Example\n"))
	if !ok {
		t.Fatal("CARD.md has no example")
	}
	out, name := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "    ") {
			continue
		}
		if label := strings.TrimSpace(line[:min(len(line), 16)]); label != "" {
			name = label
		}
		out[name] += strings.TrimSpace(line[min(len(line), 16):])
	}
	return out
}

// The example of CARD.md is what the code makes and reads.
func TestCardExample(t *testing.T) {
	ex := exampleOf(t)
	key, err := CardKey([]byte(ex["passphrase"]))
	if err != nil {
		t.Fatal(err)
	}
	check, mac, err := cardKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	prf, err := hashing.NewPRF(key, &cardSalt)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := hex.DecodeString(ex["x"])
	var y hashing.Output
	prf.NewHasher().Sum(hashing.NameDOB, x, &y)
	c := &Card{Canonical: "rc1", AsOf: hashing.Date{Year: 2020, Month: 9, Day: 1}, Layout: "mi-2019-csv", Rows: 3, check: check,
		Columns:  []CardColumn{{field.Name, 100}, {field.BirthDate, 65}},
		Sketches: []Sketch{{hashing.NameDOB, 2, []uint64{binary.BigEndian.Uint64(y[:]), 0xfedcba9876543210}}}}
	slices.Sort(c.Sketches[0].Tags)
	b, err := c.encode(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"salt": cardSalt[:], "key": key[:], "check": check[:], "mac key": mac, "tag": y[:8], "card": b} {
		if want := ex[name]; hex.EncodeToString(got) != want {
			t.Errorf("%s: CARD.md has %q, the code\n%x", name, want, got)
		}
	}
	raw, _ := hex.DecodeString(ex["card"])
	if back, err := decodeCard(raw, key); err != nil || !reflect.DeepEqual(back, c) {
		t.Errorf("the example reads as %+v, %v", back, err)
	}
}

// FuzzCard: whatever is read is written again as the same bytes; without the seal
// nothing is read. The first byte says whether the rest gets a right seal.
func FuzzCard(f *testing.F) {
	key := testKey(1)
	check, mac, err := cardKeys(key)
	if err != nil {
		f.Fatal(err)
	}
	c := &Card{Canonical: "rc1", Layout: "fl-extract", Rows: 3, Columns: []CardColumn{{1, 50}}, Sketches: []Sketch{{1, 3, []uint64{1, 2, 9}}, {5, 1, []uint64{0}}}, check: check}
	b, err := c.encode(key)
	if err != nil {
		f.Fatal(err)
	}
	head := len(cardMagic) + cardCheck
	f.Add(true, b[head:len(b)-cardMAC])
	f.Add(false, b)
	f.Fuzz(func(t *testing.T, sealed bool, b []byte) {
		if sealed {
			b = append(append([]byte(cardMagic), check[:]...), b...)
			b = append(b, cardSum(mac, b)...)
		}
		c, err := decodeCard(b, key)
		if err != nil {
			if c != nil {
				t.Error("an error, and a card")
			}
			return
		}
		again, err := c.encode(key)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("written as other bytes, %v", err)
		}
	})
}

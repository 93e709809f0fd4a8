package rollindex_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/circl/oprf"
	_ "github.com/mattn/go-sqlite3"
	"golang.org/x/crypto/chacha20poly1305"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/hashing/voprf/evaluate"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex"
	"rollcheck/rollindex/exposure/sourcetest"
)

// secondReader looks a match key up from the text of FORMAT.md alone, with
// nothing of this module.
type secondReader struct {
	t          *testing.T
	prk        []byte
	id         string
	generation uint32
	db         *sql.DB
}

func (r *secondReader) expand(label string, n int, ds bool) []byte {
	if ds {
		label += r.ds()
	}
	b, err := hkdf.Expand(sha256.New, r.prk, label, n)
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

func (r *secondReader) ds() string {
	return string([]byte{byte(len(r.id))}) + r.id + string(binary.BigEndian.AppendUint32(nil, r.generation))
}

func hmac256(key []byte, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// lookup returns the mask of a name-dob key and whether it is there.
func (r *secondReader) lookup(x []byte) (mask uint32, found bool) {
	r.t.Helper()
	y := hmac256(r.expand("rollcheck/rc1/prf\x01", 32, false), x)
	block, err := aes.NewCipher(r.expand("rollcheck/rc1/entry", 16, true))
	if err != nil {
		r.t.Fatal(err)
	}
	b := make([]byte, 16)
	block.Encrypt(b, y[:16])
	e := r.entry(b, 12)
	if e == nil {
		return 0, false
	}
	return binary.BigEndian.Uint32(e[8:]) ^ binary.BigEndian.Uint32(b[8:]), true
}

// servedLookup is lookup in a served index, under the key of a jurisdiction; it
// returns group and section too.
func (r *secondReader) servedLookup(x []byte, jurisdiction string) (mask uint32, group, section uint16, found bool) {
	r.t.Helper()
	seed := r.expand("rollcheck/vrx1/seed", 32, false)
	key, err := oprf.DeriveKey(oprf.SuiteRistretto255, oprf.VerifiableMode, seed, []byte("vrx1|1|"+jurisdiction))
	if err != nil {
		r.t.Fatal(err)
	}
	y, err := oprf.NewVerifiableServer(oprf.SuiteRistretto255, key).FullEvaluate(x)
	if err != nil {
		r.t.Fatal(err)
	}
	b := hmac256(y, []byte("vrx1/entry"+r.ds()))
	e := r.entry(b, 16)
	if e == nil {
		return 0, 0, 0, false
	}
	return binary.BigEndian.Uint32(e[8:]) ^ binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint16(e[12:]), binary.BigEndian.Uint16(e[14:]), true
}

// entry returns the entry with the tag at the beginning of b, nil if there is none.
func (r *secondReader) entry(b []byte, size int) []byte {
	r.t.Helper()
	tag := binary.BigEndian.Uint64(b)
	var id int64
	var blob []byte
	err := r.db.QueryRow("SELECT id, entries FROM page WHERE id <= ? ORDER BY id DESC LIMIT 1", int64(tag>>1)).Scan(&id, &blob)
	if err != nil {
		r.t.Fatal(err)
	}
	head := append([]byte{1}, binary.BigEndian.AppendUint64(nil, uint64(id))...)
	mac := hmac256(r.expand("rollcheck/rc1/page", 32, true), head, blob[:16], blob[32:])[:16]
	if string(mac) != string(blob[16:32]) {
		r.t.Fatalf("page %d: MAC %x, stored %x", id, mac, blob[16:32])
	}
	first, next := binary.BigEndian.Uint64(blob), binary.BigEndian.Uint64(blob[8:])
	if tag < first || next != 0 && tag >= next || uint64(id) != first>>1 {
		r.t.Fatalf("page %d does not cover the tag", id)
	}
	for e := blob[32:]; len(e) > 0; e = e[size:] {
		if binary.BigEndian.Uint64(e) == tag {
			return e[:size]
		}
	}
	return nil
}

func buildDemo(t *testing.T, scheme hashing.Scheme, n int) (dir string, key hashing.Key, xs [][]byte) {
	t.Helper()
	dir = t.TempDir()
	key = hashing.Key([]byte(strings.Repeat("\x01", 32)))
	ix, err := rollindex.Create(dir, &key, scheme)
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	b, err := ix.Begin("demo", 0)
	if err != nil {
		t.Fatal(err)
	}
	w, h := b.NewWriter(), ix.NewHasher()
	var y hashing.Output
	var served []rollindex.ServedKey
	for i := range n {
		x := binary.BigEndian.AppendUint32([]byte("rc1\x01"), uint32(i))
		xs = append(xs, x)
		if scheme == hashing.Served {
			served = append(served, rollindex.ServedKey{Type: hashing.NameDOB, X: x, Jurisdiction: demoState(i), Group: uint16(i), Mask: demoMask(i)})
			continue
		}
		h.Sum(hashing.NameDOB, x, &y)
		if err := w.Add(&y, demoMask(i), false); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.AddServed(t.Context(), served, 2); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), hashing.DatasetInfo{Kind: hashing.Leak}, rollindex.CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	return dir, key, xs
}

func demoMask(i int) hashing.Mask { return hashing.NewMask(field.Set(i&0xffff), 'A'+byte(i%26)) }
func demoState(i int) string      { return [...]string{"US-FL", "US-NY", "US-ZZ"}[i%3] }

func TestASecondReaderAgrees(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	r, xs := newSecondReader(t, hashing.Local, 3000)
	for i, x := range xs {
		mask, found := r.lookup(x)
		if want := uint32(demoMask(i)); !found || mask != want {
			t.Fatalf("key %d: found %v, mask %08x, want %08x", i, found, mask, want)
		}
	}
	for i := range 3000 {
		if _, found := r.lookup(binary.BigEndian.AppendUint32([]byte("rc1\x01"), uint32(1<<20+i))); found {
			t.Errorf("an absent key was found")
		}
	}
}

func TestASecondReaderOfAServedIndexAgrees(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	r, xs := newSecondReader(t, hashing.Served, 600)
	for i, x := range xs {
		mask, group, section, found := r.servedLookup(x, demoState(i))
		if want := uint32(demoMask(i)); !found || mask != want || group != uint16(i) || section != uint16(i%3)<<8|1 {
			t.Fatalf("key %d: found %v, mask %08x, want %08x; group %d, section %04x", i, found, mask, want, group, section)
		}
		if _, _, _, found := r.servedLookup(x, demoState(i+1)); found {
			t.Fatalf("key %d was found under the key of another state", i)
		}
	}
}

// newSecondReader returns a reader of an index of n keys that it has checked the
// seals and the key of, and the keys.
func newSecondReader(t *testing.T, scheme hashing.Scheme, n int) (r *secondReader, xs [][]byte) {
	t.Helper()
	dir, key, xs := buildDemo(t, scheme, n)
	cat := openReadOnly(t, filepath.Join(dir, "index.db"))
	meta := func(key string) (value []byte) {
		if err := cat.QueryRow("SELECT value FROM meta WHERE key = ?", key).Scan(&value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	if got := string(meta("scheme")); got != string(scheme) {
		t.Errorf("scheme %q, want %q", got, scheme)
	}
	if scheme == hashing.Served && string(meta("epoch")) != "1" {
		t.Errorf("epoch %q", meta("epoch"))
	}
	var file string
	var size, seal int64
	if err := cat.QueryRow("SELECT file, bytes, seal FROM dataset WHERE id = 'demo'").Scan(&file, &size, &seal); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	stored := binary.BigEndian.Uint32(whole[60:])
	clear(whole[60:64])
	if got := crc32.ChecksumIEEE(whole); got != stored || int64(got) != seal || int64(len(whole)) != size {
		t.Errorf("seal %08x, stored %08x, listed %08x; %d bytes, listed %d", got, stored, seal, len(whole), size)
	}
	prk, err := hkdf.Extract(sha256.New, key[:], meta("salt"))
	if err != nil {
		t.Fatal(err)
	}
	r = &secondReader{t, prk, "demo", 1, openReadOnly(t, filepath.Join(dir, file))}
	if got, check := hmac256(r.expand("rollcheck/rc1/check", 32, false))[:16], meta("check"); string(got) != string(check) {
		t.Errorf("key check %x, stored %x", got, check)
	}
	return r, xs
}

func openReadOnly(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro&immutable=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// The values of the example in FORMAT.md.
func TestFormatExample(t *testing.T) {
	text, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	key, salt := hashing.Key([]byte(strings.Repeat("\x01", 32))), hashing.Salt([]byte(strings.Repeat("\x02", 32)))
	prf, err := hashing.NewPRF(&key, &salt)
	if err != nil {
		t.Fatal(err)
	}
	check := prf.Check()
	pageKey := prf.PageKey("demo", 1)
	var y hashing.Output
	prf.NewHasher().Sum(hashing.NameDOB, []byte("rc1\x01"), &y)
	tag, pad := prf.Entries("demo", 1).Seal(&y)
	mark := prf.NewMarker().Mark(&y)
	seed := prf.ServedSeed()
	served, err := evaluate.DeriveKey((*evaluate.Seed)(&seed), "1", "US-FL")
	if err != nil {
		t.Fatal(err)
	}
	servedY, err := served.Evaluate([]byte("rc1\x01"))
	if err != nil {
		t.Fatal(err)
	}
	servedTag, servedPad := hashing.NewServedEntries("demo", 1).Seal((*hashing.ServedOutput)(&servedY))
	for label, value := range map[string][]byte{
		"check": check[:], "page key": pageKey, "y": y[:],
		"tag":       binary.BigEndian.AppendUint64(nil, uint64(tag)),
		"pad":       binary.BigEndian.AppendUint32(nil, uint32(pad)),
		"empty MAC": hmac256(pageKey, []byte{1}, make([]byte, 8), make([]byte, 16))[:16],
		"seed":      seed[:], "public key": served.PublicKey(), "served y": servedY[:],
		"served tag":                  binary.BigEndian.AppendUint64(nil, uint64(servedTag)),
		"served pad":                  binary.BigEndian.AppendUint32(nil, uint32(servedPad)),
		"checkpoint key":              prf.CheckpointKey("demo", 1),
		"list key":                    prf.SuppressionKey(),
		"mark":                        mark[:],
		`Bucket("KING", "ELIZABETH")`: binary.BigEndian.AppendUint16(nil, hashing.Bucket([]byte("KING"), []byte("ELIZABETH"))),
	} {
		if line := label + " = " + hex.EncodeToString(value); !strings.Contains(string(text), line+"\n") {
			t.Errorf("FORMAT.md lacks %q", line)
		}
	}
}

// The list of those who are left out, read from the text of FORMAT.md alone.
func TestFormatOfSuppressions(t *testing.T) {
	t.Parallel()
	rows := sourcetest.People(t, "demo", 0, 50)
	ix := indexOf(t, rows)
	var keys []hashing.PersonKey
	for _, k := range rows[7].Keys {
		keys = append(keys, hashing.PersonKey{Input: k, Guessed: k.Type == hashing.NameZIP})
	}
	if _, err := ix.Suppress(t.Context(), [][]hashing.PersonKey{keys}, nil); err != nil {
		t.Fatal(err)
	}
	var list, salt, check []byte
	db := openReadOnly(t, filepath.Join(ix.Dir(), "index.db"))
	for name, value := range map[string]*[]byte{"suppressed": &list, "salt": &salt, "check": &check} {
		if err := db.QueryRow("SELECT value FROM meta WHERE key = ?", name).Scan(value); err != nil {
			t.Fatal(name, err)
		}
	}
	key := hashing.Key{7}
	prk, err := hkdf.Extract(sha256.New, key[:], salt)
	if err != nil {
		t.Fatal(err)
	}
	r := &secondReader{t: t, prk: prk, id: "demo", generation: 1}
	aead, err := chacha20poly1305.NewX(r.expand("rollcheck/rc1/suppress", 32, false))
	if err != nil {
		t.Fatal(err)
	}
	if head := "rcsupp1\n" + string(check) + "\x00\x00\x00\x01"; string(list[:28]) != head {
		t.Fatalf("it begins with %q", list[:28])
	}
	plain, err := aead.Open(nil, list[28:52], list[52:], list[:28])
	if err != nil {
		t.Fatal(err)
	}
	block := func(label string, ds bool) cipher.Block {
		b, err := aes.NewCipher(r.expand(label, 16, ds))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	mark, entry := block("rollcheck/rc1/suppress-mark", false), block("rollcheck/rc1/entry", true)
	var marks, tags []string
	want := "\x00\x00\x00\x01" + r.ds()
	for i, k := range keys {
		y := hmac256(r.expand("rollcheck/rc1/prf"+string(rune(k.Type)), 32, false), k.X)
		m, e := make([]byte, 16), make([]byte, 16)
		mark.Encrypt(m, y[:16])
		entry.Encrypt(e, y[:16])
		if i == 0 { // the name-dob key, by which they are known
			want += string(m)
		}
		if k.Guessed {
			k.Type |= 0x80
		}
		marks, tags = append(marks, string(append(m, byte(k.Type)))), append(tags, string(e[:8]))
	}
	slices.Sort(marks)
	slices.Sort(tags)
	want += "\x00" + string(rune(len(marks)))
	for _, m := range marks {
		want += string([]byte{m[16]}) + m[:16]
	}
	want += "\x00\x00\x00\x01" + "\x00\x00\x00\x00" + "\x00\x00\x00" + string(rune(len(tags))) + strings.Join(tags, "")
	if string(plain) != want {
		t.Errorf("the list holds %x, want %x", plain, want)
	}
}

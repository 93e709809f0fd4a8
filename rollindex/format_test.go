package rollindex_test

import (
	"crypto/aes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex"
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
		label += string([]byte{byte(len(r.id))}) + r.id + string(binary.BigEndian.AppendUint32(nil, r.generation))
	}
	b, err := hkdf.Expand(sha256.New, r.prk, label, n)
	if err != nil {
		r.t.Fatal(err)
	}
	return b
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
	tag := binary.BigEndian.Uint64(b)
	var id int64
	var blob []byte
	err = r.db.QueryRow("SELECT id, entries FROM page WHERE id <= ? ORDER BY id DESC LIMIT 1", int64(tag>>1)).Scan(&id, &blob)
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
	for e := blob[32:]; len(e) > 0; e = e[12:] {
		if binary.BigEndian.Uint64(e) == tag {
			return binary.BigEndian.Uint32(e[8:]) ^ binary.BigEndian.Uint32(b[8:]), true
		}
	}
	return 0, false
}

func buildDemo(t *testing.T, n int) (dir string, key hashing.Key, xs [][]byte) {
	t.Helper()
	dir = t.TempDir()
	key = hashing.Key([]byte(strings.Repeat("\x01", 32)))
	ix, err := rollindex.Create(dir, &key, hashing.Local)
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
	for i := range n {
		x := binary.BigEndian.AppendUint32([]byte("rc1\x01"), uint32(i))
		xs = append(xs, x)
		h.Sum(hashing.NameDOB, x, &y)
		if err := w.Add(&y, hashing.NewMask(field.Set(i&0xffff), 'A'+byte(i%26)), false); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), hashing.DatasetInfo{Kind: hashing.Leak}, rollindex.CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	return dir, key, xs
}

func TestASecondReaderAgrees(t *testing.T) {
	t.Parallel()
	dir, key, xs := buildDemo(t, 3000)
	cat, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "index.db")+"?mode=ro&immutable=1")
	if err != nil {
		t.Fatal(err)
	}
	defer cat.Close()
	var salt, check []byte
	if err := cat.QueryRow("SELECT value FROM meta WHERE key = 'salt'").Scan(&salt); err != nil {
		t.Fatal(err)
	}
	if err := cat.QueryRow("SELECT value FROM meta WHERE key = 'check'").Scan(&check); err != nil {
		t.Fatal(err)
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
	prk, err := hkdf.Extract(sha256.New, key[:], salt)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, file)+"?mode=ro&immutable=1")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r := &secondReader{t, prk, "demo", 1, db}
	if got := hmac256(r.expand("rollcheck/rc1/check", 32, false))[:16]; string(got) != string(check) {
		t.Errorf("key check %x, stored %x", got, check)
	}
	for i, x := range xs {
		mask, found := r.lookup(x)
		if want := uint32(hashing.NewMask(field.Set(i&0xffff), 'A'+byte(i%26))); !found || mask != want {
			t.Fatalf("key %d: found %v, mask %08x, want %08x", i, found, mask, want)
		}
	}
	for i := range 3000 {
		if _, found := r.lookup(binary.BigEndian.AppendUint32([]byte("rc1\x01"), uint32(1<<20+i))); found {
			t.Errorf("an absent key was found")
		}
	}
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
	for label, value := range map[string][]byte{
		"check": check[:], "page key": pageKey, "y": y[:],
		"tag":       binary.BigEndian.AppendUint64(nil, uint64(tag)),
		"pad":       binary.BigEndian.AppendUint32(nil, uint32(pad)),
		"empty MAC": hmac256(pageKey, []byte{1}, make([]byte, 8), make([]byte, 16))[:16],
	} {
		if line := label + " = " + hex.EncodeToString(value); !strings.Contains(string(text), line+"\n") {
			t.Errorf("FORMAT.md lacks %q", line)
		}
	}
}

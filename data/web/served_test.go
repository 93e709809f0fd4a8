package web_test

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/ingest"
	"rollcheck/rollindex/lookup/publish"
	"rollcheck/rollindex/lookup/serve"
)

// roll is a Florida extract of some of the invented people.
func roll(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		first, last, month, day, year, zip, voter := invented(i)
		row := make([]string, 38)
		row[0], row[1], row[2], row[4], row[6] = "LEO", voter, last, first, "N"
		row[7], row[9], row[11] = "12 Invented St", "Tallahassee", zip
		row[19], row[20], row[21], row[22], row[23], row[28] = "F", "5", month+"/"+day+"/"+year, "10/01/2012", "NPA", "ACT"
		b.WriteString(strings.Join(row, "\t") + "\n")
	}
	return b.Bytes()
}

// TestServed walks through the page as publish puts it out and serve sends it, with
// its headers.
func TestServed(t *testing.T) {
	if built == "" {
		t.Skip("no browser in a short run")
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "leak.txt")
	check(os.WriteFile(file, roll(40), 0o600))
	var key hashing.Key
	copy(key[:], "the key of an index that is made up")
	ix, err := rollindex.Create(filepath.Join(dir, "index"), &key, hashing.Served)
	check(err)
	layout, err := layouts.Get("fl-extract")
	check(err)
	_, err = ingest.Run(context.Background(), ix, []string{file}, ingest.Options{
		Info: hashing.DatasetInfo{ID: "mail-2020", Title: "A made-up leak", Kind: hashing.Leak, AsOf: "2020-09-01"}, AsOf: hashing.Date{Year: 2020, Month: 9, Day: 1},
		Layout: layout, Memory: 64 << 20, Jobs: 2,
	})
	check(err)
	check(ix.Close())
	ix, err = rollindex.Open(filepath.Join(dir, "index"), &key)
	check(err)
	defer ix.Close()
	seed := [32]byte{1}
	signer, trusted, err := publish.NewSigner("lookup.example.org", &seed)
	check(err)
	out := filepath.Join(dir, "site")
	_, err = publish.Publish(context.Background(), ix, out, publish.Options{
		Signer: signer, Key: trusted, Issued: time.Now(), Valid: 24 * time.Hour, Budgets: publish.DefaultBudgets, Page: os.DirFS(built),
	})
	check(err)
	srv, err := serve.New(serve.Config{Dir: out, Keys: ix, Proxies: serve.Proxies{Direct: true}})
	check(err)
	defer srv.Close()
	s := &site{Server: httptest.NewServer(srv.Handler())}
	defer s.Close()

	w := said["index.html"]
	for _, i := range []int{3, 45} {
		b := s.open(t, "index.html")
		b.answer(w, i, nothing)
		b.next(w.way) // there is nothing to choose: the files are small
		b.click("next")
		if i < 40 {
			b.wait(w.found)
			b.says("A made-up leak", w.next)
		} else {
			b.wait(w.notFound)
		}
		first, last, _, _, _, zip, voter := invented(i)
		b.clean(first, last, zip, voter)
	}
}

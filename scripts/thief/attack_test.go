package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/hashing/keyfile"
	"rollcheck/rollindex"
	"rollcheck/rollindex/ingest"
	"rollcheck/rollindex/lookup/publish"
	"rollcheck/rollindex/voterfile/synth"
)

// Of a stolen publication nobody is found, under a plain salted hash everybody,
// and everybody with the key: the attack does find what can be found.
func TestThief(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	layout, err := layouts.Get("vt-checklist-2016")
	if err != nil {
		t.Fatal(err)
	}
	var roll, people bytes.Buffer
	if _, err := synth.Write(t.Context(), &roll, &people, synth.Options{Layout: layout, Rows: 40, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"roll.txt": roll.Bytes(), "people.jsonl": people.Bytes()} {
		if err := os.WriteFile(path(name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := hashing.Key{3}
	if err := keyfile.Write(path("key"), &key, nil); err != nil {
		t.Fatal(err)
	}
	ix, err := rollindex.Create(path("index"), &key, hashing.Served)
	if err != nil {
		t.Fatal(err)
	}
	defer ix.Close()
	info := hashing.DatasetInfo{ID: "leak", Kind: hashing.Leak}
	if _, err := ingest.Run(t.Context(), ix, []string{path("roll.txt")}, ingest.Options{Info: info, Memory: 64 << 20, Jobs: 2}); err != nil {
		t.Fatal(err)
	}
	signer, verifier, err := publish.NewSigner("lookup.example.org", &[32]byte{5})
	if err != nil {
		t.Fatal(err)
	}
	_, err = publish.Publish(t.Context(), ix, path("site"), publish.Options{
		Signer: signer, Key: verifier, Issued: time.Now(), Valid: time.Hour, Budgets: publish.DefaultBudgets,
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(&out, path("site"), path("people.jsonl"), path("index"), path("key")); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`(?s)salted hashes and HMACs \| \d{4,} \| 0 of (\d+) .*guessed keys \| \d{4,} \| 0 of (\d+) .*plain salted hash \| \d+ \| (\d+) of (\d+) .*secret key \| \d+ \| (\d+) of (\d+) `)
	got := want.FindStringSubmatch(out.String())
	if got == nil {
		t.Fatalf("it prints\n%s", &out)
	}
	for _, n := range got[1:] {
		if n != got[1] || len(n) < 2 { // of the 40 most
			t.Errorf("it prints\n%s", &out)
		}
	}
}

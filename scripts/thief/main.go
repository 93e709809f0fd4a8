// Command thief attacks what was published, with a roll of everybody who may be in
// it: the demonstration that a copy of the files tells nothing without the secret
// key, and that a plain salted hash tells everything. It is run by
// scripts/bruteforce.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"rollcheck/hashing/keyfile"
	"rollcheck/rollindex"
)

func main() {
	published := flag.String("published", "", "the directory that was stolen")
	people := flag.String("people", "", "the roll: people as JSON lines")
	index := flag.String("index", "", "the index, to show what its key would tell")
	key := flag.String("key-file", "", "its key, bare")
	flag.Parse()
	if err := run(os.Stdout, *published, *people, *index, *key); err != nil {
		fmt.Fprintln(os.Stderr, "thief:", err)
		os.Exit(2)
	}
}

func run(w io.Writer, published, people, index, keyFile string) error {
	roll, err := readRoll(people)
	if err != nil {
		return err
	}
	stolen, err := steal(published)
	if err != nil {
		return err
	}
	key, err := keyfile.Read(keyFile, func() ([]byte, error) { return nil, fmt.Errorf("the key is wrapped") })
	if err != nil {
		return err
	}
	ix, err := rollindex.Open(index, key)
	if err != nil {
		return err
	}
	defer ix.Close()
	fmt.Fprintf(w, "stolen: %d files, in them %d tags of 64 bits; %d public values to salt with; a roll of %d people\n",
		stolen.files, len(stolen.tags), len(stolen.salts), len(roll))
	known, _, err := stolen.withKey(roll, ix)
	if err != nil {
		return err
	}
	leaked := slices.Collect(func(yield func(person) bool) {
		for i, p := range roll {
			if known[i] && !yield(p) {
				return
			}
		}
	})
	fmt.Fprintf(w, "in the leak, as the secret key shows: %d of them; of the rest the file says nothing to find them by\n", len(leaked))
	fmt.Fprintf(w, "\n| attack | hashes tried | people found | seconds, %d cores |\n|---|---|---|---|\n", runtime.NumCPU())
	report := func(what string, attack func() ([]bool, int64, error)) error {
		begun := time.Now()
		found, tried, err := attack()
		if err == nil {
			n := 0
			for _, yes := range found {
				if yes {
					n++
				}
			}
			fmt.Fprintf(w, "| %s | %d | %d of %d | %.1f |\n", what, tried, n, len(leaked), time.Since(begun).Seconds())
		}
		return err
	}
	naive := plain(leaked)
	for _, a := range []struct {
		what   string
		attack func() ([]bool, int64, error)
	}{
		{"what is published: salted hashes and HMACs", func() ([]bool, int64, error) { return stolen.hashes(leaked) }},
		{"what is published: the protocol's function under guessed keys", func() ([]bool, int64, error) { return stolen.guesses(leaked) }},
		{"the same people under a plain salted hash", func() ([]bool, int64, error) { return naive.hashes(leaked) }},
		{"what is published, and the secret key", func() ([]bool, int64, error) { return stolen.withKey(leaked, ix) }},
	} {
		if err := report(a.what, a.attack); err != nil {
			return err
		}
	}
	return nil
}

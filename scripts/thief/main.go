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
	fmt.Fprintf(w, "\n| attack | hashes tried | people found | seconds, %d cores |\n|---|---|---|---|\n", runtime.NumCPU())
	report := func(what string, attack func() (found int, tried int64, err error)) error {
		begun := time.Now()
		found, tried, err := attack()
		if err == nil {
			fmt.Fprintf(w, "| %s | %d | %d of %d | %.1f |\n", what, tried, found, len(roll), time.Since(begun).Seconds())
		}
		return err
	}
	naive := plain(roll)
	for _, a := range []struct {
		what   string
		attack func() (int, int64, error)
	}{
		{"what is published: salted hashes and HMACs", func() (int, int64, error) { return stolen.hashes(roll) }},
		{"what is published: the protocol's function under guessed keys", func() (int, int64, error) { return stolen.guesses(roll) }},
		{"the same people under a plain salted hash", func() (int, int64, error) { return naive.hashes(roll) }},
		{"what is published, and the secret key", func() (int, int64, error) { return stolen.withKey(roll, ix) }},
	} {
		if err := report(a.what, a.attack); err != nil {
			return err
		}
	}
	return nil
}

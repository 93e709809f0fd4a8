package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/hashing/keyfile"
	"rollcheck/rollindex"
	"rollcheck/rollindex/lookup/publish"
)

func (p *program) initCommand() *cli.Command {
	return &cli.Command{
		Name:  "init",
		Usage: "create an empty index and its key",
		Description: "The index protects nobody without its key being secret: whoever has both and a public roll can\n" +
			"recover every person in it. So the key lies in a file of its own, wrapped with a passphrase, away from\n" +
			"the index. A lost key cannot be replaced: the files must then be ingested again into a new index.\n" +
			"An existing key file is used as it is.\n\n" +
			"The scheme stays what it is made as. A local index answers who holds its key. A served one is made to be asked\n" +
			"by others, over the network and without seeing who they ask about: it holds no key of an address, a telephone\n" +
			"number or an e-mail address, which a stranger could confirm by it, nor anybody whose record says that it is\n" +
			"protected; and ingesting takes some hundred times as long.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "scheme", Value: string(hashing.Local), Usage: "local, or served"},
			&cli.BoolFlag{Name: "no-passphrase", Usage: "do not wrap the key (for servers and tests)"},
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return err
			}
			return p.init(c)
		},
	}
}

func (p *program) init(c *cli.Context) error {
	scheme := hashing.Scheme(c.String("scheme"))
	if !scheme.Valid() {
		return hint(fmt.Errorf("--scheme %q is neither local nor served", string(scheme)), "local is for your own checks; served is for others who ask you")
	}
	dir, err := p.indexDir(c)
	if err != nil {
		return err
	}
	path, err := p.keyPath(c)
	if err != nil {
		return err
	}
	if publish.Within(path, dir) {
		return hint(fmt.Errorf("the key file %q lies inside the index", path), "keep it apart: together they protect nobody")
	}
	if _, err := os.Lstat(filepath.Join(dir, "index.db")); err == nil {
		return fmt.Errorf("%w: %s", rollindex.ErrExists, dir)
	}
	key, made, err := p.keyForInit(c, path)
	if err != nil {
		return err
	}
	ix, err := rollindex.Create(dir, key, scheme)
	if err != nil {
		return err
	}
	if err := ix.Close(); err != nil {
		return err
	}
	if c.Bool("json") {
		return p.jsonLines("init").done(fields{"index": dir, "scheme": scheme, "key_file": path, "key_created": made})
	}
	fmt.Fprintf(p.stdout, "index:  %s (%s)\nkey:    %s\n", dir, scheme, path)
	if made {
		fmt.Fprintln(p.stdout, "Keep a copy of the key file: without it the index is useless, and no new key opens it.\n"+
			"Never keep both in one place: whoever has both can read out the people in it.\n"+
			"Next: \"rollcheck ingest --dataset ID FILE\" reads a voter file or a leaked copy of one.")
	}
	return nil
}

// keyForInit reads the key file, or makes one if there is none.
func (p *program) keyForInit(c *cli.Context, path string) (key *hashing.Key, made bool, err error) {
	if _, err := os.Lstat(path); err == nil {
		key, err := p.readKey(c)
		return key, false, err
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, false, err
	}
	var passphrase []byte
	if !c.Bool("no-passphrase") {
		if passphrase, err = p.newPassphrase(c.Context, c.String("passphrase-file")); err != nil {
			return nil, false, err
		}
	}
	fresh, err := keyfile.Generate()
	if err != nil {
		return nil, false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, false, fmt.Errorf("making room for the key file: %w", err)
	}
	if err := keyfile.Write(path, &fresh, passphrase); err != nil {
		return nil, false, err
	}
	return &fresh, true, nil
}

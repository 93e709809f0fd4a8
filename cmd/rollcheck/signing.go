package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"
	"golang.org/x/mod/sumdb/note"

	"rollcheck/hashing/keyfile"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/publish"
)

// signingFlags declares where the signing key is.
func signingFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "signing-key", Usage: "`FILE` of the key that signs the manifest ($ROLLCHECK_SIGNING_KEY)", DefaultText: "rollcheck/signing-key in the user's configuration directory"},
		&cli.StringFlag{Name: "signing-passphrase-file", Usage: "read the signing key's passphrase from the first line of a file"},
	}
}

func (p *program) signingKeyCommand() *cli.Command {
	return &cli.Command{
		Name:  "signing",
		Usage: "make the key that signs what is published, or show it if it is there",
		Description: "Prints the verifier key and its fingerprint, never the key itself. Publish the fingerprint where the server's\n" +
			"operator alone cannot change it: by it people tell whether they ask the right one. The name is part of the key.\n" +
			"A lost key cannot be replaced: what is signed with a new one is refused by everybody until they trust it.",
		Flags: append(signingFlags(),
			&cli.StringFlag{Name: "name", Usage: "the operator's name in the key, such as the server's host name"},
			&cli.BoolFlag{Name: "no-passphrase", Usage: "do not wrap a new key (for servers and tests)"},
		),
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return err
			}
			return p.signingKey(c)
		},
	}
}

func (p *program) signingKey(c *cli.Context) error {
	path, err := p.signingKeyPath(c)
	if err != nil {
		return err
	}
	if _, _, err := publish.NewSigner(c.String("name"), new([32]byte)); err != nil { // before a key is made
		return badName(c.String("name"), err)
	}
	made := false
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := p.makeSigningKey(c, path); err != nil {
			return err
		}
		made = true
	}
	_, key, err := p.signer(c, c.String("name"))
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.jsonLines("key").done(fields{"signing_key": path, "created": made, "key": key.String(), "fingerprint": key.Fingerprint()})
	}
	fmt.Fprintf(p.stdout, "key file:    %s\n", path)
	printKey(p, key)
	if made {
		fmt.Fprintln(p.stdout, "Keep a copy of the key file: with another key you are another operator to everybody who asks.")
	}
	return nil
}

func (p *program) makeSigningKey(c *cli.Context, path string) (err error) {
	var passphrase []byte
	if !c.Bool("no-passphrase") {
		if passphrase, err = p.newPassphrase(c.Context, c.String("signing-passphrase-file")); err != nil {
			return err
		}
	}
	seed, err := keyfile.Generate()
	if err != nil {
		return err
	}
	defer clear(seed[:])
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making room for the signing key: %w", err)
	}
	return keyfile.WriteSigning(path, (*[32]byte)(&seed), passphrase)
}

// signer reads the signing key and names it.
func (p *program) signer(c *cli.Context, name string) (note.Signer, *lookup.TrustedKey, error) {
	path, err := p.signingKeyPath(c)
	if err != nil {
		return nil, nil, err
	}
	if keyfile.Exposed(path) {
		p.ui.warn("others on this machine can read the signing key %q; set its mode to 0600", path)
	}
	seed, err := keyfile.ReadSigning(path, func() ([]byte, error) {
		if file := c.String("signing-passphrase-file"); file != "" {
			return passphraseFrom(file)
		}
		return askSecret(c.Context, "passphrase of the signing key: ")
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, hint(fmt.Errorf("there is no signing key %q", path), "name it with --signing-key, or make one with \"rollcheck key signing --name HOST\"")
	case errors.Is(err, keyfile.ErrWrongPassphrase):
		return nil, nil, hint(err, "try again; with another signing key everybody who asks refuses what is published until they trust it")
	case err != nil:
		return nil, nil, err
	}
	defer clear(seed[:])
	signer, key, err := publish.NewSigner(name, seed)
	if err != nil {
		return nil, nil, badName(name, err)
	}
	return signer, key, nil
}

func badName(name string, err error) error {
	if name == "" {
		return hint(errors.New("the operator's name is missing"), "give the name that people know the server by, the same for key signing and publish, such as --name lookup.example.org")
	}
	return hint(fmt.Errorf("%q: %w", name, err), "it may have no white space and no plus sign")
}

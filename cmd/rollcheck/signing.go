package main

import (
	"cmp"
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
		&cli.StringFlag{Name: "signing-key", Usage: "`FILE` of the key that signs ($ROLLCHECK_SIGNING_KEY)", DefaultText: "rollcheck/signing-key in the user's configuration directory"},
		&cli.StringFlag{Name: "signing-passphrase-file", Usage: "read the signing key's passphrase from the first line of a file"},
	}
}

func (p *program) signingKeyCommand() *cli.Command {
	return &cli.Command{
		Name:  "signing",
		Usage: "make the key that signs what is published, or show it if it is there",
		Description: "Prints the verifier key and its fingerprint, never the key itself. Publish the fingerprint where the server's\n" +
			"operator alone cannot change it: by it people tell whether they ask the right one. The name is part of the key:\n" +
			"it is kept beside it, in a file of the same name with .pub, and needs to be given once.\n" +
			"A lost key cannot be replaced: what is signed with a new one is refused by everybody until they trust it.",
		Flags: append(signingFlags(),
			&cli.StringFlag{Name: "name", Usage: "the operator's name in the key, such as the server's host name", DefaultText: "that kept beside the key"},
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
	name, kept := operatorName(c.String("name"), path)
	if _, _, err := publish.NewSigner(name, new([32]byte)); err != nil { // before a key is made
		return badName(name, err)
	}
	made := false
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := p.makeSigningKey(c, path); err != nil {
			return err
		}
		made = true
	}
	_, key, err := p.signer(c, name)
	if err != nil {
		return err
	}
	switch {
	case kept != "" && kept != name && !made:
		p.ui.warn("so far this key is that of %q; under another name it is another operator to everybody who asks", kept)
	case kept == "" || made:
		if err := keepName(path, key, kept != ""); err != nil {
			p.ui.warn("the operator's name is not kept beside the key (%v): give --name every time", err)
		}
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

// publicPath is where the verifier key is kept beside a signing key, which has no name
// in it.
func publicPath(signingKey string) string { return signingKey + ".pub" }

// operatorName returns the name given, else the one that is kept beside the signing
// key; and the latter, "" if none is.
func operatorName(given, signingKey string) (name, kept string) {
	const most = 1 << 10
	if info, err := os.Stat(publicPath(signingKey)); err == nil && info.Mode().IsRegular() && info.Size() <= most {
		if b, err := os.ReadFile(publicPath(signingKey)); err == nil {
			if key, err := lookup.ParseKey(string(b)); err == nil {
				kept = key.Name()
			}
		}
	}
	return cmp.Or(given, kept), kept
}

// keepName writes the verifier key beside a signing key. A file that is there is
// replaced only if it is that of an earlier key.
func keepName(signingKey string, key *lookup.TrustedKey, earlier bool) error {
	how := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if earlier {
		how = os.O_WRONLY | os.O_TRUNC
	}
	f, err := os.OpenFile(publicPath(signingKey), how, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(key.String() + "\n")
	return errors.Join(err, f.Close())
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

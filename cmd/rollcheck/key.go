package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing/keyfile"
)

func (p *program) keyCommand() *cli.Command {
	return &cli.Command{
		Name:  "key",
		Usage: "show or rewrap the key of the index, make the one that signs what is published",
		Subcommands: []*cli.Command{
			{Name: "show", Usage: "where the key is and how it is wrapped, never the key itself", Action: p.showKey},
			{
				Name:  "rewrap",
				Usage: "change or take off the key's passphrase",
				Description: "The key stays the same, so the index does too. The old passphrase is asked for, or read from\n" +
					"--passphrase-file; the new one is asked for, or read from --new-passphrase-file.",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "new-passphrase-file", Usage: "read the new passphrase from the first line of a file"},
					&cli.BoolFlag{Name: "no-passphrase", Usage: "leave the key unwrapped (for servers and tests)"},
				},
				Action: p.rewrapKey,
			},
			p.signingKeyCommand(),
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.Command.Subcommands, c.Args().First())
			}
			return p.showKey(c)
		},
	}
}

func (p *program) showKey(c *cli.Context) error {
	if err := wantArgs(c, 0, 0, ""); err != nil {
		return err
	}
	path, err := p.keyPath(c)
	if err != nil {
		return err
	}
	wrapped, err := keyfile.Wrapped(path)
	if err != nil {
		return noKeyFile(path, err)
	}
	key, err := p.readKey(c)
	if err != nil {
		return err
	}
	id := keyfile.ID(key)
	if c.Bool("json") {
		return p.jsonLines("key").done(fields{"key_file": path, "wrapped": wrapped, "id": id})
	}
	how := "bare: whoever reads the file has the key"
	if wrapped {
		how = "wrapped with a passphrase (Argon2id, XChaCha20-Poly1305)"
	}
	fmt.Fprintf(p.stdout, "key file:     %s\nkey:          %s\nid:           %s\n", path, how, id)
	return nil
}

func (p *program) rewrapKey(c *cli.Context) error {
	if err := wantArgs(c, 0, 0, ""); err != nil {
		return err
	}
	path, err := p.keyPath(c)
	if err != nil {
		return err
	}
	file := c.String("new-passphrase-file")
	if file != "" && c.Bool("no-passphrase") {
		return errors.New("key rewrap: --new-passphrase-file and --no-passphrase exclude each other")
	}
	var given []byte // the old passphrase, asked for once
	old := func() (_ []byte, err error) {
		if given == nil {
			given, err = p.oldPassphrase(c)
		}
		return given, err
	}
	key, err := keyfile.Read(path, old) // before a new passphrase is asked for
	if err != nil {
		return noKeyFile(path, err)
	}
	var passphrase []byte
	if !c.Bool("no-passphrase") {
		if passphrase, err = p.newPassphrase(c.Context, file); err != nil {
			return err
		}
	}
	if err := keyfile.Rewrap(path, old, passphrase); err != nil {
		return err
	}
	if c.Bool("json") {
		return p.jsonLines("key").done(fields{"key_file": path, "wrapped": len(passphrase) > 0, "id": keyfile.ID(key)})
	}
	fmt.Fprintf(p.stdout, "rewrapped %s\n", path)
	return nil
}

// noKeyFile explains a missing key file.
func noKeyFile(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return hint(fmt.Errorf("there is no key file %q", path), "name it with --key-file, or make an index and a key with \"rollcheck init\"; "+lostKey)
	}
	return err
}

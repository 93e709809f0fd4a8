package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"rollcheck/hashing"
	"rollcheck/hashing/keyfile"
	"rollcheck/rollindex"
)

// indexDir returns the index's directory: --index, $ROLLCHECK_INDEX, or the
// user's data directory.
func (p *program) indexDir(c *cli.Context) (string, error) {
	if dir := p.setting(c, "index", "ROLLCHECK_INDEX"); dir != "" {
		return dir, nil
	}
	if data, ok := p.env("XDG_DATA_HOME"); ok && filepath.IsAbs(data) {
		return filepath.Join(data, "rollcheck", "index"), nil
	}
	home := p.home()
	if home == "" {
		return "", hint(errors.New("no directory for the index is known"), "name one with --index")
	}
	return filepath.Join(home, ".local", "share", "rollcheck", "index"), nil
}

// keyPath returns the key's file: --key-file, $ROLLCHECK_KEY_FILE, or the
// user's configuration directory. It is never beside the index by default.
func (p *program) keyPath(c *cli.Context) (string, error) {
	if path := p.setting(c, "key-file", "ROLLCHECK_KEY_FILE"); path != "" {
		return path, nil
	}
	path, err := p.configFile("key")
	if err != nil {
		return "", hint(errors.New("no file for the key is known"), "name one with --key-file")
	}
	return path, nil
}

// configFile returns the path of a file in the user's configuration directory.
func (p *program) configFile(name string) (string, error) {
	if config, ok := p.env("XDG_CONFIG_HOME"); ok && filepath.IsAbs(config) {
		return filepath.Join(config, "rollcheck", name), nil
	}
	home := p.home()
	if home == "" {
		return "", errors.New("no configuration directory is known")
	}
	return filepath.Join(home, ".config", "rollcheck", name), nil
}

// home returns the user's directory as os.UserHomeDir finds it, "" if none is
// known.
func (p *program) home() string {
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	home, _ := p.env(variable)
	return home
}

func (p *program) setting(c *cli.Context, flag, variable string) string {
	if v := c.String(flag); v != "" {
		return v
	}
	v, _ := p.env(variable)
	return v
}

// openIndex opens the index with its key.
func (p *program) openIndex(c *cli.Context) (*rollindex.Index, error) {
	dir, err := p.existingIndex(c)
	if err != nil {
		return nil, err
	}
	key, err := p.readKey(c)
	if err != nil {
		return nil, err
	}
	return rollindex.Open(dir, key)
}

// existingIndex returns the index's directory if there is one: a passphrase is
// not asked for nothing.
func (p *program) existingIndex(c *cli.Context) (string, error) {
	dir, err := p.indexDir(c)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: %s", rollindex.ErrNoIndex, dir)
	}
	return dir, nil
}

func (p *program) readKey(c *cli.Context) (*hashing.Key, error) {
	path, err := p.keyPath(c)
	if err != nil {
		return nil, err
	}
	if keyfile.Exposed(path) {
		p.ui.warn("others on this machine can read the key file %q; set its mode to 0600", path)
	}
	key, err := keyfile.Read(path, func() ([]byte, error) { return p.oldPassphrase(c) })
	if err != nil {
		return nil, noKeyFile(path, err)
	}
	return key, nil
}

// maxPassphrase bounds a passphrase file.
const maxPassphrase = 1 << 12

// passphraseFrom reads the passphrase from the first line of a file.
func passphraseFrom(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the passphrase: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPassphrase+1))
	if err != nil {
		return nil, fmt.Errorf("reading the passphrase: %w", err)
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(b) > maxPassphrase || len(line) == 0 {
		return nil, fmt.Errorf("the first line of %q is no passphrase", path)
	}
	return line, nil
}

// oldPassphrase reads the passphrase of the key from --passphrase-file, or asks.
func (p *program) oldPassphrase(c *cli.Context) ([]byte, error) {
	if file := c.String("passphrase-file"); file != "" {
		return passphraseFrom(file)
	}
	return askSecret(c.Context, "passphrase of the key: ")
}

// leastPassphrase is how many characters a new passphrase has at least.
const leastPassphrase = 8

// newPassphrase reads a new passphrase from a file, or asks for it twice.
func (p *program) newPassphrase(ctx context.Context, file string) ([]byte, error) {
	if file != "" {
		passphrase, err := passphraseFrom(file)
		if err != nil {
			return nil, err
		}
		return passphrase, longEnough(passphrase)
	}
	first, err := askSecret(ctx, "new passphrase of the key: ")
	if err == nil {
		err = longEnough(first)
	}
	if err != nil {
		return nil, err
	}
	second, err := askSecret(ctx, "the same passphrase again: ")
	switch {
	case err != nil:
		return nil, err
	case !bytes.Equal(first, second):
		return nil, errors.New("the two passphrases differ")
	}
	return first, nil
}

// longEnough refuses a passphrase that is guessed in no time, however slow each
// guess is made.
func longEnough(passphrase []byte) error {
	switch n := utf8.RuneCount(passphrase); {
	case n == 0:
		return hint(errors.New("the passphrase is empty"), "use --no-passphrase for a key that is not wrapped")
	case n < leastPassphrase:
		return hint(fmt.Errorf("the passphrase has fewer than %d characters", leastPassphrase), "four or five words that do not belong together are easy to remember and hard to guess")
	}
	return nil
}

var errNoTerminal = errors.New("there is no terminal to ask for the passphrase")

// askSecret asks on the terminal itself, so that standard input stays free for
// data, and without echo.
func askSecret(ctx context.Context, question string) ([]byte, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, hint(errNoTerminal, "give it with --passphrase-file")
	}
	defer tty.Close()
	fd := int(tty.Fd())
	state, err := term.GetState(fd)
	if err != nil {
		return nil, fmt.Errorf("reading the passphrase: %w", err)
	}
	fmt.Fprint(tty, question)
	b, err := await(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	fmt.Fprintln(tty)
	if err != nil {
		err = errors.Join(err, term.Restore(fd, state)) // echo is still off if nobody pressed Enter
		return nil, fmt.Errorf("reading the passphrase: %w", err)
	}
	return []byte(strings.TrimRight(string(b), "\r\n")), nil
}

// await returns what read returns, or the context's error as soon as it ends:
// a read from a terminal cannot be interrupted, and goes on until the process
// ends.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		value, err := read()
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

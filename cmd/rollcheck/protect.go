package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/hashing/keyfile"
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/voterfile"
)

func (p *program) protectCommand() *cli.Command {
	return &cli.Command{
		Name:      "protect",
		Usage:     "make tags of a list of protected people, to audit by without the list",
		ArgsUsage: "LIST",
		Description: "Makes keyed tags of an office's list of people whose details may not go out: participants of address\n" +
			"confidentiality programmes, people under protective orders, judges, police. \"rollcheck audit --protected\"\n" +
			"takes the tags in place of the list, so that the list need not leave the office that keeps it.\n\n" +
			"LIST has a person a row: a table or JSON with the fields of \"rollcheck check --input\", or a voter file of\n" +
			"any known layout. Other columns of a table, such as the number of a case, are passed over with a note.\n" +
			"Everybody on it must be findable: by birth date, by birth year and ZIP code, by address and ZIP code, by\n" +
			"voter id and state, by e-mail address or by phone number. Give all that is known, the address above all:\n" +
			"others who live there must not give it away.\n\n" +
			"The key is written beside the tags unless there is one. Use one key for every list: two files of tags have\n" +
			"nothing in common all the same.\n\n" +
			"LIMITATIONS:\n" +
			"   The tags hold no detail, but who has both them and the key can ask of anybody whether they are on the\n" +
			"   list; with a voter file, of everybody in it. Keep the two apart, and neither beside a release.\n\n" + exitDoneHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "`FILE` of the tags, a new one"},
			&cli.StringFlag{Name: "tags-key", Usage: "`FILE` of the key of the tags", DefaultText: "that of the tags with .key behind it"},
			&cli.StringFlag{Name: "layout", Usage: "`LAYOUT` of the list: the ID of a built-in one or a layout file, instead of detecting one"},
			&cli.BoolFlag{Name: "no-passphrase", Usage: "do not wrap a new key"},
		},
		Action: p.protect,
	}
}

func (p *program) protect(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "the list"); err != nil {
		return err
	}
	list, out := c.Args().First(), c.String("out")
	if err := checkNew("out", out); err != nil {
		return err
	}
	if is, err := audit.IsTags(list); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("protect: there is no file %q", list)
	} else if err != nil {
		return err
	} else if is {
		return fmt.Errorf("protect: %q holds tags already", list)
	}
	var layout *layouts.Layout
	if name := c.String("layout"); name != "" {
		var err error
		if layout, err = findLayout(name); err != nil {
			return fmt.Errorf("--layout: %w", err)
		}
	}
	keyPath := tagsKeyPath(c.String("tags-key"), out)
	key, made, passphrase, err := p.keyForTags(c, keyPath)
	if err != nil {
		return err
	}
	defer clear(key[:])
	tags, err := audit.ReadProtected(c.Context, list, key, layout)
	if errors.Is(err, voterfile.ErrNoLayout) {
		return hint(err, listHint+", or name its layout with --layout")
	} else if err != nil {
		return err
	}
	p.warnPassedOver(list, tags)
	if made { // before the tags, which are nothing without it
		if err := keyfile.Write(keyPath, key, passphrase); err != nil {
			return err
		}
	}
	if err := replace(out, func(w io.Writer) error { _, err := tags.WriteTo(w); return err }); err != nil {
		return fmt.Errorf("writing --out %q: %w", out, err)
	}
	if c.Bool("json") {
		return p.jsonLines("protect").done(fields{"out": out, "people": tags.People(), "tags": tags.Tags(), "key_file": keyPath, "key_created": made})
	}
	fmt.Fprintf(p.stdout, "tags:   %s (%s, %s tags)\nkey:    %s\n", out, persons(tags.People()), group(int64(tags.Tags())), keyPath)
	if made {
		fmt.Fprintln(p.stdout, "Keep them apart: who has both can ask of anybody whether they are on the list.\n"+
			"Next: \"rollcheck audit --protected TAGS\" holds a release against them.")
	}
	return nil
}

// listHint says how a list must be headed that is no voter file.
var listHint = "name its columns, as far as it has them, by these: " + strings.Join(exposure.FieldNames(), ", ") + " (a birth_date is YYYY-MM-DD)"

// warnPassedOver says which columns of a list nobody is looked for by.
func (p *program) warnPassedOver(path string, list *audit.Protected) {
	if over := list.PassedOver(); len(over) > 0 {
		p.ui.warn("of %q these columns are not known, and nobody is looked for by them: %s; known are %s",
			path, strings.Join(quoted(over), ", "), strings.Join(exposure.FieldNames(), ", "))
	}
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n)
	}
	return out
}

// tagsKeyPath returns the file of the key of tags: the one named, or that beside them.
func tagsKeyPath(named, tags string) string {
	if named != "" {
		return named
	}
	return tags + ".key"
}

// keyForTags reads the key of tags, or makes one if there is none. A new one is to be
// written under the passphrase.
func (p *program) keyForTags(c *cli.Context, path string) (key *hashing.Key, made bool, passphrase []byte, err error) {
	if _, err := os.Lstat(path); err == nil {
		key, err := p.readTagsKey(c, path)
		return key, false, nil, err
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil, err
	}
	if !c.Bool("no-passphrase") {
		if passphrase, err = p.newPassphrase(c.Context, c.String("passphrase-file")); err != nil {
			return nil, false, nil, err
		}
	}
	fresh, err := keyfile.Generate()
	return &fresh, true, passphrase, err
}

func (p *program) readTagsKey(c *cli.Context, path string) (*hashing.Key, error) {
	if keyfile.Exposed(path) {
		p.ui.warn("others on this machine can read the key file %q; set its mode to 0600", path)
	}
	key, err := keyfile.Read(path, func() ([]byte, error) { return p.oldPassphrase(c) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hint(fmt.Errorf("there is no key file %q", path), "name the key of the tags with --tags-key")
	}
	if errors.Is(err, keyfile.ErrWrongPassphrase) {
		err = hint(err, "try again; without the passphrase make tags of the list again, under a new key")
	}
	return key, err
}

// watchFlags say who must not be in a release.
func watchFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "protected", Usage: "`FILE` of the people whose details may not go out: a list as \"rollcheck protect\" takes, or its tags"},
		&cli.StringFlag{Name: "previous-protected", Usage: "`FILE` of those at the last release: who was on it, is on --protected no more and is in this release"},
		&cli.StringFlag{Name: "tags-key", Usage: "`FILE` of the key of both, where they are tags", DefaultText: "that of the tags with .key behind it"},
		&cli.StringFlag{Name: "substitute-addresses", Usage: "`FILE` of the addresses that a confidentiality programme gives out, a table with the columns address and zip"},
	}
}

// watch reads who must not be in a release.
func (p *program) watch(c *cli.Context, asOf hashing.Date) (w audit.Watch, err error) {
	w.AsOf = asOf
	if c.String("previous-protected") != "" && c.String("protected") == "" {
		return w, hint(errors.New("audit: --previous-protected goes with --protected"), "name the list of this release too: who is on both is not told as missing from it")
	}
	if path := c.String("protected"); path != "" {
		if w.Protected, err = p.protectedPeople(c, path); err != nil {
			return w, fmt.Errorf("--protected: %w", err)
		}
	}
	if path := c.String("previous-protected"); path != "" {
		if w.Previous, err = p.protectedPeople(c, path); err != nil {
			return w, fmt.Errorf("--previous-protected: %w", err)
		}
	}
	if path := c.String("substitute-addresses"); path != "" {
		if w.Substitutes, err = audit.ReadSubstitutes(path); err != nil {
			return w, fmt.Errorf("--substitute-addresses: %w", err)
		}
	}
	return w, nil
}

// protectedPeople reads a list of protected people, or the tags of one.
func (p *program) protectedPeople(c *cli.Context, path string) (*audit.Protected, error) {
	is, err := audit.IsTags(path)
	if err != nil {
		return nil, err
	}
	if is {
		key, err := p.readTagsKey(c, tagsKeyPath(c.String("tags-key"), path))
		if err != nil {
			return nil, err
		}
		return audit.OpenProtected(path, key)
	}
	key, err := keyfile.Generate() // of this run alone
	if err != nil {
		return nil, err
	}
	people, err := audit.ReadProtected(c.Context, path, &key, nil)
	if err == nil {
		p.warnPassedOver(path, people)
	}
	if errors.Is(err, voterfile.ErrNoLayout) {
		err = hint(err, listHint+", or make tags of it with \"rollcheck protect --layout LAYOUT\"")
	}
	return people, err
}

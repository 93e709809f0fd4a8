package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/compare/tell"
)

func cardFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "card", Usage: "write the card of one file to `OUT`, a new file, instead of comparing"},
		&cli.StringFlag{Name: "card-passphrase-file", Usage: "read the passphrase of cards, which both parties share, from the first line of `FILE`"},
	}
}

// makeCard writes the card of a file.
func (p *program) makeCard(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "the FILE that the card is made of"); err != nil {
		return err
	}
	inputs, err := comparisonInputs(c)
	if err != nil {
		return err
	}
	out := c.String("card")
	if isCard(inputs[0].Path) {
		return fmt.Errorf("compare: %q is a card already", inputs[0].Path)
	}
	if err := checkNew("card", out); err != nil {
		return err
	}
	opts, end, err := p.comparisonOptions(c, inputs)
	if err != nil {
		return err
	}
	key, err := cardKey(c, true)
	if err != nil {
		end()
		return err
	}
	card, err := compare.MakeCard(c.Context, inputs[0], key, opts)
	end()
	if err != nil {
		return err
	}
	if err := compare.WriteCard(out, card, key); err != nil {
		return err
	}
	if !c.Bool("json") {
		_, err = p.stdout.WriteString(tell.MadeCard(card, inputs[0].Path, "rollcheck "+version()).Text(p.pageWidth()))
		return err
	}
	j := p.jsonLines("compare")
	writeCard(j, out, card, "")
	writeCaveats(j, tell.CardLacks(card))
	writeCaveats(j, tell.CardGives(card))
	return j.done(fields{"file": inputs[0].Path, "card": out})
}

// cardKey makes the key of cards of the passphrase that both parties share; a new
// one is asked for twice.
func cardKey(c *cli.Context, fresh bool) (*hashing.Key, error) {
	passphrase, err := cardPassphrase(c.Context, c.String("card-passphrase-file"), fresh)
	switch {
	case errors.Is(err, errNoTerminal):
		return nil, hint(err, "give it with --card-passphrase-file")
	case err != nil:
		return nil, err
	}
	return compare.CardKey(passphrase)
}

func cardPassphrase(ctx context.Context, file string, fresh bool) ([]byte, error) {
	if file != "" {
		return passphraseFrom(file)
	}
	first, err := askSecret(ctx, "passphrase of the cards, which both parties share: ")
	if err != nil || !fresh {
		return first, err
	}
	if err := compare.CheckPassphrase(first); err != nil {
		return nil, err // before it is typed again
	}
	second, err := askSecret(ctx, "the same passphrase again: ")
	if err == nil && !bytes.Equal(first, second) {
		err = errors.New("the two passphrases differ")
	}
	return second, err
}

// isCard reports whether a file begins as cards do.
func isCard(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false // whoever reads it will say so
	}
	defer f.Close()
	var b [32]byte
	n, _ := io.ReadFull(f, b[:])
	return compare.IsCard(b[:n])
}

// areCards reports whether arguments are cards. Cards and files do not go together.
func areCards(args []string) (bool, error) {
	var card, file string
	for _, path := range args {
		if m := dateGiven.FindStringSubmatch(path); m != nil && !isFile(path) {
			path = m[2]
		}
		if isCard(path) {
			card = path
		} else {
			file = path
		}
	}
	if card != "" && file != "" {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("compare: there is no file %q", file)
		}
		return false, hint(fmt.Errorf("compare: %q is a card and %q is not", card, file), fmt.Sprintf("make a card of it: \"rollcheck compare --card OUT %s\"", file))
	}
	return card != "", nil
}

// compareCards tells how the files of two cards overlap.
func (p *program) compareCards(c *cli.Context) error {
	if n := c.NArg(); n > 2 {
		return hint(fmt.Errorf("compare: %d cards are given: cards are compared two at a time", n), "compare each two that matter")
	}
	if err := wantArgs(c, 2, 2, "a second card"); err != nil {
		return err
	}
	pair := &tell.CardPair{PathA: c.Args().Get(0), PathB: c.Args().Get(1)}
	for _, path := range c.Args().Slice() {
		if !isFile(path) {
			if m := dateGiven.FindStringSubmatch(path); m != nil {
				return hint(fmt.Errorf("compare: %q: a card carries the day of its data, and is named without one", path), fmt.Sprintf("name it %q", m[2]))
			}
			return fmt.Errorf("compare: %q is not a file that can be read twice", path)
		}
	}
	if err := checkOutputs(c, []string{"html", "csv"}, c.Args().Slice()); err != nil {
		return err
	}
	key, err := cardKey(c, false)
	if err != nil {
		return err
	}
	if pair.A, pair.SumA, err = readCard(pair.PathA, key); err != nil {
		return err
	}
	if pair.B, pair.SumB, err = readCard(pair.PathB, key); err != nil {
		return err
	}
	if pair.Overlaps, err = compare.CompareCards(pair.A, pair.B); err != nil {
		return err
	}
	err = p.tellPage(c, pair.Page("rollcheck "+version()), func(w io.Writer) error { return tell.CardsCSV(w, pair) }, func() error { return p.cardLines(pair) })
	if err != nil {
		return err
	}
	return cardCode(pair)
}

// readCard reads a card, and the SHA-256 of its bytes.
func readCard(path string, key *hashing.Key) (*compare.Card, string, error) {
	card, err := compare.ReadCard(path, key)
	if errors.Is(err, compare.ErrCardKey) {
		return nil, "", hint(err, "both cards must be made with one passphrase, and this is not it")
	} else if err != nil {
		return nil, "", err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, "", fmt.Errorf("reading the card: %w", err)
	}
	sum := sha256.Sum256(b)
	return card, hex.EncodeToString(sum[:]), nil
}

// cardCode returns the exit code of a comparison of cards. Of an estimate, nothing
// in common is no answer: a few may be.
func cardCode(pair *tell.CardPair) error {
	exact := true
	for i := range pair.Overlaps {
		if pair.Overlaps[i].Common > 0 {
			return nil
		}
		exact = exact && pair.Overlaps[i].Exact
	}
	if exact {
		return exitCode(exitNotFound)
	}
	return exitCode(exitIncomplete)
}

func writeCard(j *jsonLines, path string, card *compare.Card, sum string) {
	columns, rows, tags, keys := map[string]int{}, map[string]int64{}, map[string]int{}, map[string]float64{}
	for _, col := range card.Columns {
		columns[col.Kind.String()] = int(col.Percent)
	}
	for i := range card.Sketches {
		s := &card.Sketches[i]
		rows[s.Key.String()], tags[s.Key.String()], keys[s.Key.String()] = s.Rows, len(s.Tags), min(s.Keys(), float64(s.Rows))
	}
	j.write(struct {
		Type    string             `json:"type"`
		Card    string             `json:"card"`
		AsOf    *string            `json:"as_of"`
		Layout  string             `json:"layout"`
		Rows    int64              `json:"rows"`
		Columns map[string]int     `json:"columns"` // percent of rows, rounded
		KeyRows map[string]int64   `json:"key_rows"`
		Tags    map[string]int     `json:"tags"`
		Keys    map[string]float64 `json:"keys"`             // different ones, estimated unless all are on the card
		SHA256  string             `json:"sha256,omitempty"` // of the card
	}{"card", path, dateOrNull(card.AsOf), card.Layout, card.Rows, columns, rows, tags, keys, sum})
}

// cardLines writes a comparison of cards as JSON lines.
func (p *program) cardLines(pair *tell.CardPair) error {
	j := p.jsonLines("compare")
	writeCard(j, pair.PathA, pair.A, pair.SumA)
	writeCard(j, pair.PathB, pair.B, pair.SumB)
	for i := range pair.Overlaps {
		o := &pair.Overlaps[i]
		a, aCI := shareOrNull(o.AInB)
		b, bCI := shareOrNull(o.BInA)
		jaccard, jaccardCI := shareOrNull(o.Jaccard)
		j.write(struct {
			Type      string      `json:"type"`
			A         string      `json:"a"`
			B         string      `json:"b"`
			Key       string      `json:"key"`
			Main      bool        `json:"main"` // the headline is of it
			KeysA     float64     `json:"keys_a"`
			KeysB     float64     `json:"keys_b"`
			AInB      *float64    `json:"a_in_b"` // null if nothing was drawn
			AInBCI    *[2]float64 `json:"a_in_b_ci"`
			BInA      *float64    `json:"b_in_a"`
			BInACI    *[2]float64 `json:"b_in_a_ci"`
			Jaccard   *float64    `json:"jaccard"`
			JaccardCI *[2]float64 `json:"jaccard_ci"`
			Exact     bool        `json:"exact"`
			Common    int64       `json:"common"` // of the keys drawn
			Drawn     int64       `json:"drawn"`
		}{
			"card-overlap", pair.PathA, pair.PathB, o.Key.String(), o == pair.Main(), o.KeysA, o.KeysB, a, aCI, b, bCI, jaccard, jaccardCI, o.Exact, o.Common, o.Sample,
		})
	}
	j.write(fields{"type": "headline", "a": pair.PathA, "b": pair.PathB, "text": pair.Headline()})
	writeCaveats(j, pair.Caveats())
	return j.done(fields{"files": 2, "pairs": 1})
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rollcheck/data/web"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/publish"
)

func (p *program) publishCommand() *cli.Command {
	return &cli.Command{
		Name:  "publish",
		Usage: "make of a served index the files that others ask, for any web server",
		Description: "Writes filters, buckets and lists of them, and a signed manifest that names them all, into a directory that\n" +
			"any web server, object store or mirror serves as it is. With it a server that evaluates (\"rollcheck serve\")\n" +
			"answers without learning who is asked about. Who copies the files learns how many keys each dataset has, and\n" +
			"nothing of anybody, as long as the key of the index is not copied with them.\n\n" +
			"The page on which people check themselves in a browser lies beside them, at the directory's root, unless --no-page\n" +
			"is given or the program was built without it.\n\n" +
			"Releases are left out, and datasets of incidents that the catalogue marks as sensitive; of states with fewer\n" +
			"than 1,000 keys there is no file, they join one of all such states. Files that have not changed are left alone,\n" +
			"and those that are not named any more stay for a day, for who is asking at that moment. When nothing has changed\n" +
			"and the manifest has more than half its time left, nothing is written: run it every day, and after every change,\n" +
			"with the same --valid; the budgets stay those of the last publication unless they are given.\n\n" +
			"The signing key is made once, by \"rollcheck key signing --name HOST\", and need not be on the server. People\n" +
			"trust that key: another one, or another name, is another operator to them.",
		Flags: append(signingFlags(),
			&cli.StringFlag{Name: "out", Usage: "`DIR`ectory to publish into: a new or empty one, or that of the time before"},
			&cli.StringFlag{Name: "name", Usage: "the operator's name in the key, such as the server's host name", DefaultText: "that of what is in --out, or kept beside the signing key"},
			&cli.StringSliceFlag{Name: "dataset", Usage: "publish only the dataset of this `ID` (may be repeated)"},
			&cli.StringFlag{Name: "valid", Value: "30d", Usage: "how long the manifest is valid, in days (30d) or hours (36h)"},
			&cli.StringFlag{Name: "issued", Usage: "the time it is issued, such as 2026-11-22T12:00:00Z, for a publication that can be made again byte for byte", DefaultText: "now"},
			&cli.IntFlag{Name: "batches-per-address", Value: publish.DefaultBudgets.BatchesPerAddress, Usage: "batches of four that an address may have evaluated in a day"},
			&cli.IntFlag{Name: "batches-per-prefix", Value: publish.DefaultBudgets.BatchesPerPrefix, Usage: "the same of an IPv4 /24 or IPv6 /48"},
			&cli.IntFlag{Name: "slots-per-jurisdiction", Value: publish.DefaultBudgets.SlotsPerJurisdiction, Usage: "keys of a state that are evaluated in a day, for all who ask"},
			&cli.BoolFlag{Name: "no-page", Usage: "leave out the page for people, for a mirror or a page of your own"},
			&cli.Uint64Flag{Name: "least-number", Usage: "least number of the manifest, if both the index's record of it and --out were lost", DefaultText: "one more than the last"},
		),
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return err
			}
			return explainPublish(p.publish(c))
		},
	}
}

// publishErrors is what to do about errors of a publication.
var publishErrors = []struct {
	err  error
	hint string
}{
	{publish.ErrLocal, "make another index with \"rollcheck init --scheme served\", and ingest the files into it"},
	{publish.ErrNothing, "releases and sensitive datasets are never published; \"rollcheck datasets\" lists what there is; what was published before stays as it is: remove --out if nothing is to be published any more"},
	{publish.ErrUnpublishable, "leave it out; \"rollcheck help publish\" says what is never published"},
	{publish.ErrNotOurs, "name a new or empty directory with --out"},
	{publish.ErrOverlap, "name a directory elsewhere with --out"},
	{publish.ErrOtherKey, "name the key it was published with by --signing-key and --name; under another one, publish into another directory: everybody who asks refuses it until they trust the new key"},
	{publish.ErrManifest, "remove v1/manifest in it: the index remembers its number, and the next one is larger"},
	{publish.ErrMemory, "remove that file in the index's directory: what is published tells the same"},
}

func explainPublish(err error) error {
	for _, known := range publishErrors {
		if errors.Is(err, known.err) && hintOf(err) == "" {
			return hint(err, known.hint)
		}
	}
	return err
}

func (p *program) publish(c *cli.Context) error {
	out := c.String("out")
	if out == "" {
		return hint(errors.New("publish: --out is missing"), "name the directory to publish into, such as --out site")
	}
	opts, err := publishOptions(c)
	if err != nil {
		return err
	}
	if err := p.keysApart(c, out); err != nil {
		return err
	}
	signing, err := p.signingKeyPath(c)
	if err != nil {
		return err
	}
	name, _ := operatorName(cmp.Or(c.String("name"), publish.PublishedName(out)), signing)
	if opts.Signer, opts.Key, err = p.signer(c, name); err != nil {
		return err
	}
	keepBudgets(c, out, opts.Key, &opts.Budgets)
	if opts.Page, err = p.page(c); err != nil {
		return err
	}
	ix, err := p.openIndex(c)
	if err != nil {
		return err
	}
	defer ix.Close()
	debug.FreeOSMemory() // the key derivation's 64 MiB
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(publishMemory))
	bar := p.ui.progress()
	opts.Progress = func(pr publish.Progress) {
		if bar.due() {
			bar.show(pr.Done, pr.Total, pr.What)
		}
	}
	sum, err := publish.Publish(c.Context, ix, out, opts)
	p.ui.clear()
	if err != nil {
		return err
	}
	return p.reportPublish(c.Bool("json"), out, opts.Key, sum)
}

// page returns the page's files, nil if they are not wanted or not in this program.
func (p *program) page(c *cli.Context) (fs.FS, error) {
	if c.Bool("no-page") {
		return nil, nil
	}
	files, err := web.Files()
	if errors.Is(err, web.ErrNotBuilt) {
		p.ui.warn("%v: what is published can be asked with \"rollcheck check --server\" only", err)
		return nil, nil
	}
	return files, err
}

// publishMemory is what the runtime is asked to stay near: without a limit it lets
// garbage grow to the size of what is live.
const publishMemory = 1 << 30

// keysApart refuses to publish into a directory that holds a key.
func (p *program) keysApart(c *cli.Context, out string) error {
	for _, find := range []func(*cli.Context) (string, error){p.keyPath, p.signingKeyPath} {
		path, err := find(c)
		if err != nil {
			return err
		}
		if publish.Within(path, out) {
			return hint(fmt.Errorf("the key file %q lies in what is published", path), "name a directory elsewhere with --out")
		}
	}
	return nil
}

// keepBudgets takes the budgets that no flag gives from the manifest that was
// published before, if there is one: a daily publication is not to change them.
func keepBudgets(c *cli.Context, out string, key *lookup.TrustedKey, b *lookup.Budgets) {
	signed, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(lookup.ManifestPath)))
	if err != nil {
		return
	}
	m, err := lookup.OpenManifest(signed, key)
	if err != nil {
		return // publishing says what is wrong with it
	}
	for name, before := range map[string]struct {
		value int
		to    *int
	}{
		"batches-per-address":    {m.Budgets.BatchesPerAddress, &b.BatchesPerAddress},
		"batches-per-prefix":     {m.Budgets.BatchesPerPrefix, &b.BatchesPerPrefix},
		"slots-per-jurisdiction": {m.Budgets.SlotsPerJurisdiction, &b.SlotsPerJurisdiction},
	} {
		if !c.IsSet(name) && before.value > 0 {
			*before.to = before.value
		}
	}
}

func publishOptions(c *cli.Context) (opts publish.Options, err error) {
	opts = publish.Options{
		Issued: time.Now(), Datasets: c.StringSlice("dataset"), AtLeast: c.Uint64("least-number"),
		Budgets: lookup.Budgets{
			BatchesPerAddress: c.Int("batches-per-address"), BatchesPerPrefix: c.Int("batches-per-prefix"), SlotsPerJurisdiction: c.Int("slots-per-jurisdiction"),
		},
	}
	if len(opts.Datasets) == 0 {
		opts.Datasets = nil // all
	}
	for _, name := range []string{"batches-per-address", "batches-per-prefix", "slots-per-jurisdiction"} {
		if n := c.Int(name); n < 1 || n > math.MaxInt32 {
			return opts, fmt.Errorf("--%s %d is not between 1 and %d", name, n, math.MaxInt32)
		}
	}
	if opts.AtLeast > 1<<53 {
		return opts, errors.New("--least-number is larger than any")
	}
	if opts.Valid, err = parseValid(c.String("valid")); err != nil {
		return opts, err
	}
	if at := c.String("issued"); at != "" {
		if opts.Issued, err = time.Parse(time.RFC3339, at); err != nil {
			return opts, fmt.Errorf("--issued: %q is not a time: write it as 2026-11-22T12:00:00Z", at)
		}
	}
	return opts, nil
}

// parseValid reads a time in days or hours, from an hour to two years.
func parseValid(s string) (time.Duration, error) {
	unit := 24 * time.Hour
	number, ok := strings.CutSuffix(s, "d")
	if !ok {
		unit = time.Hour
		number, ok = strings.CutSuffix(s, "h")
	}
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return 0, fmt.Errorf("--valid: %q is not a time: write it as 30d or 36h", s)
	}
	if most := 2 * 366 * 24 * time.Hour; n < 1 || n > int(most/unit) {
		return 0, fmt.Errorf("--valid %s is not between an hour and two years", s)
	}
	return time.Duration(n) * unit, nil
}

// publishReasons says why a dataset is left out.
var publishReasons = map[publish.Reason]string{
	publish.IsRelease:   "it is a release: an office gave it out itself",
	publish.IsSensitive: "its incident is sensitive: to be in it tells more than that a record leaked",
	publish.IsUnknown:   "its incident is not in this version's catalogue, which cannot tell whether it is sensitive",
	publish.IsEmpty:     "it holds no key",
	publish.NotNamed:    "it was not asked for",
}

func (p *program) reportPublish(asJSON bool, out string, key *lookup.TrustedKey, s *publish.Summary) error {
	if asJSON {
		j := p.jsonLines("publish")
		for _, l := range s.LeftOut {
			j.write(fields{"type": "left-out", "dataset": l.Dataset, "reason": l.Reason})
		}
		return j.done(fields{
			"out": out, "written": s.Written, "seq": s.Seq, "issued": s.Issued, "expires": s.Expires, "datasets": s.Datasets,
			"jurisdictions": s.Places, "files": s.Named, "bytes": s.Bytes, "new_files": s.New, "retired": s.Retired, "removed": s.Removed,
			"key": key.String(), "fingerprint": key.Fingerprint(),
		})
	}
	state := "published"
	if !s.Written {
		state = "up to date"
	}
	fmt.Fprintf(p.stdout, "%s: %s, in %s\n", state, count(len(s.Datasets), "dataset"), out)
	for _, id := range s.Datasets {
		fmt.Fprintf(p.stdout, "  %s\n", id)
	}
	if len(s.LeftOut) > 0 {
		fmt.Fprintln(p.stdout, "left out:")
	}
	for _, l := range s.LeftOut {
		fmt.Fprintf(p.stdout, "  %s: %s\n", l.Dataset, publishReasons[l.Reason])
	}
	fmt.Fprintf(p.stdout, "files of:    %s\n", strings.Join(s.Places, ", "))
	fmt.Fprintf(p.stdout, "files:       %s, %s bytes; %s written, %s of before kept for a day, %s removed\n",
		group(int64(s.Named)), group(s.Bytes), group(int64(s.New)), group(int64(s.Retired)), group(int64(s.Removed)))
	fmt.Fprintf(p.stdout, "manifest:    number %d, valid until %s\n", s.Seq, s.Expires.Format("2006-01-02 15:04 UTC"))
	printKey(p, key)
	return nil
}

func printKey(p *program, key *lookup.TrustedKey) {
	fmt.Fprintf(p.stdout, "key:         %s\nfingerprint: %s\n", key, key.Fingerprint())
}

// count writes a number of things.
func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return group(int64(n)) + " " + of + "s"
}

// signingKeyPath returns the signing key's file: --signing-key,
// $ROLLCHECK_SIGNING_KEY, or beside the key of the index by default.
func (p *program) signingKeyPath(c *cli.Context) (string, error) {
	if path := p.setting(c, "signing-key", "ROLLCHECK_SIGNING_KEY"); path != "" {
		return path, nil
	}
	path, err := p.configFile("signing-key")
	if err != nil {
		return "", hint(errors.New("no file for the signing key is known"), "name one with --signing-key")
	}
	return filepath.Clean(path), nil
}

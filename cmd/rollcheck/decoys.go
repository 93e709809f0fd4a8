package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/hashing/keyfile"
	"rollcheck/rollindex/audit/decoys"
)

const findExit = `EXIT STATUS:
   0    a recipient is named
   1    nobody is, and all of the leak was searched
   2    an error, or nobody is named and it cannot be told or something was not read
   130  interrupted`

func (p *program) decoysCommand() *cli.Command {
	return &cli.Command{
		Name:  "decoys",
		Usage: "mark each recipient's copy of a release with fictitious voters, and tell by them whose copy leaked",
		Subcommands: []*cli.Command{
			p.makeDecoysCommand(), p.findDecoysCommand(),
			{
				Name:  "list",
				Usage: "the releases and copies of a register; no decoy is shown",
				Description: "Counts, dates and digests. The decoys themselves are shown nowhere: they stand in the marked copies, and encrypted\n" +
					"in the register.\n\n" + exitDoneHelp,
				Flags:  []cli.Flag{registerFlag()},
				Action: p.listDecoys,
			},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.Command.Subcommands, c.Args().First())
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

func registerFlag() cli.Flag {
	return &cli.StringFlag{Name: "register", Usage: "`FILE` of the register of decoys; its key is in FILE.key, or --key-file"}
}

func (p *program) makeDecoysCommand() *cli.Command {
	return &cli.Command{
		Name:      "make",
		Usage:     "write a marked copy for one recipient",
		ArgsUsage: "FILE",
		Description: "Writes FILE to --out with fictitious voters among its rows, and enters them in the register. All other rows stay\n" +
			"byte for byte what they are. A decoy has a name that nobody in FILE has, a house number that does not exist between\n" +
			"two that do, a voter id in the form of the others, and a neighbour's precinct and districts; it has no phone,\n" +
			"e-mail or mailing address. FILE is a text, plain or packed by itself; a copy of a packed one is written plain.\n\n" +
			"The register is made when it is first named, with its key. Who has both can take the decoys out of every copy;\n" +
			"without them no leak can be traced. Keep two copies, in two hands. The index's key ($ROLLCHECK_KEY_FILE) is not used.\n\n" +
			"With --shared, half of the decoys are of a pool that other recipients' copies have parts of too, so that recipients\n" +
			"who compare their copies cannot take out all. It takes hundreds: rollindex/audit/decoys/DECOYS.md says how many.\n\n" + exitDoneHelp,
		Flags: []cli.Flag{
			registerFlag(),
			&cli.BoolFlag{Name: "no-passphrase", Usage: "do not wrap the key of a new register (for servers and tests)"},
			&cli.StringFlag{Name: "recipient", Usage: "`NAME` of who gets the copy"},
			&cli.IntFlag{Name: "count", Value: 130, Usage: "decoys in the copy: 2 of 130 are in a twentieth of it with a probability of 99 %"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "another seed, other decoys"},
			&cli.BoolFlag{Name: "shared", Usage: "against recipients who compare their copies"},
			&cli.IntFlag{Name: "colluders", Value: 2, Usage: "how many of them, 2 to 8; with --shared, of the first copy of a file"},
			&cli.BoolFlag{Name: "again", Usage: "mark another copy for a recipient who has one of this file"},
			&cli.StringFlag{Name: "out", Usage: "`MARKED` copy to write, a new file"},
			&cli.StringFlag{Name: "layout", Usage: "`ID` of a built-in layout or a layout file", DefaultText: "detected"},
			&cli.StringFlag{Name: "as-of", Usage: "`DATE` (YYYY-MM-DD) of the data, if known"},
			&cli.IntFlag{Name: "jobs", Value: runtime.NumCPU(), Usage: "parts of the file parsed side by side"},
		},
		Action: p.makeDecoys,
	}
}

func (p *program) findDecoysCommand() *cli.Command {
	return &cli.Command{
		Name:      "find",
		Usage:     "which recipients' copies a leak is consistent with",
		ArgsUsage: "LEAK",
		Description: "Looks for every registered decoy by name, voter id and address; what a decoy and a row both have must mostly agree.\n" +
			"LEAK may have any layout, lack rows and columns, and have mistakes in it. A copy is named if two of its decoys or more\n" +
			"are found and the probability that any copy without a part in the leak shows as much is under 0.001. What strangers\n" +
			"with a decoy's details come to is told by decoys that are registered and planted nowhere.\n\n" +
			"LIMITATIONS:\n" +
			"   It tells whose copy, not who let it out. That nobody is named clears nobody.\n\n" + findExit,
		Flags: []cli.Flag{
			registerFlag(),
			&cli.StringFlag{Name: "release-log", Usage: "`LOG` of who got which copy, as \"rollcheck audit\" keeps it: to say which copies were not marked"},
			&cli.StringFlag{Name: "layout", Usage: "`ID` of a built-in layout or a layout file", DefaultText: "detected, or proposed"},
			&cli.IntFlag{Name: "jobs", Value: runtime.NumCPU(), Usage: "parts of the file parsed side by side"},
		},
		Action: p.findDecoys,
	}
}

// registerKeyPath returns where the key of a register is: never that of the index,
// which other people hold.
func registerKeyPath(c *cli.Context) string {
	if path := c.String("key-file"); path != "" {
		return path
	}
	return c.String("register") + ".key"
}

// openRegister opens the register that --register names, nil if it names none.
func (p *program) openRegister(c *cli.Context) (*decoys.Register, error) {
	path := c.String("register")
	if path == "" {
		if c.IsSet("register") {
			return nil, errors.New("--register names no file")
		}
		return nil, nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, hint(fmt.Errorf("there is no register %q", path), "\"rollcheck decoys make\" makes one with the first marked copy")
	}
	key, err := p.registerKey(c)
	if err != nil {
		return nil, err
	}
	r, err := decoys.OpenRegister(path, key)
	switch {
	case errors.Is(err, decoys.ErrWrongKey):
		return nil, hint(err, "name its key with --key-file")
	case errors.Is(err, decoys.ErrDamaged):
		return nil, hint(err, "take the other copy of it")
	}
	return r, err
}

// warnNoDecoys warns that a register left nothing out: it may be that of another release.
func (p *program) warnNoDecoys(r *decoys.Register, leftOut int64) {
	if r != nil && leftOut == 0 {
		p.ui.warn("no decoy of this register is in the files: nothing was left out")
	}
}

// needRegister is openRegister where there must be one.
func (p *program) needRegister(c *cli.Context) (*decoys.Register, error) {
	r, err := p.openRegister(c)
	if r == nil && err == nil {
		err = hint(errors.New("decoys: --register is missing"), "name the file that the decoys are registered in")
	}
	return r, err
}

func (p *program) registerKey(c *cli.Context) (*hashing.Key, error) {
	path := registerKeyPath(c)
	if keyfile.Exposed(path) {
		p.ui.warn("others on this machine can read the key file %q; set its mode to 0600", path)
	}
	key, err := keyfile.Read(path, func() ([]byte, error) { return p.oldPassphrase(c) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hint(fmt.Errorf("there is no key file %q", path), "name the key of the register with --key-file; without it the register cannot be read")
	}
	if errors.Is(err, keyfile.ErrWrongPassphrase) {
		err = hint(err, "try again; without the passphrase the register cannot be read, and no leak be traced by it")
	}
	return key, err
}

// registerForMake opens the register, or makes one and its key; fresh says so.
func (p *program) registerForMake(c *cli.Context) (r *decoys.Register, fresh bool, err error) {
	path := c.String("register")
	if _, serr := os.Lstat(path); path == "" || !errors.Is(serr, fs.ErrNotExist) {
		r, err = p.needRegister(c)
		return r, false, err
	}
	if err := checkDirectory("register", path); err != nil {
		return nil, false, err
	}
	keyPath := registerKeyPath(c)
	if _, err := os.Lstat(keyPath); err == nil {
		key, err := p.registerKey(c)
		if err != nil {
			return nil, false, err
		}
		r, err = decoys.NewRegister(path, key)
		return r, true, err
	}
	var passphrase []byte
	if !c.Bool("no-passphrase") {
		if passphrase, err = p.newPassphrase(c.Context, c.String("passphrase-file")); err != nil {
			return nil, false, err
		}
	}
	key, err := keyfile.Generate()
	if err == nil {
		err = keyfile.Write(keyPath, &key, passphrase)
	}
	if err != nil {
		return nil, false, err
	}
	r, err = decoys.NewRegister(path, &key)
	return r, true, err
}

func (p *program) makeDecoys(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "the FILE to mark a copy of"); err != nil {
		return err
	}
	opts, err := makeOptions(c)
	if err != nil {
		return err
	}
	if err := checkOutputs(c, []string{"out"}, []string{opts.File, c.String("register"), registerKeyPath(c)}); err != nil {
		return err
	}
	if err := checkNew("out", opts.Out); err != nil { // it may be somebody else's copy
		return err
	}
	r, fresh, err := p.registerForMake(c)
	if err != nil {
		return err
	}
	opts.Progress = p.rowProgress()
	made, err := decoys.Make(c.Context, r, opts)
	p.ui.clear()
	if err != nil {
		return makeHint(err)
	}
	if c.Bool("json") {
		return p.madeLines(c, &opts, made, r.ID, fresh)
	}
	p.tellMade(c, &opts, made, fresh)
	return nil
}

func makeOptions(c *cli.Context) (opts decoys.MakeOptions, err error) {
	opts = decoys.MakeOptions{
		File: c.Args().First(), Recipient: c.String("recipient"), Count: c.Int("count"), Seed: c.Uint64("seed"), Shared: c.Bool("shared"),
		Again: c.Bool("again"), Out: c.String("out"), Date: time.Now(), Jobs: c.Int("jobs"),
	}
	switch {
	case opts.Recipient == "":
		return opts, hint(errors.New("decoys make: --recipient is missing"), "name who gets the copy")
	case opts.Out == "":
		return opts, hint(errors.New("decoys make: --out is missing"), "name the marked copy to write")
	case c.IsSet("colluders") && !opts.Shared:
		return opts, errors.New("decoys make: --colluders goes with --shared")
	case opts.Shared:
		opts.Colluders = c.Int("colluders")
	}
	if s := c.String("as-of"); s != "" {
		if opts.AsOf, err = parseDay(s); err != nil {
			return opts, fmt.Errorf("--as-of: %w", err)
		}
	}
	if name := c.String("layout"); name != "" {
		if opts.Layout, err = findLayout(name); err != nil {
			return opts, fmt.Errorf("--layout: %w", err)
		}
	}
	return opts, checkJobs(c)
}

func checkJobs(c *cli.Context) error {
	if n := c.Int("jobs"); n < 1 || n > 256 {
		return fmt.Errorf("--jobs %d is not between 1 and 256", n)
	}
	return nil
}

func makeHint(err error) error {
	switch {
	case errors.Is(err, decoys.ErrRecipient):
		return hint(err, "give --again if another copy is meant")
	case errors.Is(err, decoys.ErrTooFew):
		return hint(err, "give a smaller --count: decoys stand beside rows in plain letters, whose street has a house number to spare")
	case errors.Is(err, decoys.ErrChanged):
		return hint(err, "run the command again; nothing was written")
	}
	return err
}

// rowProgress tells how far the reading of a file is.
func (p *program) rowProgress() func(done, total, rows int64) {
	bar := p.ui.progress()
	return func(done, total, rows int64) {
		if bar.due() {
			said := "writing"
			if rows > 0 {
				said = group(rows) + " rows"
			}
			bar.show(done, total, said)
		}
	}
}

func (p *program) tellMade(c *cli.Context, opts *decoys.MakeOptions, m *decoys.Made, fresh bool) {
	w := p.stdout
	fmt.Fprintf(w, "copy:       %s, for %s: %s rows\nSHA-256:    %s\n", opts.Out, opts.Recipient, group(m.Rows), m.SHA256)
	fmt.Fprintf(w, "decoys:     %s in %s parts of the roll", group(int64(m.Planted())), group(int64(m.Counties)))
	if m.Pool > 0 {
		fmt.Fprintf(w, "; %s only this copy has, %s are of the pool", group(int64(m.Owned)), group(int64(m.Carried)))
	}
	fmt.Fprintf(w, "\nregister:   %s; its %s controls are planted nowhere\n", c.String("register"), group(int64(m.Controls)))
	for _, s := range m.Proves() {
		fmt.Fprintf(w, "proves:     %s\n", s)
	}
	if m.Unpacked {
		fmt.Fprintln(w, "note:       the file was packed, and the copy is plain")
	}
	if fresh {
		fmt.Fprintf(w, "next:       keep two copies of the register and of its key %s, in two hands: without them no leak can be traced\n", registerKeyPath(c))
	}
}

// layoutOfLeak says how the flag is given to who gives it as other commands, which read
// several files, take it.
func layoutOfLeak(name string, err error) error {
	err = fmt.Errorf("--layout: %w", err)
	if _, id, named := strings.Cut(name, "="); named {
		return hint(err, "there is one LEAK, which the flag does not name: such as --layout "+id)
	}
	return err
}

func (p *program) findDecoys(c *cli.Context) error {
	if err := wantArgs(c, 1, 1, "LEAK"); err != nil {
		return err
	}
	opts := decoys.FindOptions{Jobs: c.Int("jobs"), Progress: p.rowProgress()}
	err := checkJobs(c)
	if name := c.String("layout"); name != "" && err == nil {
		if opts.Layout, err = findLayout(name); err != nil {
			err = layoutOfLeak(name, err)
		}
	}
	if err != nil {
		return err
	}
	sent, err := readReleaseLog(c.String("release-log"))
	if err != nil {
		return err
	}
	r, err := p.needRegister(c)
	if err != nil {
		return err
	}
	found, err := decoys.Find(c.Context, r, c.Args().First(), opts)
	p.ui.clear()
	if err != nil {
		return err
	}
	answer := foundAnswer{p: p, path: c.Args().First(), found: found, sent: sent}
	answer.unmarked, answer.logged = unmarked(r, sent)
	if c.Bool("json") {
		err = answer.lines()
	} else {
		answer.text()
	}
	if err != nil {
		return err
	}
	return answer.code()
}

func readReleaseLog(path string) ([]decoys.Sent, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the release log: %w", err)
	}
	defer f.Close()
	sent, err := decoys.ReadLog(f)
	if err != nil {
		return nil, fmt.Errorf("reading the release log %q: %w", path, err)
	}
	return sent, nil
}

// unmarked counts the copies of the log, and those of them that the register does not
// know.
func unmarked(r *decoys.Register, sent []decoys.Sent) (n, of int) {
	known := map[string]bool{}
	for _, rel := range r.Releases {
		for _, c := range rel.Copies {
			known[c.SHA256] = true
		}
	}
	counted := map[string]bool{}
	for _, s := range sent {
		if !counted[s.SHA256] {
			counted[s.SHA256] = true
			of++
			if !known[s.SHA256] {
				n++
			}
		}
	}
	return n, of
}

func (p *program) listDecoys(c *cli.Context) error {
	if err := wantArgs(c, 0, 0, ""); err != nil {
		return err
	}
	r, err := p.needRegister(c)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return p.registerLines(r)
	}
	w := p.stdout
	fmt.Fprintf(w, "register:   %s\n", r.ID)
	for _, rel := range r.Releases {
		fmt.Fprintf(w, "release:    %s, %s rows, SHA-256 %s\n", harmless(rel.File), group(rel.Rows), rel.SHA256)
		for _, cp := range rel.Copies {
			fmt.Fprintf(w, "   %s  %-30s %s of its own", cp.Date, harmless(cp.Recipient), group(int64(len(cp.Owned))))
			if cp.Shared {
				fmt.Fprintf(w, ", %s of a pool of %s", group(int64(r.Carried(&rel, cp.Recipient))), group(int64(len(rel.Pool))))
			}
			fmt.Fprintf(w, "\n      SHA-256 %s\n", cp.SHA256)
		}
	}
	return nil
}

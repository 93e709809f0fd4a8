package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/audit/tell"
	"rollcheck/rollindex/voterfile"
)

const auditExit = `EXIT STATUS:
   0    the release passes; with --verify, the sign-off is genuine, says so, and is of the files named
   1    it does not: something in it may not go out; with --verify, the sign-off says so, or is not of a file
   2    an error: a file could not be read, or the rules contradict themselves
   130  interrupted`

func (p *program) auditCommand() *cli.Command {
	return &cli.Command{
		Name:      "audit",
		Usage:     "whether a release may go out: its columns by the rules, and what is in them whatever they are called",
		ArgsUsage: "FILE|DIR...",
		Description: "Holds every column of a release against the rules: those of a state's public record, or of a file that the\n" +
			"office writes. What is open to anybody passes; what is open to some passes for the class that\n" +
			"--recipient-class names; what nobody knows fails. Then it looks into the columns and does not believe their\n" +
			"names: for social security numbers, licence numbers, birth dates, e-mail addresses, phone numbers, texts that\n" +
			"somebody wrote, and for what files hold and do not show. A directory is audited with all files in it, and each\n" +
			"must be a table. A column is told by rates, never by one match. No value of a row is shown, only lines:\n" +
			"the first ten of a violation, and with --json or --csv all, up to 10,000 (of a column with more such rows, ten).\n" +
			"A file that by its layout, or by most of its rows, is of another state than the rules fails: they cannot judge it.\n" +
			"The classes of recipients that public records speak of: " + strings.Join(audit.Classes(), ", ") + ".\n\n" +
			"With --protected, nobody on the office's list may be in it, nor anybody at their addresses; nobody under 18 may be in\n" +
			"any. With --risk, it is measured what each file lets others link. Marked copies are audited with their --register:\n" +
			"decoys count nowhere.\n\n" +
			"A file of rules is such as this. What it does not list is judged by the public record of its jurisdiction, and may\n" +
			"not go out if it names none. A waiver may be of one file (\"file\") or of single rows (\"lines\").\n" +
			rulesExample + "\n" +
			"The kinds of columns: " + kindNames() + ".\n\n" +
			"Signing off:\n" +
			"   rollcheck audit FILE --rules US-GA --recipient \"Party A\" --release-log LOG --sign NOTE --html REPORT\n" +
			"   rollcheck audit --verify NOTE --trust KEY [FILE|DIR...] who signed it, what it says, and whether it is of these\n" +
			"A release that passes is entered in LOG: who got which file, with how many decoys. NOTE holds the whole answer as\n" +
			"JSON lines, signed with the key of \"rollcheck key signing\", whether it passes or not.\n\n" + auditExit,
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "rules", Usage: "`STATE|FILE`: a state (such as US-GA) by its public record, or a file of rules"},
			&cli.StringFlag{Name: "as-of", Usage: "`DATE` (YYYY-MM-DD) of the release, whose rules count", DefaultText: "today"},
			&cli.StringFlag{Name: "recipient-class", Usage: "`CLASS` of recipient that the release is for", DefaultText: "anybody"},
			&cli.BoolFlag{Name: "risk", Usage: "measure what each file lets others link: k-anonymity, what each column adds, what would change"},
		}, watchFlags(), []cli.Flag{
			registerFlag(),
			&cli.StringFlag{Name: "recipient", Usage: "`NAME` of who gets the release, for the log", DefaultText: "whom the register has the copy for"},
			&cli.StringFlag{Name: "release-log", Usage: "if it passes, append who got which file to `LOG`, a JSON line each; it holds no decoy"},
			&cli.StringFlag{Name: "html", Usage: "write a report to `FILE`: one page, without script, that replaces what is there"},
			&cli.StringFlag{Name: "csv", Usage: "write violations and columns as one table for spreadsheets to `FILE`, replacing it"},
			&cli.StringFlag{Name: "sign", Usage: "write the answer, signed, to `NOTE`, replacing it"},
			&cli.StringFlag{Name: "verify", Usage: "read the signed `NOTE` of an audit, in place of auditing"},
			&cli.StringFlag{Name: "trust", Usage: "`KEY` (its text, or a file) that the note must be signed with"},
			&cli.StringSliceFlag{Name: "layout", Usage: "`FILE=LAYOUT`: the ID of a built-in layout or a layout file for one of the files, instead of detecting one (may be repeated)"},
			&cli.StringFlag{Name: "memory", Value: "400MiB", Usage: "memory budget; what goes beyond it is spilled to disk, encrypted"},
			&cli.IntFlag{Name: "jobs", Value: runtime.NumCPU(), Usage: "files' parts looked at side by side"},
			&cli.StringFlag{Name: "temp-dir", Usage: "`DIR` to spill to", DefaultText: "the system's"},
		}, signingFlags()),
		Action: func(c *cli.Context) error {
			if c.IsSet("verify") || c.IsSet("trust") {
				return only(c, p.verifyAudit, "verify", "trust")
			}
			if err := wantArgs(c, 1, -1, "a FILE"); err != nil {
				return err
			}
			return p.audit(c)
		},
	}
}

func (p *program) audit(c *cli.Context) error {
	day, asOf, err := releaseDay(c)
	if err != nil {
		return err
	}
	rules, err := auditRules(c.String("rules"), day)
	if err != nil {
		return err
	}
	inputs, err := auditInputs(c, asOf)
	if err != nil {
		return err
	}
	opts, err := p.auditOptions(c, rules, asOf)
	if err != nil {
		return err
	}
	sign, err := p.newSignOff(c, inputs)
	if err != nil {
		return err
	}
	opts.Ignore = sign.decoys()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(opts.Memory + runtimeMemory))
	opts.Progress = p.comparisonProgress("file", pathsOf(inputs))
	res, err := audit.Run(c.Context, inputs, rules, opts)
	p.ui.clear()
	if errors.Is(err, voterfile.ErrNoLayout) || errors.Is(err, voterfile.ErrNotText) {
		return hint(err, "what cannot be read as a table cannot be audited: take it out of the release, or name its layout with --layout FILE=LAYOUT")
	} else if err != nil {
		return err
	}
	var decoys int64
	for _, f := range res.Files {
		decoys += f.Ignored
	}
	p.warnNoDecoys(sign.register, decoys)
	sent, err := sign.sent(res)
	if err != nil {
		return err
	}
	err = p.tellPage(c, tell.Audited(res, "rollcheck "+version()), func(w io.Writer) error { return tell.AuditCSV(w, res) },
		func() error { return auditLines(p.stdout, res) })
	if err == nil {
		err = sign.off(res, sent)
	}
	if err == nil && !res.Passed() {
		err = exitCode(exitNotFound)
	}
	return err
}

func (p *program) auditOptions(c *cli.Context, rules *audit.Rules, asOf hashing.Date) (opts audit.Options, err error) {
	opts = audit.Options{Jobs: c.Int("jobs"), TempDir: c.String("temp-dir"), Recipient: c.String("recipient-class"), Risk: c.Bool("risk")}
	if opts.Memory, err = checkMeans(c); err != nil {
		return opts, err
	}
	if opts.Recipient != "" && !rules.HasClass(opts.Recipient) {
		return opts, hint(fmt.Errorf("--recipient-class %q is no class that the rules speak of", opts.Recipient),
			"public records speak of "+strings.Join(audit.Classes(), ", ")+"; a file of rules may name others")
	}
	if asOf.Year == 0 {
		y, m, d := time.Now().Date()
		asOf = hashing.Date{Year: uint16(y), Month: uint8(m), Day: uint8(d)}
	}
	opts.Watch, err = p.watch(c, asOf)
	return opts, err
}

// releaseDay returns the day of the release, and the day that its data is judged as
// of: the same, if it is given.
func releaseDay(c *cli.Context) (catalogue.Date, hashing.Date, error) {
	given := c.String("as-of")
	if given == "" {
		return catalogue.Date(time.Now().Format(time.DateOnly)), hashing.Date{}, nil
	}
	d, err := parseDay(given)
	if err != nil {
		return "", d, fmt.Errorf("--as-of: %w", err)
	}
	return catalogue.Date(given), d, nil
}

// auditRules returns the rules of a state, or of a file.
func auditRules(name string, day catalogue.Date) (*audit.Rules, error) {
	if name == "" {
		return nil, hint(errors.New("audit: --rules is missing"), "a state, such as --rules US-GA, or a file of rules")
	}
	if _, ok := catalogue.Jurisdiction(name); ok {
		return audit.RulesOf(name, day)
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hint(fmt.Errorf("--rules: %q is no state with a public record, and there is no such file", name), "such as --rules US-GA")
	} else if err != nil {
		return nil, fmt.Errorf("--rules: %w", err)
	}
	defer f.Close()
	var read bytes.Buffer
	rules, err := audit.ReadRules(io.TeeReader(f, &read), day)
	if err == nil {
		return rules, nil
	}
	err = fmt.Errorf("--rules %q: %w", name, err)
	var syntax *json.SyntaxError
	var sort *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		err = fmt.Errorf("%w, in line %d", err, lineOf(read.Bytes(), syntax.Offset-1))
	case errors.As(err, &sort):
		err = fmt.Errorf("%w, in line %d", err, lineOf(read.Bytes(), sort.Offset-1))
	case errors.Is(err, io.ErrUnexpectedEOF):
		text := bytes.TrimRight(read.Bytes(), " \t\r\n")
		err = fmt.Errorf("--rules %q: %w: the file breaks off in line %d: a brace, bracket or quote is not closed", name, audit.ErrRules, lineOf(text, int64(len(text))))
	case errors.Is(err, io.EOF):
		err = fmt.Errorf("--rules %q: %w: the file is empty", name, audit.ErrRules)
	}
	if errors.Is(err, audit.ErrRules) {
		err = hint(err, "\"rollcheck help audit\" has an example")
	}
	return nil, err
}

// lineOf returns the number of the line that a byte of a text stands in.
func lineOf(text []byte, at int64) int {
	return 1 + bytes.Count(text[:min(max(at, 0), int64(len(text)))], []byte("\n"))
}

// rulesExample is a file of rules, for offices to begin with.
const rulesExample = `{"version": "2026-3", "jurisdiction": "US-GA", "sources": ["O.C.G.A. 21-2-225"], "birth_date": "year",
 "columns": [{"kind": "phone", "rule": "deny", "why": "not in the file on sale"},
             {"kind": "party", "rule": "recipients", "recipients": ["party"], "why": "for parties only"}],
 "names":   [{"column": "Batch", "rule": "allow", "why": "number of the export"}],
 "waivers": [{"rule": "email", "column": "Contact", "reason": "the offices' own", "name": "Records Officer", "until": "2026-12-31"}]}`

// kindNames lists what rules can be of.
func kindNames() string {
	var names []string
	for _, k := range field.Kinds() {
		names = append(names, k.String())
	}
	return strings.Join(names, ", ")
}

// auditInputs returns the files named, and all files of the directories named: none
// is passed over, since it would go out with the others.
func auditInputs(c *cli.Context, asOf hashing.Date) (inputs []audit.Input, err error) {
	for _, arg := range c.Args().Slice() {
		before := len(inputs)
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return fmt.Errorf("audit: there is no file %q", path)
			case err != nil:
				return fmt.Errorf("audit: %w", err)
			case path == arg && d.Type()&fs.ModeSymlink != 0 && !isFile(arg):
				return hint(fmt.Errorf("audit: %q is a link to a directory", path), "name the directory itself")
			case !d.IsDir() && (path != arg && !d.Type().IsRegular() || !isFile(path)):
				return hint(fmt.Errorf("audit: %q is no regular file", path), "take it out of the release: what cannot be read cannot be audited")
			case d.IsDir():
				return nil
			}
			inputs = append(inputs, audit.Input{Path: path, AsOf: asOf})
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(inputs) == before {
			return nil, fmt.Errorf("audit: there is no file in the directory %q", arg)
		}
	}
	for i := range inputs {
		for _, earlier := range inputs[:i] {
			if sameFile(inputs[i].Path, earlier.Path) {
				return nil, fmt.Errorf("audit: %q and %q are one file", earlier.Path, inputs[i].Path)
			}
		}
	}
	return inputs, giveLayouts(c, inputs)
}

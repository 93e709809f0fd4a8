package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"
	"golang.org/x/mod/sumdb/note"

	"rollcheck/hashing"
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/audit/decoys"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/voterfile"
)

// signOff is what becomes of an audit that has ended: a signed note, an entry in the
// release log. All that it needs is looked for before the audit begins.
type signOff struct {
	p         *program
	note      string // "" for none
	signer    note.Signer
	log       string // "" for none
	recipient string
	register  *decoys.Register // nil if none was given
}

func (p *program) newSignOff(c *cli.Context, inputs []audit.Input) (*signOff, error) {
	s := &signOff{p: p, note: c.String("sign"), log: c.String("release-log"), recipient: c.String("recipient")}
	read := []string{c.String("register"), c.String("protected"), c.String("previous-protected"), c.String("substitute-addresses")}
	for _, in := range inputs {
		read = append(read, in.Path)
	}
	if err := checkOutputs(c, []string{"html", "csv", "sign", "release-log"}, slices.DeleteFunc(read, func(path string) bool { return path == "" })); err != nil {
		return nil, err
	}
	err := outsideRelease(c, "html", "csv", "sign", "release-log")
	if err != nil {
		return nil, err
	}
	if s.register, err = p.openRegister(c); err != nil {
		return nil, err
	}
	switch {
	case s.log == "" && s.recipient != "":
		return nil, errors.New("audit: --recipient goes with --release-log")
	case s.log != "" && s.recipient == "" && s.register == nil:
		return nil, hint(errors.New("audit: --release-log needs to know who gets the release"), "name them with --recipient, or give the --register that the copy is in")
	}
	if s.log != "" {
		if _, err := readReleaseLog(s.log); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if s.note == "" {
		return s, nil
	}
	path, err := p.signingKeyPath(c)
	if err != nil {
		return nil, err
	}
	name, _ := operatorName("", path)
	s.signer, _, err = p.signer(c, name)
	return s, err
}

// outsideRelease refuses outputs in a directory that is audited: they would go out with
// it, and nobody would have audited them.
func outsideRelease(c *cli.Context, flags ...string) error {
	for _, flag := range flags {
		for _, arg := range c.Args().Slice() {
			if path := c.String(flag); path != "" && isWithin(path, arg) {
				return hint(fmt.Errorf("audit: --%s %q is in the directory %q that is audited, and would go out with it", flag, path, arg), "name a place elsewhere")
			}
		}
	}
	return nil
}

// isWithin reports whether a file, which need not be there, is below a directory.
func isWithin(path, dir string) bool {
	real := func(dir string) string {
		dir, err := filepath.EvalSymlinks(dir)
		if err == nil {
			dir, err = filepath.Abs(dir)
		}
		if err != nil {
			return ""
		}
		return dir
	}
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	rel, err := filepath.Rel(real(dir), real(filepath.Dir(path)))
	return err == nil && filepath.IsLocal(rel)
}

// decoys returns what tells the decoys of the register, nil if none was given.
func (s *signOff) decoys() func(*voterfile.Record) bool {
	if s.register == nil {
		return nil
	}
	return s.register.Screen().Decoy
}

// off signs the result, and at last, when all else is written, enters in the log what
// passed.
func (s *signOff) off(res *audit.Result, sent []decoys.Sent) error {
	if s.note != "" {
		var text bytes.Buffer
		if err := auditLines(&text, res); err != nil {
			return err
		}
		signed, err := note.Sign(&note.Note{Text: text.String()}, s.signer)
		if err != nil {
			return fmt.Errorf("signing: %w", err)
		}
		if err := replace(s.note, func(w io.Writer) error { _, err := w.Write(signed); return err }); err != nil {
			return fmt.Errorf("writing --sign %q: %w", s.note, err)
		}
	}
	if s.log == "" {
		return nil
	}
	if !res.Passed() {
		s.p.ui.warn("it does not pass: nothing was entered in the release log")
		return nil
	}
	before, err := readReleaseLog(s.log)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	sent = slices.DeleteFunc(sent, func(e decoys.Sent) bool {
		known := slices.Contains(before, e)
		if known {
			s.p.ui.warn("%q is in the release log already, as sent to %q on that day: it was not entered again", e.File, e.Recipient)
		}
		return known
	})
	if err := decoys.AppendRelease(s.log, sent...); err != nil {
		return hint(err, "enter it by hand before the release goes out")
	}
	return nil
}

// sent returns the entries of the log. A copy that the register does not have, or has
// for somebody else, is an error: it must not go out by mistake.
func (s *signOff) sent(res *audit.Result) (all []decoys.Sent, err error) {
	if s.log == "" {
		return nil, nil
	}
	for _, f := range res.Files {
		e := decoys.Sent{Date: string(res.Rules.Date()), Recipient: s.recipient, File: filepath.Base(f.Path), Rows: f.Rows}
		for _, source := range f.Sources {
			e.SHA256 = source.SHA256
		}
		if s.register != nil {
			to, planted, ok := s.register.CopyOf(e.SHA256)
			switch {
			case !ok:
				return nil, hint(fmt.Errorf("audit: %q is no copy that the register knows", f.Path), "mark it with \"rollcheck decoys make\", or enter it as it is, without --register")
			case s.recipient != "" && to != s.recipient:
				return nil, hint(fmt.Errorf("audit: %q is the copy for %q, not for %q", f.Path, to, s.recipient), "give each recipient the copy that is theirs")
			}
			e.Recipient, e.Register, e.Planted = to, s.register.ID, planted
		}
		all = append(all, e)
	}
	return all, nil
}

// signed is what a signed note says of an audit.
type signed struct {
	Passed   bool
	Verdict  string
	Signer   string
	Print    string
	files    []signedFile
	complete bool
}

// signedFile is a file that was audited, by the digest of what was read.
type signedFile struct{ name, sha256 string }

// as returns the name under which a file was audited: its own, if files are alike.
func (s *signed) as(path, sum string) (name string, ok bool) {
	for _, f := range s.files {
		if f.sha256 == sum && (!ok || filepath.Base(f.name) == filepath.Base(path)) {
			name, ok = f.name, true
		}
	}
	return name, ok
}

// verifyAudit says who signed an audit, what it found, and whether it is of the files
// that are given.
func (p *program) verifyAudit(c *cli.Context) error {
	if c.String("verify") == "" || c.String("trust") == "" {
		return hint(errors.New("audit: --verify goes with --trust"), "name the note, and the key that its office publishes")
	}
	key, err := readTrust(c.String("trust"))
	if err != nil {
		return err
	}
	s, err := readSigned(c.String("verify"), key)
	if err != nil {
		return err
	}
	j := (*jsonLines)(nil)
	if c.Bool("json") {
		j = p.jsonLines("audit")
	} else {
		fmt.Fprintf(p.stdout, "signed by:  %s, fingerprint %s\n%s\n", s.Signer, s.Print, harmless(s.Verdict))
	}
	inputs, err := auditInputs(c, hashing.Date{})
	if err != nil {
		return err
	}
	all := true
	for _, in := range inputs {
		path := in.Path
		sum, err := sha256Of(path)
		if err != nil {
			return err
		}
		name, ok := s.as(path, sum)
		all = all && ok
		switch {
		case j != nil:
			j.write(fields{"type": "file", "file": path, "sha256": sum, "audited": ok, "as": name})
		case ok:
			fmt.Fprintf(p.stdout, "%s: it is of this file, audited as %s.\n", path, harmless(name))
		default:
			fmt.Fprintf(p.stdout, "%s: IT IS NOT OF THIS FILE. SHA-256 %s is none of those that were audited.\n", path, sum)
		}
	}
	if len(inputs) == 0 {
		for _, f := range s.files {
			if j != nil {
				j.write(fields{"type": "audited", "file": f.name, "sha256": f.sha256})
			} else {
				fmt.Fprintf(p.stdout, "audited:    %s, SHA-256 %s\n", harmless(f.name), f.sha256)
			}
		}
	}
	if j != nil {
		if err := j.done(fields{"signer": s.Signer, "fingerprint": s.Print, "passed": s.Passed, "verdict": s.Verdict, "of_all_files": all}); err != nil {
			return err
		}
	}
	if !s.Passed || !all {
		return exitCode(exitNotFound)
	}
	return nil
}

// maxNote bounds a signed note: that of a release of a thousand files takes about 20 MB.
const maxNote = 256 << 20

func readSigned(path string, key *lookup.TrustedKey) (*signed, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--verify: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxNote+1))
	if err != nil {
		return nil, fmt.Errorf("--verify %q: %w", path, err)
	}
	if len(b) > maxNote {
		return nil, fmt.Errorf("--verify %q: it is larger than any note of an audit", path)
	}
	text, err := key.Open(b)
	if err != nil {
		return nil, hint(fmt.Errorf("--verify %q: %w", path, err), "ask the office for its key and the note again, by another way; until then the note says nothing")
	}
	s := &signed{Signer: key.Name(), Print: key.Fingerprint()}
	if err := s.read(text); err != nil || !s.complete {
		return nil, fmt.Errorf("--verify %q: it is signed, and not the note of an audit", path)
	}
	return s, nil
}

// read reads the lines of an audit.
func (s *signed) read(text []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for n := 0; lines.Scan(); n++ {
		var l struct{ Type, Command, Text string }
		var file struct {
			File    string
			Sources []struct{ SHA256 string }
		}
		var done struct{ Passed bool }
		err := json.Unmarshal(lines.Bytes(), &l)
		switch {
		case err != nil:
		case n == 0 && (l.Type != "start" || l.Command != "audit"):
			err = errors.New("of another command")
		case l.Type == "file":
			err = json.Unmarshal(lines.Bytes(), &file)
			for _, source := range file.Sources {
				s.files = append(s.files, signedFile{file.File, source.SHA256})
			}
		case l.Type == "headline":
			s.Verdict = l.Text // the last
		case l.Type == "done":
			err = json.Unmarshal(lines.Bytes(), &done)
			s.Passed, s.complete = done.Passed, true
		}
		if err != nil {
			return err
		}
	}
	return lines.Err()
}

func sha256Of(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("audit: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("audit: %q: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

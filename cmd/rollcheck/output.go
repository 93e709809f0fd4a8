package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"rollcheck/rollindex/report"
)

// outputs are files that a command writes beside its answer, by flag.
type outputs []output

type output struct {
	flag, path string
	write      func(io.Writer) error
}

// checkOutputs refuses what cannot be written, or must not be: a file that is
// being read, two outputs in one file. It is asked before the work begins.
func checkOutputs(c *cli.Context, flags, inputs []string) error {
	var taken []string
	for _, flag := range flags {
		path := c.String(flag)
		if path == "" {
			if c.IsSet(flag) {
				return fmt.Errorf("--%s names no file", flag)
			}
			continue
		}
		for _, in := range inputs {
			if sameFile(path, in) {
				return hint(fmt.Errorf("--%s %q is one of the files that are read", flag, path), "name another file; what is read is never written to")
			}
		}
		for _, other := range taken {
			if sameFile(path, other) {
				return fmt.Errorf("--%s %q is already the file of another flag", flag, path)
			}
		}
		taken = append(taken, path)
		info, err := os.Stat(path)
		if err == nil && !info.Mode().IsRegular() {
			return fmt.Errorf("--%s %q is not a file that can be replaced", flag, path)
		}
		if err := checkDirectory(flag, path); err != nil {
			return err
		}
	}
	return nil
}

// checkDirectory refuses a file in a directory that is none.
func checkDirectory(flag, path string) error {
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || !dir.IsDir() {
		return fmt.Errorf("--%s %q: there is no directory %q", flag, path, filepath.Dir(path))
	}
	return nil
}

// checkNew refuses a file that is there: what holds secrets replaces nothing. It is
// asked before the work begins; the writing is what makes sure.
func checkNew(flag, path string) error {
	if path == "" {
		return fmt.Errorf("--%s names no file", flag)
	}
	if _, err := os.Lstat(path); err == nil {
		return hint(fmt.Errorf("--%s %q is there already", flag, path), "name a new file, or remove this one first")
	}
	return checkDirectory(flag, path)
}

// sameFile reports whether two names are of one file, through links also. Of files
// that are not there yet, the names count.
func sameFile(a, b string) bool {
	ia, erra := os.Stat(a)
	ib, errb := os.Stat(b)
	if erra == nil && errb == nil {
		return os.SameFile(ia, ib)
	}
	absa, erra := filepath.Abs(a)
	absb, errb := filepath.Abs(b)
	return erra == nil && errb == nil && absa == absb
}

// tellPage writes the page and the table that --html and --csv ask for, and tells the
// page itself: as text, or as lines of JSON.
func (p *program) tellPage(c *cli.Context, page *report.Page, csv func(io.Writer) error, lines func() error) error {
	outs := outputs{{"html", c.String("html"), page.HTML}, {"csv", c.String("csv"), csv}}
	if err := outs.write(); err != nil {
		return err
	}
	if c.Bool("json") {
		return lines()
	}
	_, err := p.stdout.WriteString(page.Text(p.pageWidth()))
	return err
}

// write writes the files that have a name, each whole or not at all.
func (outs outputs) write() error {
	for _, o := range outs {
		if o.path == "" {
			continue
		}
		if err := replace(o.path, o.write); err != nil {
			return fmt.Errorf("writing --%s %q: %w", o.flag, o.path, err)
		}
	}
	return nil
}

// replace writes a file beside path and renames it there.
func replace(path string, write func(io.Writer) error) (err error) {
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return f.Close()
}

// createBeside makes a new file with the mode that the user's mask gives, which
// os.CreateTemp does not.
func createBeside(path string) (*os.File, error) {
	for n := 0; ; n++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.tmp-%d-%d", path, os.Getpid(), n), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) || n == 100 {
			return f, err
		}
	}
}

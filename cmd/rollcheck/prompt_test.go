//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// tty is a pseudo-terminal that a process is controlled by.
type tty struct {
	f  *os.File
	mu sync.Mutex
	b  bytes.Buffer // all that was shown; guarded by mu
}

// startOnTerminal starts a process that has a terminal of its own.
func (s *site) startOnTerminal(args ...string) (*process, *tty) {
	s.t.Helper()
	f, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		s.t.Skipf("no pseudo-terminal: %v", err)
	}
	n, err := unix.IoctlGetUint32(int(f.Fd()), unix.TIOCGPTN)
	s.check(err)
	s.check(unix.IoctlSetPointerInt(int(f.Fd()), unix.TIOCSPTLCK, 0))
	other, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	s.check(err)
	p := s.command(args...)
	p.Stdin, p.Stderr = other, other
	p.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p.begin()
	s.check(other.Close())
	t := &tty{f: f}
	s.t.Cleanup(func() { f.Close() })
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := f.Read(b)
			t.mu.Lock()
			t.b.Write(b[:n])
			t.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return p, t
}

// shown waits until the terminal shows text and reports whether it did.
func (t *tty) shown(text string) bool {
	for range 500 {
		if strings.Contains(t.text(), text) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// text returns all that was shown so far.
func (t *tty) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// echoes reports whether the terminal shows what is typed.
func (t *tty) echoes() bool {
	state, err := unix.IoctlGetTermios(int(t.f.Fd()), unix.TCGETS)
	return err == nil && state.Lflag&unix.ECHO != 0
}

// Ctrl-C at a question ends the program, and leaves the terminal as it was.
func TestInterruptedPrompt(t *testing.T) {
	t.Parallel()
	s := newIndex(t)
	s.ingestRoll("d")
	for _, tc := range []struct {
		question string
		args     []string
	}{
		{"Last name: ", []string{"check"}},
		{"new passphrase of the key: ", []string{"init", "--index", s.path("other"), "--key-file", s.path("otherkey")}},
	} {
		p, terminal := s.startOnTerminal(tc.args...)
		if !terminal.shown(tc.question) {
			t.Fatalf("%q does not ask %q", tc.args, tc.question)
		}
		_, err := terminal.f.WriteString("\x03")
		s.check(err)
		if p.running(5 * time.Second) {
			t.Fatalf("%q goes on asking after Ctrl-C", tc.args)
		}
		p.end().want(130)
		if !terminal.shown("interrupted") || strings.Contains(terminal.text(), "the index is") { // nobody asked about an index
			t.Errorf("%q says, when it is interrupted:\n%s", tc.args, terminal.text())
		}
		if !terminal.echoes() {
			t.Errorf("%q left the terminal without echo", tc.args)
		}
	}
	for _, path := range []string{s.path("other"), s.path("otherkey")} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("the interrupted init left %s", path)
		}
	}
}

// A dataset that is removed while a person is asked is searched all the same:
// its file was opened before.
func TestRemovedWhileAsking(t *testing.T) {
	t.Parallel()
	s := newIndex(t)
	s.ingestRoll("d")
	p, terminal := s.startOnTerminal("check")
	if !terminal.shown("Last name: ") {
		t.Fatal("check does not ask")
	}
	s.run("datasets", "remove", "d").want(0)
	_, err := terminal.f.WriteString("Quackenbush-Demo\nZebulon\n\n1971-02-03\n32301\n\n\n\n\n\n\n\n")
	s.check(err)
	if r := p.end().want(1); !strings.Contains(r.stdout, "NOT FOUND in d") || strings.Contains(strings.ToLower(r.stdout), "damage") {
		t.Errorf("the answer is\n%s", r.stdout)
	}
	s.run("check").want(2).says("there is no dataset to search")
}

// ingestRoll ingests a small roll as a dataset.
func (s *site) ingestRoll(dataset string) {
	s.t.Helper()
	roll, _ := makeRoll(s.t, "fl-extract", 300, 5)
	s.ingest(dataset, s.file(dataset+".txt", roll))
}

// What 8/10/1949 may mean, month first.
func TestDatesMeant(t *testing.T) {
	for given, want := range map[string]string{
		"8/10/1949": "1949-08-10 1949-10-08", "08-10-1949": "1949-08-10 1949-10-08", "8/8/1949": "1949-08-08", "13.8.1949": "1949-08-13",
		"2/30/1949": "", "1949-08-10": "", "8/10/49": "", "": "", "1949": "",
	} {
		var got []string
		for _, date := range datesMeant(given) {
			got = append(got, date.Format(time.DateOnly))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q may mean %q, want %q", given, got, want)
		}
	}
}

// Colour is for terminals, and only for those who did not decline it.
func TestColour(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		env    []string
		args   []string
		colour bool
	}{
		{[]string{"TERM=xterm"}, []string{"nope"}, true},
		{[]string{"TERM=xterm", "NO_COLOR=1"}, []string{"nope"}, false},
		{[]string{"TERM=xterm", "NO_COLOR="}, []string{"nope"}, true}, // set, but empty: no-color.org
		{[]string{"TERM=dumb"}, []string{"nope"}, false},
		{[]string{"TERM=xterm"}, []string{"datasets", "show", "--no-color"}, false},
	} {
		s := newSite(t)
		s.env = append(slices.DeleteFunc(s.env, func(v string) bool { return v == "NO_COLOR=1" }), tc.env...)
		p, terminal := s.startOnTerminal(tc.args...)
		if !terminal.shown("hint: ") {
			t.Fatalf("%q says no error and no hint", tc.args)
		}
		p.end().want(2)
		if got := strings.Contains(terminal.text(), "\x1b["); got != tc.colour {
			t.Errorf("%q with %q: colour %v, want %v", tc.args, tc.env, got, tc.colour)
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"rollcheck/rollindex/exposure"
)

// question is asked about one detail of a person. An empty answer skips it.
type question struct {
	field, ask string
	set        func(*exposure.Person, string)
	put        string // what went wrong, as it is put to somebody who typed it; "" for the library's words
}

var questions = []question{
	{"last", "Last name", func(p *exposure.Person, s string) { p.Last = s }, "That is no name that can be searched for."},
	{"first", "First name", func(p *exposure.Person, s string) { p.First = s }, "That is no name that can be searched for."},
	{"middle", "Middle name or initial", func(p *exposure.Person, s string) { p.Middle = s }, ""},
	{"birth_date", "Birth date (such as 1949-08-10, or the year alone)", setBirth, ""},
	{"zip", "ZIP code where you are or were registered", func(p *exposure.Person, s string) { p.ZIP = s }, "That is not a ZIP code: it has five digits, such as 32301."},
	{"state", "State (such as Florida or FL)", func(p *exposure.Person, s string) { p.State = s }, "That is not a state: write its name or its two letters, such as FL."},
	{"address", "House number and street", func(p *exposure.Person, s string) { p.Address = s }, "That is not a house number and a street, such as 12 Main Street."},
	{"phone", "Phone number", func(p *exposure.Person, s string) { p.Phone = s }, "That is not a phone number of the United States: it has ten digits."},
	{"email", "E-mail address", func(p *exposure.Person, s string) { p.Email = s }, "That is not an e-mail address."},
	{"voter_id", "Voter ID number", func(p *exposure.Person, s string) { p.VoterID = s }, ""},
	{"former_last", "Other last names you have used, separated by commas", func(p *exposure.Person, s string) { p.FormerLast = list(s) }, ""},
	{"former_zip", "Other ZIP codes you were registered in, separated by commas", func(p *exposure.Person, s string) { p.FormerZIP = list(s) }, "Five digits each, please, such as 32301, 03225."},
}

func setBirth(p *exposure.Person, s string) {
	p.BirthDate, p.BirthYear = s, ""
	if len(s) == 4 {
		p.BirthDate, p.BirthYear = "", s
	}
}

func list(s string) (items []string) {
	for _, it := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' }) {
		if it = strings.TrimSpace(it); it != "" {
			items = append(items, it)
		}
	}
	return items
}

func questionOf(field string) question {
	for _, q := range questions {
		if q.field == field {
			return q
		}
	}
	panic("no question " + field)
}

// tries is how often one detail is asked for before it is left out.
const tries = 3

// askPerson asks for one person's details on the terminal. What is typed goes
// nowhere but into the check.
func (p *program) askPerson(ctx context.Context) (exposure.Decoder, error) {
	return p.askFor(ctx, "check", "Nothing you type leaves this machine or is stored. Press Enter to skip a question;\n"+
		"the more you answer, the surer the result.\n")
}

// askFor asks for one person's details for a command, once it has said what
// becomes of them.
func (p *program) askFor(ctx context.Context, command, promise string) (exposure.Decoder, error) {
	t, err := openTerminal(ctx)
	if err != nil {
		return nil, hint(errors.New(command+": there is no terminal to ask on"), "give people with --input FILE, or --input - for standard input")
	}
	defer t.Close()
	t.say(promise)
	person, err := t.person(questions)
	if err != nil {
		return nil, err
	}
	return exposure.People(*person), nil
}

// person asks the questions about one person.
func (t *terminal) person(questions []question) (*exposure.Person, error) {
	person := new(exposure.Person)
	for _, q := range questions {
		switch {
		case q.field == "zip" && person.BirthYear != "":
			t.say("A year of birth alone needs a ZIP code too.\n")
		case q.field == "address" && person.ZIP == "":
			continue // it is searched for together with its ZIP code
		}
		if err := t.detail(person, q); err != nil {
			return nil, err
		}
	}
	if err := t.askMissing(person); err != nil {
		return nil, err
	}
	return person, nil
}

// detail asks for one detail until the answer can be used, or goes on without
// it.
func (t *terminal) detail(person *exposure.Person, q question) error {
	for range tries {
		answer, err := t.ask(q.ask)
		if err != nil {
			return err
		}
		if answer, err = t.meant(q, answer); err != nil {
			return err
		}
		q.set(person, answer)
		problem := problemOf(person, q)
		if problem == "" {
			return nil
		}
		t.say(problem + "\n")
	}
	q.set(person, "")
	if q.field != "last" {
		t.say("Going on without it.\n")
	}
	return nil
}

// problemOf returns what is wrong with the answer to a question, "" if nothing.
// An answer is not wrong for being empty.
func problemOf(person *exposure.Person, q question) string {
	problems, notes := person.Review()
	for _, p := range append(problems, notes...) {
		switch {
		case p.Field != q.field && (q.field != "birth_date" || p.Field != "birth_year"):
		case q.field == "last" && person.Last == "":
			return "Every search needs a last name."
		case q.field == "birth_date" && strings.HasPrefix(p.Problem, "not a date ("):
			return "That is not a date: write it such as 1949-08-10 for August 10, 1949."
		case q.put != "":
			return q.put
		default:
			return "That cannot be used: " + p.Problem + "."
		}
	}
	return ""
}

// askMissing asks for what is missing to search at all.
func (t *terminal) askMissing(person *exposure.Person) error {
	for _, field := range []string{"last", "first", "birth_date", "zip"} {
		missing := person.Validate()
		if len(missing) == 0 {
			return nil
		}
		said := map[string]string{"last": person.Last, "first": person.First, "birth_date": person.BirthDate + person.BirthYear, "zip": person.ZIP}[field]
		if said != "" {
			continue
		}
		t.say(map[string]string{
			"last":       "There is nothing to search by without a last name.\n",
			"first":      "That is not enough to search by: give a first name too.\n",
			"birth_date": "That is not enough to search by: give a birth date, or a ZIP code.\n",
			"zip":        "That is not enough to search by: give a ZIP code.\n",
		}[field])
		if err := t.detail(person, questionOf(field)); err != nil {
			return err
		}
	}
	if len(person.Validate()) > 0 {
		return hint(errors.New("check: there is not enough to search by"), "the least is a first and last name with a birth date or a ZIP code")
	}
	return nil
}

// meant asks back when an answer is in a form that may mean something else, and
// returns what is meant: the answer itself when nothing else is.
func (t *terminal) meant(q question, answer string) (string, error) {
	switch {
	case q.field == "birth_date":
		for _, date := range datesMeant(answer) {
			if yes, err := t.confirm(date.Format("January 2, 2006") + "?"); yes || err != nil {
				return date.Format(time.DateOnly), err
			}
		}
	case q.field == "zip" && len(answer) == 4 && strings.Trim(answer, "0123456789") == "":
		if yes, err := t.confirm("Five digits, please; did you mean 0" + answer + "?"); yes || err != nil {
			return "0" + answer, err
		}
	}
	return answer, nil
}

var numericDate = regexp.MustCompile(`^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})$`)

// datesMeant returns the dates that 8/10/1949 may mean: month first, as in the
// United States, then day first.
func datesMeant(s string) (dates []time.Time) {
	m := numericDate.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	for _, order := range [][2]string{{m[1], m[2]}, {m[2], m[1]}} {
		date, err := time.Parse("2006-1-2", m[3]+"-"+order[0]+"-"+order[1])
		if err == nil && (len(dates) == 0 || dates[0] != date) {
			dates = append(dates, date)
		}
	}
	return dates
}

// confirm asks a question whose answer is yes or no.
func (t *terminal) confirm(question string) (bool, error) {
	answer, err := t.ask(question + " (yes/no)")
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}

// terminal is the controlling terminal, so that standard input and output stay
// free for data.
type terminal struct {
	ctx context.Context // of the command that asks
	f   *os.File
	r   *lineReader
}

func openTerminal(ctx context.Context) (*terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &terminal{ctx, f, &lineReader{r: f}}, nil
}

func (t *terminal) Close() error { return t.f.Close() }

func (t *terminal) say(text string) { fmt.Fprint(t.f, harmless(text)) }

func (t *terminal) ask(question string) (string, error) {
	t.say(question + ": ")
	line, err := await(t.ctx, t.r.line)
	if err != nil {
		t.say("\n")
		return "", fmt.Errorf("reading from the terminal: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// lineReader reads lines byte by byte, since what follows a line belongs to
// the next question.
type lineReader struct{ r io.Reader }

const maxAnswer = 4096

func (l *lineReader) line() (string, error) {
	var b [1]byte
	var line []byte
	for len(line) < maxAnswer {
		n, err := l.r.Read(b[:])
		if n == 1 {
			if b[0] == '\n' {
				return string(line), nil
			}
			line = append(line, b[0])
		}
		if err != nil {
			return "", err
		}
	}
	return "", errors.New("the answer is too long")
}

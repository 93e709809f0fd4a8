package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
	"rollcheck/rollindex/exposure/claim"
)

func (p *program) claimCommand() *cli.Command {
	return &cli.Command{
		Name:  "claim",
		Usage: "say what a message that quotes somebody's registration proves",
		Description: "Item by item: was it on the public voter file of that state at that time, and who may have the file; which\n" +
			"documented exposures covered it; a verdict of three (explained by the public record, goes beyond it,\n" +
			"cannot tell); and what to do next. It needs no index and no details, only which kinds of details the\n" +
			"message quoted as proof, and which it only boasted of having.\n\n" +
			"Without --input it asks on the terminal. Input is one JSON object:\n" +
			`   {"states":["FL"],"when":"2020-10-20","quoted":["name","party","address"],"boasted":["vote","email"]}` + "\n" +
			"Name every state where the person is or was registered: many recipients had moved. The date is that of the\n" +
			"message (YYYY-MM-DD, YYYY-MM or YYYY). The fields, for which other common names are taken too, are:\n" +
			wrapNames(claim.DetailNames(), 104) + ".\n\n" +
			"LIMITATIONS:\n" +
			"   It says what the law and the files allow, not where a sender got something. What no source settles is\n" +
			"   \"cannot tell\", and so is what only a weak source says. Phone number and e-mail address are on a public\n" +
			"   file only of voters who gave them to the office, and most do not: a verdict that rests on them says so.\n\n" +
			"EXIT STATUS:\n" +
			"   0    there is an answer, whatever it is\n" +
			"   2    an error, such as a state that is not known",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "input", Usage: "`FILE` with the claim, - for standard input"},
			p.langFlag("the answer"),
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return hint(err, "the claim comes from --input FILE or the terminal, never from arguments")
			}
			return p.claim(c)
		},
	}
}

// langFlag is the flag for the language of what is said to a person.
func (p *program) langFlag(of string) cli.Flag {
	return &cli.StringFlag{Name: "lang", Usage: "en or es: the language of " + of, DefaultText: "that of $LANG, else en"}
}

// lang returns the language asked for, or that of the surroundings.
func (p *program) lang(c *cli.Context) (advice.Lang, error) {
	if s := c.String("lang"); s != "" {
		if l, ok := advice.ParseLang(s); ok {
			return l, nil
		}
		return "", fmt.Errorf("there is no language %q; there are en and es", s)
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if s, _ := p.env(name); s != "" {
			if l, ok := advice.ParseLang(s); ok {
				return l, nil
			}
			break
		}
	}
	return advice.En, nil
}

// latest is the last day that can be meant where none to come is: tomorrow's at
// Greenwich, so that it holds in every time zone. It is no default for today.
func latest() catalogue.Date { return catalogue.Date(tomorrow()) }

func (p *program) claim(c *cli.Context) error {
	lang, err := p.lang(c)
	if err != nil {
		return err
	}
	cl, err := p.readClaim(c, lang)
	if err != nil {
		return err
	}
	report, err := claim.Judge(cl)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		return report.WriteJSON(p.stdout, lang)
	}
	return report.WriteText(p.stdout, lang)
}

func (p *program) readClaim(c *cli.Context, lang advice.Lang) (*claim.Claim, error) {
	path := c.String("input")
	if path == "" {
		return p.askClaim(c.Context, lang)
	}
	in := p.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("reading the claim: %w", err)
		}
		defer f.Close()
		in = f
	}
	cl, err := claim.Read(in, latest())
	if err != nil {
		return nil, hint(err, `such as {"states":["FL"],"when":"2020-10-20","quoted":["name","address"],"boasted":["vote"]}`)
	}
	return cl, nil
}

// claimQuestions are what the terminal asks, in each language.
var claimQuestions = map[advice.Lang]struct{ intro, states, since, when, fields, quoted, boasted, none, nothing string }{
	advice.En: {
		intro:   "Nothing you type leaves this machine or is stored. Do not type any detail itself, only its kind.\n",
		states:  "States where you are or were registered, separated by commas (such as Florida, AK)",
		since:   "Registered there since which year (Enter if you are not sure)",
		when:    "Date of the message (such as 2020-10-20, or the year alone; Enter if not known)",
		fields:  "Kinds of details:\n",
		quoted:  "Which of these did the message quote, that is, show to you (numbers, separated by commas)",
		boasted: "Which did it only say it had",
		none:    "Name at least one.\n",
		nothing: "So it showed you nothing: the answer can then only be that it proved nothing.\n",
	},
	advice.Es: {
		intro:   "Nada de lo que escriba sale de este equipo ni se guarda. No escriba ningún dato, solo de qué tipo es.\n",
		states:  "Estados donde está o estuvo inscrito, separados por comas (por ejemplo Florida, AK)",
		since:   "Inscrito allí desde qué año (Enter si no está seguro)",
		when:    "Fecha del mensaje (por ejemplo 2020-10-20, o solo el año; Enter si no la sabe)",
		fields:  "Tipos de datos:\n",
		quoted:  "Cuáles de estos citó el mensaje, es decir, le mostró (números, separados por comas)",
		boasted: "Cuáles solo dijo tener",
		none:    "Nombre al menos uno.\n",
		nothing: "Entonces no le mostró nada: la respuesta solo puede ser que no demostró nada.\n",
	},
}

// askClaim asks for a claim on the terminal.
func (p *program) askClaim(ctx context.Context, lang advice.Lang) (*claim.Claim, error) {
	t, err := openTerminal(ctx)
	if err != nil {
		return nil, hint(errors.New("claim: there is no terminal to ask on"), "give the claim with --input FILE, or --input - for standard input")
	}
	defer t.Close()
	q := claimQuestions[lang]
	t.say(q.intro)
	var states, quoted, boasted []string
	if err := t.until(q.states, func(s string) error { states = listed(s); return check(states, claim.State, q.none) }); err != nil {
		return nil, err
	}
	var when string
	day := func(s string) (err error) {
		if when, err = t.meant(questionOf("birth_date"), s); err == nil {
			_, err = claim.Day(when, latest())
		}
		return err
	}
	if err := t.until(q.when, day); err != nil {
		return nil, err
	}
	t.say(q.fields)
	for n, name := range claim.DetailNames() {
		d, err := claim.ParseDetail(name)
		if err != nil {
			return nil, err
		}
		t.say(fmt.Sprintf("  %2d  %s\n", n+1, d.Title(lang)))
	}
	if err := t.until(q.quoted, func(s string) error { quoted = chosen(s); return check(quoted, claim.ParseDetail, "") }); err != nil {
		return nil, err
	}
	none := ""
	if len(quoted) == 0 {
		none = q.none
	}
	if len(quoted) == 0 {
		t.say(q.nothing)
	}
	if err := t.until(q.boasted, func(s string) error { boasted = chosen(s); return check(boasted, claim.ParseDetail, none) }); err != nil {
		return nil, err
	}
	return claim.New(states, when, quoted, boasted, latest())
}

// listed returns what stands between commas, or between the words for and.
func listed(s string) []string {
	s = strings.NewReplacer(" and ", ",", " y ", ",", " AND ", ",", " Y ", ",").Replace(s)
	return list(s)
}

// chosen returns the names of details chosen by number or by name.
func chosen(s string) []string {
	names, all := listed(s), claim.DetailNames()
	for i, name := range names {
		if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= len(all) {
			names[i] = all[n-1]
		}
	}
	return names
}

// check returns the first error of parsing the answers, or none if there are no
// answers and that is not empty.
func check[T any](answers []string, parse func(string) (T, error), none string) error {
	if len(answers) == 0 && none != "" {
		return errors.New(strings.TrimSuffix(none, "\n"))
	}
	for _, s := range answers {
		if _, err := parse(s); err != nil {
			return err
		}
	}
	return nil
}

// until asks until the answer can be used, [tries] times at most.
func (t *terminal) until(question string, use func(string) error) (err error) {
	for range tries {
		answer, askErr := t.ask(question)
		if askErr != nil {
			return askErr
		}
		if err = use(answer); err == nil {
			return nil
		}
		t.say(sentenceCase(err.Error()) + ".\n")
	}
	return err
}

func sentenceCase(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// wrapNames joins names by commas in lines of at most width characters.
func wrapNames(names []string, width int) string {
	var b strings.Builder
	at := 0
	for i, n := range names {
		switch {
		case i == 0:
		case at+2+len(n) >= width:
			b.WriteString(",\n")
			at = 0
		default:
			b.WriteString(", ")
			at += 2
		}
		b.WriteString(n)
		at += len(n)
	}
	return b.String()
}

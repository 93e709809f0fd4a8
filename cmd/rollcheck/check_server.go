package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/data/names"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/lookup"
)

// checkServer looks people up by asking a server.
func (p *program) checkServer(c *cli.Context) error {
	lang, err := p.lang(c)
	if err != nil {
		return err
	}
	mode, err := parseMode(c.String("mode"))
	if err != nil {
		return err
	}
	people, closeInput, err := p.people(c)
	if err != nil {
		return err
	}
	defer closeInput()
	op, err := p.openOperator(c)
	if err != nil {
		return err
	}
	defer op.close()
	if people == nil {
		if people, err = p.askRemotely(c.Context); err != nil {
			return err
		}
	}
	all, err := hear(people)
	if err != nil {
		return inputHint(c.String("input"), err)
	}
	if len(all.states) == 0 {
		return hint(errors.New("check: nobody names a state, and a server is asked for the states that somebody was registered in only"),
			`give each person a "state", and a "former_state" where there was another`)
	}
	p.revealStates(op, all.states)
	offer, err := op.client.Open(c.Context, all.states...)
	if err != nil {
		return op.explain(c.Context, err)
	}
	if err := askable(offer, c.StringSlice("dataset")); err != nil {
		return err
	}
	if mode, err = p.chooseMode(c, op, offer, mode); err != nil {
		return err
	}
	session, err := p.session(c.Context, op, offer, mode)
	if err != nil {
		return err
	}
	p.meter(offer, session, all)
	handler := exposure.NewText(p.stdout, lang)
	if c.Bool("json") {
		handler = exposure.NewJSON(p.stdout)
	}
	return p.askAll(c, op, session, all, handler)
}

// revealStates says what the first requests tell, which get what the server publishes
// of some states, before they are made.
func (p *program) revealStates(op *operator, states []string) {
	p.ui.note("asking %s what it has of %s: it learns these states, your internet address, and when", op.transport.Address(), strings.Join(stateTitles(states), ", "))
}

// askAll checks the people and returns how it ended.
func (p *program) askAll(c *cli.Context, op *operator, s *lookup.Session, all *heard, h exposure.Handler) error {
	bar := p.ui.progress()
	sum, err := exposure.Check(c.Context, s, all, exposure.Options{
		Datasets: c.StringSlice("dataset"),
		Server: &exposure.Server{
			URL: op.transport.Address(), Operator: op.key.Name(), Fingerprint: op.key.Fingerprint(), Mode: s.Mode().String(),
			Seq: s.Manifest().Seq, Jurisdictions: placesOf(s.Jurisdictions()),
		},
		Progress: func(n int) {
			if bar.due() {
				bar.show(int64(n), int64(len(all.people)), "asked for "+group(int64(n))+" people")
			}
		},
	}, h)
	p.ui.clear()
	if err != nil {
		return op.explain(c.Context, err)
	}
	if code := sum.ExitCode(); code != exitFound {
		return exitCode(code)
	}
	return nil
}

// placesOf leaves out the jurisdiction that everybody is asked for in.
func placesOf(jurisdictions []string) []string {
	return slices.DeleteFunc(slices.Clone(jurisdictions), func(j string) bool { return j == hashing.NoJurisdiction })
}

func parseMode(s string) (lookup.Mode, error) {
	for _, m := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		if s == m.String() {
			return m, nil
		}
	}
	if s != "" {
		return 0, fmt.Errorf("--mode %q is neither filter nor bucket", s)
	}
	return 0, nil
}

// heard are the people of an input, read to its end because a server is first told
// all the states there are among them.
type heard struct {
	people []exposure.Person
	faults []error // by person
	states []string
	end    error // what ended the reading
	next   int
}

// hear reads all people. It fails only if there is nobody.
func hear(people exposure.Decoder) (*heard, error) {
	all := &heard{}
	for {
		var person exposure.Person
		err := people.Next(&person)
		var fault exposure.FieldError
		if err != nil && !errors.As(err, &fault) {
			all.end = err
			break
		}
		all.people, all.faults = append(all.people, person), append(all.faults, err)
		all.states = append(all.states, person.Jurisdictions()...)
	}
	if len(all.people) == 0 {
		if all.end == io.EOF {
			return nil, errors.New("the input holds nobody to check")
		}
		return nil, all.end
	}
	slices.Sort(all.states)
	all.states = slices.Compact(all.states)
	return all, nil
}

// Next implements [exposure.Decoder].
func (h *heard) Next(p *exposure.Person) error {
	if h.next == len(h.people) {
		return h.end
	}
	*p = h.people[h.next]
	h.next++
	return h.faults[h.next-1]
}

// askable returns an error if the datasets named are not among those offered.
func askable(o *lookup.Offer, datasets []string) error {
	err := exposure.Asked(o.Datasets(), datasets)
	switch {
	case errors.Is(err, exposure.ErrNoDatasets):
		return hint(errors.New("the server has nothing to search of these states"), "this says nothing of whether you are in a leak: name another state that you were registered in, or ask another server")
	case errors.Is(err, exposure.ErrUnknownDataset):
		var ids []string
		for _, d := range o.Datasets() {
			ids = append(ids, d.ID)
		}
		return hint(err, "of these states the server has "+strings.Join(ids, ", "))
	}
	return err
}

// chooseMode says what each way of asking costs and tells, and takes one: that of
// --mode, the one where there is nothing to weigh, or the one a person chooses.
func (p *program) chooseMode(c *cli.Context, op *operator, o *lookup.Offer, mode lookup.Mode) (lookup.Mode, error) {
	filters, buckets := o.Filters(), o.Buckets()
	rows := []string{p.filterRow(o, filters), p.bucketRow(o, buckets)}
	if mode == lookup.BucketMode && !buckets.Possible {
		return 0, hint(errors.New("--mode bucket: the server publishes no buckets of these states"), "ask by --mode filter, which tells the server less")
	}
	p.ui.note("%s answers for %s, key %s, manifest %d of %s", op.transport.Address(), op.key.Name(), op.key.Fingerprint(), o.Manifest.Seq, o.Manifest.Issued.Format("2006-01-02"))
	sure := mode != 0
	if !sure {
		mode, sure = o.Choose()
	}
	if sure {
		p.ui.note("asking by %s", rows[mode-lookup.FilterMode])
		return mode, nil
	}
	unsure := fmt.Errorf("check: there are two ways to ask, and neither is small:\n  %s\n  %s", rows[0], rows[1])
	if c.String("input") != "" {
		return 0, hint(unsure, "choose with --mode filter or --mode bucket")
	}
	t, err := openTerminal(c.Context)
	if err != nil {
		return 0, hint(unsure, "choose with --mode filter or --mode bucket")
	}
	defer t.Close()
	t.say("There are two ways to ask.\n  " + rows[0] + "\n  " + rows[1] + "\n")
	for range tries {
		answer, err := t.ask("Which one (filter/bucket)")
		if err != nil {
			return 0, err
		}
		if mode, err = parseMode(strings.ToLower(answer)); err == nil && mode != 0 {
			return mode, nil
		}
	}
	return 0, hint(errors.New("check: neither way was chosen, and nobody was asked for"), "choose with --mode filter or --mode bucket")
}

// states names the states that are asked for.
func (p *program) states(o *lookup.Offer) string {
	titles := stateTitles(placesOf(o.Jurisdictions()))
	if len(titles) == 0 {
		return "none of the states named"
	}
	return strings.Join(titles, ", ")
}

// stateTitles returns the names of states by their jurisdictions.
func stateTitles(jurisdictions []string) (titles []string) {
	for _, j := range jurisdictions {
		titles = append(titles, names.StateName(strings.TrimPrefix(j, "US-")))
	}
	return titles
}

func (p *program) filterRow(o *lookup.Offer, cost lookup.Cost) string {
	download := "nothing to download, the files are here"
	if cost.Files > 0 {
		download = fmt.Sprintf("downloads %s in %s", size(cost.Download), counted(cost.Files, "file"))
	}
	return fmt.Sprintf("filter: %s; the server learns that somebody at your internet address asks about %s, and when, and about how many spellings the name has, and nothing else of who; "+
		"every spelling is searched", download, p.states(o))
}

func (p *program) bucketRow(o *lookup.Offer, cost lookup.Cost) string {
	if !cost.Possible {
		return "bucket: not offered for these states"
	}
	people := "some of the adults of " + p.states(o)
	if cost.Group > 0 {
		people = fmt.Sprintf("at least %s adults of %s", group(int64(cost.Group)), p.states(o))
	}
	return fmt.Sprintf("bucket: downloads %s a person; the server learns what it does by filter, and a part of the name that is shared by %s: far fewer if it uses your internet "+
		"address; only the name as given is searched, and no voter id", size(cost.Download), people)
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d bytes", n)
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return group(int64(n)) + " " + what
}

// session begins to ask: in filter mode, it downloads what is not here.
func (p *program) session(ctx context.Context, op *operator, o *lookup.Offer, mode lookup.Mode) (*lookup.Session, error) {
	total := o.Filters().Download
	bar := p.ui.progress()
	before, onRead := op.read.Load(), op.transport.OnRead
	op.transport.OnRead = func(n int) {
		onRead(n)
		op.mu.Lock()
		defer op.mu.Unlock()
		if bar.due() {
			done := op.read.Load() - before
			bar.show(min(done, total), total, "downloaded "+size(done))
		}
	}
	s, err := o.Session(ctx, mode, nil)
	op.transport.OnRead = onRead
	p.ui.clear()
	if err != nil {
		return nil, op.explain(ctx, err)
	}
	return s, nil
}

// meter warns when the people take more questions than the server answers in a
// day, so that some of them will have no answer.
func (p *program) meter(o *lookup.Offer, s *lookup.Session, all *heard) {
	batches := 0
	for i := range all.people {
		if all.faults[i] == nil {
			batches += s.In(all.people[i].Jurisdictions()...).Batches(exposure.Inputs(&all.people[i]))
		}
	}
	if most := o.Manifest.Budgets.BatchesPerAddress; most > 0 && batches > most {
		p.ui.warn("this takes %s batches of questions, and the server answers %s a day from one internet address: who comes after that gets no answer, and when to ask again",
			group(int64(batches)), group(int64(most)))
	}
}

package main

import (
	"context"
	"sync"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
)

// asker is somebody who asks.
type asker struct {
	person exposure.Person // with all they could give
	file   *member         // their row in the files; nil if they have none
	kinds  kinds           // how what they give differs from what they were when the files were made
	common bool            // of one of the hundred most common surnames

	// What came of it.
	given    [numFiles]exposure.Keys                // keys found by the details exactly as given
	all      [numFiles]found                        // found by all details
	usual    [numFiles]found                        // found by name, birth date and ZIP code
	expected [hashing.NumKeyTypes]exposure.Expected // namesakes; of those without a row only
}

// found is the answer about one file.
type found struct {
	keys           exposure.Keys // 0 if nothing was found
	tier           exposure.Tier
	lead           hashing.KeyType
	initial, birth exposure.Evidence
	odds           float64 // namesakes expected on the whole roll
	searched       bool    // searched whole
}

// usual returns what most people would give: no address, e-mail or voter id.
func usual(p exposure.Person) exposure.Person {
	p.Address, p.Email, p.VoterID = "", "", ""
	return p
}

// collector is a handler that notes the answers about a batch of people.
type collector struct {
	files *files
	at    func(person int) *[numFiles]found // from 0
}

// Start implements [exposure.Handler].
func (c *collector) Start(*exposure.Start) error { return nil }

// Finding implements [exposure.Handler].
func (c *collector) Finding(f *exposure.Finding) error {
	c.at(f.Person - 1)[c.files.slot(f.Dataset.ID)] = found{
		keys: f.Keys, tier: f.Tier, lead: f.Lead, initial: f.Initial, birth: f.Birth, odds: f.Odds,
	}
	return nil
}

// Person implements [exposure.Handler].
func (c *collector) Person(a *exposure.Answer) error {
	for _, d := range a.Datasets {
		c.at(a.Person - 1)[c.files.slot(d.Dataset.ID)].searched = d.State == exposure.Searched
	}
	return nil
}

// Done implements [exposure.Handler].
func (c *collector) Done(*exposure.Summary) error { return nil }

// checker asks for batches of people. Its buffers are reused.
type checker struct {
	*files
	people    []exposure.Person
	inputs    []exposure.Input
	owners    []int32 // of each input, its person
	expecters []*exposure.Expecter
}

// check asks for a batch of people: by their details as given, by all of them
// and by the usual ones.
func (c *checker) check(ctx context.Context, batch []asker) error {
	if err := c.asGiven(ctx, batch); err != nil {
		return err
	}
	c.people = c.people[:0]
	for i := range batch {
		c.people = append(c.people, batch[i].person)
	}
	if err := c.ask(ctx, func(i int) *[numFiles]found { return &batch[i].all }); err != nil {
		return err
	}
	for i := range c.people {
		c.people[i] = usual(c.people[i])
	}
	return c.ask(ctx, func(i int) *[numFiles]found { return &batch[i].usual })
}

func (c *checker) ask(ctx context.Context, at func(int) *[numFiles]found) error {
	_, err := exposure.Check(ctx, c.index, exposure.People(c.people...), exposure.Options{}, &collector{c.files, at})
	return err
}

// asGiven looks up the keys of the details exactly as given: what a search
// without other spellings would find.
func (c *checker) asGiven(ctx context.Context, batch []asker) error {
	c.inputs, c.owners = c.inputs[:0], c.owners[:0]
	var d hashing.Details
	for i := range batch {
		details(&d, &batch[i].person)
		for _, t := range hashing.KeyTypes() {
			if x, ok := d.AppendKey(make([]byte, 0, 64), t); ok {
				c.inputs, c.owners = append(c.inputs, exposure.Input{Type: t, X: x}), append(c.owners, int32(i))
			}
		}
	}
	var slots []int
	for _, info := range c.index.Datasets() {
		slots = append(slots, c.slot(info.ID))
	}
	return c.index.Search(ctx, c.inputs, func(r exposure.Result) {
		batch[c.owners[r.Input]].given[slots[r.Dataset]] |= 1 << c.inputs[r.Input].Type
	})
}

// expect computes the figures that findings about people who have no row would
// state if there were any.
func (c *checker) expect(batch []asker) {
	var wg sync.WaitGroup
	for j, e := range c.expecters {
		wg.Go(func() {
			for i := len(batch) * j / len(c.expecters); i < len(batch)*(j+1)/len(c.expecters); i++ {
				if batch[i].file == nil {
					batch[i].expected = e.Expect(&batch[i].person)
				}
			}
		})
	}
	wg.Wait()
}

package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/data/names"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/voterfile/synth"
)

// options are those of a measurement.
type options struct {
	layout    *layouts.Layout
	rows      int64 // people on the roll
	strangers int64
	seed      uint64
}

// measurement is what was counted.
type measurement struct {
	options
	population float64 // people that the figures are about
	inFile     int     // people of the roll asked for who are in the files,
	notInFile  int     // and who are not
	files      [numFiles]fileTally
	neighbours absent // of the same population, asking without a mistake
	strangers  absent // of another population
	common     absent // those of them with a common surname
	here       parts  // of the population that the figures are about
	elsewhere  parts  // the same without households
}

// batchSize is how many people are asked for at a time.
const batchSize = 1 << 15

// measure makes the files, asks for people and counts.
func measure(ctx context.Context, opts options) (m *measurement, err error) {
	dir, err := os.MkdirTemp("", "rollcheck-measure-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f, err := makeFiles(ctx, dir, &opts)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.index.Close()) }()
	c := &checker{files: f}
	for range runtime.GOMAXPROCS(0) {
		c.expecters = append(c.expecters, exposure.NewExpecter(f.infos[0]))
	}
	m = &measurement{options: opts, population: c.expecters[0].Population()}
	m.strangers.keep = true
	for _, t := range hashing.KeyTypes() {
		m.here.strangers[t] = float64(f.infos[0].KeyRows[t.String()]) / m.population
	}
	m.elsewhere = m.here
	m.here.relatives = leaked
	for i := range m.files {
		m.files[i].kinds = make(map[kinds]*sought)
	}
	if err := m.askRoll(ctx, c); err != nil {
		return nil, err
	}
	return m, m.askStrangers(ctx, c)
}

// askRoll asks for the people of the roll as they are a year later.
func (m *measurement) askRoll(ctx context.Context, c *checker) error {
	var d hashing.Details
	scale := float64(c.infos[0].Rows) / leaked / m.population
	opts := synth.Options{Layout: m.layout, Rows: m.rows, Seed: m.seed, AsOf: askDay}
	return inBatches(ctx, opts, func(p *exposure.Person) asker {
		a := asker{file: c.members[p.VoterID]}
		r := chance(m.seed, p)
		a.kinds = recall(r, p, a.file) | mistake(r, &d, p)
		a.person = *p
		return a
	}, func(batch []asker) error {
		if err := c.check(ctx, batch); err != nil {
			return err
		}
		c.expect(batch)
		for i := range batch {
			a := &batch[i]
			for file := range m.files {
				m.files[file].count(a, file, scale)
			}
			if a.file != nil {
				m.inFile++
				continue
			}
			m.notInFile++
			if a.kinds&askedWrong == 0 {
				m.neighbours.count(a, &m.here)
			}
		}
		return nil
	})
}

// askStrangers asks for people of another population of the same state. They
// have no voter id, because the populations have the same ones.
func (m *measurement) askStrangers(ctx context.Context, c *checker) error {
	var d hashing.Details
	common := commonSurnames(100)
	opts := synth.Options{Layout: m.layout, Rows: m.options.strangers, Seed: m.seed + 1, AsOf: fileDay}
	return inBatches(ctx, opts, func(p *exposure.Person) asker {
		p.VoterID = ""
		d.Reset()
		d.SetLast([]byte(p.Last))
		return asker{person: *p, common: common[string(d.Last)]}
	}, func(batch []asker) error {
		if err := c.check(ctx, batch); err != nil {
			return err
		}
		c.expect(batch)
		for i := range batch {
			m.strangers.count(&batch[i], &m.elsewhere)
			if batch[i].common {
				m.common.count(&batch[i], &m.elsewhere)
			}
		}
		return nil
	})
}

// inBatches draws people, makes askers of them and hands them on, many at a time.
func inBatches(ctx context.Context, opts synth.Options, ask func(*exposure.Person) asker, count func([]asker) error) error {
	opts.Add = []field.Role{field.RoleEmail}
	batch := make([]asker, 0, batchSize)
	err := drawPeople(ctx, io.Discard, opts, func(p *exposure.Person) error {
		p.Phone = ""
		if batch = append(batch, ask(p)); len(batch) < batchSize {
			return nil
		}
		err := count(batch)
		batch = batch[:0]
		return err
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return count(batch)
}

// commonSurnames returns the n most common surnames.
func commonSurnames(n int) map[string]bool {
	type surname struct {
		name    string
		bearers int64
	}
	var all []surname
	for name, bearers := range names.Surnames() {
		all = append(all, surname{name, bearers})
	}
	slices.SortFunc(all, func(a, b surname) int { return cmp.Compare(b.bearers, a.bearers) })
	common := make(map[string]bool, n)
	for _, s := range all[:n] {
		common[s.name] = true
	}
	return common
}

package main

import (
	"cmp"
	"math"
	"slices"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
)

// measured are the keys that are measured. Telephone numbers are not: those
// that are reserved for fiction are so few that strangers share them.
var measured = []hashing.KeyType{
	hashing.NameDOB, hashing.NameYOBZIP, hashing.NameAddress, hashing.NameZIP, hashing.VoterID, hashing.Email,
}

// byChance are those keys of them by which people who are not in a file may be found in
// it. A voter id is nobody else's.
var byChance = []hashing.KeyType{hashing.NameDOB, hashing.NameYOBZIP, hashing.NameAddress, hashing.NameZIP, hashing.Email}

// usualKeys are the keys of the usual details.
const usualKeys = exposure.Keys(1<<hashing.NameDOB | 1<<hashing.NameYOBZIP | 1<<hashing.NameZIP)

// sought counts how people who are in a file were found in it.
type sought struct {
	given, asked [hashing.NumKeyTypes]share // by a key of all details: as given, in any spelling
	givenAny     share                      // by any key of the usual details as given
	strong       share                      // from here on: by the usual details in any spelling
	likely       share                      // or strong
	any          share                      // of whatever tier
	notFound     share                      // told "not found"
	unsettled    share                      // told that the search was incomplete
}

func (s *sought) count(a *asker, file int) {
	for _, t := range measured {
		s.given[t].count(a.given[file].Has(t))
		s.asked[t].count(a.all[file].keys.Has(t))
	}
	r := &a.usual[file]
	s.givenAny.count(a.given[file]&usualKeys != 0)
	s.strong.count(r.tier == exposure.Strong)
	s.likely.count(r.tier >= exposure.Likely)
	s.any.count(r.keys != 0)
	s.notFound.count(r.keys == 0 && r.searched)
	s.unsettled.count(r.keys == 0 && !r.searched)
}

// class is a finding's tier, the lowest being split.
type class uint8

const (
	conflicting class = iota // possible, with another initial or birth
	possible                 // possible, with nothing against it
	likely
	strong
	numClasses
)

func (f *found) class() class {
	switch {
	case f.tier == exposure.Strong:
		return strong
	case f.tier == exposure.Likely:
		return likely
	case f.initial == exposure.Conflicts || f.birth == exposure.Conflicts:
		return conflicting
	}
	return possible
}

// doubt returns how many times likelier the record is said to be somebody
// else's, for a roll of scale times the people that the odds are about.
func (f *found) doubt(scale float64) float64 {
	relatives := exposure.Household(f.lead)
	here := exposure.Finding{Odds: (f.odds-relatives)*scale + relatives, Initial: f.initial, Birth: f.birth}
	return here.Doubt()
}

// right counts findings and, as hits, those whose person is in the file.
type right struct {
	share
	foretold float64 // findings that the odds stated foretell to be of somebody else
}

// fileTally is what is counted of the people of the roll about one file.
type fileTally struct {
	kinds   map[kinds]*sought          // people in it by what differs, see [kinds.alone]
	correct sought                     // people in it who ask without a mistake
	keys    [hashing.NumKeyTypes]share // findings by a key of all details; hits are right
	classes [numClasses]right          // findings by the usual details
	leads   [hashing.NumKeyTypes]right // the same
}

// count counts somebody of the roll that the files were made from. scale is the
// number of people on it over that of the roll that the odds are about.
func (t *fileTally) count(a *asker, file int, scale float64) {
	if a.file != nil {
		k := (a.kinds | a.file.row[file]).alone()
		if t.kinds[k] == nil {
			t.kinds[k] = &sought{}
		}
		t.kinds[k].count(a, file)
		if a.kinds&askedWrong == 0 {
			t.correct.count(a, file)
		}
	}
	for _, key := range a.all[file].keys.Types() {
		t.keys[key].count(a.file != nil)
	}
	if r := &a.usual[file]; r.keys != 0 {
		doubt := r.doubt(scale)
		for _, c := range []*right{&t.classes[r.class()], &t.leads[r.lead]} {
			c.count(a.file != nil)
			c.foretold += doubt / (1 + doubt)
		}
	}
}

// absent counts people who are not in the files, and what was found of them in
// the one without mistakes.
type absent struct {
	people       int
	given, asked [hashing.NumKeyTypes]share
	byGiven      [hashing.NumKeyTypes]float64 // hits expected in the file by the figures, of the details as given
	byAsked      [hashing.NumKeyTypes]float64 // and of all spellings
	byModel      [hashing.NumKeyTypes]float64 // the same without the figures' corrections
	figures      [hashing.NumKeyTypes]float64 // sum of the figures
	classes      [numClasses]int              // findings
	initial      share                        // of the findings, those whose middle initial agrees
	keep         bool                         // each figure too
	each         [hashing.NumKeyTypes][]figure
}

// figure is the number of namesakes expected of one person, and whether one was
// found.
type figure struct {
	odds float32
	hit  bool
}

// parts say which part of the people that figures are about is in a file.
type parts struct {
	strangers [hashing.NumKeyTypes]float64 // by key type
	relatives float64                      // of people of the person's household
}

// hits returns how likely a figure of a key makes a hit in the file, if the part
// of it that is about strangers is that many times too high.
func (p *parts) hits(t hashing.KeyType, figure, high float64) float64 {
	relatives := exposure.Household(t)
	return 1 - math.Exp(-max(0, figure-relatives)/high*p.strangers[t]-min(figure, relatives)*p.relatives)
}

func (s *absent) count(a *asker, p *parts) {
	s.people++
	for _, t := range byChance {
		e := a.expected[t]
		s.given[t].count(a.given[0].Has(t))
		s.asked[t].count(a.all[0].keys.Has(t))
		s.byGiven[t] += p.hits(t, e.AsGiven, 1)
		s.byAsked[t] += p.hits(t, e.Asked, 1)
		s.byModel[t] += p.hits(t, e.Asked, exposure.Correction(t))
		s.figures[t] += e.Asked
		if s.keep {
			s.each[t] = append(s.each[t], figure{float32(e.Asked), a.all[0].keys.Has(t)})
		}
	}
	if r := &a.usual[0]; r.keys != 0 {
		s.classes[r.class()]++
		s.initial.count(r.initial == exposure.Agrees)
	}
}

// tenth is a tenth of the people, by their figures.
type tenth struct {
	Figure  float64 `json:"expected_namesakes"` // mean
	ByAsked float64 `json:"expected"`           // hits in the file, by the figures
	ByModel float64 `json:"expected_by_shares"` // the same without the corrections
	Hits    share   `json:"hits"`
}

// tenths cuts the people into ten equal parts by their figures for a key.
func (s *absent) tenths(t hashing.KeyType, p *parts) (all [10]tenth) {
	f := s.each[t]
	slices.SortStableFunc(f, func(a, b figure) int { return cmp.Compare(a.odds, b.odds) })
	for i := range all {
		part := f[len(f)*i/10 : len(f)*(i+1)/10]
		for _, x := range part {
			all[i].Figure += float64(x.odds) / float64(len(part))
			all[i].ByAsked += p.hits(t, float64(x.odds), 1)
			all[i].ByModel += p.hits(t, float64(x.odds), exposure.Correction(t))
			all[i].Hits.count(x.hit)
		}
	}
	return all
}

package main

import (
	"time"

	"rollcheck/rollindex/exposure"
)

// report is what is printed: as it stands with --json, as tables without.
type report struct {
	Layout     string           `json:"layout"`
	Seed       uint64           `json:"seed"`
	FileDay    string           `json:"file_as_of"`
	AskDay     string           `json:"asked_as_of"`
	InFile     int              `json:"people_in_the_files"`
	NotInFile  int              `json:"people_of_the_roll_not_in_the_files"`
	Strangers  int              `json:"strangers"`
	Population float64          `json:"population_of_the_figures"`
	Files      []fileReport     `json:"files"`
	Chance     []chanceReport   `json:"by_chance"`
	Tenths     []tenthsOfOneKey `json:"calibration"`
}

// fileReport is about one file and the people of the roll.
type fileReport struct {
	Noise     float64        `json:"noise"`
	Correct   recallRow      `json:"asked_without_a_mistake"`
	Kinds     []recallRow    `json:"by_difference"`
	Precision []precisionRow `json:"precision"`
}

// recallRow is about people who are in a file.
type recallRow struct {
	Kind      string   `json:"difference,omitempty"`
	AsGiven   share    `json:"as_given"` // found by a key of name, birth and ZIP code, without other spellings
	Strong    share    `json:"strong"`
	Likely    share    `json:"likely_or_strong"`
	Any       share    `json:"found"`
	NotFound  share    `json:"not_found"`
	Unsettled share    `json:"incomplete"`
	Keys      []keyRow `json:"keys"`
	set       kinds
}

// keyRow is about one key.
type keyRow struct {
	Key     string `json:"key"`
	AsGiven share  `json:"as_given"`
	Asked   share  `json:"with_spellings"`
}

// precisionRow says how many findings of a sort are right. Foretold is how many
// the stated odds foretell to be wrong; of a key that need not lead, nothing.
type precisionRow struct {
	Findings string   `json:"findings"`
	Right    share    `json:"right"`
	Foretold *float64 `json:"foretold_wrong,omitempty"`
}

// chanceReport is about people who are not in the file.
type chanceReport struct {
	Group   string      `json:"group"`
	Keys    []chanceRow `json:"keys"`
	Tiers   []tierRow   `json:"tiers"`
	Initial share       `json:"initial_agrees"` // of the findings
}

// chanceRow is one key's hits and those expected.
type chanceRow struct {
	Key     string  `json:"key"`
	AsGiven share   `json:"as_given"`
	ByGiven float64 `json:"as_given_expected"`
	Asked   share   `json:"with_spellings"`
	ByAsked float64 `json:"with_spellings_expected"`
	ByModel float64 `json:"with_spellings_expected_by_shares"`
	Figure  float64 `json:"expected_namesakes"` // mean, on the whole roll
}

// tierRow is the share of people who have a finding of a tier.
type tierRow struct {
	Tier  string `json:"tier"`
	Found share  `json:"found"`
}

// tenthsOfOneKey is a calibration by strangers.
type tenthsOfOneKey struct {
	Key    string    `json:"key"`
	Tenths [10]tenth `json:"tenths"`
}

var classTitles = [numClasses]string{"possible, initial or birth differs", "possible", "likely", "strong"}

// report puts what was counted in the order it is printed.
func (m *measurement) report() *report {
	r := &report{
		Layout: m.layout.ID, Seed: m.seed, FileDay: fileDay.Format(time.DateOnly), AskDay: askDay.Format(time.DateOnly),
		InFile: m.inFile, NotInFile: m.notInFile, Strangers: m.strangers.people, Population: m.population,
		Chance: []chanceReport{
			m.strangers.report("strangers"),
			m.common.report("strangers with one of the 100 most common surnames"),
			m.neighbours.report("people of the roll who are not in the file"),
		},
	}
	for i := range m.files {
		r.Files = append(r.Files, m.files[i].report(noises[i]))
	}
	for _, t := range byChance {
		if exposure.Correction(t) != 1 { // strangers are expected at all
			r.Tenths = append(r.Tenths, tenthsOfOneKey{t.String(), m.strangers.tenths(t, &m.elsewhere)})
		}
	}
	return r
}

func (t *fileTally) report(noise float64) fileReport {
	r := fileReport{Noise: noise, Correct: t.correct.row("", 0)}
	sets := []kinds{0} // no difference first, each alone, several last
	for i := range numKinds {
		sets = append(sets, 1<<i)
	}
	for _, set := range append(sets, several) {
		if s := t.kinds[set]; s != nil {
			r.Kinds = append(r.Kinds, s.row(set.title(), set))
		}
	}
	for c := range numClasses {
		x := &t.classes[numClasses-1-c]
		r.Precision = append(r.Precision, precisionRow{classTitles[numClasses-1-c], x.share, &x.foretold})
	}
	for _, key := range measured {
		if x := &t.leads[key]; x.Of > 0 {
			r.Precision = append(r.Precision, precisionRow{"led by " + key.String(), x.share, &x.foretold})
		}
	}
	for _, key := range measured {
		r.Precision = append(r.Precision, precisionRow{"by " + key.String(), t.keys[key], nil})
	}
	return r
}

func (s *sought) row(kind string, set kinds) recallRow {
	r := recallRow{
		Kind: kind, AsGiven: s.givenAny, Strong: s.strong, Likely: s.likely, Any: s.any,
		NotFound: s.notFound, Unsettled: s.unsettled, set: set,
	}
	for _, t := range measured {
		r.Keys = append(r.Keys, keyRow{t.String(), s.given[t], s.asked[t]})
	}
	return r
}

func (s *absent) report(group string) chanceReport {
	r := chanceReport{Group: group, Initial: s.initial}
	for _, t := range byChance {
		r.Keys = append(r.Keys, chanceRow{
			Key: t.String(), AsGiven: s.given[t], ByGiven: s.byGiven[t], Asked: s.asked[t], ByAsked: s.byAsked[t],
			ByModel: s.byModel[t], Figure: s.figures[t] / float64(max(s.people, 1)),
		})
	}
	for c := range numClasses {
		r.Tiers = append(r.Tiers, tierRow{classTitles[numClasses-1-c], share{s.classes[numClasses-1-c], s.people}})
	}
	return r
}

package publish

import (
	"fmt"
	"slices"

	"rollcheck/data/catalogue"
	"rollcheck/hashing"
	"rollcheck/rollindex"
)

// Reason is why a dataset is not published.
type Reason string

// The reasons.
const (
	// IsRelease: an office gave the file out itself, so that to be in it is no
	// exposure.
	IsRelease Reason = "release"
	// IsSensitive: to be in the dataset tells a belief, health, a political act, or
	// that somebody is protected, to everybody who knows their birth date.
	IsSensitive Reason = "sensitive"
	// IsUnknown: its incident is not in the catalogue of this version of the program,
	// which cannot tell whether it is sensitive.
	IsUnknown Reason = "unknown-incident"
	// IsEmpty: it holds no key.
	IsEmpty Reason = "empty"
	// NotNamed: others were asked for.
	NotNamed Reason = "not-named"
)

// LeftOut is a dataset that is not published.
type LeftOut struct {
	Dataset string `json:"dataset"`
	Reason  Reason `json:"reason"`
}

// chosen is a dataset that is published.
type chosen struct {
	at      int // in the index
	info    hashing.DatasetInfo
	number  uint16
	section map[string]int                 // of a jurisdiction, in info.Sections
	count   [][hashing.NumKeyTypes]int64   // entries by section and key type
	route   [][hashing.NumKeyTypes]*filter // the file they are in, likewise
}

// choose decides which datasets are published.
func (p *publication) choose() error {
	infos := p.ix.Datasets()
	for _, id := range p.o.Datasets {
		if !slices.ContainsFunc(infos, func(d hashing.DatasetInfo) bool { return d.ID == id }) {
			return fmt.Errorf("%w: %q", rollindex.ErrNoDataset, id)
		}
	}
	for i := range infos {
		d := &infos[i]
		why := secret(d)
		named := slices.Contains(p.o.Datasets, d.ID)
		switch {
		case why != "" && named:
			return fmt.Errorf("dataset %q: %w: %s", d.ID, ErrUnpublishable, why)
		case why == "" && p.o.Datasets != nil && !named:
			why = NotNamed
		}
		if why != "" {
			p.leftOut = append(p.leftOut, LeftOut{d.ID, why})
			continue
		}
		c := chosen{at: i, info: *d, section: map[string]int{}}
		for j, name := range d.Sections {
			c.section[name] = j
		}
		c.count = make([][hashing.NumKeyTypes]int64, len(d.Sections))
		c.route = make([][hashing.NumKeyTypes]*filter, len(d.Sections))
		p.chosen = append(p.chosen, c)
		p.total += 4 * d.Tags
	}
	if len(p.chosen) == 0 {
		return ErrNothing
	}
	return nil
}

// secret returns why a dataset must not be published, "" if it may.
func secret(d *hashing.DatasetInfo) Reason {
	switch {
	case d.Kind != hashing.Leak:
		return IsRelease
	case d.Tags == 0:
		return IsEmpty
	case d.Incident == "":
		return ""
	}
	incident, err := catalogue.GetIncident(d.Incident)
	switch {
	case err != nil:
		return IsUnknown
	case incident.Sensitive:
		return IsSensitive
	}
	return ""
}

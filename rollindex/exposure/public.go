package exposure

import (
	"slices"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
)

// PublicRecord says which kinds of field anybody could have had anyway, where
// and when a dataset's people were on the roll. It is judged by the dataset's
// jurisdiction; by those the person named if it has several, or none of its own;
// else by all it has. The date is that of its data; without one, a kind counts
// for what it was at all times.
//
// Told "public anyway", a person may stop worrying too early; told "beyond", be
// frightened for nothing. So a kind is in one of the sets only when every
// jurisdiction has a settled answer for it and these agree
// ([catalogue.Answer.Settled]). What is in neither Public nor Beyond is not
// settled.
type PublicRecord struct {
	Jurisdictions []string  // that it is judged by ("US-FL"); none if the dataset and the person named none
	Dated         bool      // the date of the data is known
	Public        field.Set // anybody could have it, with the list; those volunteered, of who gave them
	Beyond        field.Set // not everybody could, Restricted included
	Restricted    field.Set // of Beyond: named recipients could have it in every jurisdiction
	Who           string    // of one jurisdiction: who may have the list; reads on after "open to"
	Programmes    []string  // for each jurisdiction the programme that keeps an address off the list, "" if none is known
}

// newPublicRecord judges by jurisdictions at a date, YYYY-MM-DD, "" if it is
// not known.
func newPublicRecord(jurisdictions []string, asOf string) *PublicRecord {
	date, err := catalogue.ParseDate(asOf)
	r := &PublicRecord{Jurisdictions: jurisdictions, Dated: err == nil, Programmes: make([]string, len(jurisdictions))}
	if len(jurisdictions) == 0 {
		return r
	}
	for _, k := range field.Kinds() {
		public, beyond, restricted := true, true, true
		for i, j := range jurisdictions {
			a := catalogue.Status(j, date, k)
			settled := a.Settled()
			public = public && settled && a.Status == catalogue.Public
			beyond = beyond && settled && a.Status != catalogue.Public
			restricted = restricted && a.Status == catalogue.Restricted
			if a.Programme != "" {
				r.Programmes[i] = a.Programme
			}
			if len(jurisdictions) == 1 && r.Who == "" && settled && a.Status != catalogue.Withheld {
				r.Who = a.Who
			}
		}
		switch {
		case public:
			r.Public = r.Public.With(k)
		case beyond && restricted:
			r.Restricted = r.Restricted.With(k)
			fallthrough
		case beyond:
			r.Beyond = r.Beyond.With(k)
		}
	}
	return r
}

// judges returns the jurisdictions by whose public record the people of a
// dataset are judged, of those that a person named.
func (d *dataset) judges(named []string) []string {
	own := d.info.Jurisdictions
	switch len(own) {
	case 0:
		return named
	case 1:
		return own
	}
	both := slices.DeleteFunc(slices.Clone(own), func(j string) bool { return !slices.Contains(named, j) })
	if len(both) == 0 {
		return own
	}
	return both
}

// judged is all that a public record depends on.
type judged struct {
	dataset int
	states  string // query.states, where they matter
}

// public returns the public record for a finding in a dataset. The people of a
// batch share a few, so that they are made once; and not before there is a
// finding, since the first reads the catalogue.
func (w *worker) public(slot int, d *dataset, q *query) *PublicRecord {
	key := judged{slot, q.states}
	if len(d.info.Jurisdictions) == 1 {
		key.states = ""
	}
	r, ok := w.records[key]
	if !ok {
		r = newPublicRecord(d.judges(w.states(q.states)), d.info.AsOf)
		if len(w.records) == maxSignatures {
			clear(w.records)
		}
		w.records[key] = r
	}
	return r
}

// Public returns what the record held that anybody could have had anyway.
func (f *Finding) Public() field.Set { return f.Fields & f.Record.Public &^ field.Volunteered }

// IfGiven returns what the record held that anybody could have had anyway only if
// the person gave it to the election office: see [field.Volunteered]. A leak may
// have it from elsewhere, and whether they gave it only the person knows.
func (f *Finding) IfGiven() field.Set { return f.Fields & f.Record.Public & field.Volunteered }

// Beyond returns what the record held that not everybody could have had anyway,
// what named recipients could have had included.
func (f *Finding) Beyond() field.Set { return f.Fields & f.Record.Beyond }

// Restricted returns what of [Finding.Beyond] named recipients, such as
// campaigns, could have had.
func (f *Finding) Restricted() field.Set { return f.Fields & f.Record.Restricted }

// Unsettled returns what the record held of which it cannot be told whether it
// was public.
func (f *Finding) Unsettled() field.Set { return f.Fields &^ (f.Record.Public | f.Record.Beyond) }

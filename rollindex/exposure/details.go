package exposure

import (
	"slices"
	"strings"
	"time"

	"rollcheck/data/names"
	"rollcheck/hashing"
)

// The functions in this file read a person's details other than names (those
// are in spellings.go) into forms, and note what cannot be used.

// birth reads the birth date, or else the year.
func (pl *planner) birth(p *Person, q *query) {
	date, year := hashing.Date{}, hashing.Date{}
	given, alone := p.BirthDate, p.BirthYear
	if blank(alone) && isYear(given) {
		given, alone = "", given
	}
	if !blank(alone) {
		if year = pl.date(alone, "YYYY"); year.Year == 0 {
			q.problem(p, fieldBirthYear, "not a year (use YYYY)", hasBirthYear)
		}
	}
	if !blank(given) {
		if date = pl.date(given, "YYYY-MM-DD"); date.Precision() != hashing.PrecisionDay {
			date = hashing.Date{}
			q.problem(p, fieldBirthDate, "not a date (use YYYY-MM-DD, such as 1949-08-10)", hasBirthDate)
		}
	}
	switch {
	case date.Year == 0 && year.Year == 0:
	case date.Year == 0:
		pl.setBirth(p, q, fieldBirthYear, year)
	default:
		if year.Year != 0 && year.Year != date.Year {
			q.problem(p, fieldBirthYear, "another year than that of birth_date", hasBirthYear)
		}
		pl.setBirth(p, q, fieldBirthDate, date)
	}
}

// isYear reports whether a birth date is a year alone.
func isYear(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) == len("1949") && strings.Trim(s, "0123456789") == ""
}

func (pl *planner) date(raw, layout string) hashing.Date {
	date, ok := hashing.ParseDate(pl.raw(raw), layout)
	if !ok {
		return hashing.Date{}
	}
	return date
}

// setBirth sets the birth date or year and the date with day and month swapped.
func (pl *planner) setBirth(p *Person, q *query, field int, date hashing.Date) {
	pl.d.SetBirth(date, hashing.Date{})
	q.birth = pl.d.Birth
	if pl.year == 0 {
		pl.year = time.Now().Year()
	}
	if int(q.birth.Year) > pl.year {
		q.birth, pl.d.Birth = hashing.Date{}, hashing.Date{}
	}
	if q.birth.Precision() < date.Precision() {
		q.problem(p, field, "not a date anybody on a roll can be born on", hasBirthDate)
	}
	if q.birth.Year != 0 {
		q.given |= hasBirthYear
	}
	if q.birth.Precision() != hashing.PrecisionDay {
		return
	}
	q.given |= hasBirthDate
	pl.births.add(form{date: q.birth})
	if q.birth.Day <= 12 {
		swapped := hashing.Date{Year: q.birth.Year, Month: q.birth.Day, Day: q.birth.Month}
		pl.births.add(form{date: swapped, steps: DayMonth})
	}
}

// places reads ZIP codes, the address, and the states of voter ids.
func (pl *planner) places(p *Person, q *query) {
	if !blank(p.ZIP) {
		if zip := pl.zip(p.ZIP); len(zip) > 0 {
			q.given |= hasZIP
			pl.zips.add(form{text: zip})
			q.padded(p, fieldZIP, p.ZIP)
		} else {
			q.problem(p, fieldZIP, "not a ZIP code (five digits)", hasZIP)
		}
	}
	if !blank(p.Address) {
		pl.d.SetAddressLine(pl.raw(p.Address))
		switch {
		case len(pl.d.House) == 0 || len(pl.d.Street) == 0:
			q.problem(p, fieldAddress, "not a house number and a street", hasAddress)
		case q.given&hasZIP == 0:
			q.problem(p, fieldAddress, "an address needs its ZIP code", hasAddress)
		default:
			q.given |= hasAddress
			pl.homes.add(pl.zips.all[0])
		}
	}
	for _, former := range p.FormerZIP {
		if blank(former) {
			continue
		}
		if zip := pl.zip(former); len(zip) > 0 {
			q.given |= hasZIP | hasFormer
			pl.zips.add(form{text: zip, steps: FormerZIP})
			q.padded(p, fieldFormerZIP, former)
		} else {
			q.problem(p, fieldFormerZIP, "not a ZIP code (five digits)", hasFormer)
		}
	}
	q.states = pl.states(p, q)
	pl.voterIDs(p, q)
}

// padded notes a ZIP code short of its first digits, which spreadsheets take off.
func (q *query) padded(p *Person, field int, raw string) {
	if len(strings.TrimSpace(raw)) < 5 {
		q.notes = append(q.notes, FieldError{p.Line, fieldNames[field], "fewer than five digits: read with a zero in front"})
	}
}

func (pl *planner) zip(raw string) []byte {
	pl.d.ZIP = nil
	pl.d.SetZIP(pl.raw(raw))
	return pl.d.ZIP
}

// states returns the jurisdictions the person names; without a state, that of
// the ZIP code stands in.
func (pl *planner) states(p *Person, q *query) string {
	state := ""
	switch {
	case !blank(p.State):
		state = pl.state(p, q, fieldState, p.State, hasState)
	case len(pl.zips.all) > 0 && pl.zips.all[0].steps == 0:
		state = pl.cache.state(pl.zips.all[0].text)
	}
	if len(p.FormerState) > 0 {
		former := given(0)
		if !blank(p.VoterID) { // no other key has a state
			former = hasFormer
		}
		all := []string{state}
		for _, raw := range p.FormerState {
			all = append(all, pl.state(p, q, fieldFormerState, raw, former))
		}
		slices.Sort(all)
		state = strings.TrimPrefix(strings.Join(slices.Compact(all), ","), ",")
	}
	if state != "" {
		q.given |= hasState
	}
	return state
}

// state returns the jurisdiction of a state as typed, "" if there is none.
func (pl *planner) state(p *Person, q *query, field int, raw string, detail given) string {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return ""
	}
	code, ok := names.StateCode(strings.TrimPrefix(strings.ToUpper(raw), "US-"))
	if !ok {
		q.problem(p, field, "not a state (use its two letters, such as FL, or its name)", detail)
		return ""
	}
	return pl.cache.jurisdiction(code)
}

// voterIDs reads the voter id once for every state the person names, since its
// form differs from state to state.
func (pl *planner) voterIDs(p *Person, q *query) {
	if blank(p.VoterID) {
		return
	}
	if q.states == "" {
		q.problem(p, fieldVoterID, "a voter id needs the state that gave it", hasVoterID)
		return
	}
	for state, rest := "", q.states; rest != ""; {
		state, rest, _ = strings.Cut(rest, ",")
		pl.d.Jurisdiction, pl.d.VoterID = state, nil
		if pl.d.SetVoterID(pl.raw(p.VoterID)); len(pl.d.VoterID) > 0 {
			pl.ids.add(form{text: pl.d.VoterID, scope: state})
			q.given |= hasVoterID
		}
	}
	if q.given&hasVoterID == 0 {
		q.problem(p, fieldVoterID, "not a voter id", hasVoterID)
	}
}

// contacts reads the phone number and the e-mail address.
func (pl *planner) contacts(p *Person, q *query) {
	if !blank(p.Phone) {
		if pl.d.SetPhone(nil, pl.raw(p.Phone)); len(pl.d.Phone) > 0 {
			q.given |= hasPhone
		} else {
			q.problem(p, fieldPhone, "not a telephone number of the United States (ten digits)", hasPhone)
		}
	}
	if !blank(p.Email) {
		if pl.d.SetEmail(pl.raw(p.Email)); len(pl.d.Email) > 0 {
			q.given |= hasEmail
			pl.emails.add(form{text: pl.d.Email})
			pl.foldEmail(pl.d.Email)
		} else {
			q.problem(p, fieldEmail, "not an e-mail address", hasEmail)
		}
	}
}

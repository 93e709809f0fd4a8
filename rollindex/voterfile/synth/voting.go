package synth

import (
	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

func (m *maker) voterRole(c *layouts.Column) func([]byte, *record) []byte {
	s := m.state
	switch c.Role {
	case field.RoleParty:
		if len(s.parties.words) == 1 {
			return nil
		}
		return words(func(r *record) string { return r.party })
	case field.RoleVoterID:
		return func(dst []byte, r *record) []byte { return append(dst, r.voterID...) }
	case field.RoleRegistrationDate:
		return m.registration(dateFormat(c))
	case field.RoleStatus:
		return words(func(r *record) string { return s.status[r.state] })
	case field.StatusReason:
		return words(func(r *record) string { return reason(s.state, r).code })
	case field.RolePrecinct:
		return number(3, func(r *record) int { return r.home.district(1, 250) })
	case field.CongressionalDistrict:
		return number(0, func(r *record) int { return r.home.district(2, s.congress) })
	case field.StateSenateDistrict:
		return number(0, func(r *record) int { return r.home.district(3, s.senate) })
	case field.StateHouseDistrict:
		return number(0, func(r *record) int { return r.home.district(4, s.house) })
	case field.LastVoteDate:
		format := dateFormat(c)
		return func(dst []byte, r *record) []byte {
			if e := m.lastVote(r); e != nil {
				return appendDate(dst, e.on.date(), format)
			}
			return dst
		}
	case field.RoleVoteHistory:
		return m.history
	case field.ConfidentialFlag:
		return words(func(r *record) string {
			if r.exempt {
				return "Y"
			}
			return "N"
		})
	}
	return nil
}

// North Carolina began to mask registration dates of some removed voters in
// May 2024 and changed the mask that October.
var (
	firstMask  = dayOf(date{2024, 5, 1})
	secondMask = dayOf(date{2024, 10, 1})
)

func (m *maker) registration(format string) func([]byte, *record) []byte {
	mask := ""
	switch {
	case !m.state.maskedDate || m.asOf < firstMask:
	case m.asOf < secondMask:
		mask = "XX-XX-XXXX"
	default:
		mask = "##/##/####"
	}
	return func(dst []byte, r *record) []byte {
		if mask != "" && r.state == removed && r.dice%4 == 0 {
			return append(dst, mask...)
		}
		return appendDate(dst, r.reg, format)
	}
}

// reasonWords are the code and the words a roll gives for a status.
type reasonWords struct{ code, words string }

func reason(state string, r *record) (w reasonWords) {
	gone := r.state == removed
	moved, lapsed := r.v.inactive == never, r.v.inactive <= r.v.exit
	switch {
	case state == "NC" && gone && r.v.why == died:
		return reasonWords{"RD", "DECEASED"}
	case state == "NC" && gone && moved:
		return reasonWords{"RS", "MOVED FROM STATE"}
	case state == "NC" && gone:
		return reasonWords{"RM", "REMOVED AFTER 2 FED GENERAL ELECTIONS IN INACTIVE STATUS"}
	case state == "NC" && r.state == inactive:
		return reasonWords{"IN", "CONFIRMATION NOT RETURNED"}
	case state == "NC":
		return reasonWords{"AV", "VERIFIED"}
	case state == "NY" && gone && r.v.why == died:
		return reasonWords{"DEATH", ""}
	case state == "NY" && gone && moved:
		return reasonWords{"MOVED", ""}
	case state == "NY" && (gone || r.state == inactive && lapsed):
		return reasonWords{"NVRA", ""}
	}
	return w
}

// voted reports whether somebody took part in election number i.
func (m *maker) voted(r *record, i int) bool {
	e := &m.elections[i]
	return e.on >= r.v.reg && e.on <= r.at && coin(m.seed, streamTurnout, r.v.id<<8|uint64(i)) < e.turnout*r.zeal
}

func (m *maker) lastVote(r *record) *election {
	for i := len(m.elections) - 1; i >= 0 && m.elections[i].on >= r.v.reg; i-- {
		if m.voted(r, i) {
			return &m.elections[i]
		}
	}
	return nil
}

// history writes all of somebody's elections in one value, newest first, in one
// of two styles, since counties differ.
func (m *maker) history(dst []byte, r *record) []byte {
	start := len(dst)
	for i := len(m.elections) - 1; i >= 0 && m.elections[i].on >= r.v.reg; i-- {
		if !m.voted(r, i) {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ';')
		}
		e := &m.elections[i]
		if r.home.county%2 == 0 {
			dst = appendNumber(dst, e.on.date().year, 4)
			dst = append(dst, [...]string{" General Election", " Primary Election"}[b2i(e.primary)]...)
		} else {
			dst = append(dst, [...]string{"GE ", "PR "}[b2i(e.primary)]...)
			dst = appendDate(dst, e.on.date(), "YYYYMMDD")
		}
	}
	return dst
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// vote writes one election, a further one with each column: the date where the
// column has a form for it, the year where it has room for no more, else one of the
// layout's codes or that somebody voted.
func (m *maker) vote(c *layouts.Column) func([]byte, *record) []byte {
	if len(m.elections) == 0 {
		return nothing
	}
	i := len(m.elections) - 1 - m.votes%len(m.elections)
	m.votes++
	on := m.elections[i].on.date()
	codes := codesOf(m.layout, field.RoleVoteHistory)
	value := []byte("Y")
	switch {
	case c.Format != "" || named(c, "date"):
		value = appendDate(nil, on, dateFormat(c))
	case limit(c) == 4:
		value = appendDate(nil, on, "YYYY")
	}
	return func(dst []byte, r *record) []byte {
		switch {
		case !m.voted(r, i):
			return dst
		case len(codes) > 0 && c.Role == field.RoleVoteHistory && len(value) == 1:
			return append(dst, codes[int(r.dice>>12)%len(codes)].word...)
		}
		return append(dst, value...)
	}
}

// electionColumns are the columns that a layout grows, one an election, with the
// party for a primary and X for having voted. An election that the layout's
// pattern has no name for, or none of its own, is left out.
func (m *maker) electionColumns(fixed []layouts.Column) []column {
	taken := map[string]bool{}
	for i := range fixed {
		taken[layouts.NormName(fixed[i].Name)] = true
	}
	from := 0
	if n := m.state.elections; n > 0 {
		from = max(0, len(m.elections)-n)
	}
	names := newNamer(m.layout.Growing.Pattern)
	var cols []column
	for i := from; i < len(m.elections); i++ {
		e := m.elections[i]
		name := names.name(&e)
		if norm := layouts.NormName(name); !m.layout.Growing.Match(name) || taken[norm] || norm == "" {
			continue
		} else {
			taken[norm] = true
		}
		cols = append(cols, column{
			name: name, blank: m.state.blank,
			append: func(dst []byte, r *record) []byte {
				switch {
				case !m.voted(r, i):
					return dst
				case e.primary && r.party != "":
					return append(dst, r.party...)
				}
				return append(dst, 'X')
			},
		})
	}
	return cols
}

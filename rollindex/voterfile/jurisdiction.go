package voterfile

import (
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/data/names"
)

// Holds reports whether a column of the file has one of the roles.
func (m *Match) Holds(roles ...field.Role) bool {
	has := func(c *layouts.Column) bool { return c != nil && slices.Contains(roles, c.Role) }
	return slices.ContainsFunc(m.columns, has) ||
		slices.ContainsFunc(m.picks, func(p pick) bool { return has(p.column) })
}

// AppendJurisdictions appends the jurisdictions ("US-FL") that the row says it is
// of, each once: that of the registration (the file's, then what a column says), of
// the residence and its ZIP code, of the mailing address and its ZIP code. The first stands for the row by itself. It
// appends none if the row says none; a row of another country is of that alone.
func (r *Record) AppendJurisdictions(dst []string) []string {
	start := len(dst)
	add := func(state string) {
		if state != "" && !slices.Contains(dst[start:], "US-"+state) {
			dst = append(dst, "US-"+state)
		}
	}
	if r.Jurisdiction != "" {
		if dst = append(dst, r.Jurisdiction); !strings.HasPrefix(r.Jurisdiction, "US-") {
			return dst
		}
	}
	add(stateOf(r.Value(field.RegistrationState)))
	add(stateOf(r.Value(field.State)))
	add(stateOfZIP(r.ZIP))
	add(stateOf(r.Value(field.MailState)))
	mail := r.Value(field.MailZIP)
	add(stateOfZIP(mail[:min(5, len(mail))]))
	return dst
}

// Home returns the state ("FL") that the row's own columns say it is of, whatever its
// file is of: that of the registration, else of the residence, else of its ZIP code;
// "" if none does.
func (r *Record) Home() string {
	for _, role := range [...]field.Role{field.RegistrationState, field.State} {
		if v := r.Value(role); v != nil {
			if state := r.p.homeOf(&r.p.homes[0], v, stateOf); state != "" {
				return state
			}
		}
	}
	return r.p.homeOf(&r.p.homes[1], r.ZIP, stateOfZIP)
}

// maxHomes bounds how many states and ZIP codes a parser remembers the state of: those of
// a file are few, and a look-up takes ten times as long.
const maxHomes = 1 << 14

// homeOf returns the state that find finds of a value.
func (p *Parser) homeOf(known *map[string]string, v []byte, find func([]byte) string) string {
	state, ok := (*known)[string(v)]
	if !ok {
		if state = find(v); len(*known) < maxHomes {
			if *known == nil {
				*known = map[string]string{}
			}
			(*known)[string(v)] = state
		}
	}
	return state
}

func stateOf(v []byte) string {
	if v == nil {
		return ""
	}
	code, _ := names.StateCode(string(v))
	return code
}

// stateOfZIP returns the state that a five-digit ZIP code lies in, "" if it is none,
// or lies in two.
func stateOfZIP(zip []byte) string {
	if len(zip) != 5 || slices.Contains(twoStates[:], string(zip)) {
		return ""
	}
	code, _ := names.ZIPState(string(zip))
	return code
}

// twoStates are the ZIP codes whose tabulation areas lie in two states, by the
// 2010 ZCTA to place relationship file of the Census Bureau.
var twoStates = [...]string{
	"02861", "42223", "59221", "63673", "71749", "73949", "81137", "84536", "86044", "86515", "88063", "89439", "97635",
}

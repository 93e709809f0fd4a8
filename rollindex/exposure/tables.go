package exposure

import "rollcheck/data/names"

// tables keeps what was looked up in the tables of names, because a batch asks
// for the same names and ZIP codes again and again.
type tables struct {
	nicknames     map[string][][]byte
	states        map[string]string // of ZIP codes
	jurisdictions map[string]string // of states, by their codes
}

// maxTable bounds each table.
const maxTable = 1 << 16

func (c *tables) nicknamesOf(first []byte) [][]byte {
	all, ok := c.nicknames[string(first)]
	if !ok {
		for _, name := range names.Nicknames(string(first)) {
			all = append(all, []byte(name))
		}
		c.nicknames = room(c.nicknames)
		c.nicknames[string(first)] = all
	}
	return all
}

// jurisdiction returns that of a state's code ("FL").
func (c *tables) jurisdiction(code string) string {
	jurisdiction, ok := c.jurisdictions[code]
	if !ok {
		jurisdiction = "US-" + code
		c.jurisdictions = room(c.jurisdictions)
		c.jurisdictions[code] = jurisdiction
	}
	return jurisdiction
}

// state returns the jurisdiction a ZIP code lies in, "" if none is known.
func (c *tables) state(zip []byte) string {
	state, ok := c.states[string(zip)]
	if !ok {
		if code, known := names.ZIPState(string(zip)); known {
			state = "US-" + code
		}
		c.states = room(c.states)
		c.states[string(zip)] = state
	}
	return state
}

// room returns a table with room for one more: emptied when full.
func room[K comparable, V any](m map[K]V) map[K]V {
	if m == nil || len(m) == maxTable {
		return make(map[K]V)
	}
	return m
}

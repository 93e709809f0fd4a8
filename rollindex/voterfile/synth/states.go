package synth

import (
	"errors"
	"fmt"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/data/names"
)

// ErrNoProfile is wrapped by Write where there is nobody to draw: for a state
// that data/names has no people of.
var ErrNoProfile = errors.New("no fictional population for this layout")

// profile is what sets one state's rolls apart. Shares are rounded from the
// states' published totals; they make a file look right and mean nothing more.
type profile struct {
	state        string
	country      string   // of a layout of another country: "GB"
	areas        []string // telephone area codes
	parties      choice
	races        choice
	sexes        [3]string // words for women, men and those whose sex is not known
	congress     int       // numbers of districts
	senate       int
	house        int
	countyCodes  map[string]string // by folded name; nil: countyFormat with the county's number
	countyFormat string            // "" for the county's name
	idFormat     idFormat
	hyphenCounty string
	own          bool // one of the states below: columns without a role are those of its files, see named

	status     [4]string // by status; the words of the layout
	keep       day       // how long the removed stay in the file
	exempt     float64   // share of voters whose columns are withheld
	lapses     float64   // share of values replaced by a word that stands for none
	elections  int       // how many of the last elections have a column; 0 for all
	quoteAll   bool
	blank      string  // what stands for an empty value
	hidden     string  // what stands in the street line of a removed voter; "" keeps the address
	title      bool    // names in title case in most counties
	mixed      bool    // some counties write UTF-8, some windows-1252
	phones     float64 // share of rows with a phone number
	emails     float64
	noRegDate  float64 // share with the placeholder 1900-01-01
	noName     string  // what stands for a missing first name
	maskedDate bool    // registration dates of the removed are masked from 2024 on
}

// idFormat is how a voter number is written.
type idFormat struct {
	prefix string // "##" stands for two letters
	digits int
	from   int // added to the number
	bits   int // numbers below 2^bits are shuffled; 0 for all that MaxRows can reach
}

// profileOf returns the profile of a layout: what can be told from its data and,
// for the states whose rolls were looked at more closely, what was seen in them.
// elsewhere is the state whose people fill a layout that is of no state.
func profileOf(l *layouts.Layout, elsewhere string) (*profile, error) {
	state, us := strings.CutPrefix(l.Jurisdiction, "US-")
	switch {
	case us && elsewhere != "" && elsewhere != state:
		return nil, fmt.Errorf("%w: people of %s in layout %q, which is of %s", ErrOptions, elsewhere, l.ID, state)
	case !us && elsewhere == "":
		state = DefaultState
	case !us:
		state = elsewhere
	}
	if names.StatePopulation(state) == 0 {
		return nil, fmt.Errorf("%w: %q: nobody is known of %s", ErrNoProfile, l.ID, state)
	}
	p := general(l, state)
	switch l.Jurisdiction {
	case "US-FL":
		p.florida(l)
	case "US-NC":
		p.northCarolina(l)
	case "US-NY":
		p.newYork(l)
	case "US-OH":
		p.ohio(l)
	case "US-WA":
		p.washington(l)
	}
	return p, nil
}

// unknown is what a state has for something it does not record.
func unknown() choice { return newChoice([]weighted{{"", 1}}) }

// its makes the state's own habits of a profile: what general made of the layout
// stays only where the layout does not have the state's words.
func (p *profile) its(l *layouts.Layout, parties, races choice, status [4]string, id idFormat) {
	p.own, p.lapses, p.exempt, p.phones, p.emails, p.elections = true, 0, 0, 0, 0, 0
	p.sexes = [3]string{"F", "M", "U"}
	if listed(l, field.RoleParty, parties.words) {
		p.parties = parties
	}
	if listed(l, field.RoleRace, races.words) {
		p.races = races
	}
	if listed(l, field.RoleStatus, status[:]) {
		p.status = status
	}
	if room := limitOf(l, field.RoleVoterID); room == 0 || len(id.prefix)+id.digits <= room {
		p.idFormat = id
	}
}

func (p *profile) florida(l *layouts.Layout) {
	parties := newChoice([]weighted{{"DEM", 36.4}, {"REP", 35.3}, {"NPA", 26.6}, {"IND", 0.9}, {"LPF", 0.26}, {"GRE", 0.05},
		{"CPF", 0.02}, {"REF", 0.01}, {"ECO", 0.01}, {"PSL", 0.01}})
	races := newChoice([]weighted{{"5", 62}, {"4", 17}, {"3", 13.5}, {"9", 3}, {"2", 2}, {"6", 1.5}, {"7", 0.7}, {"1", 0.3}})
	p.its(l, parties, races, [4]string{active: "ACT", inactive: "INA"}, idFormat{digits: 9, from: 100_000_000})
	p.areas = strings.Fields("239 305 321 352 386 407 561 727 754 772 786 813 850 863 904 941 954")
	p.congress, p.senate, p.house = 27, 40, 120
	p.exempt, p.title, p.mixed, p.phones, p.emails = 0.0045, true, true, 0.15, 0.10
}

func (p *profile) northCarolina(l *layouts.Layout) {
	parties := newChoice([]weighted{{"DEM", 36}, {"UNA", 33}, {"REP", 30}, {"LIB", 0.6}})
	races := newChoice([]weighted{{"W", 66}, {"B", 21}, {"U", 7}, {"O", 2.4}, {"A", 1.5}, {"M", 1}, {"I", 0.8}, {"P", 0.1}})
	p.its(l, parties, races, [4]string{active: "A", inactive: "I", removed: "R"}, idFormat{prefix: "##", digits: 6})
	p.areas = strings.Fields("252 336 704 828 910 919 980 984")
	p.congress, p.senate, p.house = 13, 50, 120
	p.countyCodes, p.countyFormat = nil, "%d"
	p.keep, p.exempt, p.phones = years(4), 0.002, 0.35
	p.quoteAll, p.blank, p.hidden, p.maskedDate = true, " ", "REMOVED", l.ID == "nc-ncvoter-2022"
}

func (p *profile) newYork(l *layouts.Layout) {
	parties := newChoice([]weighted{{"DEM", 50}, {"REP", 22}, {"BLK", 22.5}, {"IND", 3.6}, {"CON", 1.2}, {"WOR", 0.4}, {"GRE", 0.2}, {"OTH", 0.1}})
	status := [4]string{active: "A", inactive: "I", removed: "P"}
	if l.ID == "ny-allnysvoters-2016" { // letters came with the layout of 2021
		status = [4]string{active: "ACTIVE", inactive: "INACTIVE", removed: "PURGED"}
	}
	p.its(l, parties, unknown(), status, idFormat{prefix: "NY", digits: 18})
	p.areas = strings.Fields("212 315 347 516 518 585 607 631 646 716 718 845 914 917 929")
	p.congress, p.senate, p.house = 27, 63, 150
	p.countyCodes, p.countyFormat, p.hyphenCounty = nil, "%02d", "QUEENS"
	p.keep, p.quoteAll = years(6), true
}

func (p *profile) ohio(l *layouts.Layout) {
	parties := newChoice([]weighted{{"", 60}, {"R", 22.5}, {"D", 17.2}, {"L", 0.2}, {"G", 0.1}})
	p.its(l, parties, unknown(), [4]string{active: "ACTIVE", inactive: "CONFIRMATION"}, idFormat{prefix: "OH", digits: 10, from: 10_000_000})
	p.areas = strings.Fields("216 234 330 419 440 513 567 614 740 937")
	p.congress, p.senate, p.house = 16, 33, 99
	p.countyCodes, p.countyFormat = nil, "%02d"
	p.quoteAll, p.noRegDate = true, 0.04
}

func (p *profile) washington(l *layouts.Layout) {
	status := [4]string{active: "Active", inactive: "Inactive"}
	p.its(l, unknown(), unknown(), status, idFormat{digits: 8, from: 10_000_000})
	p.areas = strings.Fields("206 253 360 425 509")
	p.congress, p.senate, p.house = 10, 49, 49
	p.countyCodes = map[string]string{}
	for _, c := range strings.Fields(washingtonCounties) {
		code, name, _ := strings.Cut(c, ":")
		p.countyCodes[name] = code
	}
	p.noName = "-VOTER_DID_NOT_PROVIDE_FIRSTNAME"
}

const washingtonCounties = `AD:ADAMS AS:ASOTIN BE:BENTON CH:CHELAN CM:CLALLAM CR:CLARK CU:COLUMBIA CZ:COWLITZ DG:DOUGLAS
	FE:FERRY FR:FRANKLIN GA:GARFIELD GR:GRANT GY:GRAYSHARBOR IS:ISLAND JE:JEFFERSON KI:KING KP:KITSAP KS:KITTITAS
	KT:KLICKITAT LE:LEWIS LI:LINCOLN MA:MASON OK:OKANOGAN PA:PACIFIC PE:PENDOREILLE PI:PIERCE SJ:SANJUAN SK:SKAGIT
	SM:SKAMANIA SN:SNOHOMISH SP:SPOKANE ST:STEVENS TH:THURSTON WK:WAHKIAKUM WL:WALLAWALLA WM:WHATCOM WT:WHITMAN YA:YAKIMA`

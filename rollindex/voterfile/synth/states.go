package synth

import (
	"errors"
	"fmt"
	"strings"

	"rollcheck/data/layouts"
)

// ErrNoProfile is wrapped by Write for a layout of a state, or of no state,
// whose people this package cannot draw.
var ErrNoProfile = errors.New("no fictional population for this layout")

// profile is what sets one state's rolls apart. Shares are rounded from the
// states' published totals; they make a file look right and mean nothing more.
type profile struct {
	state        string
	areas        []string // telephone area codes
	parties      choice
	races        choice
	congress     int // numbers of districts
	senate       int
	house        int
	countyCodes  map[string]string // by folded name; nil: countyFormat with the county's number
	countyFormat string
	idFormat     idFormat
	hyphenCounty string

	status     [4]string // by status; the words of the layout
	keep       day       // how long the removed stay in the file
	exempt     float64   // share of voters whose columns are withheld
	withheld   string    // what stands in those columns
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
}

func profileOf(l *layouts.Layout) (*profile, error) {
	switch l.Jurisdiction {
	case "US-FL":
		return florida(l), nil
	case "US-NC":
		return northCarolina(l), nil
	case "US-NY":
		return newYork(l), nil
	case "US-OH":
		return ohio(), nil
	case "US-WA":
		return washington(), nil
	}
	return nil, fmt.Errorf("%w: %q", ErrNoProfile, l.ID)
}

// unknown is what a state has for something it does not record.
func unknown() choice { return newChoice([]weighted{{"", 1}}) }

func florida(l *layouts.Layout) *profile {
	p := &profile{
		state: "FL", areas: strings.Fields("239 305 321 352 386 407 561 727 754 772 786 813 850 863 904 941 954"),
		parties: newChoice([]weighted{{"DEM", 36.4}, {"REP", 35.3}, {"NPA", 26.6}, {"IND", 0.9}, {"LPF", 0.26}, {"GRE", 0.05},
			{"CPF", 0.02}, {"REF", 0.01}, {"ECO", 0.01}, {"PSL", 0.01}}),
		races: newChoice([]weighted{{"5", 62}, {"4", 17}, {"3", 13.5}, {"9", 3}, {"2", 2}, {"6", 1.5}, {"7", 0.7}, {"1", 0.3}}),

		congress: 27, senate: 40, house: 120,
		countyCodes: map[string]string{}, idFormat: idFormat{"", 9, 100_000_000},
		status: [4]string{active: "ACT", inactive: "INA"},
		exempt: 0.0045, withheld: "*", title: true, mixed: true, phones: 0.15, emails: 0.10,
	}
	for code, name := range l.Codes["county_id"] {
		p.countyCodes[fold(name)] = code
	}
	return p
}

func northCarolina(l *layouts.Layout) *profile {
	return &profile{
		state: "NC", areas: strings.Fields("252 336 704 828 910 919 980 984"),
		parties: newChoice([]weighted{{"DEM", 36}, {"UNA", 33}, {"REP", 30}, {"LIB", 0.6}}),
		races:   newChoice([]weighted{{"W", 66}, {"B", 21}, {"U", 7}, {"O", 2.4}, {"A", 1.5}, {"M", 1}, {"I", 0.8}, {"P", 0.1}}),

		congress: 13, senate: 50, house: 120,
		countyFormat: "%d", idFormat: idFormat{"##", 6, 0},
		status: [4]string{active: "A", inactive: "I", removed: "R"}, keep: years(4),
		exempt: 0.002, quoteAll: true, blank: " ", hidden: "REMOVED", phones: 0.35, maskedDate: l.ID == "nc-ncvoter-2022",
	}
}

func newYork(l *layouts.Layout) *profile {
	p := &profile{
		state: "NY", races: unknown(), areas: strings.Fields("212 315 347 516 518 585 607 631 646 716 718 845 914 917 929"),
		parties: newChoice([]weighted{{"DEM", 50}, {"REP", 22}, {"BLK", 22.5}, {"IND", 3.6}, {"CON", 1.2}, {"WOR", 0.4}, {"GRE", 0.2}, {"OTH", 0.1}}),

		congress: 27, senate: 63, house: 150,
		countyFormat: "%02d", idFormat: idFormat{"NY", 18, 0}, hyphenCounty: "QUEENS",
		status: [4]string{active: "A", inactive: "I", removed: "P"}, keep: years(6),
		quoteAll: true,
	}
	if l.ID == "ny-allnysvoters-2016" { // letters came with the layout of 2021
		p.status = [4]string{active: "ACTIVE", inactive: "INACTIVE", removed: "PURGED"}
	}
	return p
}

func ohio() *profile {
	return &profile{
		state: "OH", races: unknown(), areas: strings.Fields("216 234 330 419 440 513 567 614 740 937"),
		parties: newChoice([]weighted{{"", 60}, {"R", 22.5}, {"D", 17.2}, {"L", 0.2}, {"G", 0.1}}),

		congress: 16, senate: 33, house: 99,
		countyFormat: "%02d", idFormat: idFormat{"OH", 10, 10_000_000},
		status:   [4]string{active: "ACTIVE", inactive: "CONFIRMATION"},
		quoteAll: true, noRegDate: 0.04,
	}
}

func washington() *profile {
	p := &profile{
		state: "WA", races: unknown(), parties: unknown(), areas: strings.Fields("206 253 360 425 509"),

		congress: 10, senate: 49, house: 49,
		countyCodes: map[string]string{}, idFormat: idFormat{"", 8, 10_000_000},
		status: [4]string{active: "Active", inactive: "Inactive"}, noName: "-VOTER_DID_NOT_PROVIDE_FIRSTNAME",
	}
	for _, c := range strings.Fields(washingtonCounties) {
		code, name, _ := strings.Cut(c, ":")
		p.countyCodes[name] = code
	}
	return p
}

const washingtonCounties = `AD:ADAMS AS:ASOTIN BE:BENTON CH:CHELAN CM:CLALLAM CR:CLARK CU:COLUMBIA CZ:COWLITZ DG:DOUGLAS
	FE:FERRY FR:FRANKLIN GA:GARFIELD GR:GRANT GY:GRAYSHARBOR IS:ISLAND JE:JEFFERSON KI:KING KP:KITSAP KS:KITTITAS
	KT:KLICKITAT LE:LEWIS LI:LINCOLN MA:MASON OK:OKANOGAN PA:PACIFIC PE:PENDOREILLE PI:PIERCE SJ:SANJUAN SK:SKAGIT
	SM:SKAMANIA SN:SNOHOMISH SP:SPOKANE ST:STEVENS TH:THURSTON WK:WAHKIAKUM WL:WALLAWALLA WM:WHATCOM WT:WHITMAN YA:YAKIMA`

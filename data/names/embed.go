//go:build !js

package names

import _ "embed"

//go:embed surnames.txt
var surnames string // "SMITH 2442977": name, bearers

//go:embed nicknames.txt
var nicknames string // "BOB BERT BOBBY ...": name, the other names its bearers go by

// firsts has a line a name and sex: "JUAN M 0 2053,3181,...": name, sex, the
// first band with a count, and the births of each band from there on; an empty
// count is one under 100.
//
//go:embed firsts.txt
var firsts string

//go:embed zips.txt
var zips string // "32301 FL 12073 Tallahassee": ZIP, state, county FIPS code, city

//go:embed counties.txt
var counties string // "12073 FL 275487 38 Leon County": FIPS code, state, people, ZIPs, name

//go:embed states.txt
var states string // "FL 18801310 1548": state, people, ZIPs

//go:embed streets.txt
var streets string // the most common street names, most common first

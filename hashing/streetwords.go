package hashing

// wordKind says what a word of an address can be. A word can be several things.
type wordKind uint16

const (
	isType    wordKind = 1 << iota // a kind of way: dropped at the end of a street name
	isDir                          // a directional: dropped at either end
	isRoute                        // names the class of a numbered road: dropped before its number
	isUnit                         // begins a unit wherever it stands
	isUnitID                       // begins a unit when an identifier follows
	isUnitEnd                      // begins a unit behind a kind of way
	isBox                          // of a post office box
	isOrdinal                      // FIRST: spelled with digits
	isTens                         // TWENTY: makes one ordinal with a FIRST behind it
	hasDigit                       // of the token: it holds a digit, and so is no word
	isLetter                       // of the token: it is a single letter
)

// word is what an address word stands for: its spelling in a street core and
// what it can be.
type word struct {
	to   string
	kind wordKind
}

// words holds every word of an address that is not simply itself, under every
// spelling. A word's own spelling in a core stands for itself, so that a core
// goes through unchanged. [findWord] looks in it.
var words = func() map[string]*word {
	m := make(map[string]*word, 1024)
	add := func(kind wordKind, lists [][]string) {
		for _, spellings := range lists {
			w := m[spellings[0]]
			if w == nil {
				w = &word{to: spellings[0]}
			}
			w.kind |= kind
			for _, s := range spellings {
				m[s] = w
			}
		}
	}
	add(isType, ways)
	add(0, places)
	add(isDir, directionals)
	add(isRoute, routes)
	add(isUnit, units)
	add(isUnitID, unitsWithID)
	add(isUnitEnd, unitsBehindWay)
	add(isBox, boxes)
	add(isTens, tens)
	add(isOrdinal, ordinals)
	for i, t := range tens { // TWENTYFIRST; with a space or hyphen it is two words
		for j, o := range ordinals[:9] {
			m[t[0]+o[1]] = &word{to: string([]byte{'2' + byte(i), '1' + byte(j)}), kind: isOrdinal}
		}
	}
	return m
}()

// shortWords holds the words of at most eight letters by those letters packed
// in a number, with open addressing: a third of the time a map takes, and the
// words of an address are most of the work of a row.
var shortWords = func() (t [1024]struct {
	key  uint64
	word *word
}) {
	for s, w := range words {
		if len(s) > 8 {
			continue
		}
		i := shortSlot(packWord([]byte(s)))
		for t[i].key != 0 {
			i = (i + 1) % uint64(len(t))
		}
		t[i].key, t[i].word = packWord([]byte(s)), w
	}
	return t
}()

// findWord returns the entry of a word in upper case, or nil.
func findWord(text []byte) *word {
	if len(text) > 8 {
		return words[string(text)]
	}
	key := packWord(text)
	for i := shortSlot(key); ; i = (i + 1) % uint64(len(shortWords)) {
		switch shortWords[i].key {
		case key:
			return shortWords[i].word
		case 0:
			return nil
		}
	}
}

func packWord(text []byte) (key uint64) {
	for _, c := range text {
		key = key<<8 | uint64(c)
	}
	return key
}

// shortSlot is Fibonacci hashing to ten bits (Knuth, TAOCP volume 3, 6.4).
func shortSlot(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> 54 }

// The street types of USPS Publication 28, appendix C1: primary name, standard
// abbreviation, other spellings in use. ways are dropped from the end of a
// street name. places are only spelled out: they are parts of names ("Lake View
// Drive") at least as often as types, and people write those names as one word
// as well ("Lakeview Drive").
var ways = [][]string{
	{"ALLEY", "ALY", "ALLEE", "ALLY"}, {"ARCADE", "ARC"}, {"AVENUE", "AVE", "AV", "AVEN", "AVENU", "AVN", "AVNUE"},
	{"BOULEVARD", "BLVD", "BOUL", "BOULV", "BLV", "BVD"}, {"BYPASS", "BYP", "BYPA", "BYPAS", "BYPS"},
	{"CAUSEWAY", "CSWY", "CAUSWA"}, {"CIRCLE", "CIR", "CIRC", "CIRCL", "CRCL", "CRCLE"}, {"CIRCLES", "CIRS"},
	{"COURT", "CT", "CRT"}, {"COURTS", "CTS"}, {"CRESCENT", "CRES", "CRSENT", "CRSNT"}, {"CURVE", "CURV"},
	{"DRIVE", "DR", "DRIV", "DRV"}, {"DRIVES", "DRS"}, {"EXPRESSWAY", "EXPY", "EXP", "EXPR", "EXPRESS", "EXPW"},
	{"EXTENSION", "EXT", "EXTN", "EXTNSN"}, {"EXTENSIONS", "EXTS"}, {"FREEWAY", "FWY", "FREEWY", "FRWAY", "FRWY"},
	{"HIGHWAY", "HWY", "HIGHWY", "HIWAY", "HIWY", "HWAY", "HYWY"}, {"LANE", "LN", "LANES"}, {"LOOP", "LOOPS"}, {"MEWS"},
	{"MOTORWAY", "MTWY"}, {"OVAL", "OVL"}, {"OVERPASS", "OPAS"},
	{"PARKWAY", "PKWY", "PARKWY", "PKWAY", "PKY", "PARKWAYS", "PKWYS"}, {"PASSAGE", "PSGE"}, {"PATH"}, {"PIKE", "PIKES"},
	{"PLACE", "PL"}, {"PLAZA", "PLZ", "PLZA"}, {"RADIAL", "RADL", "RAD", "RADIEL"}, {"RAMP"}, {"ROAD", "RD"},
	{"ROADS", "RDS"}, {"ROUTE", "RTE", "RT"}, {"ROW"}, {"RUE"}, {"SKYWAY", "SKWY"}, {"SPUR", "SPURS"},
	{"SQUARE", "SQ", "SQR", "SQRE", "SQU"}, {"SQUARES", "SQS", "SQRS"},
	{"STRAVENUE", "STRA", "STRAV", "STRAVEN", "STRAVN", "STRVN", "STRVNUE"}, {"STREET", "ST", "STR", "STRT"},
	{"STREETS", "STS"}, {"TERRACE", "TER", "TERR"}, {"THROUGHWAY", "TRWY"}, {"TRACE", "TRCE", "TRACES"},
	{"TRACK", "TRAK", "TRACKS", "TRK", "TRKS"}, {"TRAFFICWAY", "TRFY"}, {"TRAIL", "TRL", "TRAILS", "TRLS"},
	{"TUNNEL", "TUNL", "TUNEL", "TUNLS", "TUNNELS", "TUNNL"}, {"TURNPIKE", "TPKE", "TRNPK", "TURNPK", "TPK"},
	{"UNDERPASS", "UPAS"}, {"VIADUCT", "VIA", "VDCT", "VIADCT"}, {"WALK", "WALKS"}, {"WAY", "WY"}, {"WAYS"},
}

var places = [][]string{
	{"ANEX", "ANX", "ANNEX", "ANNX"}, {"BAYOU", "BYU", "BAYOO"}, {"BEACH", "BCH"}, {"BEND", "BND"},
	{"BLUFF", "BLF", "BLUF"}, {"BLUFFS", "BLFS"}, {"BOTTOM", "BTM", "BOT", "BOTTM"}, {"BRANCH", "BR", "BRNCH"},
	{"BRIDGE", "BRG", "BRDGE"}, {"BROOK", "BRK"}, {"BROOKS", "BRKS"}, {"BURG", "BG"}, {"BURGS", "BGS"},
	{"CAMP", "CP", "CMP"}, {"CANYON", "CYN", "CANYN", "CNYN"}, {"CAPE", "CPE"},
	{"CENTER", "CTR", "CEN", "CENT", "CENTR", "CENTRE", "CNTER", "CNTR"}, {"CENTERS", "CTRS"}, {"CLIFF", "CLF"},
	{"CLIFFS", "CLFS"}, {"CLUB", "CLB"}, {"COMMON", "CMN"}, {"COMMONS", "CMNS"}, {"CORNER", "COR", "CRNR"},
	{"CORNERS", "CORS"}, {"COURSE", "CRSE"}, {"COVE", "CV"}, {"COVES", "CVS"}, {"CREEK", "CRK", "CK"}, {"CREST", "CRST"},
	{"CROSSING", "XING", "CRSSNG"}, {"CROSSROAD", "XRD"}, {"CROSSROADS", "XRDS"}, {"DALE", "DL"}, {"DAM", "DM"},
	{"DIVIDE", "DV", "DIV", "DVD"}, {"ESTATE", "EST"}, {"ESTATES", "ESTS"}, {"FALL"}, {"FALLS", "FLS"},
	{"FERRY", "FRY", "FRRY"}, {"FIELD", "FLD"}, {"FIELDS", "FLDS"}, {"FLAT", "FLT"}, {"FLATS", "FLTS"}, {"FORD", "FRD"},
	{"FORDS", "FRDS"}, {"FOREST", "FRST", "FORESTS"}, {"FORGE", "FRG", "FORG"}, {"FORGES", "FRGS"}, {"FORK", "FRK"},
	{"FORKS", "FRKS"}, {"FORT", "FT", "FRT"}, {"GARDEN", "GDN", "GARDN", "GRDEN", "GRDN"}, {"GARDENS", "GDNS", "GRDNS"},
	{"GATEWAY", "GTWY", "GATEWY", "GATWAY", "GTWAY"}, {"GLEN", "GLN"}, {"GLENS", "GLNS"}, {"GREEN", "GRN"},
	{"GREENS", "GRNS"}, {"GROVE", "GRV", "GROV"}, {"GROVES", "GRVS"},
	{"HARBOR", "HBR", "HARB", "HARBR", "HRBOR", "HARBOUR"}, {"HARBORS", "HBRS"}, {"HAVEN", "HVN"},
	{"HEIGHTS", "HTS", "HT", "HGTS"}, {"HILL", "HL"}, {"HILLS", "HLS"}, {"HOLLOW", "HOLW", "HLLW", "HOLWS", "HOLLOWS"},
	{"INLET", "INLT"}, {"ISLAND", "IS", "ISLND"}, {"ISLANDS", "ISS", "ISLNDS"}, {"ISLE"},
	{"JUNCTION", "JCT", "JCTION", "JUNCTN", "JUNCTON"}, {"JUNCTIONS", "JCTS", "JCTNS"}, {"KEYS", "KYS"},
	{"KNOLL", "KNL", "KNOL"}, {"KNOLLS", "KNLS"}, {"LAKE", "LK"}, {"LAKES", "LKS"}, {"LAND"},
	{"LANDING", "LNDG", "LNDNG"}, {"LIGHT", "LGT"}, {"LIGHTS", "LGTS"}, {"LOAF", "LF"}, {"LOCK", "LCK"},
	{"LOCKS", "LCKS"}, {"LODGE", "LDG", "LDGE", "LODG"}, {"MALL"}, {"MANOR", "MNR", "MANR"}, {"MANORS", "MNRS"},
	{"MEADOW", "MDW"}, {"MEADOWS", "MDWS"}, {"MILL", "ML"}, {"MILLS", "MLS"}, {"MISSION", "MSN", "MISSN", "MSSN"},
	{"MOUNT", "MT", "MNT"}, {"MOUNTAIN", "MTN", "MNTAIN", "MNTN", "MOUNTIN", "MTIN"}, {"MOUNTAINS", "MTNS", "MNTNS"},
	{"NECK", "NCK"}, {"ORCHARD", "ORCH", "ORCHRD"}, {"PARK", "PRK", "PARKS"}, {"PASS"}, {"PINE", "PNE"},
	{"PINES", "PNES"}, {"PLAIN", "PLN"}, {"PLAINS", "PLNS"}, {"POINT", "PT"}, {"POINTS", "PTS"}, {"PORT", "PRT"},
	{"PORTS", "PRTS"}, {"PRAIRIE", "PR", "PRR"}, {"RANCH", "RNCH", "RANCHES", "RNCHS"}, {"RAPID", "RPD"},
	{"RAPIDS", "RPDS"}, {"REST", "RST"}, {"RIDGE", "RDG", "RDGE"}, {"RIDGES", "RDGS"}, {"RIVER", "RIV", "RVR", "RIVR"},
	{"RUN"}, {"SHOAL", "SHL"}, {"SHOALS", "SHLS"}, {"SHORE", "SHR", "SHOAR"}, {"SHORES", "SHRS", "SHOARS"},
	{"SPRING", "SPG", "SPNG", "SPRNG"}, {"SPRINGS", "SPGS", "SPNGS", "SPRNGS"}, {"STATION", "STA", "STATN", "STN"},
	{"STREAM", "STRM", "STREME"}, {"SUMMIT", "SMT", "SUMIT", "SUMITT"}, {"UNION", "UN"}, {"UNIONS", "UNS"},
	{"VALLEY", "VLY", "VALLY", "VLLY"}, {"VALLEYS", "VLYS"}, {"VIEW", "VW"}, {"VIEWS", "VWS"},
	{"VILLAGE", "VLG", "VILL", "VILLAG", "VILLG", "VILLIAGE"}, {"VILLAGES", "VLGS"}, {"VILLE", "VL"},
	{"VISTA", "VIS", "VIST", "VST", "VSTA"}, {"WALL"}, {"WELL", "WL"}, {"WELLS", "WLS"},
}

// Publication 28, section 233 (directionals).
var directionals = [][]string{
	{"NORTH", "N"}, {"SOUTH", "S"}, {"EAST", "E"}, {"WEST", "W"},
	{"NORTHEAST", "NE"}, {"NORTHWEST", "NW"}, {"SOUTHEAST", "SE"}, {"SOUTHWEST", "SW"},
}

// Publication 28, appendix F (county, state and US highways), and the
// abbreviations of these in use. S is the second letter of "U S".
var routes = [][]string{
	{"HIGHWAY"}, {"ROUTE", "RTE"}, {"ROAD"}, {"SOUTH"}, {"STATE"}, {"COUNTY", "CO", "CTY", "CNTY"}, {"TOWNSHIP", "TWP"},
	{"US"}, {"U"}, {"INTERSTATE"}, {"I"}, {"PRIVATE"}, {"FARM"}, {"TO"}, {"MARKET"}, {"RANCH"},
	{"SR"}, {"SH"}, {"STH"}, {"CR"}, {"CH"}, {"CTH"}, {"TR"}, {"FM"},
}

// The unit designators of USPS Publication 28, appendix C2, by how sure a word
// is to be one: STE and APT always, LOT and FLOOR before an identifier, KEY,
// FRONT and UPPER, which are also words of street names, only behind a way.
var units = [][]string{
	{"APARTMENT", "APT", "APTS"}, {"SUITE", "STE"}, {"UNIT"}, {"ROOM", "RM"}, {"BLDG"}, {"TRLR"}, {"DEPT"}, {"HNGR"}, {"SPC"},
}

var unitsWithID = [][]string{
	{"BUILDING"}, {"TRAILER"}, {"DEPARTMENT"}, {"HANGAR"}, {"SPACE"}, {"FLOOR", "FL", "FLR"}, {"LOT"}, {"PIER"}, {"SLIP"}, {"STOP"},
}

var unitsBehindWay = [][]string{
	{"BASEMENT", "BSMT"}, {"FRONT", "FRNT"}, {"KEY", "KY"}, {"LOBBY", "LBBY"}, {"LOWER", "LOWR"}, {"OFFICE", "OFC"},
	{"PENTHOUSE", "PH"}, {"REAR"}, {"SIDE"}, {"UPPER", "UPPR"},
}

var boxes = [][]string{{"BOX"}, {"PO"}, {"POB", "POBOX"}, {"P"}, {"O"}, {"POST"}, {"OFFICE"}}

// tens and ordinals: the digit or number, then the word.
var tens = [][]string{
	{"TWENTY"}, {"THIRTY"}, {"FORTY", "FOURTY"}, {"FIFTY"}, {"SIXTY"}, {"SEVENTY"}, {"EIGHTY"}, {"NINETY"},
}

var ordinals = [][]string{
	{"1", "FIRST"}, {"2", "SECOND"}, {"3", "THIRD"}, {"4", "FOURTH"}, {"5", "FIFTH"}, {"6", "SIXTH"}, {"7", "SEVENTH"},
	{"8", "EIGHTH"}, {"9", "NINTH"}, {"10", "TENTH"}, {"11", "ELEVENTH"}, {"12", "TWELFTH"}, {"13", "THIRTEENTH"},
	{"14", "FOURTEENTH"}, {"15", "FIFTEENTH"}, {"16", "SIXTEENTH"}, {"17", "SEVENTEENTH"}, {"18", "EIGHTEENTH"},
	{"19", "NINETEENTH"}, {"20", "TWENTIETH"}, {"30", "THIRTIETH"}, {"40", "FORTIETH"}, {"50", "FIFTIETH"},
	{"60", "SIXTIETH"}, {"70", "SEVENTIETH"}, {"80", "EIGHTIETH"}, {"90", "NINETIETH"},
}

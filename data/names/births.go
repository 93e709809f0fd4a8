package names

import (
	"strings"
)

// Births are counted in bands of five years, from 1915-1919 to 2005-2009.
const (
	Bands     = 19
	FirstBand = 1915
	BandYears = 5
	bandLeast = 100 // births under which a name is not listed in a band
)

// Band returns the index of the band of a birth year. Years before the first
// band and after the last belong to those: naming changes slowly enough there
// for an odds figure.
func Band(birthYear int) int {
	return min(max((birthYear-FirstBand)/BandYears, 0), Bands-1)
}

// bandBirths are the column totals of firsts, girls and boys.
var bandBirths = [2][Bands]int64{
	{5233484, 5910546, 5697883, 5157367, 5204397, 6269365, 7886802, 9002571, 9836695, 9606005,
		8197907, 7555385, 7239401, 7994274, 8377062, 8714657, 8271236, 8493188, 8755810},
	{4516047, 5331686, 5393895, 5077854, 5242006, 6441758, 8211920, 9505660, 10459173, 10217180,
		8779454, 8211082, 7937730, 8766247, 9214994, 9652388, 9170698, 9412815, 9702366},
}

var sexes = [2]string{"F", "M"}

// FirstShare returns the share of people with the first name among those born
// in the same five years; both sexes count half. birthYear 0 means all adults
// of 2020. A name that is not listed for those years was given to fewer than
// 100 girls and 100 boys: listed is false and the share is that upper bound.
func FirstShare(first string, birthYear int) (share float64, listed bool) {
	from, to := 0, Bands-1
	var weight [Bands]float64
	if birthYear == 0 {
		weight = adultBands(2020)
	} else {
		from = Band(birthYear)
		to, weight[from] = from, 1
	}
	var bound float64
	for sex := range sexes {
		rest, _ := find(firsts, first+" "+sexes[sex])
		var births [Bands]int32
		parseBands(rest, &births)
		for b := from; b <= to; b++ {
			half := weight[b] / 2 / float64(bandBirths[sex][b])
			share += half * float64(births[b])
			bound += half * bandLeast
		}
	}
	if share == 0 {
		return bound, false
	}
	return share, true
}

// parseBands reads "0 2053,3181,..." into births; an empty line leaves it zero.
func parseBands(s string, births *[Bands]int32) {
	if s == "" {
		return
	}
	at, counts := word(s)
	band := int(number(at))
	for more := true; more; band++ {
		var n string
		if n, counts, more = strings.Cut(counts, ","); n != "" {
			births[band] = int32(number(n))
		}
	}
}

// survivors is l(x) of the Social Security Administration's period life table
// for 2009: of 100,000 born, how many reach the age 0, 5, 10 ... 115; women, men.
var survivors = [2][24]float64{
	{100000, 99333, 99276, 99214, 99061, 98836, 98551, 98186, 97679, 96880, 95633, 93828,
		91375, 87769, 82424, 74443, 62957, 47412, 28649, 11795, 2813, 357, 17, 0},
	{100000, 99186, 99119, 99033, 98680, 98043, 97372, 96651, 95770, 94507, 92588, 89689,
		85673, 80308, 72875, 62761, 49421, 33266, 16969, 5375, 888, 74, 2, 0},
}

const oldest = 115

// Survival returns the share of those born, of the sex 'F' or else 'M', who
// reach the age in years by the life table of 2009; between its ages linearly.
func Survival(sex byte, age float64) float64 {
	s := &survivors[1]
	if sex == 'F' {
		s = &survivors[0]
	}
	switch {
	case age <= 0:
		return 1
	case age >= oldest:
		return 0
	}
	i := int(age / BandYears)
	part := age/BandYears - float64(i)
	return (s[i]*(1-part) + s[i+1]*part) / s[0]
}

const (
	adultAge    = 18
	registerAge = 16 // states take pre-registrations from this age on
)

// living is how many of those born in the year are alive in asOf.
func living(year, asOf int) float64 {
	b, age := Band(year), float64(asOf-year)
	return (float64(bandBirths[0][b])*Survival('F', age) + float64(bandBirths[1][b])*Survival('M', age)) / BandYears
}

// adults is how many of all years of birth are alive and grown up in asOf.
func adults(asOf int) (n float64) {
	for y := asOf - oldest; y <= asOf-adultAge; y++ {
		n += living(y, asOf)
	}
	return n
}

// BirthYearShare returns the share of the adults of the year asOf who were born
// in the given year: births by five-year band, carried forward by the life
// table; migration is left out. Ages 16 and 17, who may be pre-registered, get
// the share an adult year of their size would have; other minors and ages over
// 115 get 0.
func BirthYearShare(year, asOf int) float64 {
	if age := asOf - year; age < registerAge || age > oldest {
		return 0
	}
	return living(year, asOf) / adults(asOf)
}

// adultBands returns the share of the adults of the year asOf in each band.
func adultBands(asOf int) (share [Bands]float64) {
	all := adults(asOf)
	for y := asOf - oldest; y <= asOf-adultAge; y++ {
		share[Band(y)] += living(y, asOf) / all
	}
	return share
}

package main

import (
	"bytes"
	"hash/fnv"
	"math/bits"
	"math/rand/v2"
	"slices"

	"rollcheck/data/names"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
)

// kinds is a set of ways in which what somebody asks differs from their row.
type kinds uint32

// The kinds. The first four are what a year does to people, the next seven how
// they ask; the rest is what their row has wrong.
const (
	moved kinds = 1 << iota
	movedSilent
	renamed
	renamedSilent

	askedNickname
	askedNoZIP
	askedDayMonth
	askedFirstTypo
	askedLastTypo
	askedNoMiddle
	askedYear

	rowWithheld
	rowLast
	rowFirst
	rowSwapped
	rowNickname
	rowDayMonth
	rowBirth
	rowNoDate
	rowZIP
	rowNoZIP
	rowHouse
	rowNoAddress
	numKinds = iota
)

const (
	askedWrong = askedNickname | askedNoZIP | askedDayMonth | askedFirstTypo | askedLastTypo | askedNoMiddle | askedYear
	askSide    = moved | movedSilent | renamed | renamedSilent | askedWrong
	several    = kinds(1<<numKinds - 1)       // stands for any set of more than one
	habits     = rowWithheld | rowNoDate      // what files do without being wrong
	rowWrong   = several &^ askSide &^ habits // mistakes
)

var kindTitles = [numKinds]string{
	"moved, gives the former ZIP code", "moved, does not give it",
	"other surname since, gives the former", "other surname since, does not give it",
	"asks by a nickname", "gives no ZIP code", "types day and month swapped", "mistypes the first name",
	"mistypes the surname", "gives no middle name", "gives the year of birth only",
	"row withholds its details", "row: surname mistyped", "row: first name mistyped", "row: first name and surname swapped",
	"row: nickname", "row: day and month swapped", "row: wrong birth date", "row: no birth date, or its year only",
	"row: wrong ZIP code", "row: no ZIP code", "row: wrong house number", "row: no address that can be read",
}

// title names a set of at most one kind.
func (k kinds) title() string {
	switch bits.OnesCount32(uint32(k)) {
	case 0:
		return "no difference"
	case 1:
		return kindTitles[bits.TrailingZeros32(uint32(k))]
	}
	return "several of these"
}

// alone reduces a set of kinds to itself if it is of at most one, else to all.
func (k kinds) alone() kinds {
	if bits.OnesCount32(uint32(k)) > 1 {
		return several
	}
	return k
}

// details sets d to the canonical form of what a person says, as given.
func details(d *hashing.Details, p *exposure.Person) {
	d.Reset()
	d.SetFirst([]byte(p.First))
	d.SetMiddle([]byte(p.Middle))
	d.SetLast([]byte(p.Last))
	layout, birth := "YYYY-MM-DD", p.BirthDate
	if birth == "" {
		layout, birth = "YYYY", p.BirthYear
	}
	if date, ok := hashing.ParseDate([]byte(birth), layout); ok {
		d.SetBirth(date, hashing.Date{})
	}
	d.SetZIP([]byte(p.ZIP))
	if p.Address != "" {
		d.SetAddressLine([]byte(p.Address))
	}
	d.SetEmail([]byte(p.Email))
	d.Jurisdiction = "US-" + p.State
	d.SetVoterID([]byte(p.VoterID))
}

// rowKinds compares a row with the truth about its person on the same day.
func rowKinds(row, truth *hashing.Details) (k kinds) {
	swapped := bytes.Equal(row.First, truth.Last) && bytes.Equal(row.Last, truth.First)
	switch {
	case bytes.Equal(row.First, truth.First) && bytes.Equal(row.Last, truth.Last):
	case swapped:
		k |= rowSwapped
	default:
		if !bytes.Equal(row.Last, truth.Last) {
			k |= rowLast
		}
		if slices.Contains(names.Nicknames(string(truth.First)), string(row.First)) {
			k |= rowNickname
		} else if !bytes.Equal(row.First, truth.First) {
			k |= rowFirst
		}
	}
	switch {
	case row.Birth == truth.Birth:
	case row.Birth.Year == 0, row.Birth.Year == truth.Birth.Year && (row.Birth.Precision() < hashing.PrecisionDay || row.Birth.IsJanuaryFirst()):
		k |= rowNoDate
	case row.Birth == hashing.Date{Year: truth.Birth.Year, Month: truth.Birth.Day, Day: truth.Birth.Month}:
		k |= rowDayMonth
	default:
		k |= rowBirth
	}
	switch {
	case len(row.ZIP) == 0 && len(truth.ZIP) > 0:
		k |= rowNoZIP
	case !bytes.Equal(row.ZIP, truth.ZIP):
		k |= rowZIP
	}
	switch {
	case len(row.House) == 0 && len(truth.House) > 0:
		k |= rowNoAddress
	case !bytes.Equal(row.House, truth.House), !bytes.Equal(row.Street, truth.Street):
		k |= rowHouse
	}
	return k
}

// chance is a source of chance for one person, the same in every run.
func chance(seed uint64, p *exposure.Person) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(p.VoterID))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// recall makes a person tell their past or not: half of those who moved give
// the former ZIP code, half of those with another surname the former one. file
// is their row of the day the file was made, nil if they have none.
func recall(r *rand.Rand, p *exposure.Person, file *member) (k kinds) {
	tellsZIP, tellsLast := r.IntN(2) == 0, r.IntN(2) == 0
	if !tellsZIP {
		p.FormerZIP = nil
	}
	if !tellsLast {
		p.FormerLast = nil
	}
	if file == nil {
		return 0
	}
	if p.ZIP != file.truth.ZIP || p.Address != file.truth.Address {
		k |= movedSilent
		if len(p.FormerZIP) > 0 {
			k = moved
		}
	}
	if p.Last != file.truth.Last {
		if len(p.FormerLast) > 0 {
			return k | renamed
		}
		return k | renamedSilent
	}
	return k
}

// mistake makes half of the people ask in a way that differs from their papers.
func mistake(r *rand.Rand, d *hashing.Details, p *exposure.Person) kinds {
	switch share := r.Float64(); {
	case share < 0.50:
		return 0
	case share < 0.60:
		d.Reset()
		d.SetFirst([]byte(p.First))
		if others := names.Nicknames(string(d.First)); len(others) > 0 {
			p.First = others[r.IntN(len(others))]
			return askedNickname
		}
		return 0
	case share < 0.70:
		p.ZIP, p.FormerZIP = "", nil
		return askedNoZIP
	case share < 0.80:
		year, month, day := p.BirthDate[:4], p.BirthDate[5:7], p.BirthDate[8:]
		if day > "12" || day == month {
			return 0
		}
		p.BirthDate = year + "-" + day + "-" + month
		return askedDayMonth
	case share < 0.85:
		p.First = typo(r, p.First)
		return askedFirstTypo
	case share < 0.90:
		p.Last = typo(r, p.Last)
		return askedLastTypo
	case share < 0.95:
		p.Middle = ""
		return askedNoMiddle
	}
	p.BirthYear, p.BirthDate = p.BirthDate[:4], ""
	return askedYear
}

// typo changes, drops, doubles or swaps a letter. The result differs from s in
// canonical form; a name without two different letters next to each other is
// returned with a letter appended.
func typo(r *rand.Rand, s string) string {
	letters := []rune(s)
	isLetter := func(c rune) bool { return c >= 'A' && c <= 'Z' }
	for range 20 {
		i := r.IntN(len(letters))
		if i+1 == len(letters) || !isLetter(letters[i]) || !isLetter(letters[i+1]) || letters[i] == letters[i+1] {
			continue
		}
		switch r.IntN(4) {
		case 0:
			letters[i] = 'A' + (letters[i]-'A'+1+rune(r.IntN(25)))%26
		case 1:
			letters = slices.Delete(letters, i, i+1)
		case 2:
			letters = slices.Insert(letters, i, letters[i])
		default:
			letters[i], letters[i+1] = letters[i+1], letters[i]
		}
		return string(letters)
	}
	return s + "X"
}

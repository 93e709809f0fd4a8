package synth

import (
	"rollcheck/data/names"
)

// damage makes one mistake of the kinds that keep records of one person apart:
// shares follow no single study; names and dates of birth take most of it, as in
// the comparisons of repeated collections.
func (r *record) damage(seed uint64) {
	d := newDice(seed, streamNoise, r.v.id)
	switch share := d.float(); {
	case share < 0.25:
		r.last = typo(&d, r.last)
	case share < 0.42:
		r.first = typo(&d, r.first)
	case share < 0.50:
		r.first, r.last = r.last, r.first
	case share < 0.62:
		r.nickname(&d)
	case share < 0.72:
		r.swapDayMonth(&d)
	case share < 0.80:
		r.wrongBirth(&d)
	case share < 0.90:
		r.wrongZIP(&d)
	case share < 0.96:
		r.home.number = max(1, r.home.number/10*10+(r.home.number+1+d.n(9))%10)
	default:
		r.zip = r.zip[:0]
	}
}

// typo changes, drops, doubles or swaps letters of a word of two letters or more.
func typo(d *dice, word []byte) []byte {
	i, kind, letter := d.n(max(1, len(word)-1)), d.n(4), byte('A'+d.n(26))
	if len(word) < 2 || word[i] >= 0x80 || word[i+1] >= 0x80 {
		return word
	}
	switch kind {
	case 0:
		word[i] = letter
	case 1:
		word = append(word[:i], word[i+1:]...)
	case 2:
		word = append(word, 0)
		copy(word[i+1:], word[i:])
	default:
		word[i], word[i+1] = word[i+1], word[i]
	}
	return word
}

// nickname writes another name the person goes by.
func (r *record) nickname(d *dice) {
	pick := d.pcg.Uint64()
	if others := names.Nicknames(string(r.first)); len(others) > 0 {
		r.first = append(r.first[:0], others[pick%uint64(len(others))]...)
	}
}

// swapDayMonth swaps them where the result is a date, else it is off by a day.
func (r *record) swapDayMonth(d *dice) {
	if r.birth.year == 0 {
		return
	}
	if r.birth.day <= 12 && r.birth.day != r.birth.month {
		r.birth.day, r.birth.month = r.birth.month, r.birth.day
		return
	}
	r.birth = (dayOf(r.birth) + day(1-2*d.n(2))).date()
}

// wrongBirth mistypes the last digit of the year, or the day.
func (r *record) wrongBirth(d *dice) {
	by := 1 + d.n(9)
	switch year := d.chance(0.5); {
	case r.birth.year == 0:
	case year:
		r.birth.year = r.birth.year/10*10 + (r.birth.year+by)%10
		r.birth = dayOf(r.birth).date() // 29 February of another year
	default:
		r.birth.day = 1 + (r.birth.day+by)%28
	}
}

// wrongZIP mistypes one of the last two digits.
func (r *record) wrongZIP(d *dice) {
	i, by := 3+d.n(2), byte(1+d.n(9))
	if len(r.zip) == 5 {
		r.zip[i] = '0' + (r.zip[i]-'0'+by)%10
	}
}

package decoys

// numSchemes is how many schemes of check digits are known.
const numSchemes = 4

// checkSchemes are the check digits that ids are held against: where all ids of a
// roll have one, so have those of decoys.
var checkSchemes = [numSchemes]func(id []byte) bool{luhn, gs1, mod11, mod97}

// luhn is the check digit of ISO/IEC 7812-1, annex B: from the right, every second
// digit is doubled and its own digits added.
func luhn(id []byte) bool {
	sum, ok := weigh(id, func(i, d int) int {
		if i%2 == 1 {
			d *= 2
		}
		return d/10 + d%10
	})
	return ok && sum%10 == 0
}

// gs1 is the check digit of the GS1 General Specifications, 7.9: weights 1 and 3 from
// the right.
func gs1(id []byte) bool {
	sum, ok := weigh(id, func(i, d int) int { return d * (1 + i%2*2) })
	return ok && sum%10 == 0
}

// mod11 has weights 1, 2, 3 ... from the right, as ISO 2108 has for books.
func mod11(id []byte) bool {
	sum, ok := weigh(id, func(i, d int) int { return d * (i + 1) })
	return ok && sum%11 == 0
}

// mod97 is MOD 97-10 of ISO/IEC 7064: the number leaves 1.
func mod97(id []byte) bool {
	n := 0
	for _, c := range id {
		if c < '0' || c > '9' {
			return false
		}
		n = (n*10 + int(c-'0')) % 97
	}
	return n == 1
}

// weigh sums what is made of each digit and its place from the right; false if
// there is anything else.
func weigh(id []byte, of func(place, digit int) int) (sum int, ok bool) {
	for i := range id {
		c := id[len(id)-1-i]
		if c < '0' || c > '9' {
			return 0, false
		}
		sum += of(i, int(c-'0'))
	}
	return sum, len(id) > 1
}

// scheme returns the check that the ids of the roll pass, nil if there is none: one in
// ten passes any by chance, so that fifty in a row do not.
func (s *survey) scheme() func([]byte) bool {
	for i, n := range s.checked {
		if s.withID >= 50 && n*1000 >= s.withID*999 {
			return checkSchemes[i]
		}
	}
	return nil
}

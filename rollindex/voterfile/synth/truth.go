package synth

// appendTruth appends what is true of a person, as somebody asking about
// themselves would give it, less the opening brace and row number.
func (r *record) appendTruth(dst []byte, s *state) []byte {
	member := func(key string, value []byte) {
		if len(value) == 0 {
			return
		}
		dst = append(append(append(dst, `,"`...), key...), `":"`...)
		dst = append(append(dst, value...), '"') // nothing in a value needs escaping: see appendRow
	}
	var scratch [128]byte
	member("first", r.first)
	member("middle", r.middle)
	member("last", r.last)
	member("suffix", append(scratch[:0], r.suffix...))
	member("birth_date", appendDate(scratch[:0], r.v.birth, "YYYY-MM-DD"))
	member("zip", append(scratch[:0], r.home.zip...))
	line := r.home.appendLine(scratch[:0])
	if r.home.unitType != "" {
		line = r.home.appendTypedUnit(append(line, ' '))
	}
	member("address", line)
	member("city", append(scratch[:0], r.home.city...))
	if s.country == "" {
		member("state", append(scratch[:0], s.profile.state...))
	}
	member("email", r.email)
	member("phone", r.phone[:])
	member("voter_id", r.voterID)
	if len(r.former) > 0 {
		dst = append(append(append(dst, `,"former_last":["`...), r.former...), `"]`...)
	}
	if r.moved {
		dst = append(append(append(dst, `,"former_zip":["`...), r.before.zip...), `"]`...)
	}
	if r.exempt {
		dst = append(dst, `,"withheld":true`...)
	}
	return append(dst, "}\n"...)
}

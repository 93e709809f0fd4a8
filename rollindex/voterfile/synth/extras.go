package synth

// named returns the writer of a column that has no role but should not stand
// empty for a file to look like one, by its name; nil for any other.
func (m *maker) named(name string) func([]byte, *record) []byte {
	s := m.state
	district := func(kind, n int) func([]byte, *record) []byte {
		return number(0, func(r *record) int { return r.home.district(kind, n) })
	}
	label := func(words string, kind, n int) func([]byte, *record) []byte {
		return func(dst []byte, r *record) []byte {
			return appendNumber(append(dst, words...), r.home.district(kind, n), 0)
		}
	}
	countyName := func(dst []byte, r *record) []byte { return append(dst, s.counties[r.home.county].name...) }
	switch name {
	case "Residence Address Line 2":
		return func(dst []byte, r *record) []byte {
			if r.unitApart {
				return r.home.appendTypedUnit(dst)
			}
			return dst
		}
	case "Residence State": // empty in the files of recent years
		return nothing
	case "County Commission District", "county_commiss_abbrv":
		return district(5, 5)
	case "School Board District", "WARD", "ward_abbrv":
		return district(6, 7)
	case "county_desc":
		return countyName
	case "voter_reg_num", "COUNTY_ID", "COUNTYVRNUMBER":
		return number(0, countyVoter)
	case "voter_status_desc":
		return words(func(r *record) string {
			return [...]string{active: "ACTIVE", inactive: "INACTIVE", removed: "REMOVED"}[r.state]
		})
	case "voter_status_reason_desc":
		return words(func(r *record) string { return reason(s.state, r).words })
	case "ethnic_code":
		return words(func(r *record) string { return [...]string{"NL", "NL", "NL", "NL", "UN", "UN", "HL"}[r.dice%7] })
	case "drivers_lic":
		return words(func(r *record) string { return [...]string{"Y", "Y", "N"}[r.dice>>8%3] })
	case "precinct_desc", "vtd_desc", "PRECINCT_NAME":
		return label("PRECINCT ", 1, 250)
	case "vtd_abbrv":
		return number(3, func(r *record) int { return r.home.district(1, 250) })
	case "county_commiss_desc":
		return label("COMMISSIONER DISTRICT ", 5, 5)
	case "super_court_abbrv", "judic_dist_abbrv", "COURT_OF_APPEALS", "STATE_BOARD_OF_EDUCATION":
		return district(8, 12)
	case "township_desc", "TOWNSHIP":
		return label("TOWNSHIP ", 9, 9)
	case "school_dist_desc", "LOCAL_SCHOOL_DISTRICT":
		return label("SCHOOL DISTRICT ", 6, 7)
	case "municipality_desc", "CITY", "TOWNCITY":
		return func(dst []byte, r *record) []byte { return append(dst, r.home.city...) }
	case "LD":
		return number(3, func(r *record) int { return r.home.district(10, 99) })
	}
	return m.newYork(name)
}

// newYork returns the writers of New York's columns on former registrations
// and on how somebody registered.
func (m *maker) newYork(name string) func([]byte, *record) []byte {
	s := m.state
	moved := func(f func(dst []byte, r *record) []byte) func([]byte, *record) []byte {
		return func(dst []byte, r *record) []byte {
			if !r.moved {
				return dst
			}
			return f(dst, r)
		}
	}
	on := func(is func(r *record) bool, when func(r *record) day) func([]byte, *record) []byte {
		return func(dst []byte, r *record) []byte {
			if !is(r) {
				return dst
			}
			return appendDate(dst, when(r).date(), "YYYYMMDD")
		}
	}
	switch name {
	case "MAILADD2":
		return func(dst []byte, r *record) []byte {
			if !r.mailed {
				return dst
			}
			return append(append(append(dst, r.home.city...), " NY "...), r.home.zip...)
		}
	case "OTHERPARTY":
		return words(func(r *record) string {
			if r.party == "OTH" {
				return "LBT"
			}
			return ""
		})
	case "PREVYEARVOTED":
		return moved(func(dst []byte, r *record) []byte {
			if e := m.lastVote(r); e != nil {
				return appendNumber(dst, e.on.date().year, 4)
			}
			return dst
		})
	case "PREVCOUNTY":
		return moved(func(dst []byte, r *record) []byte { return append(dst, s.counties[r.before.county].code...) })
	case "PREVADDRESS":
		return moved(func(dst []byte, r *record) []byte { return r.before.appendLine(dst) })
	case "PREVNAME":
		return func(dst []byte, r *record) []byte {
			if len(r.former) == 0 {
				return dst
			}
			return append(append(append(dst, r.former...), ' '), r.first...)
		}
	case "VRSOURCE":
		return words(func(r *record) string {
			return [...]string{"AGCY", "CBOE", "DMV", "DMV", "LOCALREG", "MAIL", "MAIL"}[r.dice%7]
		})
	case "IDREQUIRED":
		return constant("N")
	case "IDMET":
		return constant("Y")
	case "INACT_DATE":
		return on(func(r *record) bool { return r.state == inactive || r.state == removed && r.v.inactive <= r.v.exit },
			func(r *record) day { return r.v.inactive })
	case "PURGE_DATE":
		return on(func(r *record) bool { return r.state == removed }, func(r *record) day { return r.v.exit })
	}
	return nil
}

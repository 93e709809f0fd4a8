package hashing

// Date is a calendar date of a stated precision. Month 0 means only the year is
// known, Day 0 only month and year; the zero Date is no date.
type Date struct {
	Year  uint16
	Month uint8
	Day   uint8
}

// Precision is how much of a date is known.
type Precision uint8

// The precisions, from none to a full date.
const (
	PrecisionNone Precision = iota
	PrecisionYear
	PrecisionMonth
	PrecisionDay
)

// Precision returns how much of d is known.
func (d Date) Precision() Precision {
	switch {
	case d.Year == 0:
		return PrecisionNone
	case d.Month == 0:
		return PrecisionYear
	case d.Day == 0:
		return PrecisionMonth
	}
	return PrecisionDay
}

// IsJanuaryFirst reports whether d is a 1 January, the date that files use for
// an unknown day and month.
func (d Date) IsJanuaryFirst() bool { return d.Month == 1 && d.Day == 1 }

func appendYear(dst []byte, y uint16) []byte {
	return append(dst, '0'+byte(y/1000%10), '0'+byte(y/100%10), '0'+byte(y/10%10), '0'+byte(y%10))
}

func (d Date) appendISO(dst []byte) []byte {
	dst = append(appendYear(dst, d.Year), '-', '0'+d.Month/10, '0'+d.Month%10, '-')
	return append(dst, '0'+d.Day/10, '0'+d.Day%10)
}

// String returns YYYY-MM-DD, YYYY-MM, YYYY or "".
func (d Date) String() string {
	b := d.appendISO(nil)
	switch d.Precision() {
	case PrecisionNone:
		return ""
	case PrecisionYear:
		return string(b[:4])
	case PrecisionMonth:
		return string(b[:7])
	}
	return string(b)
}

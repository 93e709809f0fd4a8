package tables

import (
	"context"
	"fmt"
	"io"
)

// pull is a reader of lines that are made as they are read. more appends at
// least one line to out, or returns the error that ends the lines, with what was
// read before it; what it fails with first stays.
type pull struct {
	ctx  context.Context
	more func(out []byte) ([]byte, error)
	out  []byte
	at   int
	err  error
}

// pullSize is how much text is made at a time, so that a reader of small pieces
// does not cost a turn each.
const pullSize = 64 << 10

// Read implements io.Reader.
func (p *pull) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for p.at == len(p.out) {
		if p.err == nil {
			p.err = p.ctx.Err()
		}
		if p.err != nil {
			return 0, p.err
		}
		p.out, p.at = p.out[:0], 0
		for len(p.out) < pullSize && p.err == nil {
			p.out, p.err = p.more(p.out)
		}
	}
	n := copy(b, p.out[p.at:])
	p.at += n
	return n, nil
}

// maxInMemory bounds a file that has to be read in any order and can only be
// read in one.
const maxInMemory = 256 << 20

// randomAccess returns the bytes of the input in any order, and how many they
// are, reading them into memory if there is no other way.
func randomAccess(in Input) (io.ReaderAt, int64, error) {
	if in.At != nil && in.Size >= 0 {
		return in.At, in.Size, nil
	}
	r, err := in.Open()
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxInMemory+1))
	if err != nil {
		return nil, 0, err
	}
	if len(b) > maxInMemory {
		return nil, 0, fmt.Errorf("%w: it has to be read in any order, which needs it in memory, and has more than %d MiB", ErrTooLarge, maxInMemory>>20)
	}
	return bytesAt(b), int64(len(b)), nil
}

// bytesAt is bytes in memory as an io.ReaderAt.
type bytesAt []byte

// ReadAt implements io.ReaderAt.
func (b bytesAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// A file may give freeExpansion bytes whatever its size, and beyond that
// maxExpansion times its size, as package voterfile has it for what is
// compressed. Formats that say a value once and refer to it, as these do, could
// otherwise be made to give any amount.
const (
	freeExpansion = 64 << 20
	maxExpansion  = 200
)

// expansion fails when a file of size bytes has given too many.
func expansion(given, size int64) error {
	if given > freeExpansion && given/maxExpansion > size {
		return fmt.Errorf("%w: it expands to more than %d times its size", ErrTooLarge, maxExpansion)
	}
	return nil
}

// appendDay appends a day, counted from 1970-01-01, as YYYY-MM-DD. It reports
// false, and appends nothing, for a year that has not four digits.
//
// The calendar is that of Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms" (civil_from_days): years of 365.2425 days that begin in March, so
// that the leap day comes last.
func appendDay(line []byte, day int64) ([]byte, bool) {
	const first, last = -719162, 2932896 // 0001-01-01 and 9999-12-31
	if day < first || day > last {
		return line, false
	}
	z := uint32(day + 719468) // from 0000-03-01
	era, doe := z/146097, z%146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	y, m := yoe+era*400, mp+3
	if m > 12 {
		y, m = y+1, m-12
	}
	return append(line, '0'+byte(y/1000), '0'+byte(y/100%10), '0'+byte(y/10%10), '0'+byte(y%10), '-',
		'0'+byte(m/10), '0'+byte(m%10), '-', '0'+byte(d/10), '0'+byte(d%10)), true
}

// appendClock appends a time of day, in seconds, as HH:MM:SS.
func appendClock(line []byte, seconds int64) []byte {
	h, m, s := seconds/3600, seconds/60%60, seconds%60
	return append(line, '0'+byte(h/10), '0'+byte(h%10), ':', '0'+byte(m/10), '0'+byte(m%10), ':', '0'+byte(s/10), '0'+byte(s%10))
}

// isPlain reports whether a value is ASCII without control characters, and so is
// UTF-8 and stands in a line as it is. Nearly all are.
func isPlain(value []byte) bool {
	var odd bool
	for _, c := range value {
		odd = odd || c-0x20 >= 0x7f-0x20
	}
	return !odd
}

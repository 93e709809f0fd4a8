package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"rollcheck/data/field"
	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/voterfile"
)

// Substitutes are the addresses that a programme of address confidentiality gives out
// in place of people's own. A row of somebody protected whose every address is one of
// them gives nothing away, and is counted and not held against the release.
type Substitutes map[string]bool

// ReadSubstitutes reads substitute addresses: a table with the columns address and
// zip, one address a row. Post office boxes are addresses here.
func ReadSubstitutes(path string) (Substitutes, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading substitute addresses: %w", err)
	}
	defer f.Close()
	rows, err := exposure.NewDecoder(f, exposure.CSV)
	if err != nil {
		return nil, err
	}
	all := Substitutes{}
	for {
		var p exposure.Person
		switch err := rows.Next(&p); {
		case errors.Is(err, io.EOF) && len(all) > 0:
			return all, nil
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("reading substitute addresses of %q: there are none", path)
		case err != nil:
			return nil, fmt.Errorf("reading substitute addresses of %q: %w", path, err)
		}
		var d hashing.Details
		d.SetZIP([]byte(p.ZIP))
		address := addressText([]byte(p.Address), d.ZIP)
		if address == "" {
			return nil, fmt.Errorf("reading substitute addresses of %q: line %d: an address and a ZIP code of five digits are needed", path, p.Line)
		}
		all[address] = true
	}
}

// addressText returns an address as substitutes are compared by: house number and
// street in canonical form if it has them, else its letters and digits, and the ZIP
// code; "" if either is missing.
func addressText(line, zip []byte) string {
	var d hashing.Details
	if d.SetAddressLine(line); len(d.Street) > 0 && len(zip) > 0 {
		return string(d.House) + " " + string(d.Street) + " " + string(zip)
	}
	text := string(lettersAndDigits(line))
	for _, box := range []string{"POSTOFFICEBOX", "POBOX", "BOX", "POB"} {
		if number, ok := strings.CutPrefix(text, box); ok && number != "" {
			text = "BOX" + number
			break
		}
	}
	if text == "" || len(zip) == 0 {
		return ""
	}
	return text + " " + string(zip)
}

// covers reports whether every address of the row is a substitute one, and it has any.
func (s Substitutes) covers(rec *voterfile.Record, mail *hashing.Details) bool {
	if len(s) == 0 {
		return false
	}
	any := false
	is := func(address string) bool { any = true; return s[address] }
	if len(rec.Street) > 0 {
		if !is(string(rec.House) + " " + string(rec.Street) + " " + string(rec.ZIP)) {
			return false
		}
	} else if line := residence(rec); line != nil && !is(addressText(line, rec.ZIP)) {
		return false
	}
	if line := rec.Value(field.MailAddressLine); line != nil {
		if mail == nil { // it is that of the home, which is a substitute one
			return any
		}
		if !is(addressText(line, mail.ZIP)) {
			return false
		}
	}
	return any
}

// residence returns the line of a row's home that holds no house number.
func residence(rec *voterfile.Record) []byte {
	for _, r := range [...]field.Role{field.AddressLine, field.StreetName, field.AddressFull} {
		if v := rec.Value(r); v != nil {
			return v
		}
	}
	return nil
}

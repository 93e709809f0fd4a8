package hashing

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf8"
)

// softHyphen vanishes from every field it is put in, and is not ASCII: with it
// anywhere in an input, the slow path must give what the fast one gives.
const softHyphen = "\u00AD"

func only(t *testing.T, field string, b []byte, alphabet string) {
	t.Helper()
	for _, c := range b {
		if strings.IndexByte(alphabet, c) < 0 {
			t.Fatalf("%s = %q holds %q", field, b, c)
		}
	}
	if len(b) > maxField {
		t.Fatalf("%s has %d bytes", field, len(b))
	}
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// FuzzName: a canonical name is letters, is its own canonical form without a
// suffix, and does not depend on the path it took.
func FuzzName(f *testing.F) {
	for _, s := range []string{"O'Brien-Smith, Jr.", "de la Cruz III", "Mu\xf1oz", "Núñez V", "****", "XXXX", "S*", "Łódź", "x ii", "- sr .", "J.R.", "xxx v"} {
		f.Add([]byte(s), uint16(1))
	}
	f.Fuzz(func(t *testing.T, raw []byte, at uint16) {
		var a, b Details
		a.SetLast(raw)
		only(t, "last", a.Last, letters)
		b.SetLast(a.Last)
		if !bytes.Equal(a.Last, b.Last) || b.Suffix != "" {
			t.Fatalf("%q -> %q -> %q, suffix %q", raw, a.Last, b.Last, b.Suffix)
		}
		if len(a.Last) == 0 && a.Last != nil {
			t.Fatalf("%q: empty, not absent", raw)
		}
		if slow, ok := slowPath(raw, at); ok {
			b.Reset()
			b.SetLast(slow)
			if !bytes.Equal(a.Last, b.Last) || a.Suffix != b.Suffix {
				t.Fatalf("%q: fast %q %q, slow %q %q", raw, a.Last, a.Suffix, b.Last, b.Suffix)
			}
		}
		var first, middle Details
		first.SetFirst(raw)
		if a.Suffix != "V" && !bytes.Equal(first.First, a.Last) {
			t.Fatalf("%q: first %q, last %q", raw, first.First, a.Last)
		}
		middle.SetMiddle(raw)
		if middle.Initial != 0 && a.Suffix != "V" && (len(a.Last) == 0 || middle.Initial != a.Last[0]) {
			t.Fatalf("%q: initial %q of %q", raw, middle.Initial, a.Last)
		}
	})
}

// slowPath returns ASCII raw with a soft hyphen somewhere in it.
func slowPath(raw []byte, at uint16) ([]byte, bool) {
	if !isASCII(raw) || len(raw)+len(softHyphen) > maxField {
		return nil, false
	}
	i := int(at) % (len(raw) + 1)
	return append(append(append([]byte(nil), raw[:i]...), softHyphen...), raw[i:]...), true
}

// FuzzASCII: the ASCII form is ASCII, leaves ASCII alone, and each character
// goes its own way, so that the form of a text is that of its parts.
func FuzzASCII(f *testing.F) {
	f.Add([]byte("Łukasz Æther ½ \xf1 \xe2\x80"), uint16(3))
	f.Fuzz(func(t *testing.T, raw []byte, at uint16) {
		out := appendASCII(nil, raw)
		if !isASCII(out) {
			t.Fatalf("%q -> %q", raw, out)
		}
		if again := appendASCII(nil, out); !bytes.Equal(out, again) {
			t.Fatalf("%q -> %q -> %q", raw, out, again)
		}
		if !utf8.Valid(raw) {
			return // a cut may then make or break a character
		}
		i := int(at) % (len(raw) + 1)
		for i < len(raw) && !utf8.RuneStart(raw[i]) {
			i++
		}
		if parts := append(appendASCII(nil, raw[:i]), appendASCII(nil, raw[i:])...); !bytes.Equal(out, parts) {
			t.Fatalf("%q -> %q, in two parts %q", raw, out, parts)
		}
	})
}

// FuzzAddress: a canonical address is its own canonical form, comes out of both
// setters, and does not depend on the path it took.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"123 1/2 N Main St Apt 4", "12-34 150th Ave", "N6 W23001 Bluemound Rd", "123½ Peñón", "5 A VE", "9 U.S. Highway 61 S",
		"123 A Street NW", "7 S T", "1 Twenty-First St", "12 Main St PO Box 5", "00 N 0 W", "123 B Main, Springfield", "5-TH 5 TH",
		"4444444444444444 Y=d", "N1\b\b\b\b\bN툮?Ϗ\x17\b\b\bW0",
	} {
		f.Add([]byte(s), uint16(4))
	}
	f.Fuzz(func(t *testing.T, raw []byte, at uint16) {
		var a, b Details
		a.SetAddressLine(raw)
		if (a.House == nil) != (a.Street == nil) {
			t.Fatalf("%q: house %q, street %q", raw, a.House, a.Street)
		}
		if slow, ok := slowPath(raw, at); ok {
			b.SetAddressLine(slow)
			if !bytes.Equal(a.House, b.House) || !bytes.Equal(a.Street, b.Street) {
				t.Fatalf("%q: fast %q %q, slow %q %q", raw, a.House, a.Street, b.House, b.Street)
			}
		}
		if a.House == nil {
			return
		}
		only(t, "house", a.House, letters+digits+"-/")
		only(t, "street", a.Street, letters+digits)
		if coordinate(a.House) && coordinate(a.Street) {
			return // what stood between them made a number and a street of them: "N1 ... W2" side by side are one number
		}
		if len(a.House) > maxHouse {
			return // a letter or fraction stood apart from the longest number; joined to it they are none
		}
		if len(a.House)+len(" ")+len(a.Street) > maxField {
			return // a letter such as \x8c became two, so that the whole is longer than an address may be
		}
		for _, set := range []func(){
			func() { b.SetAddressParts(a.House, nil, a.Street) },
			func() { b.SetAddressLine(bytes.Join([][]byte{a.House, a.Street}, []byte(" "))) },
		} {
			b.Reset()
			set()
			if !bytes.Equal(a.House, b.House) || !bytes.Equal(a.Street, b.Street) {
				t.Fatalf("%q -> %q %q -> %q %q", raw, a.House, a.Street, b.House, b.Street)
			}
		}
	})
}

// coordinate reports whether b begins like half a house number on a grid: N6.
func coordinate(b []byte) bool {
	return len(b) > 1 && bytes.IndexByte([]byte("NSEW"), b[0]) >= 0 && isDigit(b[1])
}

// FuzzDate: a date that is read prints as ISO and is read back from that, by
// the layout that was asked for or none.
func FuzzDate(f *testing.F) {
	layouts := []string{"", "MM/DD/YYYY", "YYYY-MM-DD", "YYYYMMDD", "MM/YYYY", "YYYY"}
	for i, s := range []string{"7/4/1976", "07/04/1976 0:00:00", "1976-07-04T00:00:00Z", "19760704", "7/1976", "1976", "00/00/1976", "2/29/1900"} {
		f.Add([]byte(s), uint8(i))
	}
	f.Fuzz(func(t *testing.T, raw []byte, layout uint8) {
		date, ok := ParseDate(raw, layouts[int(layout)%len(layouts)])
		if !ok {
			if date != (Date{}) {
				t.Fatalf("%q: %v though not read", raw, date)
			}
			return
		}
		if date.Precision() == PrecisionNone || date.Year > 9999 {
			t.Fatalf("%q: %v", raw, date)
		}
		if again, ok := ParseDate([]byte(date.String()), ""); !ok || again != date {
			t.Fatalf("%q -> %v -> %v", raw, date, again)
		}
		var d Details
		d.SetBirth(date, Date{})
		if d.Birth != (Date{}) && d.Birth != date {
			t.Fatalf("%v became %v", date, d.Birth)
		}
	})
}

// FuzzContact: ZIP code, phone, e-mail address and voter id are their own
// canonical forms and keep to their alphabets.
func FuzzContact(f *testing.F) {
	for _, s := range []string{"2134", "12345-6789", "(305) 555-0142 x9", "1-305-555-0142", "A.b+c@Example.COM.", "a@bücher.example", "WA000123", "j***@example.com", "12345.0"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, b := Details{Jurisdiction: "US-WA"}, Details{Jurisdiction: "US-WA"}
		a.SetZIP(raw)
		b.SetZIP(a.ZIP)
		only(t, "zip", a.ZIP, digits)
		a.SetPhone(nil, raw)
		b.SetPhone(nil, a.Phone)
		only(t, "phone", a.Phone, digits)
		a.SetEmail(raw)
		b.SetEmail(a.Email)
		a.SetVoterID(raw)
		b.SetVoterID(a.VoterID)
		only(t, "voter id", a.VoterID, letters+digits)
		for _, p := range [][2][]byte{{a.ZIP, b.ZIP}, {a.Phone, b.Phone}, {a.Email, b.Email}, {a.VoterID, b.VoterID}} {
			if !bytes.Equal(p[0], p[1]) {
				t.Fatalf("%q -> %q -> %q", raw, p[0], p[1])
			}
		}
		if len(a.Phone) > 0 {
			b.SetPhone(a.Phone[:3], a.Phone[3:])
			if !bytes.Equal(a.Phone, b.Phone) {
				t.Fatalf("%q: with its area code apart %q", a.Phone, b.Phone)
			}
		}
		if at := bytes.IndexByte(a.Email, '@'); len(a.Email) > 0 && (at < 1 || at != bytes.LastIndexByte(a.Email, '@') || len(a.Email) > maxEmail) {
			t.Fatalf("e-mail %q", a.Email)
		}
	})
}

// FuzzAppendKey: x can be taken apart again into exactly the fields that went
// in, so no two sets of fields share one.
func FuzzAppendKey(f *testing.F) {
	f.Add("LOPEZ", "MARIA", "123", "MAIN", "33101", "3055550142", "m@example.com", "42", uint16(1976), uint8(7), uint8(4))
	f.Add("LO", "PEZMARIA", "12", "3MAIN", "33101", "", "", "\x00", uint16(0), uint8(0), uint8(0))
	f.Add(strings.Repeat("A", 300), strings.Repeat("B", 1024), "1", "X", "33101", "", "", "", uint16(1976), uint8(1), uint8(1))
	f.Fuzz(func(t *testing.T, last, first, house, street, zip, phone, email, id string, y uint16, m, day uint8) {
		d := Details{
			Last: []byte(last), First: []byte(first), House: []byte(house), Street: []byte(street), ZIP: []byte(zip),
			Phone: []byte(phone), Email: []byte(email), VoterID: []byte(id), Jurisdiction: "US-FL",
			Birth: Date{Year: y % 10000, Month: m % 13, Day: day % 32},
		}
		dob, yob := d.Birth.String(), string(appendYear(nil, d.Birth.Year))
		want := map[KeyType][]string{
			NameDOB: {last, first, dob}, NameYOBZIP: {last, first, yob, zip}, NameAddress: {last, first, house, street, zip},
			NameZIP: {last, first, zip}, VoterID: {"US-FL", id, last}, Phone: {last, phone}, Email: {last, email},
		}
		for _, kt := range KeyTypes() {
			x, ok := d.AppendKey([]byte("before"), kt)
			usable := !(kt == NameDOB && d.Birth.Precision() != PrecisionDay) && !(kt == NameYOBZIP && d.Birth.Year == 0)
			for _, s := range want[kt] {
				usable = usable && s != ""
			}
			if ok != usable {
				t.Fatalf("%v: usable %v, got %v", kt, usable, ok)
			}
			if x = x[len("before"):]; !ok {
				if len(x) != 0 {
					t.Fatalf("%v: appended %q without a key", kt, x)
				}
				continue
			}
			if string(x[:4]) != Version+string(rune(kt)) {
				t.Fatalf("%v: head %q", kt, x[:4])
			}
			if got := splitFields(t, x[4:]); strings.Join(got, "\xff") != strings.Join(want[kt], "\xff") {
				t.Fatalf("%v: %q holds %q, want %q", kt, x, got, want[kt])
			}
		}
	})
}

// splitFields takes the fields of a hashed input apart.
func splitFields(t *testing.T, b []byte) (fields []string) {
	for len(b) > 0 {
		n := int(binary.BigEndian.Uint16(b))
		if len(b) < 2+n {
			t.Fatalf("%q: field of %d bytes", b, n)
		}
		fields = append(fields, string(b[2:2+n]))
		b = b[2+n:]
	}
	return fields
}

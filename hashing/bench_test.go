package hashing

import "testing"

// The setters run once a row on every core of an ingest; a row of Florida's
// costs three names, a date, an address, a ZIP code, a phone and an e-mail.
func BenchmarkSetters(b *testing.B) {
	var d Details
	asOf := Date{2020, 10, 1}
	for _, c := range []struct {
		name string
		raw  string
		set  func(raw []byte)
	}{
		{"Last", "WASHINGTON", d.SetLast},
		{"LastSuffix", "O'BRIEN-SMITH JR", d.SetLast},
		{"LastDiacritics", "Núñez", d.SetLast},
		{"Middle", "ELIZABETH", d.SetMiddle},
		{"Suffix", "JR", d.SetSuffix},
		{"BirthUS", "07/04/1976", func(raw []byte) {
			date, _ := ParseDate(raw, "MM/DD/YYYY")
			d.SetBirth(date, asOf)
		}},
		{"BirthISO", "1976-07-04", func(raw []byte) {
			date, _ := ParseDate(raw, "YYYY-MM-DD")
			d.SetBirth(date, asOf)
		}},
		{"AddressLine", "1234 N MAIN ST APT 4", d.SetAddressLine},
		{"AddressDiacritics", "1234 Peñón St", d.SetAddressLine},
		{"AddressBox", "PO BOX 1234", d.SetAddressLine},
		{"ZIP", "33101-1234", d.SetZIP},
		{"Phone", "305-555-0142", func(raw []byte) { d.SetPhone(nil, raw) }},
		{"Email", "Maria.Lopez@example.com", d.SetEmail},
		{"VoterID", "123456789", d.SetVoterID},
	} {
		raw := []byte(c.raw)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.buf = d.buf[:0]
				c.set(raw)
			}
		})
	}
	b.Run("AddressParts", func(b *testing.B) {
		house, fraction, street := []byte("1234"), []byte("1/2"), []byte("MAIN ST")
		b.ReportAllocs()
		for b.Loop() {
			d.buf = d.buf[:0]
			d.SetAddressParts(house, fraction, street)
		}
	})
	b.Run("Reset", func(b *testing.B) {
		for b.Loop() {
			d.Reset()
		}
	})
}

// fillRow sets what a row of a roll sets.
func fillRow(d *Details) {
	d.Reset()
	d.Jurisdiction = "US-FL"
	d.SetLast([]byte("O'BRIEN-SMITH"))
	d.SetFirst([]byte("MARIA"))
	d.SetMiddle([]byte("ELENA"))
	d.SetSuffix(nil)
	date, _ := ParseDate([]byte("07/04/1976"), "MM/DD/YYYY")
	d.SetBirth(date, Date{2020, 10, 1})
	d.SetAddressLine([]byte("1234 N MAIN ST APT 4"))
	d.SetZIP([]byte("33101-1234"))
	d.SetPhone([]byte("305"), []byte("5550142"))
	d.SetEmail([]byte("maria@example.com"))
	d.SetVoterID([]byte("123456789"))
}

func BenchmarkRow(b *testing.B) {
	var d Details
	b.ReportAllocs()
	for b.Loop() {
		fillRow(&d)
	}
}

func BenchmarkKeys(b *testing.B) {
	var d Details
	fillRow(&d)
	prf, err := NewPRF(&Key{1}, &Salt{2})
	if err != nil {
		b.Fatal(err)
	}
	h, entries := prf.NewHasher(), prf.Entries("bench", 1)
	x, _ := d.AppendKey(nil, NameDOB)
	var y Output
	b.Run("AppendKey", func(b *testing.B) {
		buf := make([]byte, 0, 256)
		b.ReportAllocs()
		for b.Loop() {
			buf, _ = d.AppendKey(buf[:0], NameDOB)
		}
	})
	b.Run("Sum", func(b *testing.B) { // x of 45 bytes
		b.ReportAllocs()
		for b.Loop() {
			h.Sum(NameDOB, x, &y)
		}
	})
	b.Run("Seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			entries.Seal(&y)
		}
	})
}

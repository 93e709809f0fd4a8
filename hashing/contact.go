package hashing

import "bytes"

// SetPhone sets the phone number: the ten digits of the North American
// Numbering Plan, area code and exchange beginning with 2 to 9. area is the
// area code where a file has it in a column of its own, else nil; it is used
// when raw has seven digits. A leading 1 and an extension are dropped. A number
// whose last seven digits are one digit is a placeholder.
func (d *Details) SetPhone(area, raw []byte) {
	d.Phone = nil
	if len(raw) > maxField || len(area) > maxField {
		return
	}
	var digits [11]byte
	n := phoneDigits(digits[:], raw)
	if n == 7 {
		var joined [11]byte
		if phoneDigits(joined[:], area) != 3 {
			return
		}
		copy(joined[3:], digits[:7])
		digits, n = joined, 10
	}
	p := digits[:min(max(n, 0), 11)]
	if len(p) == 11 && p[0] == '1' {
		p = p[1:]
	}
	if len(p) != 10 || p[0] < '2' || p[3] < '2' || sameDigits(p[3:]) {
		return
	}
	copy(d.room(10), p)
	d.Phone = d.keep(10)
}

// phoneDigits copies the digits of raw, up to an extension, to dst. It returns
// their number, or -1 when they do not fit or raw is no phone number.
func phoneDigits(dst, raw []byte) int {
	n := 0
	for _, c := range trimNumber(raw) {
		switch {
		case isDigit(c):
			if n == len(dst) {
				return -1
			}
			dst[n] = c
			n++
		case upper(c) == 'X' || upper(c) == 'E': // "x12", "ext. 12"; also where digits are overwritten
			return n
		case isUpper(upper(c)) || c == '*' || c == '#':
			return -1
		}
	}
	return n
}

func sameDigits(b []byte) bool {
	for _, c := range b[1:] {
		if c != b[0] {
			return false
		}
	}
	return true
}

const (
	maxEmail  = 254 // RFC 5321, section 4.5.3.1.3, less the angle brackets
	maxLocal  = 64  // RFC 5321, section 4.5.3.1.1
	maxDomain = 253 // RFC 1035, section 2.3.4, in text
	maxLabel  = 63  // the same
)

// SetEmail sets the e-mail address: trimmed, in lower case, the domain in its
// ASCII (IDNA) form. The local part must be ASCII and unquoted. Plus tags and
// dots stay: whether they matter is each provider's own rule, and a spelling to
// try on the query side. Masked addresses ("j***@example.com") and the usual
// words for none ("none@none.com") are absent.
func (d *Details) SetEmail(raw []byte) {
	d.Email = nil
	raw = trimSpace(raw)
	if len(raw) > maxField {
		return
	}
	at := bytes.IndexByte(raw, '@')
	if at < 1 || at > maxLocal || bytes.IndexByte(raw[at+1:], '@') >= 0 {
		return
	}
	domain := raw[at+1:]
	if !isASCII(domain) {
		var ok bool
		if domain, ok = idnaASCII(domain); !ok {
			return
		}
	}
	if n := len(domain); n > 0 && domain[n-1] == '.' { // the root, written out
		domain = domain[:n-1]
	}
	if at+1+len(domain) > maxEmail {
		return
	}
	out := d.room(at + 1 + len(domain))
	if !lowerLocal(out[:at], raw[:at]) || !lowerDomain(out[at+1:], domain) {
		return
	}
	out[at] = '@'
	if isNoEmail(out[:at], out[at+1:]) {
		return
	}
	d.Email = d.keep(len(out))
}

// lowerLocal writes the lower case of a local part to dst and reports whether it
// is one: characters of an RFC 5322 dot-atom in any order, without '*'.
func lowerLocal(dst, local []byte) bool {
	for i, c := range local {
		if c = localClass[c]; c == 0 {
			return false
		}
		dst[i] = c
	}
	return true
}

// localClass holds the lower case of the characters of a local part, 0 of all others.
var localClass = func() (t [256]byte) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c+'A'-'a'] = byte(c), byte(c)
	}
	for _, c := range "0123456789._-+'!#$%&/=?^`{|}~" {
		t[c] = byte(c)
	}
	return t
}()

// lowerDomain writes the lower case of an ASCII domain to dst and reports
// whether it is a host name of two labels or more (RFC 1123, section 2.1).
func lowerDomain(dst, domain []byte) bool {
	if len(domain) > maxDomain {
		return false
	}
	labels, start, allDigits := 0, 0, true
	for i := 0; i <= len(domain); i++ {
		if i < len(domain) && domain[i] != '.' {
			c := domain[i]
			if isUpper(c) {
				c += 'a' - 'A'
			}
			if !(c >= 'a' && c <= 'z' || isDigit(c) || c == '-') {
				return false
			}
			allDigits = allDigits && isDigit(c)
			dst[i] = c
			continue
		}
		label := domain[start:i]
		if len(label) == 0 || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		labels++
		if i == len(domain) {
			return labels > 1 && !allDigits // an address in digits is no host name
		}
		dst[i] = '.'
		start, allDigits = i+1, true
	}
	return false
}

// isNoEmail reports whether an address says that there is none: a word for it,
// as local part and as first label both. Shared by many, it would tell a person
// of a leak that is another's.
func isNoEmail(local, domain []byte) bool {
	switch string(local) {
	case "none", "no", "na", "n", "noemail", "nomail", "unknown", "refused", "declined", "test", "x", "xx", "xxx":
		n := len(local)
		return len(domain) > n && string(domain[:n]) == string(local) && domain[n] == '.'
	}
	return false
}

package voterfile

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// machineNames are names of columns of what machines call a visit or a visitor:
// numbers as unlike each other as ids are, of nobody's registration.
var machineNames = strings.Fields(`ip ipv4 ipv6 ipno ipnumber clientip remoteip userip sourceip lastip loginip signupip regip
	registrationip uuid guid md5 sha1 sha256 hash digest checksum url uri link referer referrer useragent session sessionid cookie token mac`)

// machineEnds are the ends of such names.
var machineEnds = []string{"ipaddress", "ipaddr", "uuid", "guid", "md5", "sha1", "sha256", "hash", "url", "token"}

// isMachineName reports whether the name of a column says that it is of machines.
func isMachineName(name string) bool {
	name = layouts.NormName(name)
	return slices.Contains(machineNames, name) || slices.ContainsFunc(machineEnds, func(end string) bool { return strings.HasSuffix(name, end) })
}

// leastDigest is the length of the shortest digest, MD5, in hexadecimal digits.
const leastDigest = 32

// isMachineValue reports whether v is an internet address, a digest or a URL.
func isMachineValue(v []byte) bool {
	return isQuad(v) || isIPv6(v) || isDigest(v) || bytes.Contains(v, []byte("://"))
}

// isQuad reports whether v is an internet address of version 4, with zeros in front
// or a port behind if it has any.
func isQuad(v []byte) bool {
	address, port, _ := bytes.Cut(v, []byte{':'})
	if digits, _ := countDigits(port); digits < len(port) {
		return false
	}
	groups := 0
	for group := range bytes.SplitSeq(address, []byte{'.'}) {
		if digits, _ := countDigits(group); digits == 0 || digits > 3 || digits < len(group) {
			return false
		}
		groups++
	}
	return groups == 4
}

func isIPv6(v []byte) bool {
	a, err := netip.ParseAddr(string(v))
	return err == nil && a.Is6()
}

// isDigest reports whether v is a digest in hexadecimal digits. A UUID has hyphens
// among its digits.
func isDigest(v []byte) bool {
	digits := 0
	for _, c := range v {
		switch {
		case isDigit(c), c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			digits++
		case c != '-':
			return false
		}
	}
	return digits >= leastDigest
}

// isMachine reports whether column i is of machines, by its name or as most of its
// values are.
func (p *proposer) isMachine(i int) bool {
	return i < len(p.heads) && isMachineName(p.heads[i]) || p.machineValues(i)
}

func (p *proposer) machineValues(i int) bool {
	values, machine := 0, 0
	p.rows.values(p.layout, nil, i, func(_ int64, v []byte) {
		values++
		if isMachineValue(v) {
			machine++
		}
	})
	return 2*machine > values
}

// misnamed reports whether a column whose name says an id holds what machines
// make, as the digests are that stand in place of ids.
func (p *proposer) misnamed(i int, r field.Role) bool {
	return (r == field.RoleVoterID || r == field.RoleNationalID) && p.machineValues(i)
}

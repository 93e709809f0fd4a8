package serve

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/textproto"
	"strings"
)

// Proxies says how the address of who asks is found. One of these is true:
//
//   - TLS ends here, and the zero value is right: the address is that of the
//     connection;
//   - clients connect here without TLS, and Direct says so;
//   - a proxy stands in front: its addresses are Trusted, and it adds the address
//     it was asked from to Header.
type Proxies struct {
	Direct  bool
	Header  string         // such as X-Forwarded-For or X-Real-IP
	Trusted []netip.Prefix // peers whose Header counts
	Socket  bool           // the peer is a proxy on a Unix socket, which has no address
}

var (
	errForwarded = errors.New("a request was forwarded by a proxy that is not configured")
	errNoHeader  = errors.New("the proxy did not say where a request comes from")
)

// forwarding are the headers by which proxies say who asked them.
var forwarding = []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Cf-Connecting-Ip", "True-Client-Ip", "X-Client-Ip"}

// check returns what is wrong with p for a server with or without TLS.
func (p *Proxies) check(tls bool) error {
	switch configured := p.Header != "" || len(p.Trusted) > 0 || p.Socket; {
	case p.Direct && configured:
		return errors.New("clients cannot connect directly and through a proxy")
	case configured && (p.Header == "" || len(p.Trusted) == 0 && !p.Socket):
		return errors.New("a trusted proxy needs both: its addresses, and the header it writes")
	case http.CanonicalHeaderKey(p.Header) == "Forwarded":
		return errors.New("the header Forwarded is not read: let the proxy write X-Forwarded-For or X-Real-IP")
	case !p.Direct && !configured && !tls:
		return ErrNoAddresses
	}
	return nil
}

// peer returns the address of a connection; ok is false for a Unix socket.
func peer(remote string) (netip.Addr, bool) {
	ap, err := netip.ParseAddrPort(remote)
	return ap.Addr().Unmap().WithZone(""), err == nil
}

func (p *Proxies) trusts(a netip.Addr) bool {
	for _, t := range p.Trusted {
		if t.Contains(a) {
			return true
		}
	}
	return false
}

// address returns the address to meter. Of hops written down one behind the
// other, as in X-Forwarded-For, it is the last that is not a trusted proxy: what
// stands before it was written by whoever asked.
func (p *Proxies) address(r *http.Request) (netip.Addr, error) {
	a, ok := peer(r.RemoteAddr)
	switch {
	case !ok && !p.Socket:
		return a, errors.New("a connection without an address")
	case p.Header == "":
		if p.Direct {
			return a, nil
		}
		for _, name := range forwarding {
			if len(r.Header[name]) > 0 {
				return a, errForwarded
			}
		}
		return a, nil
	case ok && !p.trusts(a):
		return a, nil // not through the proxy: what it says of itself does not count
	}
	hops := strings.Split(strings.Join(r.Header[textproto.CanonicalMIMEHeaderKey(p.Header)], ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := parseHop(strings.TrimSpace(hops[i]))
		if err != nil {
			return a, err
		}
		if a = hop; !p.trusts(a) {
			break
		}
	}
	return a, nil
}

// parseHop reads an address, with or without a port. What was sent is not in the
// error.
func parseHop(s string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone(""), nil
	}
	ap, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%w in a form that is an address", errNoHeader)
	}
	return ap.Addr().Unmap().WithZone(""), nil
}

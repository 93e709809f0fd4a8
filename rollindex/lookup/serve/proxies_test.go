package serve

import (
	"bytes"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func networks(s ...string) (out []netip.Prefix) {
	for _, p := range s {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

func TestAddresses(t *testing.T) {
	behind := Proxies{Header: "x-forwarded-for", Trusted: networks("10.0.0.0/8", "fd00::/8")}
	real := Proxies{Header: "X-Real-IP", Trusted: networks("127.0.0.1/32")}
	socket := Proxies{Header: "X-Forwarded-For", Socket: true}
	for _, c := range []struct {
		why     string
		proxies Proxies
		remote  string
		header  []string // name, value, ...
		want    string   // "" for an error
	}{
		{"TLS here", Proxies{}, "192.0.2.1:5", nil, "192.0.2.1"},
		{"an IPv4 address in an IPv6 one", Proxies{}, "[::ffff:192.0.2.1]:5", nil, "192.0.2.1"},
		{"with a zone", Proxies{}, "[fe80::1%eth0]:5", nil, "fe80::1"},
		{"forwarded unawares", Proxies{}, "192.0.2.1:5", []string{"X-Forwarded-For", "198.51.100.1"}, ""},
		{"forwarded unawares by another header", Proxies{}, "192.0.2.1:5", []string{"Forwarded", "for=198.51.100.1"}, ""},
		{"direct, and a header of the client's", Proxies{Direct: true}, "192.0.2.1:5", []string{"X-Forwarded-For", "198.51.100.1"}, "192.0.2.1"},
		{"one proxy", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"what the client claims", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"what the client claims, in a header of its own", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "203.0.113.9", "X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"claims to come from inside", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "10.0.0.7, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		{"from inside", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "10.0.0.3,10.0.0.2"}, "10.0.0.3"},
		{"IPv6, with a port", behind, "[fd00::1]:5", []string{"X-Forwarded-For", "[2001:db8::1]:4711"}, "2001:db8::1"},
		{"IPv4, with a port", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "198.51.100.1:4711"}, "198.51.100.1"},
		{"mapped", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "::ffff:198.51.100.1"}, "198.51.100.1"},
		{"not through the proxy", behind, "192.0.2.1:5", []string{"X-Forwarded-For", "198.51.100.1"}, "192.0.2.1"},
		{"the proxy says nothing", behind, "10.0.0.1:5", nil, ""},
		{"the proxy says nonsense", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "unknown"}, ""},
		{"nonsense behind nothing but proxies", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "unknown, 10.0.0.2"}, ""},
		{"nonsense the client wrote", behind, "10.0.0.1:5", []string{"X-Forwarded-For", "unknown, 198.51.100.1"}, "198.51.100.1"},
		{"another header", real, "127.0.0.1:5", []string{"X-Real-Ip", "198.51.100.1", "X-Forwarded-For", "203.0.113.9"}, "198.51.100.1"},
		{"a socket", socket, "@", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		{"a socket, and nothing said", socket, "@", nil, ""},
		{"a socket that is not expected", Proxies{Direct: true}, "@", nil, ""},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		for i := 0; i+1 < len(c.header); i += 2 {
			r.Header.Add(c.header[i], c.header[i+1])
		}
		got, err := c.proxies.address(r)
		if (err != nil) != (c.want == "") || err == nil && got.String() != c.want {
			t.Errorf("%s: %v, %v; want %q", c.why, got, err, c.want)
		}
		if err != nil && strings.ContainsAny(err.Error(), "0123456789") {
			t.Errorf("%s: the error holds what was sent: %v", c.why, err)
		}
	}
}

func TestProxiesAreKnown(t *testing.T) {
	inside := networks("10.0.0.0/8")
	for _, c := range []struct {
		why  string
		p    Proxies
		tls  bool
		want bool
	}{
		{"TLS", Proxies{}, true, true},
		{"nothing said", Proxies{}, false, false},
		{"direct", Proxies{Direct: true}, false, true},
		{"behind", Proxies{Header: "X-Forwarded-For", Trusted: inside}, false, true},
		{"behind, with TLS", Proxies{Header: "X-Forwarded-For", Trusted: inside}, true, true},
		{"no header", Proxies{Trusted: inside}, false, false},
		{"no network", Proxies{Header: "X-Forwarded-For"}, true, false},
		{"socket", Proxies{Header: "X-Real-IP", Socket: true}, false, true},
		{"socket, no header", Proxies{Socket: true}, false, false},
		{"socket, direct", Proxies{Socket: true, Direct: true}, false, false},
		{"both", Proxies{Direct: true, Header: "X-Forwarded-For", Trusted: inside}, false, false},
		{"Forwarded", Proxies{Header: "forwarded", Trusted: inside}, false, false},
	} {
		if err := c.p.check(c.tls); (err == nil) != c.want {
			t.Errorf("%s: %v", c.why, err)
		}
	}
	s := newSite(t)
	cfg := s.config()
	cfg.Proxies = Proxies{}
	if _, err := New(cfg); !errors.Is(err, ErrNoAddresses) {
		t.Errorf("a server that cannot know who asks starts: %v", err)
	}
}

// A server that is not set up for the proxy in front of it evaluates nothing, and
// says so once.
func TestProxyUnawares(t *testing.T) {
	s := newSite(t)
	srv := s.server(func(c *Config) { c.Proxies = Proxies{Header: "X-Real-IP", Trusted: networks("10.0.0.1/32")} })
	_, body := batch(t, keyFL)
	for range 3 {
		if w := post(srv.Handler(), "10.0.0.1:7", bytes.NewReader(body), nil); w.Code != 500 || srv.budget.used("US-FL") != 0 {
			t.Errorf("status %d", w.Code)
		}
	}
	if n := strings.Count(s.log.String(), "level=ERROR"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, s.log)
	}
}

// FuzzHops: whatever a client writes in front, the address is that which the
// trusted proxy adds.
func FuzzHops(f *testing.F) {
	f.Add("203.0.113.9")
	f.Add("10.0.0.1, unknown,,")
	p := Proxies{Header: "X-Forwarded-For", Trusted: networks("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, claimed string) {
		r := &http.Request{RemoteAddr: "10.0.0.1:5", Header: http.Header{"X-Forwarded-For": {claimed, "198.51.100.1"}}}
		if a, err := p.address(r); err != nil || a.String() != "198.51.100.1" {
			t.Fatalf("%v, %v", a, err)
		}
	})
}

package serve

import (
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// limitedListener closes connections beyond a number in all and for one address
// (an IPv4 address or an IPv6 /64) as they come. It does not wait with the next,
// so that who holds many keeps nobody else from being told at once.
type limitedListener struct {
	net.Listener
	most, mostOfOne int
	exempt          func(netip.Addr) bool // trusted proxies, whose connections are many people's
	held            prometheus.Gauge
	refused         prometheus.Counter

	mu    sync.Mutex
	open  int
	ofOne map[netip.Prefix]int
}

// Accept implements [net.Listener].
func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if limited, ok := l.admit(c); ok {
			return limited, nil
		}
		l.refused.Inc()
		c.Close()
	}
}

func (l *limitedListener) admit(c net.Conn) (net.Conn, bool) {
	var one netip.Prefix // invalid: counted only in all
	if a, ok := peer(c.RemoteAddr().String()); ok && !l.exempt(a) {
		one, _ = prefixesOf(a)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.most || one.IsValid() && l.ofOne[one] >= l.mostOfOne {
		return nil, false
	}
	l.open++
	l.held.Inc()
	if one.IsValid() {
		l.ofOne[one]++
	}
	return &limitedConn{Conn: c, done: sync.OnceFunc(func() { l.release(one) })}, true
}

func (l *limitedListener) release(one netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	l.held.Dec()
	if one.IsValid() {
		if l.ofOne[one]--; l.ofOne[one] == 0 {
			delete(l.ofOne, one)
		}
	}
}

type limitedConn struct {
	net.Conn
	done func()
}

// ReadFrom lets the operating system send a file, where it can.
func (c *limitedConn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

// Close implements [net.Conn].
func (c *limitedConn) Close() error {
	c.done()
	return c.Conn.Close()
}

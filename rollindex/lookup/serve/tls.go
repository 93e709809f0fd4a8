package serve

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"
)

// certificateChecks is how often, at most, the files of a certificate are looked
// at.
const certificateChecks = 10 * time.Second

// certificate is a certificate in files, read again when they change.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	pair    *tls.Certificate
	stamp   [2]time.Time // of the files, when pair was read
	checked time.Time
}

// FileTLS returns a configuration with the certificate and key of two PEM files.
// Another certificate that takes their place is used for new connections; while
// the two do not fit together, the one before is.
func FileTLS(certFile, keyFile string, log *slog.Logger) (*tls.Config, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log, now: time.Now}
	if err := c.read(); err != nil {
		return nil, err
	}
	c.checked = c.now()
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}, nil
}

func (c *certificate) stamps() (stamp [2]time.Time) {
	for i, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			stamp[i] = info.ModTime()
		}
	}
	return stamp
}

func (c *certificate) read() error {
	stamp := c.stamps()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("reading the certificate: %w", err)
	}
	c.pair, c.stamp = &pair, stamp
	return nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.checked) >= certificateChecks {
		c.checked = now
		if c.stamps() != c.stamp {
			if err := c.read(); err != nil {
				c.log.Error("the certificate changed, and is used as it was", "why", err.Error())
			}
		}
	}
	return c.pair, nil
}

// AutomaticTLS returns a configuration whose certificates for the hosts come from
// Let's Encrypt, whose terms the operator accepts with it, and are kept in a
// directory. The authority connects to port 443 of the host (TLS-ALPN-01), so the
// server listens there.
func AutomaticTLS(hosts []string, cacheDir string) *tls.Config {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(hosts...), Cache: autocert.DirCache(cacheDir)}
	c := m.TLSConfig()
	c.MinVersion = tls.VersionTLS12
	return c
}

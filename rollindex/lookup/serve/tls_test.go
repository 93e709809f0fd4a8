package serve

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/rollindex/lookup"
)

// writeCertificate writes a certificate of the loopback with a serial number.
func writeCertificate(t *testing.T, dir string, serial int64) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	check(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	check(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	stamp := time.Now().Add(time.Duration(serial) * time.Second)
	check(t, os.Chtimes(certFile, stamp, stamp))
	check(t, os.Chtimes(keyFile, stamp, stamp))
	pool = x509.NewCertPool()
	cert, err := x509.ParseCertificate(der)
	check(t, err)
	pool.AddCert(cert)
	return certFile, keyFile, pool
}

// With TLS the server speaks HTTP/2, knows who asks, and does not evaluate what was
// forwarded by a proxy nobody told it of. An address in an error of TLS is not
// logged.
func TestTLS(t *testing.T) {
	s := newSite(t)
	certFile, keyFile, pool := writeCertificate(t, t.TempDir(), 1)
	config, err := FileTLS(certFile, keyFile, slog.New(slog.DiscardHandler))
	check(t, err)
	srv := s.server(func(c *Config) { c.TLS, c.Proxies = config, Proxies{} })
	address, _ := s.serve(srv)
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	_, body := batch(t, keyFL)
	for forwarded, want := range map[string]int{"": 200, "198.51.100.1": 500} {
		req, err := http.NewRequest(http.MethodPost, "https://"+address+lookup.EvaluatePath, bytes.NewReader(body))
		check(t, err)
		req.Header.Set("Content-Type", octets)
		if forwarded != "" {
			req.Header.Set("X-Forwarded-For", forwarded)
		}
		resp, err := client.Do(req)
		check(t, err)
		resp.Body.Close()
		if resp.StatusCode != want || resp.ProtoMajor != 2 || resp.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("forwarded %q: status %d, %s", forwarded, resp.StatusCode, resp.Proto)
		}
	}
	if _, err := (&http.Client{}).Get("https://" + address + "/"); err == nil { // does not trust it
		t.Error("a certificate of nobody is trusted")
	}
	deadline := time.Now().Add(5 * time.Second)
	for !strings.Contains(get(srv.Metrics(), "/", nil).Body.String(), `rollcheck_errors_total{kind="connection"}`) {
		if time.Now().After(deadline) {
			t.Fatal("an error of TLS is not counted")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if strings.Contains(s.log.String(), "127.0.0.1") {
		t.Errorf("the log:\n%s", s.log)
	}
}

// A certificate that takes the place of another is used, and one that cannot be
// read is not.
func TestCertificateChanges(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile, _ := writeCertificate(t, dir, 1)
	clock := newClock()
	log := new(safeBuffer)
	c := &certificate{certFile: certFile, keyFile: keyFile, log: slog.New(slog.NewTextHandler(log, nil)), now: clock.now}
	check(t, c.read())
	c.checked = clock.now()
	serial := func() int64 {
		t.Helper()
		pair, err := c.get(nil)
		check(t, err)
		return pair.Leaf.SerialNumber.Int64()
	}
	writeCertificate(t, dir, 2)
	if n := serial(); n != 1 {
		t.Errorf("looked at again at once: %d", n)
	}
	clock.add(certificateChecks)
	if n := serial(); n != 2 {
		t.Errorf("certificate %d", n)
	}
	check(t, os.WriteFile(keyFile, []byte("half"), 0o600))
	clock.add(certificateChecks)
	if n := serial(); n != 2 || !strings.Contains(log.String(), "used as it was") {
		t.Errorf("certificate %d; %s", n, log)
	}
	writeCertificate(t, dir, 3)
	clock.add(certificateChecks)
	if n := serial(); n != 3 {
		t.Errorf("certificate %d", n)
	}
	if _, err := FileTLS(certFile, dir+"/none", nil); err == nil {
		t.Error("a key that is not there")
	}
}

// Certificates are asked for only for the hosts that were named.
func TestAutomaticTLS(t *testing.T) {
	c := AutomaticTLS([]string{"lookup.example.org"}, t.TempDir())
	if _, err := c.GetCertificate(&tls.ClientHelloInfo{ServerName: "other.example.org"}); err == nil || !strings.Contains(err.Error(), "not configured") {
		t.Errorf("another host: %v", err)
	}
	if c.MinVersion != tls.VersionTLS12 || !strings.Contains(strings.Join(c.NextProtos, " "), "acme-tls/1") {
		t.Errorf("%v", c.NextProtos)
	}
}

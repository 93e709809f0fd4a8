package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"rollcheck/rollindex/lookup/remote"
)

func noEnv(string) (string, bool) { return "", false }

// Errors repeat what others wrote, such as names in certificates. None of it may
// move the cursor of a terminal.
func TestMessagesShowAsTheyAre(t *testing.T) {
	var out bytes.Buffer
	newUI(&out, noEnv).fail(hint(errors.New("a\x1b[2Jb\u202ec\u009bd\r\x7fe\u00fc"), "f\x1b]0;g\x07\n  h"))
	if got, want := out.String(), "rollcheck: error: a?[2Jb?c?d??e\u00fc\nrollcheck: hint: f?]0;g?\n  h\n"; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// Whoever stands between can answer with a certificate of their own, whose names
// the error repeats.
func TestCertificateCannotWriteOnTerminal(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	names := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"a\x1b[2J\x1b[HNOT FOUND"}, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, names, names, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			_ = c.(*tls.Conn).Handshake()
			c.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	transport, err := remote.NewTransport("https://localhost:" + port)
	if err != nil {
		t.Fatal(err)
	}
	_, err = transport.Evaluate(t.Context(), make([]byte, 130))
	if err == nil || !strings.Contains(err.Error(), "NOT FOUND") {
		t.Fatalf("the error does not name the certificate: %v", err)
	}
	var out bytes.Buffer
	newUI(&out, noEnv).fail(err)
	if strings.ContainsRune(out.String(), '\x1b') {
		t.Errorf("%q", out.String())
	}
}

// The time left is told once the rate was measured for a while, from the rate since
// then: what was done before says nothing of it. Other work is measured anew.
func TestTimeLeft(t *testing.T) {
	var out bytes.Buffer
	p := newUI(&out, noEnv).progress()
	now := time.Now()
	p.now = func() time.Time { return now }
	for _, line := range []struct {
		after       time.Duration
		done, total int64
		want        string
	}{
		{3 * time.Minute, 1, 1000, "rollcheck:   0 %  x"}, // files were opened meanwhile
		{4 * time.Second, 41, 1000, "rollcheck:   4 %  x"},
		{2 * time.Second, 61, 1000, "rollcheck:   6 %  x, 1m34s left"},
		{10 * time.Second, 161, 1000, "rollcheck:  16 %  x, 1m24s left"},
		{time.Second, 10, 500, "rollcheck:   2 %  x"},
		{10 * time.Second, 10, 500, "rollcheck:   2 %  x"},
		{10 * time.Second, 20, 500, "rollcheck:   4 %  x, 16m0s left"},
		{time.Second, 0, 0, "rollcheck: x"},
	} {
		now = now.Add(line.after)
		out.Reset()
		p.show(line.done, line.total, "x")
		if got := strings.TrimSuffix(out.String(), "\n"); got != line.want {
			t.Errorf("%d of %d: %q, want %q", line.done, line.total, got, line.want)
		}
	}
}

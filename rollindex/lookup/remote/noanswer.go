package remote

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// NoAnswer is of a request to which there is no answer of the protocol: the server is
// not reached, or answers with a status that says nothing of what was asked. It holds
// the host alone, no path: that may be the address of somebody's bucket.
type NoAnswer struct {
	Host   string        // "lookup.example.org", with its port if it has one
	Status int           // of HTTP; 0 if there was no answer
	After  time.Duration // in which the server wants to be asked again; 0 if it does not say
	Err    error         // why there was no answer; nil if there was one
}

// Error says which host it was, and what it did.
func (e *NoAnswer) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("%s gives no answer: %v", e.Host, e.Err)
	}
	return fmt.Sprintf("%s answers with status %d (%s)", e.Host, e.Status, statusText(e.Status))
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "which is none that is known"
}

// Unwrap returns why there was no answer, nil if there was one.
func (e *NoAnswer) Unwrap() error { return e.Err }

// Do returns what it may mean and what to do about it.
func (e *NoAnswer) Do() string {
	if e.Status == 0 {
		return noAnswerDo(e.Err)
	}
	again := "try again later"
	if e.After > 0 {
		again = "try again in " + inWords(e.After)
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusUnavailableForLegalReasons:
		return "it does not answer everybody, or not from your network, as many servers do not answer Tor: try from another network, or ask its operator"
	case http.StatusProxyAuthRequired:
		return "a proxy of your network wants to know who you are: try from another network"
	case http.StatusTooManyRequests:
		return "too many ask it, or too many from your network: " + again + "; " + kept
	}
	if e.Status >= 500 {
		return "it is out of order for now, or overloaded, or what stands behind it is: " + again + "; " + kept + "; if it stays so, tell its operator"
	}
	return "that is no answer of a look-up: check the address, and whether there is a newer version of this program; if both are right, tell its operator"
}

// inWords writes a time to wait, rounded up.
func inWords(d time.Duration) string {
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"hours", time.Hour}, {"minutes", time.Minute}} {
		if d >= 2*u.of {
			return fmt.Sprintf("%d %s", (d+u.of-1)/u.of, u.name)
		}
	}
	return fmt.Sprintf("%d seconds", max(2, (d+time.Second-1)/time.Second))
}

// kept says what comes of what was downloaded: it is no answer by itself, since every
// check needs evaluations of the server's.
const kept = "files that were downloaded stay here and are not fetched again"

// noAnswerDo says what to do about a server that is not reached.
func noAnswerDo(err error) string {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "there is no host of that name: check the address for a slip"
	case errors.As(err, &cert):
		return "who answers cannot prove to be that host: check the address and this machine's clock; else somebody stands in between, as the networks of hotels and " +
			"companies do: try from another network, and do not use the server while it stays so"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there, so the server is down or the address is another: check the address and its port, or try again later; " + kept
	case errors.Is(err, errElsewhere):
		return "check the address: the server may have moved, and its operator says where to"
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded), errors.As(err, &dns):
		return "the server or the way to it is overloaded or cut: check whether this machine has a connection, or try again later; " + kept
	}
	return "check the address and whether this machine has a connection, or try again later; " + kept
}

package remote

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rollcheck/rollindex/lookup"
)

// Errors of a [Transport].
var (
	// ErrAddress is of an address that is none of a server, or that is not encrypted.
	ErrAddress = errors.New("not the address of a server")
	// ErrGone is of a file named in a list or manifest that the server does not have:
	// it published since.
	ErrGone = errors.New("the server does not have the file any more")
	// ErrNoServer is of an address where no look-up is published.
	ErrNoServer = errors.New("there is no look-up at this address")
	// ErrTooLong is of an answer that is longer than it may be.
	ErrTooLong = errors.New("the answer is too long")
	// ErrTooSlow is of a file that comes so slowly that it might never end. What was
	// read of a file named by its hash is kept.
	ErrTooSlow = errors.New("the download is too slow")

	errElsewhere = errors.New("it sends to another place, which is not followed")
	errCircles   = errors.New("it sends round in circles")
)

const (
	userAgent   = "rollcheck" // no version: it would tell users apart
	attempts    = 4           // of a GET that do not get on
	somewhat    = 64 << 10    // bytes that count as getting on
	leastRate   = 4 << 10     // bytes a second that a download makes on average, of all that it may have
	mostWait    = 30 * time.Second
	mostRetry   = 48 * time.Hour
	someRetry   = time.Hour // where a server does not say
	maxKey      = 1 << 10
	maxRedirect = 3
)

// Transport asks a server by HTTP. It implements [lookup.Transport].
type Transport struct {
	base   *url.URL
	client http.Client

	// Cache, if set, keeps downloads that broke off, which are then gone on with.
	Cache *Cache

	// OnRead, if set, is called with the number of bytes of each piece of a file
	// that was read; several calls may be under way at once.
	OnRead func(n int)

	// Of the tests.
	idle    time.Duration // how long a server may be silent
	rate    int64         // leastRate
	backoff time.Duration // before the second attempt, then doubled
	now     func() time.Time
}

var _ lookup.Transport = (*Transport)(nil)

// NewTransport returns a transport to the server at an address ("https://host",
// "https://host/path"). Anything but https is [ErrAddress], unless the server is
// on this machine. Proxies are taken from the environment
// ([http.ProxyFromEnvironment]).
func NewTransport(address string) (*Transport, error) {
	base, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	h := http.DefaultTransport.(*http.Transport).Clone()
	h.DisableCompression = true // limits are of what is read
	h.MaxIdleConnsPerHost = 4
	h.ResponseHeaderTimeout = time.Minute
	t := &Transport{base: base, idle: time.Minute, rate: leastRate, backoff: time.Second / 2, now: time.Now}
	t.client = http.Client{Transport: h, CheckRedirect: t.redirect}
	return t, nil
}

// Address returns the address as it is kept in a [TrustStore]: without a slash at
// its end, and in lower case but for the path.
func (t *Transport) Address() string { return t.base.String() }

func parseAddress(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, fmt.Errorf("%w: it cannot be read", ErrAddress) // the error would repeat it
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	u.Path = strings.TrimRight(u.Path, "/")
	switch {
	case u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("%w: it begins with https:// and the name of a host", ErrAddress)
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return nil, fmt.Errorf("%w: it has no user, no query and no fragment", ErrAddress)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%w: http:// is not encrypted, and who listens would see which bucket is asked for; it has to be https://", ErrAddress)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}, nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// redirect follows to the same host only: an answer from elsewhere would tell
// somebody else who asks.
func (t *Transport) redirect(next *http.Request, before []*http.Request) error {
	next.Header.Del("Referer")
	switch {
	case next.URL.Scheme != t.base.Scheme || next.URL.Host != t.base.Host:
		return errElsewhere
	case next.Method != before[0].Method || len(before) > maxRedirect:
		return errCircles
	}
	return nil
}

// FetchKey returns the key that the server gives for its operator. It is whoever's
// answers there: compare its fingerprint with one published elsewhere before it
// is trusted.
func (t *Transport) FetchKey(ctx context.Context) (*lookup.TrustedKey, error) {
	b, err := t.Get(ctx, lookup.KeyPath, maxKey)
	if err != nil {
		return nil, fmt.Errorf("fetching the operator's key: %w", err)
	}
	return lookup.ParseKey(string(b))
}

// Get implements [lookup.Transport]. It tries again when the network or the server
// fails for a moment, and goes on with a file named by its hash from where a
// download broke off. A file that is not there is [ErrGone] or, of the manifest,
// [ErrNoServer]. However little comes at a time, it ends, with [ErrTooSlow], when a
// file of limit bytes would have come at 4 KB a second, and a minute later.
func (t *Transport) Get(ctx context.Context, path string, limit int64) ([]byte, error) {
	d := &download{t: t, path: path, limit: limit}
	if err := d.begin(); err != nil {
		return nil, err
	}
	defer d.close()
	ctx, cancel := context.WithTimeoutCause(ctx, t.allowed(limit), ErrTooSlow)
	defer cancel()
	b, err := d.all(ctx)
	if err != nil && errors.Is(context.Cause(ctx), ErrTooSlow) {
		return nil, fmt.Errorf("%w: %d bytes came in %s, of at most %d", ErrTooSlow, d.size-d.before, t.allowed(limit).Round(time.Second), limit)
	}
	return b, err
}

// allowed is how long a file of at most so many bytes may take, all attempts together.
func (t *Transport) allowed(limit int64) time.Duration {
	return t.idle + time.Duration(float64(limit)/float64(t.rate)*float64(time.Second))
}

// all reads the file, in as many attempts as it takes.
func (d *download) all(ctx context.Context) ([]byte, error) {
	t, wait := d.t, d.t.backoff
	for try := 1; ; try++ {
		before := d.size
		err := d.attempt(ctx)
		if err == nil {
			b, ferr := d.finish()
			if ferr == nil {
				return b, nil
			}
			err = ferr
		}
		if d.size > before+somewhat {
			try, wait = 1, t.backoff // it is getting on
		}
		var a again
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case try == attempts || !errors.As(err, &a):
			return nil, anonymous(err)
		}
		if err := sleep(ctx, max(a.after, wait/2+rand.N(wait))); err != nil {
			return nil, err
		}
		wait *= 2
	}
}

// again is an error after which another attempt may succeed.
type again struct {
	error
	after time.Duration // the server wants to be left alone so long
}

func (a again) Unwrap() error { return a.error }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// anonymous takes the address out of an error: it may be that of somebody's bucket.
func anonymous(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	var a again
	if errors.As(err, &a) {
		return a.error
	}
	return err
}

// open sends a GET, for the bytes of a file from some place on, and returns the
// answer if there is one. A silent server ends it.
func (t *Transport) open(ctx context.Context, path string, from int64) (*http.Response, error) {
	req, err := t.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	if from > 0 {
		req.Header.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
	}
	res, err := t.client.Do(req)
	switch {
	case errors.Is(err, errElsewhere), errors.Is(err, errCircles):
		return nil, t.noAnswer(err)
	case err != nil:
		return nil, again{t.noAnswer(err), 0}
	}
	switch code := res.StatusCode; {
	case code == http.StatusOK, code == http.StatusPartialContent && from > 0, code == http.StatusRequestedRangeNotSatisfiable && from > 0:
		return res, nil
	case code == http.StatusNotFound || code == http.StatusGone:
		err = fmt.Errorf("%w (%w)", ErrGone, fs.ErrNotExist)
		if path == lookup.ManifestPath || path == lookup.KeyPath {
			err = ErrNoServer
		}
	case code == http.StatusTooManyRequests || code >= 500:
		after := t.retryAfter(res, 0)
		err = &NoAnswer{Host: t.base.Host, Status: code, After: after}
		if after <= mostWait {
			err = again{err, after}
		}
	default:
		err = &NoAnswer{Host: t.base.Host, Status: code}
	}
	res.Body.Close()
	return nil, err
}

func (t *Transport) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, t.base.String()+path, body)
	if err != nil {
		return nil, errors.New("the address of the server cannot be used")
	}
	req.Header.Set("User-Agent", userAgent)
	return req, nil
}

// Evaluate implements [lookup.Transport]. It is tried once: every batch counts
// against a budget.
func (t *Transport) Evaluate(ctx context.Context, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, t.idle)
	defer cancel()
	req, err := t.request(ctx, http.MethodPost, lookup.EvaluatePath, strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := t.client.Do(req)
	if err != nil {
		return nil, t.noAnswer(err)
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
		return readAll(res.Body, lookup.ResponseSize)
	case http.StatusNotFound:
		return nil, lookup.ErrStale
	case http.StatusTooManyRequests:
		return nil, &lookup.BudgetError{Retry: t.now().Add(t.retryAfter(res, someRetry))}
	}
	return nil, &NoAnswer{Host: t.base.Host, Status: res.StatusCode, After: t.retryAfter(res, 0)}
}

// noAnswer is of a request that failed before there was an answer.
func (t *Transport) noAnswer(err error) error {
	return &NoAnswer{Host: t.base.Host, Err: anonymous(err)}
}

// retryAfter reads the header of that name, seconds or a date, within bounds.
func (t *Transport) retryAfter(res *http.Response, otherwise time.Duration) time.Duration {
	value := res.Header.Get("Retry-After")
	after := otherwise
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		after = time.Duration(min(max(seconds, 0), int64(mostRetry/time.Second))) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		after = date.Sub(t.now())
	}
	return min(max(after, 0), mostRetry)
}

// readAll reads a body of at most limit bytes.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, anonymous(err)
	case int64(len(b)) > limit:
		return nil, ErrTooLong
	}
	return b, nil
}

// hashOf returns the hash that a file is named by, if it is named by one.
func hashOf(path string) (h lookup.Hash32, ok bool) {
	for _, prefix := range []string{"/v1/f/", "/v1/l/"} {
		if name, found := strings.CutPrefix(path, prefix); found {
			return h, h.UnmarshalText([]byte(name)) == nil
		}
	}
	return h, false
}

// sumOf is the name of a file.
func sumOf(b []byte) lookup.Hash32 { return sha256.Sum256(b) }

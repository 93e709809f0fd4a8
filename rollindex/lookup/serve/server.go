package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var (
	// ErrOtherKeys is of a manifest whose keys are not those of the index.
	ErrOtherKeys = errors.New("the manifest's keys are not those of the index")
	// ErrNoAddresses is of a server that cannot know whom it is asked by.
	ErrNoAddresses = errors.New("without TLS here something may stand in front, and budgets by address would meter that")
	// ErrInUse is of a state that another server keeps its budgets in.
	ErrInUse = errors.New("another server uses it")
)

// Times and sizes that bound what one connection can hold.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second // of a request with its body, of 130 bytes
	idleTimeout   = 30 * time.Second
	writeTimeout  = 15 * time.Second
	leastRate     = 16 << 10 // bytes a second a download must make on average
	stopTimeout   = 10 * time.Second
	maxHeader     = 8 << 10
	maxStreams    = 64 // of one HTTP/2 connection
	housekeeping  = 5 * time.Second
)

// Config says what a server serves, and how. The zero values of limits are the
// defaults.
type Config struct {
	Dir          string // published directory
	Keys         Keys   // the index
	EvaluateOnly bool   // of Dir only the manifest and the operator's key are read, nothing is sent

	Secret [32]byte // of the index; the day's key of the budgets comes from it
	State  string   // file that keeps the budgets over a restart; "" for none

	Proxies Proxies
	TLS     *tls.Config // nil: none here
	Log     *slog.Logger

	MaxConnections int // in all; 4,096
	MaxPerAddress  int // connections of an IPv4 address or IPv6 /64; 64
	MaxWaiting     int // evaluations under way and waiting; 32 for each core

	now func() time.Time
}

// Server serves one published directory. Its methods are safe for concurrent use.
type Server struct {
	cfg     Config
	tls     *tls.Config
	log     *slog.Logger
	root    *os.Root
	current atomic.Pointer[published]
	reload  sync.Mutex // held while a manifest is read: Keys are asked by one at a time
	budget  *budget
	state   *stateFile // nil: none
	metrics *metrics

	tickets       chan struct{} // evaluations under way and waiting
	cores         chan struct{} // evaluations under way
	misconfigured sync.Once
	lastFailure   string // of a reload, so that it is logged once; guarded by reload
}

// New opens the directory. Whatever would make answers that clients refuse, or
// budgets that meter the wrong thing, is an error: [ErrOtherKeys],
// [ErrNoAddresses], [ErrInUse], a manifest that does not verify or has expired.
func New(cfg Config) (_ *Server, err error) {
	if cfg.now == nil {
		cfg.now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cores := runtime.GOMAXPROCS(0)
	orDefault(&cfg.MaxConnections, 4096)
	orDefault(&cfg.MaxPerAddress, 64)
	orDefault(&cfg.MaxWaiting, 32*cores)
	if err := cfg.Proxies.check(cfg.TLS != nil); err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, tls: cfg.TLS, log: cfg.Log, budget: newBudget(cfg.Secret, cfg.now),
		tickets: make(chan struct{}, cfg.MaxWaiting), cores: make(chan struct{}, cores),
	}
	if s.root, err = os.OpenRoot(cfg.Dir); err != nil {
		return nil, fmt.Errorf("opening the published directory: %w", err)
	}
	defer func() {
		if err != nil {
			s.root.Close()
		}
	}()
	p, err := load(s.root, cfg.Keys, cfg.now(), 0, cfg.EvaluateOnly)
	if err != nil {
		return nil, err
	}
	s.current.Store(p)
	if cfg.State != "" {
		if s.state, err = openState(cfg.State, s.budget); err != nil {
			return nil, err
		}
	}
	s.metrics = newMetrics(s)
	return s, nil
}

func orDefault(n *int, value int) {
	if *n == 0 {
		*n = value
	}
}

// Status is what a server serves.
type Status struct {
	Seq           uint64    // of the manifest
	Expires       time.Time // likewise
	Jurisdictions int
	Files         int // of the page
}

// Status returns what is served now.
func (s *Server) Status() Status {
	p := s.current.Load()
	return Status{p.manifest.Seq, p.manifest.Expires, len(p.keys), len(p.page)}
}

// Reload reads the directory again. On an error what was served before is served
// on.
func (s *Server) Reload() error {
	s.reload.Lock()
	defer s.reload.Unlock()
	old := s.current.Load()
	p, err := load(s.root, s.cfg.Keys, s.cfg.now(), old.manifest.Seq, s.cfg.EvaluateOnly)
	if err == nil && string(p.key) != string(old.key) {
		err = errors.New("it is signed with another key, which no client would take: restart the server if that is meant")
	}
	if err == nil && p.manifest.Seq == old.manifest.Seq && text(p.signed) != text(old.signed) {
		err = errors.New("it says something else under the same number, which clients refuse")
	}
	if err != nil {
		return fmt.Errorf("taking another manifest: %w", err)
	}
	s.current.Store(p)
	s.lastFailure = ""
	if p.manifest.Seq != old.manifest.Seq {
		s.log.Info("serving another manifest", "seq", p.manifest.Seq, "expires", p.manifest.Expires)
	}
	return nil
}

// text returns what is signed of a note, to which signatures may be added later.
func text(signed []byte) string {
	before, _, _ := strings.Cut(string(signed), "\n\n")
	return before
}

// poll takes another manifest if one lies there. A failure is logged once, not
// every few seconds.
func (s *Server) poll() {
	changed, err := s.current.Load().changed(s.root)
	if changed {
		err = s.Reload()
	}
	if err == nil {
		return
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	if err.Error() != s.lastFailure {
		s.lastFailure = err.Error()
		s.log.Error("the published directory changed, and is served as it was", "why", err.Error())
	}
}

// Serve answers on the listener until the context ends; what is under way then
// has ten seconds to finish. It closes the listener. The error is nil after a
// stop that was asked for.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	hs := &http.Server{
		Handler: s.Handler(), TLSConfig: s.tls,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		HTTP2: &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
		// What it would log names addresses: it is only counted.
		ErrorLog: slog.NewLogLogger(countingHandler{s.metrics}, slog.LevelError),
	}
	l = &limitedListener{
		Listener: l, most: s.cfg.MaxConnections, mostOfOne: s.cfg.MaxPerAddress,
		exempt: s.cfg.Proxies.trusts, held: s.metrics.held, refused: s.metrics.refused, ofOne: make(map[netip.Prefix]int),
	}
	done := make(chan error, 1)
	go func() {
		if s.tls != nil {
			done <- hs.ServeTLS(l, "", "")
		} else {
			done <- hs.Serve(l)
		}
	}()
	ticker := time.NewTicker(housekeeping)
	defer ticker.Stop()
	for {
		select {
		case err := <-done:
			return errors.Join(fmt.Errorf("serving: %w", err), s.save())
		case <-ctx.Done():
			stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
			defer cancel()
			if hs.Shutdown(stopping) != nil {
				s.log.Warn("connections were cut that did not end in time")
				hs.Close()
			}
			<-done
			return s.save()
		case <-ticker.C:
			s.poll()
			if err := s.save(); err != nil {
				s.log.Error("budgets are not kept over a restart", "why", err.Error())
				s.metrics.errors.WithLabelValues("state").Inc()
			}
		}
	}
}

func (s *Server) save() error {
	if s.state == nil {
		return nil
	}
	return s.state.save(s.budget)
}

// Close saves the budgets and gives the state and the directory free.
func (s *Server) Close() error {
	err := s.save()
	if s.state != nil {
		s.state.unlock()
	}
	return errors.Join(err, s.root.Close())
}

// countingHandler counts what net/http would log, and forgets it.
type countingHandler struct{ m *metrics }

// Enabled implements [slog.Handler].
func (h countingHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements [slog.Handler].
func (h countingHandler) Handle(context.Context, slog.Record) error {
	h.m.errors.WithLabelValues("connection").Inc()
	return nil
}

// WithAttrs implements [slog.Handler].
func (h countingHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup implements [slog.Handler].
func (h countingHandler) WithGroup(string) slog.Handler { return h }

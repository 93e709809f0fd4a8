package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/publish"
	"rollcheck/rollindex/lookup/serve"
)

func (p *program) serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "answer private look-ups of a served index",
		Description: "Sends the files that \"rollcheck publish\" wrote to --data, and evaluates blind under the keys of the index.\n" +
			"With --evaluate-only another web server sends the files, and of --data only v1/manifest and v1/key are needed;\n" +
			"of the index only index.db. The server does not start if the manifest is not of the index's keys, and takes\n" +
			"another one while it runs when publish puts it there. A new epoch needs a restart.\n\n" +
			"What is evaluated is metered by day (UTC), as the manifest says: by address, by network, and by jurisdiction.\n" +
			"So the server must know who asks. With TLS here (--tls-cert and --tls-key, or --autocert-host) it does. Without,\n" +
			"say --direct if nothing stands in front, or --trusted-proxy and --trusted-proxy-header if something does. A\n" +
			"network may be written as 10.0.0.0/8 or as one address. Nothing is evaluated for a request that was forwarded\n" +
			"by a proxy nobody named; that is logged once. What was spent is written to --state every five seconds and when\n" +
			"the server stops: one that is killed (SIGKILL), or whose machine fails, forgets up to the last five seconds of it.\n\n" +
			"--listen takes HOST:PORT, or unix:PATH for a proxy on this machine, which is trusted then. Metrics\n" +
			"(Prometheus) are on a listener of their own, which only you should reach. Neither they nor what is logged on\n" +
			"standard error tell who asked, or about what; a proxy in front should not log paths either.\n\n" +
			"SIGINT or SIGTERM stops the server when what is under way is done, and it ends with 0. SIGHUP reads the\n" +
			"published directory again. Certificates are read again when their files change.\n\n" + exitDoneHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "data", Usage: "`DIR` that \"rollcheck publish\" wrote"},
			&cli.StringFlag{Name: "listen", Usage: "`ADDRESS` to listen on", DefaultText: "127.0.0.1:8080, or :443 with TLS"},
			&cli.BoolFlag{Name: "evaluate-only", Usage: "send no files"},
			&cli.StringFlag{Name: "metrics-listen", Usage: "`ADDRESS` to listen on for metrics"},
			&cli.StringFlag{Name: "state", Usage: "`FILE` that keeps what was spent of the day's budgets over a restart", DefaultText: "rollcheck/budgets in the user's state directory"},
			&cli.BoolFlag{Name: "direct", Usage: "nothing stands in front, whatever a header of a request says"},
			&cli.StringSliceFlag{Name: "trusted-proxy", Usage: "`NETWORK` of a proxy in front (may be repeated)"},
			&cli.StringFlag{Name: "trusted-proxy-header", Usage: "header in which it says who asked, such as X-Forwarded-For or X-Real-IP"},
			&cli.StringFlag{Name: "tls-cert", Usage: "`FILE` of the certificate, with its chain (PEM)"},
			&cli.StringFlag{Name: "tls-key", Usage: "`FILE` of its private key (PEM)"},
			&cli.StringSliceFlag{Name: "autocert-host", Usage: "`HOST` to get certificates for from Let's Encrypt, whose terms you accept with it (may be repeated)"},
			&cli.StringFlag{Name: "autocert-cache", Usage: "`DIR` to keep them in"},
		},
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return err
			}
			return p.serve(c)
		},
	}
}

func (p *program) serve(c *cli.Context) error {
	log := slog.New(slog.NewTextHandler(p.stderr, nil))
	cfg := serve.Config{Dir: c.String("data"), EvaluateOnly: c.Bool("evaluate-only"), Log: log}
	if cfg.Dir == "" {
		return hint(errors.New("serve: --data is missing"), "it is the directory that \"rollcheck publish --out DIR\" wrote")
	}
	var err error
	if cfg.TLS, err = serveTLS(c, log); err != nil {
		return err
	}
	if cfg.Proxies, err = proxiesOf(c); err != nil {
		return err
	}
	if cfg.State, err = p.serveState(c); err != nil {
		return err
	}
	if err := p.secretsApart(c, cfg.State); err != nil {
		return err
	}
	dir, err := p.existingIndex(c)
	if err != nil {
		return err
	}
	key, err := p.readKey(c)
	if err != nil {
		return err
	}
	ix, err := rollindex.Open(dir, key)
	if err != nil {
		return err
	}
	defer ix.Close()
	if ix.Scheme() != hashing.Served {
		return hint(errors.New("serve: the index is a local one"), "make one for it with \"rollcheck init --scheme served\"")
	}
	secret, err := hkdf.Key(sha256.New, key[:], nil, "rollcheck/vrx1/budgets", len(cfg.Secret))
	if err != nil {
		return fmt.Errorf("serve: deriving a key: %w", err)
	}
	cfg.Keys, cfg.Secret = ix, [32]byte(secret)
	// The server holds a few megabytes: collecting them less often costs little memory
	// and saves a twentieth of its time (scripts/bench --only serve).
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	s, err := serve.New(cfg)
	if err != nil {
		return serveHint(err)
	}
	return errors.Join(p.listenAndServe(c, s, cfg.TLS), s.Close())
}

// secretsApart refuses a published directory, which anybody may copy, that holds
// the key or the budgets.
func (p *program) secretsApart(c *cli.Context, state string) error {
	key, err := p.keyPath(c)
	if err != nil {
		return err
	}
	for _, path := range []string{key, state} {
		if publish.Within(path, c.String("data")) {
			return hint(fmt.Errorf("serve: %q lies in what is published", path), "move it, or name another with --key-file or --state")
		}
	}
	return nil
}

// serveHint says what to do about a server that does not start.
func serveHint(err error) error {
	switch {
	case errors.Is(err, serve.ErrNoAddresses):
		return hint(fmt.Errorf("serve: %w", err), "say --direct if clients connect to this server itself; --trusted-proxy and --trusted-proxy-header if a proxy does; or give a certificate")
	case errors.Is(err, serve.ErrOtherKeys):
		return hint(fmt.Errorf("serve: %w", err), "name the index that was published by --index, or publish this one")
	case errors.Is(err, serve.ErrInUse):
		return hint(fmt.Errorf("serve: %w", err), "stop the other one, or name another file with --state: two servers have two sets of budgets")
	case errors.Is(err, lookup.ErrExpired):
		return hint(fmt.Errorf("serve: %w", err), "publish again: \"rollcheck publish --out DIR\"")
	case errors.Is(err, os.ErrNotExist):
		return hint(fmt.Errorf("serve: %w", err), "--data is the directory that \"rollcheck publish --out DIR\" wrote")
	}
	return fmt.Errorf("serve: %w", err)
}

func serveTLS(c *cli.Context, log *slog.Logger) (*tls.Config, error) {
	cert, key, hosts, cache := c.String("tls-cert"), c.String("tls-key"), c.StringSlice("autocert-host"), c.String("autocert-cache")
	switch {
	case (cert == "") != (key == ""):
		return nil, errors.New("serve: --tls-cert and --tls-key belong together")
	case (len(hosts) == 0) != (cache == ""):
		return nil, errors.New("serve: --autocert-host and --autocert-cache belong together")
	case cert != "" && len(hosts) > 0:
		return nil, errors.New("serve: --tls-cert and --autocert-host exclude each other")
	case len(hosts) > 0:
		return serve.AutomaticTLS(hosts, cache), nil
	case cert != "":
		return serve.FileTLS(cert, key, log)
	}
	return nil, nil
}

func proxiesOf(c *cli.Context) (serve.Proxies, error) {
	proxies := serve.Proxies{
		Direct: c.Bool("direct"), Header: c.String("trusted-proxy-header"), Socket: strings.HasPrefix(c.String("listen"), "unix:"),
	}
	for _, s := range c.StringSlice("trusted-proxy") {
		network, err := netip.ParsePrefix(s)
		if a, aerr := netip.ParseAddr(s); aerr == nil {
			network, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return proxies, hint(fmt.Errorf("serve: --trusted-proxy %q is no network", s), "write it as 10.0.0.0/8, or as one address")
		}
		proxies.Trusted = append(proxies.Trusted, network.Masked())
	}
	return proxies, nil
}

// serveState returns the file of the budgets: --state, the directory that systemd
// gives a service, or the user's.
func (p *program) serveState(c *cli.Context) (string, error) {
	if path := c.String("state"); path != "" {
		return path, nil
	}
	if dir, ok := p.env("STATE_DIRECTORY"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "budgets"), nil
	}
	dir, ok := p.env("XDG_STATE_HOME")
	if !ok || !filepath.IsAbs(dir) {
		home := p.home()
		if home == "" {
			return "", hint(errors.New("serve: no file for the state of the budgets is known"), "name one with --state")
		}
		dir = filepath.Join(home, ".local", "state")
	}
	dir = filepath.Join(dir, "rollcheck")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("serve: %w", err)
	}
	return filepath.Join(dir, "budgets"), nil
}

func (p *program) listenAndServe(c *cli.Context, s *serve.Server, tlsConfig *tls.Config) error {
	address := c.String("listen")
	if address == "" {
		address = "127.0.0.1:8080"
		if tlsConfig != nil {
			address = ":443"
		}
	}
	l, err := listen(address)
	if err != nil {
		return err
	}
	// The log must be able to say everything from here on: the listener is closed by Serve.
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	metrics, err := serveMetrics(ctx, c.String("metrics-listen"), s)
	if err != nil {
		l.Close()
		return err
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	go func() {
		for {
			select {
			case <-hangup:
				if err := s.Reload(); err != nil {
					p.ui.warn("%v; what was published before is served on", err)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	report := p.serveReport(c)
	report.started(l, metrics, s.Status(), tlsConfig != nil)
	if err := p.stdout.Flush(); err != nil {
		l.Close()
		return fmt.Errorf("writing the answer: %w", err)
	}
	if err := s.Serve(ctx, l); err != nil {
		return err
	}
	return report.stopped()
}

// listen listens on HOST:PORT or unix:PATH.
func listen(address string) (net.Listener, error) {
	network := "tcp"
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	l, err := net.Listen(network, address)
	if network == "unix" && errors.Is(err, syscall.EADDRINUSE) && leftSocket(address) {
		if err = os.Remove(address); err == nil {
			l, err = net.Listen(network, address)
		}
	}
	if err != nil {
		return nil, hint(fmt.Errorf("serve: %w", err), "name another address with --listen or --metrics-listen, or stop what uses it")
	}
	return l, nil
}

// leftSocket reports whether a path is a socket that nobody listens on, as a server
// leaves that was killed.
func leftSocket(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != os.ModeSocket {
		return false
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		c.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// serveMetrics answers /metrics on a listener of its own, until the context ends.
func serveMetrics(ctx context.Context, address string, s *serve.Server) (at string, err error) {
	if address == "" {
		return "", nil
	}
	l, err := listen(address)
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.Metrics())
	hs := &http.Server{
		Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would name addresses
	}
	go hs.Serve(l)
	context.AfterFunc(ctx, func() { hs.Close() })
	return l.Addr().String(), nil
}

// serveReport says where the server is, and that it stopped.
type serveReport struct {
	w    io.Writer
	json *jsonLines // nil: text
}

func (p *program) serveReport(c *cli.Context) *serveReport {
	r := &serveReport{w: p.stdout}
	if c.Bool("json") {
		r.json = p.jsonLines("serve")
	}
	return r
}

func (r *serveReport) started(l net.Listener, metrics string, st serve.Status, tls bool) {
	url := "http://" + l.Addr().String()
	switch {
	case l.Addr().Network() == "unix":
		url = "unix:" + l.Addr().String()
	case tls:
		url = "https://" + l.Addr().String()
	}
	if r.json != nil {
		line := fields{"type": "serving", "url": url, "seq": st.Seq, "expires": st.Expires, "jurisdictions": st.Jurisdictions, "page_files": st.Files}
		if metrics != "" {
			line["metrics"] = "http://" + metrics + "/metrics"
		}
		r.json.write(line)
		return
	}
	fmt.Fprintf(r.w, "serving:  %s\nmanifest: number %d, until %s, %d jurisdictions\n", url, st.Seq, st.Expires.Format("2006-01-02 15:04 MST"), st.Jurisdictions)
	if metrics != "" {
		fmt.Fprintf(r.w, "metrics:  http://%s/metrics\n", metrics)
	}
}

func (r *serveReport) stopped() error {
	if r.json != nil {
		return r.json.done(fields{})
	}
	_, err := fmt.Fprintln(r.w, "stopped")
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/urfave/cli/v2"

	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/remote"
)

// serverFlags are the flags of commands that ask a server.
func serverFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "server", Usage: "ask the server at this `URL`, which cannot see who is asked for"},
		&cli.StringFlag{Name: "trust", Usage: "the server's operator has this `KEY` (its text, or a file); kept, in place of one trusted before", DefaultText: "the key kept, or asked for at first use"},
	}
}

// operator is a server, with the key of its operator and what is kept of it here.
type operator struct {
	transport *remote.Transport
	key       *lookup.TrustedKey
	cache     *remote.Cache
	client    *lookup.Client
	read      atomic.Int64 // bytes of files
	mu        sync.Mutex   // held while progress is shown
}

// openOperator opens the server of --server: decides which key is trusted, and
// opens what is kept of it.
func (p *program) openOperator(c *cli.Context) (*operator, error) {
	if err := p.noIndexFlags(c); err != nil {
		return nil, err
	}
	config, cache, err := p.serverDirs()
	if err != nil {
		return nil, err
	}
	o := &operator{}
	if o.transport, err = remote.NewTransport(c.String("server")); err != nil {
		return nil, hint(fmt.Errorf("--server: %w", err), "write it as https://lookup.example.org")
	}
	if o.key, err = p.trustedKey(c, o.transport, remote.NewTrustStore(filepath.Join(config, "trust"))); err != nil {
		return nil, err
	}
	name := strings.ReplaceAll(o.key.Fingerprint(), " ", "")
	o.cache, err = remote.OpenCache(c.Context, filepath.Join(cache, name), filepath.Join(config, "operators", name+".json"), func() {
		p.ui.note("waiting for another rollcheck that asks this server")
	})
	if err != nil {
		return nil, err
	}
	o.transport.Cache = o.cache
	o.transport.OnRead = func(n int) { o.read.Add(int64(n)) }
	if o.client, err = lookup.New(o.key, o.transport, o.cache); err != nil {
		o.cache.Close()
		return nil, o.explain(c.Context, err)
	}
	return o, nil
}

func (o *operator) close() { o.cache.Close() }

// noIndexFlags refuses the flags of an index, which has no part in it.
func (p *program) noIndexFlags(c *cli.Context) error {
	for _, flag := range []string{"index", "key-file", "passphrase-file"} {
		if c.String(flag) != "" {
			return hint(fmt.Errorf("--%s has no meaning beside --server: no index here is asked", flag), "leave one of the two out")
		}
	}
	return nil
}

// serverDirs returns the directory of what has to be kept of servers, and that of
// what may be deleted.
func (p *program) serverDirs() (config, cache string, err error) {
	dir := func(variable, below string) string {
		if d, ok := p.env(variable); ok && filepath.IsAbs(d) {
			return filepath.Join(d, "rollcheck")
		}
		if home := p.home(); home != "" {
			return filepath.Join(home, below, "rollcheck")
		}
		return ""
	}
	config, cache = dir("XDG_CONFIG_HOME", ".config"), dir("XDG_CACHE_HOME", ".cache")
	if config == "" || cache == "" {
		return "", "", hint(errors.New("no directory for what is kept of servers is known"), "set HOME")
	}
	return config, cache, nil
}

// trustedKey returns the key of the server's operator: that of --trust, that which
// was kept, or at first use the one the server gives, if a person says so.
func (p *program) trustedKey(c *cli.Context, t *remote.Transport, store *remote.TrustStore) (*lookup.TrustedKey, error) {
	kept, err := store.Key(t.Address())
	if err != nil {
		return nil, hint(err, "if you are sure of the operator's key, remove that file and give the key with --trust")
	}
	if given := c.String("trust"); given != "" {
		key, err := readTrust(given)
		if err != nil {
			return nil, err
		}
		if kept != nil && kept.String() != key.String() {
			p.ui.warn("the key trusted of this server was %s (%s); from now on it is %s (%s)", kept.Fingerprint(), kept.Name(), key.Fingerprint(), key.Name())
		}
		if kept == nil || kept.String() != key.String() {
			err = store.Trust(t.Address(), key)
		}
		return key, err
	}
	if kept != nil {
		return kept, nil
	}
	key, err := t.FetchKey(c.Context)
	if err != nil {
		return nil, explainServer(err)
	}
	if err := p.confirmKey(c, t.Address(), key); err != nil {
		return nil, err
	}
	return key, store.Trust(t.Address(), key)
}

const keyLooks = `a key looks like "lookup.example.org+983916de+AbS4..."; its operator publishes it`

// readTrust reads a key from a flag, or from the file that it names.
func readTrust(given string) (*lookup.TrustedKey, error) {
	key, err := lookup.ParseKey(given)
	if err == nil {
		return key, nil
	}
	const most = 4 << 10
	if info, serr := os.Stat(given); serr == nil && info.Mode().IsRegular() && info.Size() <= most {
		b, err := os.ReadFile(given)
		if err != nil {
			return nil, fmt.Errorf("--trust: %w", err)
		}
		if key, err = lookup.ParseKey(string(b)); err != nil {
			return nil, hint(fmt.Errorf("--trust: %q: %w", given, err), keyLooks)
		}
		return key, nil
	}
	return nil, hint(fmt.Errorf("--trust: it is no file, and %w", err), keyLooks)
}

// unpublished is what to do about a fingerprint that stands nowhere. The details are
// blinded whoever answers; what a false server can do is to give false answers.
const unpublished = "If it is published nowhere, ask the operator for it in another way, such as by telephone, or have somebody on another network " +
	"see whether they are shown the same; trusted unseen, a false server could tell you anything, but not learn more of you than the true one"

// confirmKey shows the key of a server that was never asked before, and asks
// whether it is its operator's.
func (p *program) confirmKey(c *cli.Context, address string, key *lookup.TrustedKey) error {
	untrusted := fmt.Errorf("the server %s is asked for the first time, and nobody has said that its key is its operator's: %s, fingerprint %s",
		address, key.Name(), key.Fingerprint())
	get := fmt.Sprintf("look for the fingerprint where the operator publishes it, elsewhere than on this server; if it is this one, give --trust %s. %s", key, unpublished)
	t, err := p.interactive(c)
	if err != nil {
		return hint(untrusted, get)
	}
	defer t.Close()
	t.say(fmt.Sprintf("The server %s is asked for the first time.\nIts operator: %s\nFingerprint:  %s\n"+
		"Compare it with the one that the operator publishes elsewhere. Whoever has this key decides what you are told.\n%s.\n",
		address, key.Name(), key.Fingerprint(), unpublished))
	yes, err := t.confirm("Trust this key from now on?")
	if err == nil && !yes {
		err = hint(errors.New("the key is not trusted, and nothing was asked"), get)
	}
	return err
}

// askRemotely asks for one person's details on the terminal, when a server is to be
// asked: not for those by which nobody is found there, and for every state.
func (p *program) askRemotely(ctx context.Context) (exposure.Decoder, error) {
	t, err := openTerminal(ctx)
	if err != nil {
		return nil, hint(errors.New("check: there is no terminal to ask on"), "give people with --input FILE, or --input - for standard input")
	}
	defer t.Close()
	t.say("What you type stays on this machine and is not stored. The server is asked in a way that hides it; it learns\n" +
		"the states you name. Press Enter to skip a question; the more you answer, the surer the result.\n")
	var asked []question
	for _, q := range questions {
		switch q.field {
		case "address", "phone", "email":
		case "state":
			asked = append(asked, q, question{"former_state", "Other states you were registered in, separated by commas",
				func(p *exposure.Person, s string) { p.FormerState = listed(s) }, "Those are not all states: write their names or two letters, such as FL, GA."})
		default:
			asked = append(asked, q)
		}
	}
	person, err := t.person(asked)
	for n := 0; err == nil && len(person.Jurisdictions()) == 0 && n < tries; n++ {
		t.say("A server is asked for the states you were registered in only: name one.\n")
		err = t.detail(person, questionOf("state"))
	}
	if err != nil {
		return nil, err
	}
	if len(person.Jurisdictions()) == 0 {
		return nil, hint(errors.New("check: no state was named, and a server is asked for the states you were registered in only; nothing was asked"),
			"begin again, and name the state where you are registered, or were last, such as Florida or FL")
	}
	return exposure.People(*person), nil
}

// interactive opens the terminal if somebody sits before it who expects to be
// asked: who gives people in a file and reads no messages does not.
func (p *program) interactive(c *cli.Context) (*terminal, error) {
	if c.String("input") != "" && !p.ui.terminal {
		return nil, errors.New("nobody to ask")
	}
	return openTerminal(c.Context)
}

// explain adds to an error of the server what to do about it.
func (o *operator) explain(ctx context.Context, err error) error {
	var refused *lookup.Refused
	switch {
	case errors.Is(err, lookup.ErrMemory):
		return hint(err, fmt.Sprintf("remove %q to start anew; the next manifest is then taken as it comes, and which buckets were asked is forgotten", o.cache.Memory()))
	case errors.Is(err, lookup.ErrKey):
		return o.explainKey(ctx, err)
	case errors.As(err, &refused):
		return hint(err, refused.Do)
	case errors.Is(err, lookup.ErrBudget):
		return hint(err, "nothing was found out; ask again then")
	}
	return explainServer(err)
}

// explainServer adds to an error of a request what it may mean and what to do.
func explainServer(err error) error {
	var none *remote.NoAnswer
	switch {
	case errors.As(err, &none):
		return hint(err, none.Do())
	case errors.Is(err, remote.ErrTooSlow):
		return hint(err, "the server or the line is too slow, or somebody holds the file back: what came is kept, so run it again to go on, or ask by --mode bucket, which downloads less")
	case errors.Is(err, remote.ErrNoServer):
		return hint(err, "check the address; it is the one under which /v1/manifest is found")
	case errors.Is(err, remote.ErrGone):
		return hint(err, "ask again: the server has published since")
	case errors.Is(err, remote.ErrTooLong):
		return hint(err, "it is not what was published, and nothing of it was used: try again; if it stays so, do not use this server")
	}
	return err
}

// explainKey says of a manifest that another key signed, which was expected and
// which the server gives now.
func (o *operator) explainKey(ctx context.Context, err error) error {
	expected := fmt.Sprintf("the key trusted of this server is %s (%s)", o.key.Fingerprint(), o.key.Name())
	now, kerr := o.transport.FetchKey(ctx)
	if kerr != nil || now.String() == o.key.String() {
		return hint(fmt.Errorf("%w; %s", err, expected), "somebody else may be answering in the server's place: try again, from another network; do not use this server while it stays so")
	}
	return hint(fmt.Errorf("%w; %s, it now gives %s (%s)", err, expected, now.Fingerprint(), now.Name()),
		"somebody else may be answering in the server's place, or its operator has a new key: compare the new fingerprint with one that the operator publishes "+
			"elsewhere, and only if it is the same give --trust "+now.String())
}

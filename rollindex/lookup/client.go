package lookup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf"
)

// Transport carries bytes between a client and a server or its mirrors. It is
// safe for concurrent use. It need not be trusted: all it brings is verified.
type Transport interface {
	// Get returns what the server has at a path ("/v1/manifest"), never with a
	// range or a query. A body of more than limit bytes is an error before it is
	// read whole.
	Get(ctx context.Context, path string, limit int64) ([]byte, error)
	// Evaluate posts a body of [RequestSize] bytes to [EvaluatePath] and returns
	// the answer, of no more than [ResponseSize] bytes. A budget used up is a
	// [BudgetError], a key the server does not know [ErrStale].
	Evaluate(ctx context.Context, body []byte) ([]byte, error)
}

// Client asks one operator. It is safe for concurrent use.
type Client struct {
	key       *TrustedKey
	transport Transport
	cache     Cache
	now       func() time.Time

	mu     sync.Mutex
	memory *memory
}

// New returns a client that trusts the key. The cache is of this operator alone;
// what it remembers is read at once.
func New(key *TrustedKey, t Transport, c Cache) (*Client, error) {
	m, err := recall(c, key)
	if err != nil {
		return nil, err
	}
	return &Client{key: key, transport: t, cache: c, now: time.Now, memory: m}, nil
}

// Offer is what an operator publishes of some jurisdictions, verified and not
// yet asked.
type Offer struct {
	Manifest *Manifest
	Missing  []string // jurisdictions named of which nothing is published: their records, if any, are elsewhere

	client   *Client
	places   []place
	datasets []hashing.DatasetInfo // by id
	masks    []hashing.Mask        // of datasets
	entries  []*hashing.ServedEntries
}

// place is a jurisdiction with what is asked of it.
type place struct {
	name    string
	id      uint16
	key     *voprf.PublicKey
	list    *List          // nil: the operator has a key and no list
	numbers map[int]uint16 // of the list's datasets, by index in Offer.datasets
	indexes map[string]int // in Offer.datasets, by id
}

// Open fetches and verifies the manifest and the lists of the jurisdictions and
// of [hashing.NoJurisdiction]. The operator learns which jurisdictions they are. What was
// not published by the trusted key, is old, or does not fit together is a
// [Refused].
func (c *Client) Open(ctx context.Context, jurisdictions ...string) (*Offer, error) {
	for _, j := range jurisdictions {
		if !ValidJurisdiction(j) {
			return nil, fmt.Errorf("%q is no jurisdiction (such as US-FL)", j)
		}
	}
	m, err := c.manifest(ctx)
	if err != nil {
		return nil, err
	}
	o := &Offer{Manifest: m, client: c}
	names := append(slices.Clone(jurisdictions), hashing.NoJurisdiction)
	slices.Sort(names)
	for _, j := range slices.Compact(names) {
		k := m.key(j)
		if k == nil {
			if j != hashing.NoJurisdiction {
				o.Missing = append(o.Missing, j)
			}
			continue
		}
		pk, err := voprf.ParsePublicKey(k.PublicKey[:])
		if err != nil {
			return nil, refuse("the manifest", fmt.Errorf("%w: the key of %s: %w", ErrFormat, j, err))
		}
		o.places = append(o.places, place{name: j, id: k.ID, key: pk})
	}
	err = each(ctx, len(o.places), func(i int) (err error) {
		if ref := m.list(o.places[i].name); ref != nil {
			o.places[i].list, err = c.list(ctx, ref)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := o.join(); err != nil {
		return nil, err
	}
	return o, nil
}

// manifest fetches, verifies and remembers the manifest.
func (c *Client) manifest(ctx context.Context) (*Manifest, error) {
	b, err := c.transport.Get(ctx, ManifestPath, MaxManifest)
	if err != nil {
		return nil, fmt.Errorf("fetching the manifest: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := Verify(b, c.key, c.now(), c.memory.Seq)
	if err != nil {
		return nil, err
	}
	if err := c.memory.saw(m); err != nil {
		return nil, refuse("the manifest", err)
	}
	return m, c.memory.keep(c.cache)
}

func (c *Client) list(ctx context.Context, ref *ListRef) (*List, error) {
	what := "the list of " + ref.Jurisdiction
	b, err := c.file(ctx, what, ListPath(ref.SHA256), ref.SHA256, MaxList)
	if err != nil {
		return nil, err
	}
	l, err := DecodeList(b, ref.Jurisdiction)
	return l, refuse(what, err)
}

// file returns a file named by its hash, from the cache or the server. One that
// was damaged in the cache is fetched again.
func (c *Client) file(ctx context.Context, what, path string, hash Hash32, limit int64) ([]byte, error) {
	b, err := c.cache.Get(hash)
	if err != nil {
		return nil, fmt.Errorf("reading %s from the cache: %w", what, err)
	}
	if b != nil && sha256.Sum256(b) == hash {
		return b, nil
	}
	b, err = c.transport.Get(ctx, path, limit)
	if err != nil {
		return nil, fmt.Errorf("fetching %s: %w", what, err)
	}
	if sha256.Sum256(b) != hash {
		return nil, refuse(what, ErrFile)
	}
	if err := c.cache.Put(hash, b); err != nil {
		return nil, fmt.Errorf("keeping %s: %w", what, err)
	}
	return b, nil
}

// join gathers the datasets of all lists. A dataset in two lists is the same in
// both, but for its number: else it would depend on the order of the lists what
// an answer says was searched.
func (o *Offer) join() error {
	byID := make(map[string]*Dataset)
	for i := range o.places {
		if o.places[i].list == nil {
			continue
		}
		for j := range o.places[i].list.Datasets {
			d := &o.places[i].list.Datasets[j]
			if before := byID[d.ID]; before != nil && !before.same(d) {
				return refuse("the list of "+o.places[i].name, fmt.Errorf("%w: dataset %q is described otherwise in another list", ErrList, d.ID))
			}
			byID[d.ID] = d
		}
	}
	index := make(map[string]int)
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		index[id] = len(o.datasets)
		o.datasets = append(o.datasets, byID[id].Info())
		o.masks = append(o.masks, byID[id].mask())
		o.entries = append(o.entries, hashing.NewServedEntries(id, byID[id].Generation))
	}
	for i := range o.places {
		p := &o.places[i]
		p.indexes, p.numbers = index, make(map[int]uint16)
		if p.list == nil {
			continue
		}
		for _, d := range p.list.Datasets {
			p.numbers[index[d.ID]] = d.Number
		}
	}
	return nil
}

// Datasets returns what can be asked about, by id: the datasets that hold
// records of the jurisdictions, or some that no jurisdiction is known of.
func (o *Offer) Datasets() []hashing.DatasetInfo { return o.datasets }

// Jurisdictions returns those that are asked, sorted, [hashing.NoJurisdiction] among them.
func (o *Offer) Jurisdictions() []string {
	var names []string
	for _, p := range o.places {
		names = append(names, p.name)
	}
	return names
}

// atOnce is how many requests a client has under way.
const atOnce = 4

// each calls do for 0 to n-1, several at once, and returns the first error.
func each(ctx context.Context, n int, do func(i int) error) error {
	errs := make([]error, n)
	tokens := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for i := range n {
		tokens <- struct{}{}
		if errs[i] = ctx.Err(); errs[i] != nil {
			<-tokens
			break
		}
		running.Go(func() {
			errs[i] = do(i)
			<-tokens
		})
	}
	running.Wait()
	return firstOf(errs)
}

func firstOf(errs []error) error {
	i := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if i < 0 {
		return nil
	}
	return errs[i]
}

// budgetOf returns the BudgetError in err, nil if it is something else.
func budgetOf(err error) *BudgetError {
	var b *BudgetError
	if errors.As(err, &b) {
		return b
	}
	return nil
}

// refuseStale returns an error of an evaluation, as a Refused when there is
// something to do about it.
func refuseStale(what string, err error) error {
	if errors.Is(err, ErrStale) {
		return refuse(what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

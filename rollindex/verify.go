package rollindex

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"rollcheck/hashing"
)

// Health is what [Index.Verify] found of one dataset.
type Health struct {
	ID          string   `json:"id"`
	Tags        int64    `json:"tags"`         // entries read and checked
	Pages       int64    `json:"pages"`        // pages read and checked
	PageBytes   int64    `json:"page_bytes"`   // bytes of the file that pages take, each a leaf of 4,096
	FilterBytes int64    `json:"filter_bytes"` // bytes of the filter's shards
	FilterError float64  `json:"filter_error"` // share of random absent tags that pass the filter
	FilterTried int      `json:"filter_tried"` // random tags tried for that
	Suppressed  int64    `json:"suppressed"`   // entries of people who asked to be left out
	Problems    []string `json:"problems"`     // what is wrong, empty if nothing
}

// Verify reads every byte of every dataset and checks it: seal, MACs, ranges,
// order, counts, the digest, the filter against the pages, and that the entries of
// people who asked to be left out are those of the list; and it measures
// the filter's error rate on random tags. progress, which may be nil, gets
// bytes read of bytes in all. The error is the context's.
func (ix *Index) Verify(ctx context.Context, progress func(done, total int64)) ([]Health, error) {
	var total, done int64
	for i := range ix.cat.datasets {
		total += ix.cat.datasets[i].size
	}
	healths := []Health{}
	for i := range ix.cat.datasets {
		l := &ix.cat.datasets[i]
		h := Health{ID: l.info.ID, Problems: []string{}}
		v := &verifier{l: l, health: &h, progress: func(n int64) {
			if progress != nil {
				progress(min(done+n, total), total)
			}
		}}
		if err := v.run(ctx, ix); errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return healths, err
		} else if err != nil {
			h.Problems = append(h.Problems, err.Error())
		}
		done += l.size
		healths = append(healths, h)
	}
	return healths, nil
}

type verifier struct {
	l        *listed
	health   *Health
	progress func(int64)
	d        *dataset
	withheld map[hashing.Tag]struct{}
}

func (v *verifier) run(ctx context.Context, ix *Index) error {
	path := filepath.Join(ix.dir, v.l.file)
	if err := checkListed(path, v.l); err != nil {
		return err
	}
	if err := v.seal(path); err != nil {
		v.health.Problems = append(v.health.Problems, err.Error()) // and find out where
	}
	d, err := ix.dataset(v.l)
	if err != nil {
		return err
	}
	v.d, v.withheld = d, ix.withheld(&v.l.info)
	if err := d.loadFilter(); err != nil {
		v.health.Problems = append(v.health.Problems, err.Error())
	}
	if err := v.pages(ctx); err != nil {
		return err
	}
	return v.filter()
}

func (v *verifier) seal(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := fileSeal(f, v.l.size)
	if err != nil {
		return fmt.Errorf("%w: reading %s: %w", ErrDamaged, v.l.file, err)
	}
	if got != v.l.seal {
		return fmt.Errorf("%w: the bytes of %s do not match its seal", ErrDamaged, v.l.file)
	}
	return nil
}

// pages walks all pages; together they must hold what was counted and digested.
func (v *verifier) pages(ctx context.Context) error {
	sum := sha256.New()
	all, err := v.d.eachPage(ctx, func(p *page, blob []byte) error {
		if v.health.Pages%256 == 0 {
			v.progress(v.health.Pages * 4096)
		}
		if err := v.page(p); err != nil {
			return fmt.Errorf("page %d: %w", pageID(p.first), err)
		}
		sum.Write(blob)
		v.health.Pages++
		v.health.PageBytes += 4096
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", v.l.file, err)
	case !all:
		return fmt.Errorf("%w: %s: the last pages are missing", ErrDamaged, v.l.file)
	case v.health.Tags != v.l.info.Tags:
		return fmt.Errorf("%w: %s holds %d entries, not %d", ErrDamaged, v.l.file, v.health.Tags, v.l.info.Tags)
	case v.health.Suppressed != int64(len(v.withheld)):
		return fmt.Errorf("%w: %s holds %d of the %d entries that are suppressed in it", ErrDamaged, v.l.file, v.health.Suppressed, len(v.withheld))
	case digest(&v.l.info, sum.Sum(nil)) != v.l.info.Digest:
		return fmt.Errorf("%w: %s: the digest %s... does not match", ErrDamaged, v.l.file, hex.EncodeToString(sum.Sum(nil)[:4]))
	}
	return nil
}

func (v *verifier) page(p *page) error {
	for i := range p.len() {
		t := p.tag(i)
		if !p.covers(t) || i > 0 && p.tag(i-1) >= t {
			return fmt.Errorf("%w: its entries are out of order", ErrDamaged)
		}
		if _, is := v.withheld[t]; is {
			v.health.Suppressed++
		}
		if v.d.filter != nil && !v.d.mayHold(t) {
			return fmt.Errorf("%w: the filter denies an entry", ErrDamaged)
		}
		if p.size == servedEntry {
			if _, section := p.place(i); !hasSection(&v.l.info, section) {
				return fmt.Errorf("%w: an entry of no section of the dataset", ErrDamaged)
			}
		}
	}
	v.health.Tags += int64(p.len())
	return nil
}

// filter measures the filter's error rate. Random tags are absent but for one
// in 2^64 / entries.
func (v *verifier) filter() error {
	if v.d.filter == nil {
		return nil
	}
	for _, s := range v.d.filter {
		v.health.FilterBytes += int64(filterHead + macSize + s.m/8)
	}
	const tries = 1_000_000
	passed := 0
	for range tries {
		if v.d.mayHold(hashing.Tag(rand.Uint64())) {
			passed++
		}
	}
	v.health.FilterTried, v.health.FilterError = tries, float64(passed)/tries
	if v.health.FilterError > 2*filterError {
		return fmt.Errorf("%w: the filter lets %.2g of absent tags pass, not %.2g", ErrDamaged, v.health.FilterError, filterError)
	}
	return nil
}

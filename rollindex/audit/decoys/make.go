package decoys

import (
	"bufio"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex/voterfile"
)

// MakeOptions say which copy to mark and how.
type MakeOptions struct {
	File      string
	Layout    *layouts.Layout // nil: detect it
	AsOf      hashing.Date    // when its data was taken, if known
	Recipient string
	Count     int    // decoys in the copy, about so many in the shared mode: half from the pool
	Seed      uint64 // another seed, other decoys
	Shared    bool   // besides the recipient's own, those of a pool that copies share
	Colluders int    // that the pool is made for; 0 is 2
	Again     bool   // mark a second copy for a recipient who has one of this file
	Out       string // of the marked copy; a file that is there is replaced
	Date      time.Time
	Jobs      int
	Progress  func(done, total, rows int64)

	controls int // 0 is numControls
}

// Made says what was made. It holds no decoy.
type Made struct {
	Release   string // SHA-256 of the file as it was
	Rows      int64  // of the marked copy
	SHA256    string // of the marked copy
	Owned     int    // decoys that only this copy has
	Carried   int    // of the pool
	Pool      int
	Controls  int // of the release
	Colluders int // that the pool is for
	Counties  int // that decoys were spread over
	Unpacked  bool
	Date      string
}

// Planted is how many decoys are in the copy.
func (m *Made) Planted() int { return m.Owned + m.Carried }

// Limits of [MakeOptions].
const (
	LeastCount = 2
	MostCount  = 100_000
)

// numControls is how many controls a release has, if its roll lets so many be made:
// with 130 decoys planted and 20 copies, two hits and no control's then come to
// 0.0008 (see [Judge]).
const numControls = 20_000

// What speaks against a copy, for errors.Is.
var (
	// ErrOptions: they are out of range, or do not go with what is registered.
	ErrOptions = errors.New("no such copy can be made")
	// ErrRecipient: the recipient has a copy of this file.
	ErrRecipient = errors.New("the recipient has a marked copy of this file already")
	// ErrMarked: the file is a marked copy itself, or made of one. Whoever leaked a copy
	// of it would leak decoys of somebody else's.
	ErrMarked = errors.New("the file has decoys of the register in it, and a copy is marked of a roll that has none")
	// ErrTooFew: the roll does not let so many decoys be made.
	ErrTooFew = errors.New("so many decoys cannot be made for this roll")
)

// Make writes a marked copy of a roll and registers its decoys: the register is saved
// before the copy gets its name, so that no copy is about whose decoys are not in it.
// The roll is read twice. The same register, options and roll give the same copy, with any
// number of jobs.
func Make(ctx context.Context, r *Register, opts MakeOptions) (*Made, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	info, err := os.Stat(opts.File)
	if err != nil {
		return nil, fmt.Errorf("reading the roll: %w", err)
	}
	src, err := voterfile.Open(ctx, []string{opts.File}, voterfile.Options{Layout: opts.Layout, AsOf: opts.AsOf})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	member, err := oneText(src)
	if err != nil {
		return nil, err
	}
	s := newSurvey(src, r.seed("hosts", opts), opts.Count)
	s.screen = r.Screen()
	skips, err := s.read(ctx, src, member, opts)
	if err != nil {
		return nil, err
	}
	if s.decoys >= leastHits { // one may be a namesake
		return nil, fmt.Errorf("%w: %d", ErrMarked, s.decoys)
	}
	m := &marking{Register: r, opts: opts, src: src, member: member, info: info}
	m.columns = src.Members()[member].Match.Columns()
	if err := m.plan(s, skips.Rows); err != nil {
		return nil, err
	}
	return m.write(ctx, skips.Rows)
}

func (o *MakeOptions) check() error {
	switch {
	case o.Recipient == "" || len(o.Recipient) > 200:
		return fmt.Errorf("%w: a recipient's name has 1 to 200 bytes", ErrOptions)
	case o.Count < LeastCount || o.Count > MostCount:
		return fmt.Errorf("%w: %d decoys; it takes %d to %d", ErrOptions, o.Count, LeastCount, MostCount)
	case o.Shared && o.Colluders == 0:
		o.Colluders = 2
	case o.Shared && (o.Colluders < 2 || o.Colluders > MaxColluders):
		return fmt.Errorf("%w: a pool is made for 2 to %d colluders, not %d", ErrOptions, MaxColluders, o.Colluders)
	}
	return nil
}

// oneText returns the member of a file that is one text.
func oneText(src *voterfile.Source) (int, error) {
	all := src.Members()
	if len(all) > 1 {
		return 0, &voterfile.Error{File: all[0].Name, Problem: "is one of several files in an archive, and a copy is marked of one", Hint: "unpack the archive and mark each file by itself", Err: ErrOptions}
	}
	text, _, err := src.Text(0)
	if err != nil {
		return 0, err
	}
	return 0, text.Close()
}

// seed returns bytes that depend on the register's key and what is made.
func (r *Register) seed(purpose string, opts MakeOptions) [32]byte {
	mac := hmac.New(sha256.New, r.derive("draw", 32))
	mac.Write(binary.BigEndian.AppendUint64([]byte(purpose+"\x00"), opts.Seed))
	mac.Write([]byte(opts.Recipient))
	return [32]byte(mac.Sum(nil))
}

func newSurvey(src *voterfile.Source, seed [32]byte, count int) *survey {
	_, size := src.Progress()
	rows := size / 40 // shorter rows are rare, and packed ones shorter still
	word := func(i int) uint64 { return binary.BigEndian.Uint64(seed[8*i:]) }
	return &survey{
		key: word(0), count: count, pool: map[string]*stratum{},
		names: newBitSet(rows, word(1)), ids: newBitSet(rows, word(2)), addresses: newBitSet(rows, word(3)),
	}
}

// read reads the whole roll once.
func (s *survey) read(ctx context.Context, src *voterfile.Source, member int, opts MakeOptions) (voterfile.Skips, error) {
	columns := src.Members()[member].Match.Columns()
	var rows atomic.Int64
	var all []*surveyor
	skips, err := src.Each(ctx, opts.Jobs, func() voterfile.Visitor {
		v := s.newSurveyor(&rows, columns)
		all = append(all, v)
		return v
	}, func() {
		if opts.Progress != nil {
			done, total := src.Progress()
			opts.Progress(done, 2*total, rows.Load())
		}
	})
	if err == nil {
		s.merge(all)
	}
	return skips, err
}

// marking is the work on one copy.
type marking struct {
	*Register
	opts    MakeOptions
	src     *voterfile.Source
	info    os.FileInfo // of the file before it was read
	member  int
	columns []voterfile.Column
	release *Release
	owned   []planned
	rows    []planned // to be written: the recipient's own and those it carries of the pool
	made    Made
}

// plan makes the decoys.
func (m *marking) plan(s *survey, rows int64) error {
	sum := m.src.Sources()[0].SHA256
	m.release = m.Register.release(sum)
	if m.release == nil {
		m.Releases = append(m.Releases, Release{SHA256: sum, File: filepath.Base(m.opts.File), Rows: rows})
		m.release = &m.Releases[len(m.Releases)-1]
	}
	if err := m.fits(); err != nil {
		return err
	}
	rng := rand.New(rand.NewChaCha8(m.seed("decoys "+sum, m.opts)))
	n := newInventor(s, rng, m.columns, m.src.NewParser(), m.Register)
	for i := range m.release.Pool {
		n.hosts[m.release.Pool[i].End] = true
	}
	if m.opts.Shared && len(m.release.Pool) == 0 {
		pool := n.make(m.opts.Count, true)
		if err := m.enough(len(pool), m.opts.Count); err != nil {
			return err
		}
		biases := Biases(m.opts.Colluders)
		for _, p := range pool {
			m.release.Pool = append(m.release.Pool, Shared{p.Decoy, drawBias(biases, rng), p.row, p.end})
		}
		m.release.Colluders = m.opts.Colluders
	}
	count := m.opts.Count
	if m.opts.Shared {
		count = max(count/2, LeastCount)
		for j, has := range m.carried(m.release, m.opts.Recipient) {
			if d := &m.release.Pool[j]; has {
				m.rows = append(m.rows, planned{d.Decoy, d.Row, d.End})
			}
		}
	}
	m.made.Carried = len(m.rows)
	m.owned = n.make(count, true)
	if err := m.enough(len(m.owned), count); err != nil {
		return err
	}
	m.rows = append(m.rows, m.owned...)
	if len(m.release.Controls) == 0 {
		for _, p := range n.make(cmp.Or(m.opts.controls, numControls), false) {
			m.release.Controls = append(m.release.Controls, p.Decoy)
		}
	}
	m.made.Counties = len(n.strata)
	return nil
}

// fits checks what is asked for against what is registered of the release.
func (m *marking) fits() error {
	for i := range m.release.Copies {
		if c := &m.release.Copies[i]; c.Recipient == m.opts.Recipient && !m.opts.Again {
			return fmt.Errorf("%w: %s, of %s", ErrRecipient, c.Recipient, c.Date)
		}
	}
	if p := len(m.release.Pool); m.opts.Shared && p > 0 && (p != m.opts.Count || m.release.Colluders != m.opts.Colluders) {
		return fmt.Errorf("%w: the pool of this file has %d decoys against %d colluders, and all copies share it", ErrOptions, p, m.release.Colluders)
	}
	return nil
}

func (m *marking) enough(made, wanted int) error {
	if made < wanted {
		return fmt.Errorf("%w: %d of %d", ErrTooFew, made, wanted)
	}
	return nil
}

// write writes the copy beside its name, saves the register and gives the copy its
// name.
func (m *marking) write(ctx context.Context, rows int64) (made *Made, err error) {
	f, err := os.CreateTemp(filepath.Dir(m.opts.Out), ".rollcheck-copy-*")
	if err != nil {
		return nil, fmt.Errorf("writing the marked copy: %w", err)
	}
	sum := sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	if err = m.copy(ctx, w); err == nil {
		err = w.Flush()
	}
	if err == nil {
		m.register(hex.EncodeToString(sum.Sum(nil)), rows)
		err = m.Save()
	}
	if err = finish(f, m.opts.Out, err); err != nil {
		return nil, fmt.Errorf("writing the marked copy: %w", err)
	}
	return &m.made, nil
}

// register enters the copy.
func (m *marking) register(sum string, rows int64) {
	date := m.opts.Date
	if date.IsZero() {
		date = time.Now()
	}
	c := Copy{Recipient: m.opts.Recipient, Date: date.UTC().Format(time.DateOnly), SHA256: sum, Rows: rows + int64(len(m.rows)), Shared: m.opts.Shared}
	for _, p := range m.owned {
		c.Owned = append(c.Owned, p.Decoy)
	}
	rel := m.release
	rel.Copies = append(rel.Copies, c)
	m.made.Release, m.made.Rows, m.made.SHA256, m.made.Date = rel.SHA256, c.Rows, sum, c.Date
	m.made.Owned, m.made.Pool, m.made.Controls, m.made.Colluders = len(c.Owned), len(rel.Pool), len(rel.Controls), rel.Colluders
}

// copy writes the text with the decoys in it.
func (m *marking) copy(ctx context.Context, w io.Writer) error {
	text, mark, err := m.src.Text(m.member)
	if err != nil {
		return err
	}
	defer text.Close()
	slices.SortStableFunc(m.rows, func(a, b planned) int { return int(min(max(a.end-b.end, -1), 1)) })
	read := sha256.New()
	_, size := m.src.Progress()
	at := int64(0)
	from := &counted{r: io.TeeReader(text, read), ctx: ctx, tell: func(n int64) {
		if m.opts.Progress != nil {
			m.opts.Progress(size+min(n, size), 2*size, 0)
		}
	}}
	for _, p := range m.rows {
		n, err := io.CopyN(w, from, mark+p.end-at)
		if at += n; err != nil {
			return fmt.Errorf("%w: %w", voterfile.ErrChanged, err)
		}
		if _, err := w.Write(p.row); err != nil {
			return err
		}
	}
	if _, err := io.Copy(w, from); err != nil {
		return err
	}
	info, err := os.Stat(m.opts.File)
	if err != nil || info.Size() != m.info.Size() || !info.ModTime().Equal(m.info.ModTime()) {
		return fmt.Errorf("%w: %q", voterfile.ErrChanged, m.opts.File)
	}
	m.made.Unpacked = hex.EncodeToString(read.Sum(nil)) != m.src.Sources()[0].SHA256
	return nil
}

// counted counts what is read, and ends with the context.
type counted struct {
	r    io.Reader
	ctx  context.Context
	n    int64
	tell func(int64)
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.tell(c.n)
	return n, err
}

package voterfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"rollcheck/data/layouts"
	"rollcheck/hashing"
)

// Options say how files are read.
type Options struct {
	Layout       *layouts.Layout // nil: detect it
	AsOf         hashing.Date    // when the data was taken, if known; birth dates are judged by it
	Jurisdiction string          // "US-FL"; "" is the layout's
	MaxLine      int             // longest line in bytes; 0 is 1 MiB
}

const defaultMaxLine = 1 << 20

func (o Options) withDefaults() Options {
	if o.MaxLine <= 0 {
		o.MaxLine = defaultMaxLine
	}
	return o
}

// Chunk is a piece of a member: whole records, or one line too long to be read.
type Chunk struct {
	Data      []byte
	Member    int   // index into [Source.Members]
	FirstLine int64 // number of the line that Data begins with, from 1

	tooLong bool // stands for the line FirstLine, which was dropped
}

// Member is a file, or a member of an archive, and how it is read.
type Member struct {
	Name    string // made fit to be shown
	Match   Match  // of the layout it is read by; zero if it is left out
	LeftOut string // why it is not read; "" if it is
}

// Source is a set of files that make one dataset. Its methods are for one
// goroutine, but for [Source.Progress].
type Source struct {
	ctx    context.Context
	cancel context.CancelFunc
	opts   Options

	files   []*file
	members []*member
	about   []Member
	plans   []*plan // by member; nil for one left out

	at    int // member being read
	cut   *cutter
	close func() // of the member being read
	size  int    // of a chunk
}

// chunkSize is the size of a chunk, if no line is longer: large enough that
// handing it over costs nothing, small enough that a few of them for each worker
// fit any budget.
const chunkSize = 1 << 20

// Open opens the files and detects the layout of each member. ctx ends the
// reading as well. Members may have different layouts if they are of one
// jurisdiction.
func Open(ctx context.Context, paths []string, opts Options) (*Source, error) {
	s := &Source{opts: opts.withDefaults(), size: chunkSize}
	s.ctx, s.cancel = context.WithCancel(ctx)
	if err := s.open(paths); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Source) open(paths []string) error {
	known, err := candidates(s.opts.Layout)
	if err != nil {
		return err
	}
	for _, path := range paths {
		f, err := openFile(path)
		if err != nil {
			return err
		}
		s.files = append(s.files, f)
		for _, other := range s.files[:len(s.files)-1] {
			if os.SameFile(other.info, f.info) {
				return f.fail("is given twice", "name each file once", errTwice)
			}
		}
		found, err := f.detect(s.ctx, known, s.opts.Layout != nil)
		if err != nil {
			return err
		}
		if err := s.add(f, found); err != nil {
			return err
		}
	}
	if len(s.files) == 0 {
		return errNoFile
	}
	return s.oneJurisdiction()
}

var (
	errTwice  = errors.New("named twice")
	errNoFile = errors.New("no file is named")
)

func (s *Source) add(f *file, found []detected) error {
	read := 0
	for _, d := range found {
		if d.Err != nil {
			return d.Err
		}
		m := Member{Name: d.Name, LeftOut: d.LeftOut}
		var p *plan
		if d.LeftOut == "" {
			m.Match = d.Matches[0]
			p = newPlan(&m.Match, &s.opts)
			read++
		}
		s.members, s.about, s.plans = append(s.members, d.member), append(s.about, m), append(s.plans, p)
	}
	if read == 0 {
		return f.fail("holds no roll"+leftOutList(found), "name the file with the voters in it", ErrEmpty)
	}
	return nil
}

// leftOutList says in a few words what an archive without a roll has instead.
func leftOutList(found []detected) string {
	var why []string
	for _, d := range found[:min(3, len(found))] {
		why = append(why, d.Name+" is "+d.LeftOut)
	}
	if len(why) == 0 {
		return ""
	}
	return ": " + strings.Join(why, "; ")
}

// oneJurisdiction refuses to make one dataset of two states' files: a voter id
// means nothing without its state.
func (s *Source) oneJurisdiction() error {
	first := -1
	for i, p := range s.plans {
		switch {
		case p == nil:
		case first < 0:
			first = i
		case p.jurisdiction != s.plans[first].jurisdiction:
			return s.members[i].fail(fmt.Sprintf("is of %s, while %q is of %s", p.jurisdiction, s.about[first].Name, s.plans[first].jurisdiction),
				"make a dataset of each, or say what both are with --jurisdiction", ErrAmbiguous)
		}
	}
	return nil
}

// Members returns the members in the order they are read, with those left out.
func (s *Source) Members() []Member { return s.about }

// NewParser returns a parser of chunks of s.
func (s *Source) NewParser() *Parser { return newParser(s.plans) }

// Next returns the next chunk, whose data is in buf's storage as far as it
// suffices, and io.EOF after the last.
func (s *Source) Next(buf []byte) (Chunk, error) {
	for {
		if err := s.ctx.Err(); err != nil {
			return Chunk{}, err
		}
		if s.at == len(s.members) {
			return Chunk{}, io.EOF
		}
		if s.plans[s.at] == nil {
			if err := s.endMember(); err != nil {
				return Chunk{}, err
			}
			continue
		}
		if s.cut == nil {
			if err := s.beginMember(); err != nil {
				return Chunk{}, err
			}
		}
		c, err := s.cut.next(buf)
		if err == io.EOF {
			if err := s.endMember(); err != nil {
				return Chunk{}, err
			}
			continue
		}
		if err != nil {
			return Chunk{}, s.members[s.at].failRead(err)
		}
		c.Member = s.at
		return c, nil
	}
}

func (s *Source) beginMember() error {
	m := s.members[s.at]
	if s.firstOfFile() {
		m.file.begin(s.ctx)
	}
	text, closer, err := m.open()
	if err != nil {
		return m.failRead(err)
	}
	s.close = closer
	s.cut = newCutter(text, s.plans[s.at], s.size)
	return nil
}

func (s *Source) endMember() error {
	m := s.members[s.at]
	if s.close != nil {
		s.close()
		s.close, s.cut = nil, nil
	}
	s.at++
	if s.at == len(s.members) || s.members[s.at].file != m.file {
		return m.file.finish()
	}
	return nil
}

// firstOfFile reports whether no member of the current one's file was read yet.
func (s *Source) firstOfFile() bool {
	for i := s.at - 1; i >= 0 && s.members[i].file == s.members[s.at].file; i-- {
		if s.plans[i] != nil {
			return false
		}
	}
	return true
}

// Sources returns the digest and size of each file as given, in the order given.
// It is complete after [Source.Next] returned io.EOF.
func (s *Source) Sources() []hashing.Source {
	var out []hashing.Source
	for _, f := range s.files {
		out = append(out, f.source)
	}
	return out
}

// Progress returns how many bytes of the files as given were read, of how many.
// It may be called from any goroutine.
func (s *Source) Progress() (read, total int64) {
	for _, f := range s.files {
		read += min(f.read.Load(), f.info.Size())
		total += f.info.Size()
	}
	return read, total
}

// Close ends the reading and closes the files.
func (s *Source) Close() error {
	s.cancel()
	if s.close != nil {
		s.close()
		s.close, s.cut = nil, nil
	}
	for _, f := range s.files {
		f.close()
	}
	s.at = len(s.members)
	return nil
}

// cutter cuts a text into chunks of whole records. Where it cuts depends on the
// text alone: it always fills a chunk to its size before it looks for the end of
// the last record in it.
type cutter struct {
	r    io.Reader
	plan *plan
	size int
	line int64  // number of the next line
	rest []byte // read, but behind the last cut
	eof  bool
	look Parser // to see whether a line begins a record of several
}

func newCutter(r io.Reader, p *plan, size int) *cutter {
	return &cutter{r: r, plan: p, size: size, line: 1}
}

// next returns the next chunk or io.EOF.
func (c *cutter) next(buf []byte) (Chunk, error) {
	buf = append(buf[:0], c.rest...)
	for want := c.size; ; want = min(2*want, c.limit()) {
		var err error
		if buf, err = c.fill(buf, want); err != nil {
			return Chunk{}, err
		}
		if len(buf) == 0 {
			return Chunk{}, io.EOF
		}
		end := c.recordsEnd(buf, want >= c.limit())
		if end > 0 {
			return c.chunk(buf, end), nil
		}
		if want >= c.limit() {
			return c.drop(buf)
		}
	}
}

// limit is how far a chunk may grow to hold a record.
func (c *cutter) limit() int { return max(c.size, c.plan.maxLine+2, maxJoinBytes) }

// fill reads until buf has want bytes or the text ends.
func (c *cutter) fill(buf []byte, want int) ([]byte, error) {
	if c.eof || len(buf) >= want {
		return buf, nil
	}
	have := len(buf)
	if cap(buf) < want {
		grown := make([]byte, have, want)
		copy(grown, buf)
		buf = grown
	}
	n, err := io.ReadFull(c.r, buf[have:want])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		c.eof, err = true, nil
	}
	return buf[:have+n], err
}

// chunk returns the data up to end as a chunk and keeps the rest.
func (c *cutter) chunk(buf []byte, end int) Chunk {
	c.rest = append(c.rest[:0], buf[end:]...)
	out := Chunk{Data: buf[:end], FirstLine: c.line}
	c.line += int64(bytes.Count(out.Data, []byte{'\n'}))
	return out
}

// drop passes over a line that is too long, keeping none of it.
func (c *cutter) drop(buf []byte) (Chunk, error) {
	out := Chunk{Data: buf[:0], FirstLine: c.line, tooLong: true}
	c.line++
	c.rest = c.rest[:0]
	for {
		var err error
		if buf, err = c.fill(buf[:0], c.size); err != nil {
			return Chunk{}, err
		}
		if len(buf) == 0 {
			return out, nil
		}
		if end := bytes.IndexByte(buf, '\n'); end >= 0 {
			c.rest = append(c.rest, buf[end+1:]...)
			return out, nil
		}
	}
}

// recordsEnd returns where the last record ends that lies wholly in data and
// that no line behind data can belong to; 0 if there is none. A record of
// several lines begins with a line that does not fit on its own, so no cut is
// made less than maxJoinLines behind such a line. In a file full of them, last
// asks for the end of the last line.
func (c *cutter) recordsEnd(data []byte, last bool) int {
	if c.eof {
		return len(data)
	}
	end := bytes.LastIndexByte(data, '\n') + 1
	if !c.plan.quoted {
		return end
	}
	at := end
	for start, checked := at, 0; checked < maxJoinLines-1 && start > 0; {
		line := start
		start = bytes.LastIndexByte(data[:start-1], '\n') + 1
		checked++
		if c.opens(data[start : line-1]) {
			at, checked = start, 0
		}
	}
	if at == 0 && last {
		return end
	}
	return at
}

// opens reports whether a record that begins with the line may go on in the next.
func (c *cutter) opens(line []byte) bool {
	if bytes.IndexByte(line, '"') < 0 || len(line) > c.plan.maxLine {
		return false
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	c.look.plan = c.plan
	if c.look.spans == nil {
		c.look.spans = make([]span, c.plan.room())
	}
	_, open, ok := c.look.splitLine(line)
	return open && !ok
}

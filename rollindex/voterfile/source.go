package voterfile

import (
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
	// Members names the members of archives, and the tables of files of several,
	// that are to be read; without any, all are that can be. A name is the whole one,
	// as it is shown, or its end: the last element of a path, a table without its
	// file or schema. A file that is no archive is read in any case.
	Members []string
	// ForColumns is for who looks at columns and not for people: members without names
	// of people are read too, and those with a second column of a name or birth date.
	ForColumns bool
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

	tooLong bool  // stands for the line FirstLine, which was dropped
	at      int64 // where Data begins in the member's text, in bytes
}

// Member is a file, or a member of an archive, and how it is read.
type Member struct {
	Name    string // made fit to be shown
	Match   Match  // of the layout it is read by; zero if it is left out
	LeftOut string // why it is not read; "" if it is
	Unread  bool   // it is left out and may hold people: without it the files are not read whole
	Rows    bool   // numbers of its lines are numbers of rows: it is a table of a container
	Hidden  bool   // it is a worksheet that is not shown
	Part    string // what it is, in words without its file: "the hidden sheet Internal"
	HasRows bool   // it is left out and holds rows of whatever: it is no mere document

	private bool // its name may be somebody's details
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
	go known() // takes as long as choosing the layout, and rows are looked at by it
	layouts, err := candidates(s.opts.Layout)
	if err != nil {
		return err
	}
	want := newChoice(s.opts.Members)
	var all [][]detected // by file
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
		found, err := f.detect(s.ctx, layouts, s.opts.Layout != nil, 0, want)
		if err != nil {
			return err
		}
		all = append(all, found)
	}
	if len(s.files) == 0 {
		return errNoFile
	}
	if err := want.missing(s.files); err != nil {
		return err
	}
	for i, found := range all {
		if err := s.add(s.files[i], found); err != nil {
			return err
		}
	}
	return s.oneJurisdiction()
}

// errColumnTwice is of a file of which nobody can tell whose details a row holds.
var errColumnTwice = fmt.Errorf("%w: a column that stands twice", ErrAmbiguous)

var (
	errTwice  = errors.New("named twice")
	errNoFile = errors.New("no file is named")
)

func (s *Source) add(f *file, found []detected) error {
	read := 0
	for _, d := range found {
		if d.Err != nil && !(s.opts.ForColumns && errors.Is(d.Err, errColumnTwice)) {
			return d.Err
		}
		if d.LeftOut == "" && !s.opts.ForColumns && !d.Matches[0].hasName() {
			if !d.member.spare() {
				return d.member.fail("is of layout "+d.Matches[0].Layout.ID+", which has no names of people",
					"nobody could be found in it; name the file of the delivery that has the names", ErrEmpty)
			}
			d.LeftOut, d.HasRows = "of layout "+d.Matches[0].Layout.ID+", which has no names of people", true
		}
		m := Member{Name: d.Name, LeftOut: d.LeftOut, Unread: d.Unread, Rows: d.member.tables != nil, Hidden: d.member.hidden(),
			Part: d.member.part(), HasRows: d.HasRows, private: d.member.nameMayTell()}
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
		m.file.begin(s.ctx, m)
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

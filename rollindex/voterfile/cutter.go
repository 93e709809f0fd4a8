package voterfile

import (
	"bytes"
	"io"
)

// cutter cuts a text into chunks of whole records. Where it cuts depends on the
// text alone: it always fills a chunk to its size before it looks for the end of
// the last record in it.
type cutter struct {
	r    io.Reader
	plan *plan
	size int
	line int64  // number of the next line
	at   int64  // its place in the text, in bytes
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
	out := Chunk{Data: buf[:end], FirstLine: c.line, at: c.at}
	c.line += int64(bytes.Count(out.Data, []byte{'\n'}))
	c.at += int64(end)
	return out
}

// drop passes over a line that is too long, keeping none of it.
func (c *cutter) drop(buf []byte) (Chunk, error) {
	out := Chunk{Data: buf[:0], FirstLine: c.line, tooLong: true, at: c.at}
	c.line++
	c.at += int64(len(buf))
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
			c.at += int64(end + 1)
			return out, nil
		}
		c.at += int64(len(buf))
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

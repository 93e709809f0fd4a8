package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// download is one file on its way. What was read of a file named by its hash is
// kept, on disk if there is a cache, and asked for no second time; whether the
// parts fit together is for the hash of the whole to say. A file with any other
// name, which may be replaced meanwhile, is begun anew.
type download struct {
	t     *Transport
	path  string
	limit int64
	named bool // by its hash

	part   *os.File // nil: in memory
	memory bytes.Buffer
	size   int64 // bytes so far
	before int64 // of them, bytes that an earlier run read
	pieced bool  // it was gone on with
	done   bool
}

// begin opens what there is of the file.
func (d *download) begin() error {
	hash, named := hashOf(d.path)
	d.named = named
	if !named || d.t.Cache == nil {
		return nil
	}
	f, err := d.t.Cache.openPart(hash)
	if err != nil {
		return fmt.Errorf("keeping a download: %w", err)
	}
	if f == nil {
		return nil
	}
	d.part = f
	if d.size, err = f.Seek(0, io.SeekEnd); err != nil {
		return fmt.Errorf("keeping a download: %w", err)
	}
	if d.size > d.limit {
		return d.restart()
	}
	d.before = d.size
	return nil
}

func (d *download) close() {
	if d.part != nil {
		hash, _ := hashOf(d.path)
		d.t.Cache.closePart(hash, d.part, d.done)
	}
}

// restart throws away what there is.
func (d *download) restart() error {
	d.size, d.before, d.pieced = 0, 0, false
	d.memory.Reset()
	if d.part == nil {
		return nil
	}
	_, err := d.part.Seek(0, io.SeekStart)
	if err := errors.Join(err, d.part.Truncate(0)); err != nil {
		return fmt.Errorf("keeping a download: %w", err)
	}
	return nil
}

// attempt reads the rest of the file. After a failure that is again, what was
// read is there.
func (d *download) attempt(ctx context.Context) error {
	if !d.named {
		if err := d.restart(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d.pieced = d.size > 0
	res, err := d.t.open(ctx, d.path, d.size)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return nil // there is no more of it: it is whole, or another
	case res.StatusCode == http.StatusPartialContent && !continues(res, d.size), res.StatusCode == http.StatusOK && d.size > 0:
		if err := d.restart(); err != nil {
			return err
		}
		if res.StatusCode == http.StatusPartialContent {
			return again{errors.New("the server sends another part than was asked for"), 0}
		}
	}
	if res.ContentLength > d.limit-d.size {
		return ErrTooLong
	}
	return d.read(res.Body, cancel)
}

// continues reports whether a part begins where it was asked to.
func continues(res *http.Response, from int64) bool {
	var first int64
	_, err := fmt.Sscanf(res.Header.Get("Content-Range"), "bytes %d-", &first)
	return err == nil && first == from
}

var errSilent = fmt.Errorf("it fell silent (%w)", os.ErrDeadlineExceeded)

// read reads a body to its end, or until the server has been silent for too long.
func (d *download) read(body io.Reader, cancel func()) error {
	silent := time.AfterFunc(d.t.idle, cancel)
	defer silent.Stop()
	buf := make([]byte, 64<<10)
	for {
		n, err := body.Read(buf)
		silent.Reset(d.t.idle)
		if d.size+int64(n) > d.limit {
			return ErrTooLong
		}
		if n > 0 {
			if werr := d.write(buf[:n]); werr != nil {
				return fmt.Errorf("keeping a download: %w", werr)
			}
		}
		if err == io.EOF {
			return nil
		}
		if errors.Is(err, context.Canceled) {
			err = errSilent
		}
		if err != nil {
			return again{d.t.noAnswer(fmt.Errorf("the download broke off: %w", anonymous(err))), 0}
		}
	}
}

func (d *download) write(b []byte) error {
	d.size += int64(len(b))
	if d.t.OnRead != nil {
		d.t.OnRead(len(b))
	}
	if d.part != nil {
		_, err := d.part.Write(b)
		return err
	}
	_, err := d.memory.Write(b)
	return err
}

// finish returns what was read. Parts that do not make the file that was asked for
// are thrown away; of what came in one piece the client is the judge.
func (d *download) finish() ([]byte, error) {
	b, err := d.bytes()
	if hash, _ := hashOf(d.path); err == nil && d.pieced && sumOf(b) != hash {
		if err := d.restart(); err != nil {
			return nil, err
		}
		return nil, again{errors.New("the parts of the download do not fit together"), 0}
	}
	d.done = err == nil
	return b, err
}

func (d *download) bytes() ([]byte, error) {
	if d.part == nil {
		return d.memory.Bytes(), nil
	}
	b := make([]byte, d.size)
	if _, err := d.part.ReadAt(b, 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("keeping a download: %w", err)
	}
	return b, nil
}

package rollindex

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// runHeader begins a tag run; see FORMAT.md.
const runHeader = "rctags1\n"

// AddRun adds the entries of a tag run: tags that were made elsewhere, with the
// key, salt, dataset id and generation of this build. A run that is not as
// FORMAT.md says is [ErrDamaged]; the build should then be aborted. There are runs
// for local indexes only.
func (w *Writer) AddRun(r io.Reader) error {
	if w.local == nil {
		return errors.New("a tag run holds entries of a local index, and this one is served")
	}
	br := bufio.NewReaderSize(r, 1<<16)
	var buf [16]byte
	if _, err := io.ReadFull(br, buf[:]); err != nil || string(buf[:len(runHeader)]) != runHeader {
		return fmt.Errorf("%w: not a tag run of version 1", ErrDamaged)
	}
	count := binary.BigEndian.Uint64(buf[len(runHeader):])
	last := uint64(0)
	for n := uint64(0); ; n++ {
		switch _, err := io.ReadFull(br, buf[:]); {
		case errors.Is(err, io.EOF) && n == count:
			return nil
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("%w: the tag run ends at record %d of %d", ErrDamaged, n, count)
		case n == count:
			return fmt.Errorf("%w: the tag run has more than its %d records", ErrDamaged, count)
		case err != nil:
			return fmt.Errorf("reading a tag run: %w", err)
		}
		rec := record{binary.BigEndian.Uint64(buf[:]), binary.BigEndian.Uint64(buf[8:])}
		if rec[0] < last {
			return fmt.Errorf("%w: record %d of the tag run is out of order", ErrDamaged, n)
		}
		last = rec[0]
		if err := w.local.Add(rec); err != nil {
			return err
		}
	}
}

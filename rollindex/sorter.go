package rollindex

import (
	"context"

	"rollcheck/rollindex/internal/extsort"
)

// record is one entry on its way to a local index: the tag, and the pad over the
// mask in the high and the mask in the low half. The mask's top bit, which has
// no meaning before rows are merged, marks a provisional entry.
type record [2]uint64

const provisionalBit = 1 << 31

// servedRecord is one entry on its way to a served index. Behind the words of a
// [record] it has the group of the name, the number of the jurisdiction in the
// build, and the key type.
type servedRecord [3]uint64

// Where the parts of a served record's last word begin; the key type is its
// lowest byte.
const (
	servedNumber = 8
	servedGroup  = 16
)

// sorter sorts the records of a build, of either kind.
type sorter interface {
	Len() int64
	Spilled() int64
	Close() error
	// drain calls emit with the entries of one range of tags after another.
	drain(ctx context.Context, jobs int, how *merging, emit func(entries []byte) error) error
}

type sorterOf[R extsort.Record] struct{ *extsort.Sorter[R] }

func (s sorterOf[R]) drain(ctx context.Context, jobs int, how *merging, emit func([]byte) error) error {
	return extsort.Drain(ctx, s.Sorter, jobs, func(rs []R) ([]byte, error) { return merge(rs, how), nil }, emit)
}

package lookup

import "rollcheck/hashing"

// Mode is how a client asks.
type Mode uint8

// The modes.
const (
	// FilterMode downloads whole filters and looks into them here.
	FilterMode Mode = iota + 1
	// BucketMode downloads the one bucket that the name as given falls into.
	BucketMode
)

// String returns the name used on the command line ("filter").
func (m Mode) String() string {
	switch m {
	case FilterMode:
		return "filter"
	case BucketMode:
		return "bucket"
	}
	return "unknown"
}

// Cost is what asking in a mode takes and tells.
type Cost struct {
	Mode     Mode
	Possible bool  // bucket mode: buckets are published of every jurisdiction asked, and leave groups that are known
	Download int64 // bytes not in the cache yet, at most; of bucket mode, for one person
	Files    int   // requests they take

	// Group is, in bucket mode, the least number of adults of a jurisdiction
	// that the operator cannot tell the person from, without their address; 0 if
	// it is not known. In filter mode nothing is told of the person.
	Group int
}

// Filters returns the cost of filter mode.
func (o *Offer) Filters() Cost {
	c := Cost{Mode: FilterMode, Possible: true}
	for _, p := range o.places {
		if p.list == nil {
			continue
		}
		for _, f := range p.list.Files {
			if !o.client.cache.Has(f.SHA256) {
				c.Download += f.Bytes
				c.Files++
			}
		}
	}
	return c
}

// Buckets returns the cost of bucket mode for one person. Where several
// jurisdictions are asked, the finest of their buckets counts: all are cut from
// one group of names. A jurisdiction whose people are not known ([BucketBits]) is
// asked by bucket only where there is one for all: that of
// [hashing.NoJurisdiction] could leave too few of them.
func (o *Offer) Buckets() Cost {
	c := Cost{Mode: BucketMode, Possible: len(o.places) > 0}
	bits := 0
	for _, p := range o.places {
		if p.list != nil && p.list.Buckets != nil {
			bits = max(bits, p.list.Buckets.Bits)
		}
	}
	named := false // a jurisdiction other than hashing.NoJurisdiction
	for _, p := range o.places {
		// One without files of its own counts too: the key it is asked under names it.
		if p.name != hashing.NoJurisdiction {
			size := groupAt(p.name, bits)
			if !named || size < c.Group {
				c.Group, named = size, true
			}
			_, known := groupingOf(p.name)
			c.Possible = c.Possible && (known || bits == 0)
		}
		switch {
		case p.list == nil:
		case p.list.Buckets == nil:
			c.Possible = c.Possible && len(p.list.Files) == 0
		default:
			c.Download += p.list.Buckets.Bytes
			c.Files++
		}
	}
	if !named {
		c.Group = groupAt(hashing.NoJurisdiction, bits)
	}
	return c
}

// groupAt is [GroupSize] for a cut that may be finer than the jurisdiction's own.
func groupAt(jurisdiction string, bits int) int {
	own := BucketBits(jurisdiction)
	if bits > own {
		return GroupSize(jurisdiction, own) >> (bits - own)
	}
	return GroupSize(jurisdiction, bits)
}

// SmallDownload is how many bytes are downloaded without asking: two buckets or
// so, so that telling less costs nothing.
const SmallDownload = 512 << 10

// Choose returns the mode to take: filters when they are here or small, or when
// nothing else is possible. Otherwise sure is false and the person chooses
// between the two costs.
func (o *Offer) Choose() (m Mode, sure bool) {
	if o.Filters().Download <= SmallDownload || !o.Buckets().Possible {
		return FilterMode, true
	}
	return FilterMode, false
}

package exposure

// arena hands out byte slices from large slabs.
type arena struct {
	slabs [][]byte
	used  int // slabs in use
}

const slabSize = 1 << 18

func (a *arena) reset() {
	a.used = min(len(a.slabs), 1)
	for i := range a.slabs {
		a.slabs[i] = a.slabs[i][:0]
	}
}

// grow returns an empty slice with room for n bytes, n at most slabSize, to
// append to and hand to take.
func (a *arena) grow(n int) []byte {
	if a.used == 0 || cap(a.slabs[a.used-1])-len(a.slabs[a.used-1]) < n {
		if a.used == len(a.slabs) {
			a.slabs = append(a.slabs, make([]byte, 0, slabSize))
		}
		a.used++
	}
	slab := a.slabs[a.used-1]
	return slab[len(slab):]
}

// take keeps what was appended to the slice that grow returned.
func (a *arena) take(b []byte) []byte {
	slab := &a.slabs[a.used-1]
	if free := cap(*slab) - len(*slab); len(b) <= free && cap(b) == free {
		*slab = (*slab)[:len(*slab)+len(b)]
	}
	return b[:len(b):len(b)]
}

package exposure

import (
	"cmp"
	"context"
	"errors"
)

// The sizes of what is done at a time, in people: how many are read and planned
// together, whose keys take some 20 MB; and how many, in units, of those who are found,
// some 120 MB. maxInputs ends that earlier.
const (
	unitSize   = 1 << 14
	denseBlock = 1 << 15
	maxInputs  = 1 << 20
)

// unitBytes ends a unit early when people say very much: what is searched for
// grows with it, and with many former names and places faster than it.
const unitBytes = 16 << 20

// unit is some people of the input, and what ended the reading behind them.
type unit struct {
	people []Person
	err    error // io.EOF after the last unit
}

// readAhead reads people while those before are searched. A unit is valid
// until the next is received.
func readAhead(ctx context.Context, people Decoder, size int) <-chan unit {
	units := make(chan unit)
	go func() {
		var buffers [2][]Person // one being read, one in use
		for i := 0; ; i ^= 1 {
			u := readUnit(people, buffers[i], size)
			buffers[i] = u.people
			select {
			case units <- u:
			case <-ctx.Done():
				return
			}
			if u.err != nil {
				return
			}
		}
	}()
	return units
}

// readUnit reads up to most people into the buffer.
func readUnit(people Decoder, buffer []Person, most int) unit {
	buffer = buffer[:0]
	for size := 0; len(buffer) < most && size < unitBytes; {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, Person{})[:len(buffer)]
		}
		next := buffer[:len(buffer)+1]
		p := &next[len(buffer)]
		*p = Person{}
		if err := people.Next(p); err != nil {
			var fault FieldError
			if !errors.As(err, &fault) {
				return unit{buffer, err}
			}
			*p = Person{ID: p.ID, Line: cmp.Or(p.Line, fault.Line), fault: &fault}
		}
		buffer = next
		size += weight(&buffer[len(buffer)-1])
	}
	return unit{buffer, nil}
}

// weight is about how many bytes a person's keys take.
func weight(p *Person) int {
	const key, keys = 64, 4 // bytes of a key; keys of one spelling and place
	return key * keys * min((1+len(p.FormerLast))*(1+len(p.FormerZIP)), maxSpellings)
}

package exposure

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// blockSize is how many people are searched for at a time: enough that a source
// profits from sorting their keys, few enough that those of most, some 17 each, are one
// chunk of package rollindex, which reads its filters once a chunk, and that what is made of one
// is still in the processor's cache when it is used; some 200 MB with keys and answers if all are
// found, of whom every key is made.
const blockSize = 7 << 12

// blockBytes ends a block early when people say very much: what is searched for
// grows with it, and with many former names and places faster than it.
const blockBytes = 16 << 20

// block is some people of the input, and what ended the reading behind them.
type block struct {
	people []Person
	err    error // io.EOF after the last block
}

// readAhead reads people while those before are searched. A block is valid
// until the next is received.
func readAhead(ctx context.Context, people Decoder, size int) <-chan block {
	blocks := make(chan block)
	go func() {
		var buffers [2][]Person // one being read, one in use
		for i := 0; ; i ^= 1 {
			b := readBlock(people, buffers[i], size)
			buffers[i] = b.people
			select {
			case blocks <- b:
			case <-ctx.Done():
				return
			}
			if b.err != nil {
				return
			}
		}
	}()
	return blocks
}

// readBlock reads up to most people into the buffer.
func readBlock(people Decoder, buffer []Person, most int) block {
	buffer = buffer[:0]
	for size := 0; len(buffer) < most && size < blockBytes; {
		if len(buffer) == cap(buffer) {
			buffer = slices.Grow(buffer, min(max(len(buffer), 16), most-len(buffer))) // doubled, since each growth copies all
		}
		next := buffer[:len(buffer)+1]
		p := &next[len(buffer)]
		*p = Person{}
		if err := people.Next(p); err != nil {
			var fault FieldError
			if !errors.As(err, &fault) {
				return block{buffer, err}
			}
			*p = Person{ID: p.ID, Line: cmp.Or(p.Line, fault.Line), fault: &fault}
		}
		buffer = next
		size += weight(&buffer[len(buffer)-1])
	}
	return block{buffer, nil}
}

// weight is about how many bytes a person's keys take.
func weight(p *Person) int {
	const key, keys = 64, 4 // bytes of a key; keys of one spelling and place
	return key * keys * min((1+len(p.FormerLast))*(1+len(p.FormerZIP)), maxSpellings)
}

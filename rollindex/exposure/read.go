package exposure

import "context"

// blockSize is how many people are searched for at a time: enough that a source
// profits from sorting their keys, some 80 MB with keys and answers.
const blockSize = 1 << 16

// block is some people of the input, and what ended the reading behind them.
type block struct {
	people []Person
	err    error // io.EOF after the last block
}

// readAhead reads people while those before are searched. A block is valid
// until the next is received.
func readAhead(ctx context.Context, people Decoder) <-chan block {
	blocks := make(chan block)
	go func() {
		var buffers [2][]Person // one being read, one in use
		for i := 0; ; i ^= 1 {
			b := readBlock(people, buffers[i])
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

// readBlock reads up to a block of people into the buffer.
func readBlock(people Decoder, buffer []Person) block {
	buffer = buffer[:0]
	for len(buffer) < blockSize {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, Person{})[:len(buffer)]
		}
		next := buffer[:len(buffer)+1]
		if err := people.Next(&next[len(buffer)]); err != nil {
			return block{buffer, err}
		}
		buffer = next
	}
	return block{buffer, nil}
}

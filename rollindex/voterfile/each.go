package voterfile

import (
	"context"
	"errors"
	"io"
	"sync"
)

// A Visitor takes the records that one goroutine reads.
type Visitor interface {
	// Visit takes a record, which is valid until Visit returns.
	Visit(rec *Record) error
	// Flush is called once, after the last record.
	Flush() error
}

// A ChunkVisitor is a [Visitor] that is told when a piece of the files has ended: as
// good a time as any to do together what is cheaper so. bytes is how many of the files
// were read for the piece; of all pieces they are all of them.
type ChunkVisitor interface {
	Visitor
	EndChunk(bytes int64) error
}

// piece is a chunk, and how many bytes of the files were read for it.
type piece struct {
	Chunk
	bytes int64
}

// Each reads s to its end in so many goroutines, each with the visitor that
// begin returns for it, and returns what was skipped. Which visitor gets which
// records differs from run to run; what they get together does not. progress,
// if not nil, is called in the caller's goroutine after each piece that was read.
//
// Its error is that of the reading, of a visitor, of what the rows have shown to
// be wrong ([Source.Err]), or of ctx, in this order.
func (s *Source) Each(ctx context.Context, jobs int, begin func() Visitor, progress func()) (Skips, error) {
	jobs = max(jobs, 1)
	chunks, free := make(chan piece, jobs), make(chan []byte, 2*jobs+1)
	for range cap(free) {
		free <- nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	all := make([]Skips, jobs)
	for j := range jobs {
		parser, visitor := s.NewParser(), begin()
		workers.Go(func() {
			err := visitAll(parser, visitor, chunks, free)
			if err != nil {
				cancel(err)
			}
			all[j] = parser.Skips()
		})
	}
	err := s.feed(ctx, chunks, free, progress)
	workers.Wait()
	if cause := context.Cause(ctx); err == nil && cause != nil {
		err = cause
	}
	if err == nil {
		err = s.Err()
	}
	var skips Skips
	for _, k := range all {
		skips.Merge(k)
	}
	return skips, err
}

// feed hands out the pieces of s until it ends.
func (s *Source) feed(ctx context.Context, chunks chan<- piece, free <-chan []byte, progress func()) error {
	defer close(chunks)
	before := int64(0)
	for {
		var buf []byte
		select {
		case buf = <-free:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		chunk, err := s.Next(buf)
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		read, _ := s.Progress()
		chunks <- piece{chunk, read - before} // a worker is there until the channel is closed
		before = read
		if progress != nil {
			progress()
		}
	}
}

// visitAll parses pieces until they end. After an error it goes on taking them,
// so that who hands them out never waits for it.
func visitAll(parser *Parser, visitor Visitor, chunks <-chan piece, free chan<- []byte) (err error) {
	pieces, byPiece := visitor.(ChunkVisitor)
	for chunk := range chunks {
		if err == nil {
			parser.Reset(chunk.Chunk)
			for rec, ok := parser.Next(); ok && err == nil; {
				if err = visitor.Visit(rec); err == nil {
					rec, ok = parser.Next()
				}
			}
			if err == nil && byPiece {
				err = pieces.EndChunk(chunk.bytes)
			}
		}
		free <- chunk.Data[:0]
	}
	if err != nil {
		return err
	}
	return visitor.Flush()
}

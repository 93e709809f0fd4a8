package voterfile

import (
	"bytes"
	"io"
	"testing"
)

// benchChunk returns a chunk of a roll and a parser for it.
func benchChunk(b *testing.B, id string) (*Parser, Chunk, int) {
	b.Helper()
	const rows = 4000
	s := mustOpen(b, Options{}, writeFile(b, "roll.txt", testRoll(mustLayout(b, id), rows)))
	var data []byte
	for {
		c, err := s.Next(nil)
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		data = append(data, c.Data...)
	}
	return s.NewParser(), Chunk{Data: data, FirstLine: 1}, rows
}

// BenchmarkParse reads and canonicalises rows in memory, on one core.
func BenchmarkParse(b *testing.B) {
	for _, id := range []string{"fl-extract", "nc-ncvoter-2022", "oh-swvf", "ny-allnysvoters-2021", "wa-vrdb-2023"} {
		b.Run(id, func(b *testing.B) {
			p, c, rows := benchChunk(b, id)
			b.SetBytes(int64(len(c.Data)))
			b.ReportAllocs()
			for b.Loop() {
				p.Reset(c)
				for _, ok := p.Next(); ok; _, ok = p.Next() {
				}
			}
			if p.Skips().Skipped() > 0 {
				b.Fatal("rows were skipped")
			}
			b.ReportMetric(float64(b.N)*float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkFields finds the fields of every row in memory, on one core: reading
// without canonical forms.
func BenchmarkFields(b *testing.B) {
	for _, id := range []string{"fl-extract", "oh-swvf", "ny-allnysvoters-2021", "tx-fixed-685"} {
		b.Run(id, func(b *testing.B) {
			p, c, rows := benchChunk(b, id)
			b.SetBytes(int64(len(c.Data)))
			n := 0
			for b.Loop() {
				p.Reset(c)
				for n = 0; len(p.data) > 0; {
					if _, ok := p.split(p.take()); ok {
						n++
					}
				}
			}
			if n < rows {
				b.Fatalf("%d of %d rows", n, rows)
			}
		})
	}
}

// BenchmarkSplit shows what finding the fields alone costs, and what it would
// with an index call a field.
func BenchmarkSplit(b *testing.B) {
	line := bytes.TrimSuffix(testRoll(mustLayout(b, "fl-extract"), 1), []byte("\n"))
	spans := make([]span, 64)
	b.Run("words", func(b *testing.B) {
		for b.Loop() {
			splitPlain(line, '\t', spans)
		}
	})
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			start, n := 0, 0
			for {
				i := bytes.IndexByte(line[start:], '\t')
				if i < 0 {
					break
				}
				spans[n] = span{uint32(start), uint32(start + i)}
				n++
				start += i + 1
			}
		}
	})
}

// BenchmarkRead reads a file through the whole Source: reading, hashing, cutting
// and parsing, on as many cores as there are.
func BenchmarkRead(b *testing.B) {
	const rows = 200_000
	data := testRoll(mustLayout(b, "fl-extract"), rows)
	path := writeFile(b, "roll.txt", data)
	b.SetBytes(int64(len(data)))
	var buf []byte
	for b.Loop() {
		s := mustOpen(b, Options{}, path)
		p := s.NewParser()
		for {
			c, err := s.Next(buf)
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			p.Reset(c)
			for _, ok := p.Next(); ok; _, ok = p.Next() {
			}
			buf = c.Data
		}
		s.Close()
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}

package synth

import (
	"context"
	"io"
	"testing"

	"rollcheck/data/layouts"
)

func layout(t testing.TB, id string) *layouts.Layout {
	t.Helper()
	l, err := layouts.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func BenchmarkWrite(b *testing.B) {
	for _, id := range some() {
		b.Run(id, func(b *testing.B) {
			l := layout(b, id)
			const rows = 50_000
			for b.Loop() {
				stats, err := Write(context.Background(), io.Discard, nil, Options{Layout: l, Rows: rows, Jobs: 1})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(stats.Bytes)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

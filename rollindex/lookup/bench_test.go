package lookup_test

import (
	"testing"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure/sourcetest"
	"rollcheck/rollindex/lookup"
)

// BenchmarkAsk asks for one person, the operator's work included, without a
// network.
func BenchmarkAsk(b *testing.B) {
	op := published(b)
	inputs := sourcetest.People(b, "", 5, 1)[0].Keys
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		s := op.session(b, mode, "US-FL")
		b.Run(mode.String(), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Ask(b.Context(), inputs, func(hashing.Result) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

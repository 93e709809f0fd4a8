package voterfile

import (
	"bytes"
	"testing"
)

// The longest stretch of rows with another number of fields is found wherever chunks end
// and whoever reads them.
func TestRagged(t *testing.T) {
	l := mustLayout(t, "fl-extract")
	rows := bytes.SplitAfter(bytes.TrimSuffix(testRoll(l, 3000), []byte("\n")), []byte("\n"))
	rows[len(rows)-1] = append(bytes.Clone(rows[len(rows)-1]), '\n')
	broken := func(from, n, step int, all [][]byte) {
		for i := 0; i < n; i++ {
			all[from+i*step-1] = []byte("x\ty\tz\n") // from the line on
		}
	}
	for name, tt := range map[string]struct {
		make func(all [][]byte)
		want Stretch
	}{
		"none":                          {func([][]byte) {}, Stretch{}},
		"one":                           {func(all [][]byte) { broken(700, 1, 1, all) }, Stretch{1, 700}},
		"a slip, and a stretch":         {func(all [][]byte) { broken(50, 1, 1, all); broken(1700, 900, 1, all) }, Stretch{900, 1700}},
		"to the end":                    {func(all [][]byte) { broken(50, 10, 2, all); broken(2001, 1000, 1, all) }, Stretch{1000, 2001}},
		"scattered":                     {func(all [][]byte) { broken(101, 3, 1, all); broken(500, 40, 60, all) }, Stretch{3, 101}},
		"with a blank line within it":   {func(all [][]byte) { broken(1000, 400, 1, all); all[1200] = []byte("\n") }, Stretch{399, 1000}},
		"with a right row in the midst": {func(all [][]byte) { broken(1000, 100, 1, all); broken(1101, 200, 1, all) }, Stretch{200, 1101}},
	} {
		all := append([][]byte{}, rows...)
		tt.make(all)
		path := writeFile(t, "roll.txt", bytes.Join(all, nil))
		for _, size := range []int{1 << 20, 4096} {
			for _, jobs := range []int{1, 3} {
				s := mustOpen(t, Options{Layout: l}, path)
				s.size = size
				if _, err := s.Each(t.Context(), jobs, func() Visitor { return nobody{} }, nil); err != nil {
					t.Fatal(err)
				}
				if got := s.Ragged(0); got != tt.want {
					t.Errorf("%s, chunks of %d, %d readers: %+v, want %+v", name, size, jobs, got, tt.want)
				}
			}
		}
	}
}

package exposure

import (
	"math"
	"strings"
	"testing"
)

func TestAbout(t *testing.T) {
	for n, want := range map[float64]int{
		0.2: 1, 1: 1, 7.4: 7, 99: 99, 100: 100, 149: 150, 299: 300, 310: 300, 460: 500, 5461: 5000, 14_900: 15_000, 32_258: 30_000, 65_536: 70_000, 1e9: 1e9,
	} {
		if got := about(n); got != want {
			t.Errorf("about %v: %d, want %d", n, got, want)
		}
	}
	for n := 1.0; n < 1e7; n *= 1.01 {
		if off := math.Abs(float64(about(n))-n) / n; off > 1.0/6+1e-9 && n > 3 {
			t.Fatalf("about %v: %d", n, about(n))
		}
	}
}

func TestFalseFindings(t *testing.T) {
	for n, want := range map[float64]string{
		3.1e-05: "about 1 in 30,000: a filter", 0.5: "about 1 in 2: a filter", 1: "About 1 of all findings is expected", 7.3: "About 7 of all findings are expected",
	} {
		if got := falseFindings(n); !strings.Contains(got, want) {
			t.Errorf("%v: %s", n, got)
		}
	}
}

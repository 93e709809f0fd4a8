package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// A share is how many of a number of people something is true of.
type share struct{ Hits, Of int }

// count adds one person.
func (s *share) count(hit bool) {
	s.Of++
	if hit {
		s.Hits++
	}
}

func (s share) value() float64 { return float64(s.Hits) / float64(max(s.Of, 1)) }

// interval returns the 95 % score interval of the share behind what was
// counted, after E. B. Wilson, "Probable inference, the law of succession, and
// statistical inference", JASA 22 (1927). Unlike the usual one it is right for
// shares next to 0 and 1, which most of these are. Of nobody it is 0 to 1.
func (s share) interval() (low, high float64) {
	if s.Of == 0 {
		return 0, 1
	}
	const z = 1.959963984540054 // of a normal distribution, 95 % lie within z of the mean
	n, p := float64(s.Of), s.value()
	centre := p + z*z/(2*n)
	spread := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	low, high = (centre-spread)/(1+z*z/n), (centre+spread)/(1+z*z/n)
	if s.Hits == 0 {
		low = 0 // exactly, but for rounding
	}
	if s.Hits == s.Of {
		high = 1
	}
	return low, high
}

// String returns the share and its interval in percent: "97.31 (97.20-97.42)".
// The narrower the interval, the more decimals.
func (s share) String() string {
	if s.Of == 0 {
		return "-"
	}
	low, high := s.interval()
	places := 2
	switch width := 100 * (high - low); {
	case width < 0.03:
		places = 4
	case width > 1:
		places = 1
	}
	percent := func(x float64) string {
		if x == 0 || x == 1 {
			return strconv.Itoa(int(100 * x))
		}
		return strconv.FormatFloat(100*x, 'f', places, 64)
	}
	return fmt.Sprintf("%s (%s-%s)", percent(s.value()), percent(low), percent(high))
}

// MarshalJSON writes the counts, the share and its interval.
func (s share) MarshalJSON() ([]byte, error) {
	low, high := s.interval()
	return json.Marshal(struct {
		Hits  int     `json:"hits"`
		Of    int     `json:"of"`
		Share float64 `json:"share"`
		Low   float64 `json:"low"`
		High  float64 `json:"high"`
	}{s.Hits, s.Of, s.value(), low, high})
}

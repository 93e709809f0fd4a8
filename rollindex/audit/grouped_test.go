package audit

import (
	"fmt"
	"strings"
	"testing"
)

// Reasons have their thousands apart, as all numbers of a report.
func TestReasonsAreGrouped(t *testing.T) {
	n := &nineTally{n: 42517, valid: hits{n: 42517}, ones: 42517, group00: 0}
	for a := range n.areasOK {
		n.areasOK[a] = 42
	}
	for i := range 42517 {
		n.set.add(fmt.Appendf(nil, "%09d", i*7919))
	}
	if _, why := n.amongIDs(); !strings.Contains(why, "of 42,517 numbers of nine digits 0 have") {
		t.Error(why)
	}
	if got := grouped(-1234567) + grouped(999); got != "-1,234,567999" {
		t.Error(got)
	}
}

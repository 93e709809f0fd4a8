// Package racetest says which tests the default run under the race detector leaves out.
package racetest

import "testing"

// LeaveOut ends a test in the default run under the race detector, which finds
// nothing in it: it runs nothing side by side, or nothing that other tests do not
// run as well. The detector makes every test several times as slow; all of them
// together would take an hour. "scripts/test" runs the test without the detector,
// and "scripts/test --long" with it, too.
//
// -short stands for that run and for nothing else. A test that does not call this
// is in it.
func LeaveOut(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out of the default run under the race detector")
	}
}

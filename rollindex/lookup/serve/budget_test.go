package serve

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollcheck/rollindex/lookup"
)

func addr(format string, args ...any) netip.Addr {
	return netip.MustParseAddr(fmt.Sprintf(format, args...))
}

// Of a jurisdiction's slots a fifth is for prefixes that were given less than one
// address may have.
func TestNewcomers(t *testing.T) {
	b := newBudget([32]byte{}, newClock().now)
	most := lookup.Budgets{BatchesPerAddress: 10, BatchesPerPrefix: 1000, SlotsPerJurisdiction: 4 * 1000}
	given := 0
	for i := 0; given < 800; i++ { // one network, many addresses
		if spent, _, _ := b.take(addr("10.0.0.%d", i/10), "US-FL", most); spent != "" {
			t.Fatalf("after %d: %s", given, spent)
		}
		given++
	}
	if spent, first, _ := b.take(addr("10.0.0.200"), "US-FL", most); spent != budgetJurisdiction || !first {
		t.Errorf("the network has more than four fifths: %q", spent)
	}
	if spent, first, _ := b.take(addr("10.0.0.200"), "US-FL", most); spent != budgetJurisdiction || first {
		t.Errorf("told twice: %q", spent)
	}
	for range 10 {
		if spent, _, _ := b.take(addr("10.0.1.1"), "US-FL", most); spent != "" {
			t.Fatalf("a newcomer is refused: %s", spent)
		}
	}
	if spent, _, _ := b.take(addr("10.0.1.2"), "US-FL", most); spent != budgetJurisdiction {
		t.Error("a prefix stays new for ever")
	}
	if spent, _, _ := b.take(addr("10.0.0.200"), "US-ZZ", most); spent != "" {
		t.Errorf("another jurisdiction: %s", spent)
	}
	for i := 2; given < 1000-10; i++ {
		if spent, _, _ := b.take(addr("10.1.%d.1", i), "US-FL", most); spent != "" {
			t.Fatalf("newcomer %d: %s", i, spent)
		}
		given++
	}
	if spent, _, _ := b.take(addr("10.2.0.1"), "US-FL", most); spent != budgetJurisdiction {
		t.Error("more was given than there is")
	}
}

// A flood of prefixes fills the counters and no more memory; who comes then has
// the budget of the jurisdiction only, and none of the newcomers' part.
func TestFlood(t *testing.T) {
	b := newBudget([32]byte{}, newClock().now)
	b.most = 100
	most := lookup.Budgets{BatchesPerAddress: 1, BatchesPerPrefix: 1, SlotsPerJurisdiction: 4 * 500}
	given := 0
	for i := range 1000 {
		if spent, _, _ := b.take(addr("2001:db8:%x::1", i), "US-FL", most); spent == "" {
			given++
		}
	}
	if given != 400 || len(b.addresses) != 100 || len(b.prefixes) != 100 {
		t.Errorf("%d batches were given, %d and %d counters kept", given, len(b.addresses), len(b.prefixes))
	}
}

// Without a budget nothing ends.
func TestNoBudget(t *testing.T) {
	b := newBudget([32]byte{}, newClock().now)
	for range 1000 {
		if spent, _, _ := b.take(addr("192.0.2.1"), "US-FL", lookup.Budgets{}); spent != "" {
			t.Fatal(spent)
		}
	}
}

// A restart fills no budget; another day does, and its file has nothing of the day
// before. The file names no address.
func TestRestart(t *testing.T) {
	clock := newClock()
	path := filepath.Join(t.TempDir(), "budgets")
	secret := [32]byte{'s'}
	most := lookup.Budgets{BatchesPerAddress: 2, BatchesPerPrefix: 4, SlotsPerJurisdiction: 400}
	open := func() (*budget, *stateFile) {
		t.Helper()
		b := newBudget(secret, clock.now)
		f, err := openState(path, b)
		check(t, err)
		return b, f
	}
	b, f := open()
	key := bytes.Clone(b.key)
	for range 2 {
		b.take(addr("192.0.2.77"), "US-FL", most)
	}
	b.take(addr("2001:db8:77:77::1"), "US-ZZ", most)
	if _, err := openState(path, newBudget(secret, clock.now)); err == nil {
		t.Error("two servers have one state")
	}
	check(t, f.save(b))
	f.unlock()
	file, err := os.ReadFile(path)
	check(t, err)
	for _, a := range []string{"192.0.2.77", "::ffff:192.0.2.0", "2001:db8:77:77::", "2001:db8:77::"} {
		b16, raw := addr("%s", a).As16(), addr("%s", a).AsSlice()
		if bytes.Contains(file, raw) || bytes.Contains(file, b16[:]) || bytes.Contains(file, []byte(a)) {
			t.Errorf("the file holds %s", a)
		}
	}
	if bytes.Contains(file, key) || bytes.Contains(file, b.key) {
		t.Error("the file holds the day's key")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	b, f = open()
	if spent, _, _ := b.take(addr("192.0.2.77"), "US-FL", most); spent != budgetAddress {
		t.Errorf("after a restart the address is %q", spent)
	}
	if got := [2]uint64{b.used("US-FL"), b.used("US-ZZ")}; got != [2]uint64{8, 4} {
		t.Errorf("%v slots used", got)
	}
	f.unlock()
	clock.add(10 * time.Hour) // midnight
	b, f = open()
	if spent, _, _ := b.take(addr("192.0.2.77"), "US-FL", most); spent != "" || b.used("US-FL") != 4 || b.used("US-ZZ") != 0 {
		t.Errorf("the next day: %q, %d slots", spent, b.used("US-FL"))
	}
	check(t, f.save(b))
	f.unlock()
	if next, err := os.ReadFile(path); err != nil || bytes.Contains(next, file[stateNonceAt:stateNonceAt+32]) {
		t.Error("the file of the next day has the nonce of the day before")
	}
	// Of another index, and damaged in any byte.
	if _, err := openState(path, newBudget([32]byte{'t'}, clock.now)); err == nil {
		t.Error("the state of another index is taken")
	}
	good, err := os.ReadFile(path)
	check(t, err)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if newBudget(secret, clock.now).decode(bad) == nil {
			t.Fatalf("byte %d is changed and the state is taken", i)
		}
		if newBudget(secret, clock.now).decode(good[:i]) == nil {
			t.Fatalf("a state of %d bytes is taken", i)
		}
	}
}

// FuzzState: whatever lies in the file, reading it ends, and what is taken is
// written again byte for byte. Authenticated bytes are tried too.
func FuzzState(f *testing.F) {
	c := newClock()
	b := newBudget([32]byte{}, c.now)
	b.take(addr("192.0.2.1"), "US-FL", lookup.Budgets{})
	state, _ := b.encode()
	f.Add(state[stateCountAt : len(state)-32])
	f.Add(make([]byte, 12))
	f.Fuzz(func(t *testing.T, body []byte) {
		state := append(bytes.Clone(state[:stateCountAt]), body...)
		if newBudget([32]byte{}, c.now).decode(state) == nil && len(body) > 0 && !bytes.HasSuffix(state, mac(b.key, state[:len(state)-32])) {
			t.Fatal("taken without its authentication")
		}
		state = append(state, mac(b.key, state)...)
		again := newBudget([32]byte{}, c.now)
		if again.decode(state) != nil {
			return
		}
		again.changed = true
		written, _ := again.encode()
		if twice := newBudget([32]byte{}, c.now); twice.decode(written) != nil {
			t.Fatal("what was taken is not taken again")
		}
	})
}

// A server that was killed while it wrote its budgets leaves a part of them, with
// the nonce of that day: the next one removes it.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "budgets")
	for _, name := range []string{"budgets.tmp-1", "budgets.tmp-2", "other.tmp-1"} {
		check(t, os.WriteFile(filepath.Join(dir, name), []byte("VRXS"), 0o600))
	}
	f, err := openState(path, newBudget([32]byte{'s'}, newClock().now))
	check(t, err)
	defer f.unlock()
	left, err := filepath.Glob(filepath.Join(dir, "*.tmp-*"))
	check(t, err)
	if len(left) != 1 || filepath.Base(left[0]) != "other.tmp-1" {
		t.Errorf("left over: %q", left)
	}
}

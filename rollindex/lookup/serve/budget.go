package serve

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"

	"rollcheck/rollindex/lookup"
)

// The budgets of a day, by what is used up. They are the values of a label of the
// metrics.
const (
	budgetAddress      = "address"
	budgetPrefix       = "prefix"
	budgetJurisdiction = "jurisdiction"
)

// maxCounters bounds the counters of addresses, and those of prefixes: who has a
// /32 of IPv6 has 65,536 prefixes. Where a budget of slots is set it is what
// bounds them, since nothing is counted that is not evaluated; once there is no
// room, addresses not yet counted have only the budget of the jurisdiction.
const maxCounters = 1 << 20

// newcomersPart is the part of a jurisdiction's slots kept for prefixes that have
// not been seen: one in five.
const newcomersPart = 5

// counterID is an address or prefix under the key of the day.
type counterID [16]byte

// budget meters evaluations by day (UTC). It is safe for concurrent use.
type budget struct {
	secret [32]byte
	most   int // counters of each kind
	now    func() time.Time

	mu        sync.Mutex
	day       int64    // since 1970; the rest is of this day
	nonce     [32]byte // from which, with the secret, comes the day's key
	key       []byte
	addresses map[counterID]uint32 // batches
	prefixes  map[counterID]uint32
	slots     map[string]uint64 // by jurisdiction
	told      map[string]bool   // jurisdictions whose end was logged
	changed   bool              // since the last snapshot
}

func newBudget(secret [32]byte, now func() time.Time) *budget {
	b := &budget{secret: secret, most: maxCounters, now: now}
	b.begin(dayOf(now()))
	return b
}

func dayOf(t time.Time) int64 { return t.Unix() / 86400 }

// nextDay returns when the budgets of the day are new.
func nextDay(t time.Time) time.Time { return time.Unix((dayOf(t)+1)*86400, 0).UTC() }

// begin begins a day, and forgets the one before. rand.Read never fails.
func (b *budget) begin(day int64) {
	b.day = day
	rand.Read(b.nonce[:])
	b.key = dailyKey(&b.secret, day, &b.nonce)
	b.addresses, b.prefixes = make(map[counterID]uint32), make(map[counterID]uint32)
	b.slots, b.told = make(map[string]uint64), make(map[string]bool)
	b.changed = true
}

func dailyKey(secret *[32]byte, day int64, nonce *[32]byte) []byte {
	m := hmac.New(sha256.New, secret[:])
	m.Write([]byte("vrx1/budgets"))
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(day)))
	m.Write(nonce[:])
	return m.Sum(nil)
}

// id returns the counter of a prefix: its length is hashed too, so that a /24 is
// not the address at its beginning.
func (b *budget) id(p netip.Prefix) (id counterID) {
	m := hmac.New(sha256.New, b.key)
	a := p.Addr().As16()
	m.Write(a[:])
	m.Write([]byte{byte(p.Bits())})
	var sum [sha256.Size]byte
	copy(id[:], m.Sum(sum[:0]))
	return id
}

// prefixesOf returns what an address is metered by: itself and its /24, or its
// /64 and its /48. The address is as peer and parseHop return it: no IPv4 address
// written as one of IPv6, and without a zone.
func prefixesOf(a netip.Addr) (address, prefix netip.Prefix) {
	one, many := 32, 24
	if a.Is6() {
		one, many = 64, 48
	}
	address, _ = a.Prefix(one) // an error only for lengths no address has
	prefix, _ = a.Prefix(many)
	return address, prefix
}

// take takes one batch for an address from the budgets, or says which is used up
// and when there is more. first is set once a day for each jurisdiction.
//
// Of a jurisdiction's slots the last fifth is for prefixes not seen that day. A
// check takes several batches, so a prefix counts as not seen until it was given
// as many as one address may have.
func (b *budget) take(a netip.Addr, jurisdiction string, most lookup.Budgets) (spent string, first bool, retry time.Time) {
	address, prefix := prefixesOf(a)
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if day := dayOf(now); day != b.day {
		b.begin(day)
	}
	aid, pid := b.id(address), b.id(prefix)
	batches, seen := b.addresses[aid], b.prefixes[pid]
	slots := uint64(max(most.SlotsPerJurisdiction, 0))
	if newcomer := int64(seen) < int64(max(most.BatchesPerAddress, 1)) && (seen > 0 || len(b.prefixes) < b.most); !newcomer {
		slots -= slots / newcomersPart
	}
	switch {
	case most.BatchesPerAddress > 0 && int64(batches) >= int64(most.BatchesPerAddress):
		return budgetAddress, false, nextDay(now)
	case most.BatchesPerPrefix > 0 && int64(seen) >= int64(most.BatchesPerPrefix):
		return budgetPrefix, false, nextDay(now)
	case most.SlotsPerJurisdiction > 0 && b.slots[jurisdiction]+lookup.BatchSize > slots:
		first = !b.told[jurisdiction]
		b.told[jurisdiction] = true
		return budgetJurisdiction, first, nextDay(now)
	}
	b.count(b.addresses, aid)
	b.count(b.prefixes, pid)
	b.slots[jurisdiction] += lookup.BatchSize
	b.changed = true
	return "", false, time.Time{}
}

func (b *budget) count(counters map[counterID]uint32, id counterID) {
	if n, ok := counters[id]; ok || len(counters) < b.most {
		counters[id] = n + 1
	}
}

// used returns the slots used of a jurisdiction today.
func (b *budget) used(jurisdiction string) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if dayOf(b.now()) != b.day {
		return 0
	}
	return b.slots[jurisdiction]
}

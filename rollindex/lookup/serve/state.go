package serve

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The file of the budgets, big-endian; what it tells is in the package's comment:
//
//	 0  "VRXS"
//	 4  u32 version, 1
//	 8  u64 day since 1970
//	16  32 bytes nonce
//	48  u32 addresses, u32 prefixes, u32 jurisdictions
//	60  20 bytes an address, then a prefix: counter 16, u32 batches; in order of the counter
//	    u8 length, name, u64 slots for each jurisdiction, in order of the name
//	    32 bytes HMAC-SHA256 of all before under the key of the day
const (
	stateMagic   = "VRXS\x00\x00\x00\x01"
	stateHeader  = 60
	counterSize  = len(counterID{}) + 4
	maxState     = int64(stateHeader + 2*maxCounters*counterSize + 1<<20)
	stateDayAt   = 8
	stateNonceAt = 16
	stateCountAt = 48
)

// tmpInfix stands behind the name of the file in the names of those being written.
const tmpInfix = ".tmp-"

// errState is of a file of budgets that is not as it was written, or was written
// under another secret.
var errState = errors.New("it is damaged, or of another index")

// encode returns the state to be written and whether it changed since the last
// time.
func (b *budget) encode() (state []byte, changed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if day := dayOf(b.now()); day != b.day {
		b.begin(day)
	}
	if !b.changed {
		return nil, false
	}
	b.changed = false
	out := make([]byte, 0, stateHeader+(len(b.addresses)+len(b.prefixes))*counterSize+len(b.slots)*16+sha256.Size)
	out = append(out, stateMagic...)
	out = binary.BigEndian.AppendUint64(out, uint64(b.day))
	out = append(out, b.nonce[:]...)
	for _, n := range []int{len(b.addresses), len(b.prefixes), len(b.slots)} {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	for _, counters := range []map[counterID]uint32{b.addresses, b.prefixes} {
		// In order, since the order of a map would be that of the moment.
		for _, id := range slices.SortedFunc(maps.Keys(counters), func(x, y counterID) int { return bytes.Compare(x[:], y[:]) }) {
			out = binary.BigEndian.AppendUint32(append(out, id[:]...), counters[id])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.slots)) {
		out = append(append(out, byte(len(name))), name...)
		out = binary.BigEndian.AppendUint64(out, b.slots[name])
	}
	return append(out, mac(b.key, out)...), true
}

func mac(key, b []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(b)
	return m.Sum(nil)
}

// decode takes over what encode wrote, if it is of today: what is left of a day
// that is over is forgotten. Nothing behind the nonce is read before all of it is
// authenticated.
func (b *budget) decode(state []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(state) < stateHeader+sha256.Size || string(state[:8]) != stateMagic {
		return errState
	}
	day := int64(binary.BigEndian.Uint64(state[stateDayAt:]))
	nonce := [32]byte(state[stateNonceAt:])
	key := dailyKey(&b.secret, day, &nonce)
	body := state[:len(state)-sha256.Size]
	if !hmac.Equal(mac(key, body), state[len(body):]) {
		return errState
	}
	if day != b.day {
		return nil
	}
	var counts [3]int
	for i := range counts {
		counts[i] = int(binary.BigEndian.Uint32(body[stateCountAt+4*i:]))
	}
	rest := body[stateHeader:]
	if counts[0] > maxCounters || counts[1] > maxCounters || len(rest) < (counts[0]+counts[1])*counterSize {
		return errState
	}
	b.nonce, b.key = nonce, key
	for i, counters := range []map[counterID]uint32{b.addresses, b.prefixes} {
		for range counts[i] {
			counters[counterID(rest)] = binary.BigEndian.Uint32(rest[16:])
			rest = rest[counterSize:]
		}
	}
	for range counts[2] {
		if len(rest) < 1 || len(rest) < 9+int(rest[0]) {
			return errState
		}
		n := 1 + int(rest[0])
		b.slots[string(rest[1:n])] = binary.BigEndian.Uint64(rest[n:])
		rest = rest[n+8:]
	}
	if len(rest) != 0 {
		return errState
	}
	return nil
}

// stateFile is where the budgets are kept. One server has it at a time: two that
// shared it would give out everything twice.
type stateFile struct {
	path   string
	unlock func()
}

// openState takes the file for this server and reads what is in it.
func openState(path string, b *budget) (*stateFile, error) {
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("the state of the budgets, %s: %w", path, err)
	}
	state, err := readBounded(path)
	if err == nil {
		err = b.decode(state)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		err = removeLeftovers(path)
	}
	if err != nil {
		unlock()
		return nil, fmt.Errorf("the state of the budgets, %s: %w", path, err)
	}
	return &stateFile{path, unlock}, nil
}

// removeLeftovers deletes what a server wrote that was killed before it was done:
// it holds the nonce of its day, which is to go with the day.
func removeLeftovers(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(path)+tmpInfix) {
			if err := os.Remove(filepath.Join(filepath.Dir(path), e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxState {
		return nil, errors.New("it is no file, or larger than it can be")
	}
	return os.ReadFile(path)
}

// save writes the budgets in one step: after a crash at any moment the file is
// the one before, or this one.
func (f *stateFile) save(b *budget) (err error) {
	state, changed := b.encode()
	if !changed {
		return nil
	}
	defer func() {
		if err != nil {
			b.mu.Lock()
			b.changed = true // to be tried again
			b.mu.Unlock()
			err = fmt.Errorf("writing the state of the budgets: %w", err)
		}
	}()
	tmp, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+tmpInfix+"*") // of mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(state)
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), f.path)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

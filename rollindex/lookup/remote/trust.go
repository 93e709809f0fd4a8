package remote

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rollcheck/rollindex/lookup"
)

// TrustStore keeps, in a directory, the key that is trusted of each server, one
// small file each.
type TrustStore struct{ dir string }

// NewTrustStore returns the store in a directory, which is made when something is
// kept in it.
func NewTrustStore(dir string) *TrustStore { return &TrustStore{dir} }

type trusted struct {
	Server string    `json:"server"`
	Key    string    `json:"key"`
	Since  time.Time `json:"since"`
}

// File returns the file of a server's key.
func (s *TrustStore) File(server string) string {
	sum := sha256.Sum256([]byte(server))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:16])+".json")
}

// Key returns the key that is trusted of a server ([Transport.Address]), nil if none is. What
// cannot be read is an error: to trust whoever answers now would undo the trust.
func (s *TrustStore) Key(server string) (*lookup.TrustedKey, error) {
	b, err := os.ReadFile(s.File(server))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var t trusted
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	if err == nil && t.Server != server {
		err = errors.New("it is of another server")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the key that is trusted of the server, in %q: %w", s.File(server), err)
	}
	key, err := lookup.ParseKey(t.Key)
	if err != nil {
		return nil, fmt.Errorf("reading the key that is trusted of the server, in %q: %w", s.File(server), err)
	}
	return key, nil
}

// Trust keeps the key of a server, in place of another if there was one.
func (s *TrustStore) Trust(server string, key *lookup.TrustedKey) error {
	b, err := json.MarshalIndent(trusted{server, key.String(), time.Now().UTC().Truncate(time.Second)}, "", " ")
	if err == nil {
		err = os.MkdirAll(s.dir, 0o700)
	}
	if err == nil {
		err = writeFile(s.File(server), append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keeping the key that is trusted of the server: %w", err)
	}
	return nil
}

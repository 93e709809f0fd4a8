// Package evaluate is the answering side of the function of package voprf: it
// holds keys and evaluates under them, blind for others and directly for one's
// own inputs. All that a key or a nonce goes into is done by
// github.com/cloudflare/circl, whose operations on them, in this suite, take the
// same time whatever they are.
//
// A [Key] is safe for concurrent use.
package evaluate

import (
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

	"rollcheck/hashing/voprf"
)

// Seed is the secret that all keys of an operator are derived from, 32 random
// bytes.
type Seed [32]byte

// Key is the secret key of one jurisdiction in one epoch.
type Key struct {
	server oprf.VerifiableServer
	secret group.Scalar
	public [voprf.ElementSize]byte
}

// ErrName is of an epoch or a jurisdiction that cannot be part of a key's name.
var ErrName = errors.New("not 1 to 64 letters, digits, dots, hyphens and underscores")

// DeriveKey derives the key of a jurisdiction ("US-FL") in an epoch ("2026"):
// DeriveKeyPair of RFC 9497, section 3.2.1, with
//
//	info = "vrx1|" epoch "|" jurisdiction
//
// The same three arguments always give the same key; keys of different names
// say nothing of each other. An epoch or jurisdiction that is empty or longer
// than 64 bytes, or has any byte but ASCII letters, digits, '.', '-' and '_',
// is [ErrName]: names are joined with '|', and no two pairs may give one info.
func DeriveKey(seed *Seed, epoch, jurisdiction string) (*Key, error) {
	if !validName(epoch) {
		return nil, fmt.Errorf("epoch of a key: %w", ErrName)
	}
	if !validName(jurisdiction) {
		return nil, fmt.Errorf("jurisdiction of a key: %w", ErrName)
	}
	return derive(seed, []byte("vrx1|"+epoch+"|"+jurisdiction))
}

func validName(s string) bool {
	for _, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && !('0' <= c && c <= '9') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 64
}

func derive(seed *Seed, info []byte) (*Key, error) {
	secret, err := oprf.DeriveKey(oprf.SuiteRistretto255, oprf.VerifiableMode, seed[:], info)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	// Public keeps what it computes, unguarded: asked for here, before the key is
	// shared, it is only read by every evaluation.
	public, err := secret.Public().MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	k := &Key{
		server: oprf.NewVerifiableServer(oprf.SuiteRistretto255, secret),
		secret: group.Ristretto255.NewScalar(),
		public: [voprf.ElementSize]byte(public),
	}
	encoded, err := secret.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	if err := k.secret.UnmarshalBinary(encoded); err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	return k, nil
}

// PublicKey returns the key that answers are verified against, encoded.
func (k *Key) PublicKey() []byte { return append([]byte(nil), k.public[:]...) }

// String names the key by its public half, so that no log shows the secret.
func (k *Key) String() string { return "key " + hex.EncodeToString(k.public[:]) }

// Evaluate returns the value of the function for an input, which is what
// somebody who asks blind gets for it (RFC 9497, section 3.3.2). An input longer
// than [voprf.MaxInput] is [voprf.ErrInput]. The one other case the RFC refuses,
// an input whose point is the identity, is not looked for: none is known and
// none can be found, and who asks blind refuses it.
func (k *Key) Evaluate(input []byte) (y [voprf.OutputSize]byte, err error) {
	if len(input) > voprf.MaxInput { // its length would be hashed modulo 2^16
		return y, voprf.ErrInput
	}
	b, err := k.server.FullEvaluate(input)
	if err != nil {
		return y, fmt.Errorf("evaluating an input: %w", err)
	}
	copy(y[:], b)
	return y, nil
}

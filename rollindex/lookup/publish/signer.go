package publish

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/rollindex/lookup"
)

// algEd25519 is the type byte of an Ed25519 key of a C2SP signed note.
const algEd25519 = 1

// NewSigner returns the signer of manifests whose secret is the seed, and its
// verifier key. The name is that of the operator, such as a host's: it is part of
// the key, and clients that trust a key refuse one of the same seed and another
// name. It is no secret, and is shown to people; it has no white space and no plus
// sign.
func NewSigner(name string, seed *[32]byte) (note.Signer, *lookup.TrustedKey, error) {
	public := ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		return nil, nil, fmt.Errorf("the operator's name: %w", err)
	}
	key, err := lookup.ParseKey(verifier)
	if err != nil {
		return nil, nil, fmt.Errorf("the operator's name: %w", err)
	}
	rest := strings.TrimPrefix(verifier, name+"+")
	id, _, _ := strings.Cut(rest, "+")
	secret := append([]byte{algEd25519}, seed[:]...)
	defer clear(secret)
	signer, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + id + "+" + base64.StdEncoding.EncodeToString(secret))
	if err != nil {
		return nil, nil, fmt.Errorf("the operator's name: %w", err)
	}
	return signer, key, nil
}

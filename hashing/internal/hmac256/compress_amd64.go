//go:build !purego

package hmac256

// accelerated reports whether the processor has what compress2 uses: SSSE3,
// SSE4.1 and the SHA extensions.
var accelerated = hasSHA()

// compress2 compresses blockA into inA and blockB into inB, side by side, and
// stores the new states in outA and outB.
//
//go:noescape
func compress2(outA, inA *state, blockA *[64]byte, outB, inB *state, blockB *[64]byte)

// hasSHA asks the processor.
func hasSHA() bool

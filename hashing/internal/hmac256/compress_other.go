//go:build !amd64 || purego

package hmac256

const accelerated = false

func compress2(outA, inA *state, blockA *[64]byte, outB, inB *state, blockB *[64]byte) {
	panic("not accelerated")
}

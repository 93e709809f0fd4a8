// Package voprf is the asking side of a verifiable oblivious pseudorandom
// function: RFC 9497, mode 0x01 (VOPRF), suite ristretto255-SHA512.
//
// The function is y = F(sk, x). Who asks knows x and learns y; who answers knows
// the key sk and learns nothing:
//
//	asks                                            answers (package evaluate)
//	req = Blind(rand, inputs)
//	                     req.Elements()
//	                   ------------------>
//	                                         evaluated, proof = BlindEvaluate
//	                    evaluated, proof
//	                   <------------------
//	y = req.Finalize(pk, evaluated, proof)
//
// An element on the wire is the input's point times a uniform blind, so it is a
// uniform point whatever the input is: it says nothing of the input, also not to
// somebody with unlimited time. The proof shows that the whole batch was
// evaluated under the secret of pk. It does not show that everybody is given the
// same pk; a caller takes pk from something signed and published.
//
// # What a caller must know
//
// F is only as hard to guess as x is. Whoever may ask often enough learns y for
// every x they can think of, so answers have to be metered.
//
// Operations on blinds take the same time whatever their value. Verification
// does not, and needs not: all it sees has been on the wire. Blinds and inputs
// lie in memory until it is collected; nothing here claims to wipe them.
//
// The package has no evaluating side and no dependency beyond the group, because
// it is part of what a browser loads. Package evaluate stands on circl. Both take
// the hashes of a proof and its sum of public elements from one internal package;
// the tests hold each against circl's other side, and both against the vectors
// of RFC 9497. The arithmetic of the group all of them take from go-ristretto,
// and only the vectors of RFC 9496 and RFC 9497 check it.
package voprf

//go:build !purego

#include "textflag.h"

// Two blocks of SHA-256 side by side, by the SHA extensions: Intel, "Intel SHA
// Extensions" (2013), gives the instructions and the order of the words. One
// block alone waits for each SHA256RNDS2; the other one's fill the gaps.
//
// X0      K + W of the four rounds at hand (implied by SHA256RNDS2)
// X1, X2  state of A: A B E F, C D G H     X7, X8    of B
// X3-X6   the last sixteen W of A          X9-X12    of B
// X13     scratch                          X14       byte order

// FOUR rounds of one lane: W in w.
#define FOUR(k, w, s0, s1) \
	MOVOU       (k*16)(AX), X0 \
	PADDL       w, X0          \
	SHA256RNDS2 X0, s0, s1     \
	PSHUFD      $0x0e, X0, X0  \
	SHA256RNDS2 X0, s1, s0

// NEXT completes the W that follow cur, in next; prev are those before cur.
#define NEXT(cur, prev, next) \
	MOVO       cur, X13      \
	PALIGNR    $4, prev, X13 \
	PADDL      X13, next     \
	SHA256MSG2 cur, next

// LOAD four W of a block.
#define LOAD(p, i, w) \
	MOVOU  (i*16)(p), w \
	PSHUFB X14, w

// BOTH do four rounds and complete the next W; prev are prepared for later use.
#define BOTH(k, a, pa, na, b, pb, nb) \
	FOUR(k, a, X1, X2)     \
	NEXT(a, pa, na)        \
	SHA256MSG1 a, pa       \
	FOUR(k, b, X7, X8)     \
	NEXT(b, pb, nb)        \
	SHA256MSG1 b, pb

// LATE is BOTH where no more W have to be prepared.
#define LATE(k, a, pa, na, b, pb, nb) \
	FOUR(k, a, X1, X2) \
	NEXT(a, pa, na)    \
	FOUR(k, b, X7, X8) \
	NEXT(b, pb, nb)

// func compress2(outA, inA *state, blockA *[64]byte, outB, inB *state, blockB *[64]byte)
TEXT ·compress2(SB), NOSPLIT, $0-48
	MOVQ  inA+8(FP), SI
	MOVQ  blockA+16(FP), BX
	MOVQ  inB+32(FP), DI
	MOVQ  blockB+40(FP), DX
	LEAQ  ·roundConstants(SB), AX
	MOVOU ·byteOrder(SB), X14
	MOVOU 0(SI), X1
	MOVOU 16(SI), X2
	MOVOU 0(DI), X7
	MOVOU 16(DI), X8

	LOAD(BX, 0, X3)
	LOAD(DX, 0, X9)
	FOUR(0, X3, X1, X2)
	FOUR(0, X9, X7, X8)
	LOAD(BX, 1, X4)
	LOAD(DX, 1, X10)
	FOUR(1, X4, X1, X2)
	SHA256MSG1 X4, X3
	FOUR(1, X10, X7, X8)
	SHA256MSG1 X10, X9
	LOAD(BX, 2, X5)
	LOAD(DX, 2, X11)
	FOUR(2, X5, X1, X2)
	SHA256MSG1 X5, X4
	FOUR(2, X11, X7, X8)
	SHA256MSG1 X11, X10
	LOAD(BX, 3, X6)
	LOAD(DX, 3, X12)
	BOTH(3, X6, X5, X3, X12, X11, X9)
	BOTH(4, X3, X6, X4, X9, X12, X10)
	BOTH(5, X4, X3, X5, X10, X9, X11)
	BOTH(6, X5, X4, X6, X11, X10, X12)
	BOTH(7, X6, X5, X3, X12, X11, X9)
	BOTH(8, X3, X6, X4, X9, X12, X10)
	BOTH(9, X4, X3, X5, X10, X9, X11)
	BOTH(10, X5, X4, X6, X11, X10, X12)
	BOTH(11, X6, X5, X3, X12, X11, X9)
	BOTH(12, X3, X6, X4, X9, X12, X10)
	LATE(13, X4, X3, X5, X10, X9, X11)
	LATE(14, X5, X4, X6, X11, X10, X12)
	FOUR(15, X6, X1, X2)
	FOUR(15, X12, X7, X8)

	MOVQ  outA+0(FP), R8
	MOVQ  outB+24(FP), R9
	MOVOU 0(SI), X3
	PADDL X3, X1
	MOVOU 16(SI), X4
	PADDL X4, X2
	MOVOU 0(DI), X9
	PADDL X9, X7
	MOVOU 16(DI), X10
	PADDL X10, X8
	MOVOU X1, 0(R8)
	MOVOU X2, 16(R8)
	MOVOU X7, 0(R9)
	MOVOU X8, 16(R9)
	RET

// func hasSHA() bool
TEXT ·hasSHA(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	MOVL $0, AX
	CPUID
	CMPL AX, $7
	JL   no
	MOVL $1, AX
	CPUID
	ANDL $0x00080200, CX // bits 9 SSSE3 and 19 SSE4.1
	CMPL CX, $0x00080200
	JNE  no
	MOVL $7, AX
	MOVL $0, CX
	CPUID
	BTL  $29, BX // SHA
	JCC  no
	MOVB $1, ret+0(FP)

no:
	RET

// The words of a block are big-endian.
DATA ·byteOrder+0(SB)/8, $0x0405060700010203
DATA ·byteOrder+8(SB)/8, $0x0c0d0e0f08090a0b
GLOBL ·byteOrder(SB), RODATA|NOPTR, $16

// The constants of FIPS 180-4, section 4.2.2.
DATA ·roundConstants+0(SB)/8, $0x71374491428a2f98
DATA ·roundConstants+8(SB)/8, $0xe9b5dba5b5c0fbcf
DATA ·roundConstants+16(SB)/8, $0x59f111f13956c25b
DATA ·roundConstants+24(SB)/8, $0xab1c5ed5923f82a4
DATA ·roundConstants+32(SB)/8, $0x12835b01d807aa98
DATA ·roundConstants+40(SB)/8, $0x550c7dc3243185be
DATA ·roundConstants+48(SB)/8, $0x80deb1fe72be5d74
DATA ·roundConstants+56(SB)/8, $0xc19bf1749bdc06a7
DATA ·roundConstants+64(SB)/8, $0xefbe4786e49b69c1
DATA ·roundConstants+72(SB)/8, $0x240ca1cc0fc19dc6
DATA ·roundConstants+80(SB)/8, $0x4a7484aa2de92c6f
DATA ·roundConstants+88(SB)/8, $0x76f988da5cb0a9dc
DATA ·roundConstants+96(SB)/8, $0xa831c66d983e5152
DATA ·roundConstants+104(SB)/8, $0xbf597fc7b00327c8
DATA ·roundConstants+112(SB)/8, $0xd5a79147c6e00bf3
DATA ·roundConstants+120(SB)/8, $0x1429296706ca6351
DATA ·roundConstants+128(SB)/8, $0x2e1b213827b70a85
DATA ·roundConstants+136(SB)/8, $0x53380d134d2c6dfc
DATA ·roundConstants+144(SB)/8, $0x766a0abb650a7354
DATA ·roundConstants+152(SB)/8, $0x92722c8581c2c92e
DATA ·roundConstants+160(SB)/8, $0xa81a664ba2bfe8a1
DATA ·roundConstants+168(SB)/8, $0xc76c51a3c24b8b70
DATA ·roundConstants+176(SB)/8, $0xd6990624d192e819
DATA ·roundConstants+184(SB)/8, $0x106aa070f40e3585
DATA ·roundConstants+192(SB)/8, $0x1e376c0819a4c116
DATA ·roundConstants+200(SB)/8, $0x34b0bcb52748774c
DATA ·roundConstants+208(SB)/8, $0x4ed8aa4a391c0cb3
DATA ·roundConstants+216(SB)/8, $0x682e6ff35b9cca4f
DATA ·roundConstants+224(SB)/8, $0x78a5636f748f82ee
DATA ·roundConstants+232(SB)/8, $0x8cc7020884c87814
DATA ·roundConstants+240(SB)/8, $0xa4506ceb90befffa
DATA ·roundConstants+248(SB)/8, $0xc67178f2bef9a3f7
GLOBL ·roundConstants(SB), RODATA|NOPTR, $256

#include "textflag.h"

// bigEndian turns the bytes of each word around.
DATA bigEndian<>+0x00(SB)/8, $0x0405060700010203
DATA bigEndian<>+0x08(SB)/8, $0x0c0d0e0f08090a0b
GLOBL bigEndian<>(SB), RODATA|NOPTR, $16

// FOUR is four rounds of a stream whose state is s0 (a, b, e, f) and s1 (c, d,
// g, h), with four words m of the message schedule.
#define FOUR(k, s0, s1, m) \
	VPADDD      k(AX), m, X0; \
	SHA256RNDS2 X0, s0, s1; \
	PSHUFD      $0x0e, X0, X0; \
	SHA256RNDS2 X0, s1, s0

// NEXT completes the four words that follow m, which follows last.
#define NEXT(t, m, last, next) \
	VPALIGNR   $4, last, m, t; \
	PADDD      t, next; \
	SHA256MSG2 m, next

#define LOAD(at, data, m) \
	MOVOU  at(data), m; \
	PSHUFB X15, m

// FOURS is four rounds of each stream.
#define FOURS(k, ma, mb) \
	FOUR(k, X1, X2, ma); \
	FOUR(k, X7, X8, mb)

// MORE is FOURS, and works ahead in both message schedules: it completes the next
// words n, and begins those after them in l, the words before m.
#define MORE(k, ma, la, na, mb, lb, nb) \
	FOUR(k, X1, X2, ma); \
	NEXT(X13, ma, la, na); \
	SHA256MSG1 ma, la; \
	FOUR(k, X7, X8, mb); \
	NEXT(X14, mb, lb, nb); \
	SHA256MSG1 mb, lb

// LESS is MORE where no words after the next are needed.
#define LESS(k, ma, la, na, mb, lb, nb) \
	FOUR(k, X1, X2, ma); \
	NEXT(X13, ma, la, na); \
	FOUR(k, X7, X8, mb); \
	NEXT(X14, mb, lb, nb)

// ENTER reads a state in the order that the instructions want.
#define ENTER(state, s0, s1, t) \
	MOVOU   (state), s0; \
	MOVOU   16(state), s1; \
	PSHUFD  $0xb1, s0, s0; \
	PSHUFD  $0x1b, s1, s1; \
	MOVO    s0, t; \
	PALIGNR $8, s1, s0; \
	PBLENDW $0xf0, t, s1

#define LEAVE(state, s0, s1, t) \
	PSHUFD  $0x1b, s0, s0; \
	PSHUFD  $0xb1, s1, s1; \
	MOVO    s0, t; \
	PBLENDW $0xf0, s1, s0; \
	PALIGNR $8, t, s1; \
	MOVOU   s0, (state); \
	MOVOU   s1, 16(state)

// func compress2(a, b *[words]uint32, dataA, dataB *byte, n int)
// Requires: AVX, SHA, SSE4.1, SSSE3
TEXT ·compress2(SB), NOSPLIT, $64-40
	MOVQ  a+0(FP), DI
	MOVQ  b+8(FP), R8
	MOVQ  dataA+16(FP), SI
	MOVQ  dataB+24(FP), DX
	MOVQ  n+32(FP), CX
	LEAQ  ·roundConstants(SB), AX
	MOVOU bigEndian<>(SB), X15
	ENTER(DI, X1, X2, X0)
	ENTER(R8, X7, X8, X0)

block:
	MOVOU X1, 0(SP)
	MOVOU X2, 16(SP)
	MOVOU X7, 32(SP)
	MOVOU X8, 48(SP)

	LOAD(0, SI, X3)
	LOAD(0, DX, X9)
	FOURS(0, X3, X9)
	LOAD(16, SI, X4)
	LOAD(16, DX, X10)
	FOURS(16, X4, X10)
	SHA256MSG1 X4, X3
	SHA256MSG1 X10, X9
	LOAD(32, SI, X5)
	LOAD(32, DX, X11)
	FOURS(32, X5, X11)
	SHA256MSG1 X5, X4
	SHA256MSG1 X11, X10
	LOAD(48, SI, X6)
	LOAD(48, DX, X12)
	MORE(48, X6, X5, X3, X12, X11, X9)
	MORE(64, X3, X6, X4, X9, X12, X10)
	MORE(80, X4, X3, X5, X10, X9, X11)
	MORE(96, X5, X4, X6, X11, X10, X12)
	MORE(112, X6, X5, X3, X12, X11, X9)
	MORE(128, X3, X6, X4, X9, X12, X10)
	MORE(144, X4, X3, X5, X10, X9, X11)
	MORE(160, X5, X4, X6, X11, X10, X12)
	MORE(176, X6, X5, X3, X12, X11, X9)
	MORE(192, X3, X6, X4, X9, X12, X10)
	LESS(208, X4, X3, X5, X10, X9, X11)
	LESS(224, X5, X4, X6, X11, X10, X12)
	FOURS(240, X6, X12)

	MOVOU 0(SP), X0
	PADDD X0, X1
	MOVOU 16(SP), X0
	PADDD X0, X2
	MOVOU 32(SP), X0
	PADDD X0, X7
	MOVOU 48(SP), X0
	PADDD X0, X8

	ADDQ $64, SI
	ADDQ $64, DX
	DECQ CX
	JNZ  block

	LEAVE(DI, X1, X2, X0)
	LEAVE(R8, X7, X8, X0)
	RET

// func hasSHA() bool
TEXT ·hasSHA(SB), NOSPLIT, $0-1
	MOVB  $0, ret+0(FP)
	XORL  AX, AX
	CPUID
	CMPL  AX, $7
	JLT   none
	MOVL  $7, AX
	XORL  CX, CX
	CPUID
	SHRL  $29, BX
	ANDL  $1, BX
	MOVB  BX, ret+0(FP)

none:
	RET

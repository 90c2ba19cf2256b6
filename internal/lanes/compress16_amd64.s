#include "textflag.h"

// bigEndian turns the bytes of each word around.
DATA bigEndian<>+0x00(SB)/8, $0x0405060700010203
DATA bigEndian<>+0x08(SB)/8, $0x0c0d0e0f08090a0b
GLOBL bigEndian<>(SB), RODATA|NOPTR, $16

// ROUND is a round of each stream: FIPS 180-4, section 6.2.2, step 3. In
// VPTERNLOGD, 0x96 is the exclusive or of three words, 0xca Ch, and 0xe8 Maj.
#define ROUND(k, a, b, c, d, e, f, g, h, w) \
	VPADDD.BCST k(AX), w, Z24; \
	VPADDD h, Z24, Z24; \
	VPRORD $6, e, Z25; \
	VPRORD $11, e, Z26; \
	VPRORD $25, e, Z27; \
	VPTERNLOGD $0x96, Z26, Z25, Z27; \
	VMOVDQA32 e, Z28; \
	VPTERNLOGD $0xca, g, f, Z28; \
	VPADDD Z28, Z24, Z24; \
	VPADDD Z27, Z24, Z24; \
	VPADDD Z24, d, d; \
	VPRORD $2, a, Z25; \
	VPRORD $13, a, Z26; \
	VPRORD $22, a, Z29; \
	VPTERNLOGD $0x96, Z26, Z25, Z29; \
	VMOVDQA32 a, Z30; \
	VPTERNLOGD $0xe8, c, b, Z30; \
	VPADDD Z30, Z24, Z24; \
	VPADDD Z29, Z24, h

// WORD makes w the word 16 further on in the message schedule; w1, w9 and w14
// are so many words after it.
#define WORD(w, w1, w9, w14) \
	VPRORD $7, w1, Z25; \
	VPRORD $18, w1, Z26; \
	VPSRLD $3, w1, Z27; \
	VPTERNLOGD $0x96, Z26, Z25, Z27; \
	VPADDD w9, w, w; \
	VPADDD Z27, w, w; \
	VPRORD $17, w14, Z28; \
	VPRORD $19, w14, Z29; \
	VPSRLD $10, w14, Z30; \
	VPTERNLOGD $0x96, Z29, Z28, Z30; \
	VPADDD Z30, w, w

// ROW loads a block of the stream whose pointer is at the offset k.
#define ROW(k, r) \
	MOVQ k(SI), AX; \
	VMOVDQU32 (AX)(DX*1), r; \
	VPSHUFB Z31, r, r

// FOURS loads a block of four streams from the offset k on, and transposes each four of
// their words: w0 has the words 0, 4, 8 and 12 of each stream, w1 those after them.
#define FOURS(k, w0, w1, w2, w3) \
	ROW(k, Z24); \
	ROW(k+8, Z25); \
	ROW(k+16, Z26); \
	ROW(k+24, Z27); \
	VPUNPCKLDQ Z25, Z24, Z28; \
	VPUNPCKHDQ Z25, Z24, Z29; \
	VPUNPCKLDQ Z27, Z26, Z30; \
	VPUNPCKHDQ Z27, Z26, Z25; \
	VPUNPCKLQDQ Z30, Z28, w0; \
	VPUNPCKHQDQ Z30, Z28, w1; \
	VPUNPCKLQDQ Z25, Z29, w2; \
	VPUNPCKHQDQ Z25, Z29, w3

// QUARTERS transposes the quarters of what FOURS made of all streams: each
// register has one word of all of them afterwards.
#define QUARTERS(r0, r1, r2, r3) \
	VSHUFI32X4 $0x44, r1, r0, Z24; \
	VSHUFI32X4 $0xee, r1, r0, Z25; \
	VSHUFI32X4 $0x44, r3, r2, Z26; \
	VSHUFI32X4 $0xee, r3, r2, Z27; \
	VSHUFI32X4 $0x88, Z26, Z24, r0; \
	VSHUFI32X4 $0xdd, Z26, Z24, r1; \
	VSHUFI32X4 $0x88, Z27, Z25, r2; \
	VSHUFI32X4 $0xdd, Z27, Z25, r3

// func compress16(states *[words * 16]uint32, data *[16]*byte, n int)
// The lanes of Z0 to Z7 are the streams, a to h their words.
// Requires: AVX512F, AVX512BW
TEXT ·compress16(SB), NOSPLIT, $0-24
	MOVQ states+0(FP), BX
	MOVQ data+8(FP), SI
	MOVQ n+16(FP), CX
	XORQ DX, DX
	VMOVDQU32 0(BX), Z0
	VMOVDQU32 64(BX), Z1
	VMOVDQU32 128(BX), Z2
	VMOVDQU32 192(BX), Z3
	VMOVDQU32 256(BX), Z4
	VMOVDQU32 320(BX), Z5
	VMOVDQU32 384(BX), Z6
	VMOVDQU32 448(BX), Z7

block:
	VBROADCASTI32X4 bigEndian<>(SB), Z31
	FOURS(0, Z8, Z9, Z10, Z11)
	FOURS(32, Z12, Z13, Z14, Z15)
	FOURS(64, Z16, Z17, Z18, Z19)
	FOURS(96, Z20, Z21, Z22, Z23)
	QUARTERS(Z8, Z12, Z16, Z20)
	QUARTERS(Z9, Z13, Z17, Z21)
	QUARTERS(Z10, Z14, Z18, Z22)
	QUARTERS(Z11, Z15, Z19, Z23)
	LEAQ ·roundConstants(SB), AX
	ROUND(0, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8)
	ROUND(4, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z9)
	ROUND(8, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z10)
	ROUND(12, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z11)
	ROUND(16, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z12)
	ROUND(20, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z13)
	ROUND(24, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z14)
	ROUND(28, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z15)
	ROUND(32, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z16)
	ROUND(36, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z17)
	ROUND(40, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z18)
	ROUND(44, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z19)
	ROUND(48, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z20)
	ROUND(52, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z21)
	ROUND(56, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z22)
	ROUND(60, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z23)
	MOVQ $3, DI

sixteen:
	ADDQ $64, AX
	WORD(Z8, Z9, Z17, Z22)
	ROUND(0, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8)
	WORD(Z9, Z10, Z18, Z23)
	ROUND(4, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z9)
	WORD(Z10, Z11, Z19, Z8)
	ROUND(8, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z10)
	WORD(Z11, Z12, Z20, Z9)
	ROUND(12, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z11)
	WORD(Z12, Z13, Z21, Z10)
	ROUND(16, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z12)
	WORD(Z13, Z14, Z22, Z11)
	ROUND(20, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z13)
	WORD(Z14, Z15, Z23, Z12)
	ROUND(24, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z14)
	WORD(Z15, Z16, Z8, Z13)
	ROUND(28, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z15)
	WORD(Z16, Z17, Z9, Z14)
	ROUND(32, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z16)
	WORD(Z17, Z18, Z10, Z15)
	ROUND(36, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z17)
	WORD(Z18, Z19, Z11, Z16)
	ROUND(40, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z5, Z18)
	WORD(Z19, Z20, Z12, Z17)
	ROUND(44, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z4, Z19)
	WORD(Z20, Z21, Z13, Z18)
	ROUND(48, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z3, Z20)
	WORD(Z21, Z22, Z14, Z19)
	ROUND(52, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z2, Z21)
	WORD(Z22, Z23, Z15, Z20)
	ROUND(56, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z1, Z22)
	WORD(Z23, Z8, Z16, Z21)
	ROUND(60, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z0, Z23)
	DECQ DI
	JNZ sixteen
	VPADDD 0(BX), Z0, Z0
	VPADDD 64(BX), Z1, Z1
	VPADDD 128(BX), Z2, Z2
	VPADDD 192(BX), Z3, Z3
	VPADDD 256(BX), Z4, Z4
	VPADDD 320(BX), Z5, Z5
	VPADDD 384(BX), Z6, Z6
	VPADDD 448(BX), Z7, Z7
	VMOVDQU32 Z0, 0(BX)
	VMOVDQU32 Z1, 64(BX)
	VMOVDQU32 Z2, 128(BX)
	VMOVDQU32 Z3, 192(BX)
	VMOVDQU32 Z4, 256(BX)
	VMOVDQU32 Z5, 320(BX)
	VMOVDQU32 Z6, 384(BX)
	VMOVDQU32 Z7, 448(BX)
	ADDQ $64, DX
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

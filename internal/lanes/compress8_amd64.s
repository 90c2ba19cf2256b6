#include "textflag.h"

// bigEndian turns the bytes of each word around.
DATA bigEndian<>+0x00(SB)/8, $0x0405060700010203
DATA bigEndian<>+0x08(SB)/8, $0x0c0d0e0f08090a0b
DATA bigEndian<>+0x10(SB)/8, $0x0405060700010203
DATA bigEndian<>+0x18(SB)/8, $0x0c0d0e0f08090a0b
GLOBL bigEndian<>(SB), RODATA|NOPTR, $32

// ROUND is a round of each stream: FIPS 180-4, section 6.2.2, step 3. In
// VPTERNLOGD, 0x96 is the exclusive or of three words, 0xca Ch, and 0xe8 Maj.
#define ROUND(k, a, b, c, d, e, f, g, h, w) \
	VPADDD.BCST k(AX), w, Y24; \
	VPADDD h, Y24, Y24; \
	VPRORD $6, e, Y25; \
	VPRORD $11, e, Y26; \
	VPRORD $25, e, Y27; \
	VPTERNLOGD $0x96, Y26, Y25, Y27; \
	VMOVDQA32 e, Y28; \
	VPTERNLOGD $0xca, g, f, Y28; \
	VPADDD Y28, Y24, Y24; \
	VPADDD Y27, Y24, Y24; \
	VPADDD Y24, d, d; \
	VPRORD $2, a, Y25; \
	VPRORD $13, a, Y26; \
	VPRORD $22, a, Y29; \
	VPTERNLOGD $0x96, Y26, Y25, Y29; \
	VMOVDQA32 a, Y30; \
	VPTERNLOGD $0xe8, c, b, Y30; \
	VPADDD Y30, Y24, Y24; \
	VPADDD Y29, Y24, h

// WORD makes w the word 16 further on in the message schedule; w1, w9 and w14
// are so many words after it.
#define WORD(w, w1, w9, w14) \
	VPRORD $7, w1, Y25; \
	VPRORD $18, w1, Y26; \
	VPSRLD $3, w1, Y27; \
	VPTERNLOGD $0x96, Y26, Y25, Y27; \
	VPADDD w9, w, w; \
	VPADDD Y27, w, w; \
	VPRORD $17, w14, Y28; \
	VPRORD $19, w14, Y29; \
	VPSRLD $10, w14, Y30; \
	VPTERNLOGD $0x96, Y29, Y28, Y30; \
	VPADDD Y30, w, w

// ROWS loads eight words of each stream and transposes them: from streams to
// words.
#define ROWS(off, r0, r1, r2, r3, r4, r5, r6, r7) \
	VMOVDQU32 off(SI)(DX*1), r0; \
	VMOVDQU32 off(DI)(DX*1), r1; \
	VMOVDQU32 off(R8)(DX*1), r2; \
	VMOVDQU32 off(R9)(DX*1), r3; \
	VMOVDQU32 off(R10)(DX*1), r4; \
	VMOVDQU32 off(R11)(DX*1), r5; \
	VMOVDQU32 off(R12)(DX*1), r6; \
	VMOVDQU32 off(R13)(DX*1), r7; \
	VPUNPCKLDQ r1, r0, Y24; \
	VPUNPCKHDQ r1, r0, Y25; \
	VPUNPCKLDQ r3, r2, Y26; \
	VPUNPCKHDQ r3, r2, Y27; \
	VPUNPCKLDQ r5, r4, Y28; \
	VPUNPCKHDQ r5, r4, Y29; \
	VPUNPCKLDQ r7, r6, Y30; \
	VPUNPCKHDQ r7, r6, Y31; \
	VPUNPCKLQDQ Y26, Y24, r0; \
	VPUNPCKHQDQ Y26, Y24, r1; \
	VPUNPCKLQDQ Y27, Y25, r2; \
	VPUNPCKHQDQ Y27, Y25, r3; \
	VPUNPCKLQDQ Y30, Y28, r4; \
	VPUNPCKHQDQ Y30, Y28, r5; \
	VPUNPCKLQDQ Y31, Y29, r6; \
	VPUNPCKHQDQ Y31, Y29, r7; \
	VSHUFI32X4 $0, r4, r0, Y24; \
	VSHUFI32X4 $3, r4, r0, Y28; \
	VSHUFI32X4 $0, r5, r1, Y25; \
	VSHUFI32X4 $3, r5, r1, Y29; \
	VSHUFI32X4 $0, r6, r2, Y26; \
	VSHUFI32X4 $3, r6, r2, Y30; \
	VSHUFI32X4 $0, r7, r3, Y27; \
	VSHUFI32X4 $3, r7, r3, Y31; \
	VMOVDQU32 bigEndian<>(SB), r7; \
	VPSHUFB r7, Y24, r0; \
	VPSHUFB r7, Y25, r1; \
	VPSHUFB r7, Y26, r2; \
	VPSHUFB r7, Y27, r3; \
	VPSHUFB r7, Y28, r4; \
	VPSHUFB r7, Y29, r5; \
	VPSHUFB r7, Y30, r6; \
	VPSHUFB r7, Y31, r7

// func compress8(states *[words][width]uint32, data *[width]*byte, n int)
// The lanes of Y0 to Y7 are the streams, a to h their words.
// Requires: AVX512F, AVX512BW, AVX512VL
TEXT ·compress8(SB), NOSPLIT, $0-24
	MOVQ states+0(FP), BX
	MOVQ data+8(FP), AX
	MOVQ n+16(FP), CX
	MOVQ 0(AX), SI
	MOVQ 8(AX), DI
	MOVQ 16(AX), R8
	MOVQ 24(AX), R9
	MOVQ 32(AX), R10
	MOVQ 40(AX), R11
	MOVQ 48(AX), R12
	MOVQ 56(AX), R13
	XORQ DX, DX
	VMOVDQU32 0(BX), Y0
	VMOVDQU32 32(BX), Y1
	VMOVDQU32 64(BX), Y2
	VMOVDQU32 96(BX), Y3
	VMOVDQU32 128(BX), Y4
	VMOVDQU32 160(BX), Y5
	VMOVDQU32 192(BX), Y6
	VMOVDQU32 224(BX), Y7

block:
	LEAQ ·roundConstants(SB), AX
	ROWS(0, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15)
	ROWS(32, Y16, Y17, Y18, Y19, Y20, Y21, Y22, Y23)
	ROUND(0, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8)
	ROUND(4, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y9)
	ROUND(8, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y10)
	ROUND(12, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y11)
	ROUND(16, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y12)
	ROUND(20, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y13)
	ROUND(24, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y14)
	ROUND(28, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y15)
	ROUND(32, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y16)
	ROUND(36, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y17)
	ROUND(40, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y18)
	ROUND(44, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y19)
	ROUND(48, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y20)
	ROUND(52, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y21)
	ROUND(56, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y22)
	ROUND(60, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y23)
	MOVQ $3, R15

sixteen:
	ADDQ $64, AX
	WORD(Y8, Y9, Y17, Y22)
	ROUND(0, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8)
	WORD(Y9, Y10, Y18, Y23)
	ROUND(4, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y9)
	WORD(Y10, Y11, Y19, Y8)
	ROUND(8, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y10)
	WORD(Y11, Y12, Y20, Y9)
	ROUND(12, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y11)
	WORD(Y12, Y13, Y21, Y10)
	ROUND(16, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y12)
	WORD(Y13, Y14, Y22, Y11)
	ROUND(20, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y13)
	WORD(Y14, Y15, Y23, Y12)
	ROUND(24, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y14)
	WORD(Y15, Y16, Y8, Y13)
	ROUND(28, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y15)
	WORD(Y16, Y17, Y9, Y14)
	ROUND(32, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y16)
	WORD(Y17, Y18, Y10, Y15)
	ROUND(36, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y17)
	WORD(Y18, Y19, Y11, Y16)
	ROUND(40, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y5, Y18)
	WORD(Y19, Y20, Y12, Y17)
	ROUND(44, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y4, Y19)
	WORD(Y20, Y21, Y13, Y18)
	ROUND(48, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y3, Y20)
	WORD(Y21, Y22, Y14, Y19)
	ROUND(52, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y2, Y21)
	WORD(Y22, Y23, Y15, Y20)
	ROUND(56, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y1, Y22)
	WORD(Y23, Y8, Y16, Y21)
	ROUND(60, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y0, Y23)
	DECQ R15
	JNZ sixteen
	VPADDD 0(BX), Y0, Y0
	VPADDD 32(BX), Y1, Y1
	VPADDD 64(BX), Y2, Y2
	VPADDD 96(BX), Y3, Y3
	VPADDD 128(BX), Y4, Y4
	VPADDD 160(BX), Y5, Y5
	VPADDD 192(BX), Y6, Y6
	VPADDD 224(BX), Y7, Y7
	VMOVDQU32 Y0, 0(BX)
	VMOVDQU32 Y1, 32(BX)
	VMOVDQU32 Y2, 64(BX)
	VMOVDQU32 Y3, 96(BX)
	VMOVDQU32 Y4, 128(BX)
	VMOVDQU32 Y5, 160(BX)
	VMOVDQU32 Y6, 192(BX)
	VMOVDQU32 Y7, 224(BX)
	ADDQ $64, DX
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

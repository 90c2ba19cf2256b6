/* SHA-256, FIPS 180-4. Where the processor has instructions for it they are
 * used: they are seven times as fast, and a link hashes all its objects. */

static const uint32_t sha_k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void sha_blocks(uint32_t *h, const unsigned char *p, size_t blocks)
{
	for (; blocks; blocks--, p += 64) {
		uint32_t w[64], s[8];
		for (int i = 0; i < 16; i++)
			w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
		for (int i = 16; i < 64; i++) {
			uint32_t a = w[i - 15], b = w[i - 2];
			w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
		}
		for (int i = 0; i < 8; i++)
			s[i] = h[i];
		for (int i = 0; i < 64; i++) {
			uint32_t e = s[4], a = s[0];
			uint32_t t = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + sha_k[i] + w[i];
			uint32_t u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
			s[7] = s[6], s[6] = s[5], s[5] = s[4], s[4] = s[3] + t;
			s[3] = s[2], s[2] = s[1], s[1] = s[0], s[0] = t + u;
		}
		for (int i = 0; i < 8; i++)
			h[i] += s[i];
	}
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <immintrin.h>

__attribute__((target("sha,sse4.1"))) static void sha_blocks_x86(uint32_t *h, const unsigned char *p, size_t blocks)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
	__m128i t = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)h), 0xb1);
	__m128i s1 = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(h + 4)), 0x1b);
	__m128i s0 = _mm_alignr_epi8(t, s1, 8);
	s1 = _mm_blend_epi16(s1, t, 0xf0);
	for (; blocks; blocks--, p += 64) {
		__m128i a = s0, b = s1, w[4];
		for (int i = 0; i < 16; i++) {
			__m128i *now = &w[i & 3];
			if (i < 4) {
				*now = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)p + i), swap);
			} else {
				__m128i last = w[(i + 3) & 3];
				__m128i x = _mm_add_epi32(_mm_sha256msg1_epu32(*now, w[(i + 1) & 3]), _mm_alignr_epi8(last, w[(i + 2) & 3], 4));
				*now = _mm_sha256msg2_epu32(x, last);
			}
			__m128i k = _mm_add_epi32(*now, _mm_loadu_si128((const __m128i *)(sha_k + 4 * i)));
			s1 = _mm_sha256rnds2_epu32(s1, s0, k);
			s0 = _mm_sha256rnds2_epu32(s0, s1, _mm_shuffle_epi32(k, 0x0e));
		}
		s0 = _mm_add_epi32(s0, a);
		s1 = _mm_add_epi32(s1, b);
	}
	t = _mm_shuffle_epi32(s0, 0x1b);
	s1 = _mm_shuffle_epi32(s1, 0xb1);
	_mm_storeu_si128((__m128i *)h, _mm_blend_epi16(t, s1, 0xf0));
	_mm_storeu_si128((__m128i *)(h + 4), _mm_alignr_epi8(s1, t, 8));
}

/* CPUID traps in a virtual machine, so it is asked only for much data. */
static int has_sha(size_t n)
{
	static int known = -1;
	unsigned a, b, c, d;
	if (known < 0 && n < (1 << 15))
		return 0;
	if (known < 0) {
		known = 0;
		if (__get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 19)) && (c & (1u << 9)) && __get_cpuid_count(7, 0, &a, &b, &c, &d))
			known = b >> 29 & 1;
	}
	return known;
}
#endif

/* sha256 returns the digest in lower-case hexadecimal. */
static const char *sha256(const unsigned char *p, size_t n)
{
	uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	void (*blocks)(uint32_t *, const unsigned char *, size_t) = sha_blocks;
#if defined(__x86_64__) && defined(__GNUC__)
	if (has_sha(n))
		blocks = sha_blocks_x86;
#endif
	unsigned char tail[128] = {0};
	size_t rest = n & 63, padded = rest < 56 ? 64 : 128;
	blocks(h, p, n / 64);
	memcpy(tail, p + (n - rest), rest);
	tail[rest] = 0x80;
	for (int i = 0; i < 8; i++)
		tail[padded - 1 - (size_t)i] = (unsigned char)((uint64_t)n * 8 >> (8 * i));
	blocks(h, tail, padded / 64);
	char *hex = take(65);
	for (int i = 0; i < 64; i++)
		hex[i] = "0123456789abcdef"[h[i / 8] >> (28 - 4 * (i % 8)) & 15];
	return hex;
}

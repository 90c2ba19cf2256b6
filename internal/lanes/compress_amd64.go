package lanes

import (
	"sync"
	"time"

	"golang.org/x/sys/cpu"
)

// roundConstants are those of FIPS 180-4, section 4.2.2.
//
//lint:ignore U1000 the assembly reads them
var roundConstants = [64]uint32{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

// Few streams are hashed sooner two by two than in lanes of which some are
// empty: so many are enough for eight and for sixteen lanes.
const (
	enoughForEight   = 6
	enoughForSixteen = 12
)

// A processor that has zmm registers is not always faster with them: the first
// ones lower their clock. Those that also have the two younger extensions
// (Sapphire Rapids, Zen 4, and later) do not.
var (
	hasSixteen = hasEight && cpu.X86.HasAVX512VBMI2 && cpu.X86.HasAVX512BF16
	hasEight   = cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512BW
	hasTwo     = cpu.X86.HasAVX && cpu.X86.HasSSSE3 && cpu.X86.HasSSE41 && hasSHA()
)

// lanesPay says whether many streams are hashed sooner in lanes than two by two.
// Where a processor has both ways, which of them is faster depends on its kind.
var lanesPay = sync.OnceValue(func() bool { return hasEight && (!hasTwo || lanesFaster()) })

// lanesFaster tries both ways in turn on blocks that stay in the first-level
// cache, which takes a tenth of a millisecond. Lanes must be clearly faster:
// they are only where many streams meet, and by then what they hash has left the cache.
func lanesFaster() bool {
	const (
		tries  = 6
		blocks = 16 // of each stream
		clear  = 1.15
	)
	var all [width]lane
	var streams [width]*lane
	data := make([]byte, blocks*blockSize)
	took := func(hash func()) time.Duration {
		for i := range all {
			all[i] = lane{data: data}
			streams[i] = &all[i]
		}
		start := time.Now()
		hash()
		return time.Since(start)
	}
	pairs, lanes := time.Hour, time.Hour
	for range tries {
		pairs = min(pairs, took(func() {
			for i := 0; i < width; i += 2 {
				two(streams[i], streams[i+1])
			}
		}))
		lanes = min(lanes, took(func() {
			eight(streams[:8], blocks)
			eight(streams[8:], blocks)
		}))
		if hasSixteen {
			lanes = min(lanes, took(func() { sixteen(streams[:], blocks) }))
		}
	}
	return float64(pairs) > clear*float64(lanes)
}

// widest is how many streams are best hashed together here.
func widest() int {
	switch {
	case hasSixteen && lanesPay():
		return 16
	case hasEight && lanesPay():
		return 8
	case hasTwo:
		return 2
	}
	return 1
}

// compress16 hashes n blocks of each of sixteen streams. The word i of the
// stream k is states[16*i+k].
//
//go:noescape
func compress16(states *[words * 16]uint32, data *[16]*byte, n int)

// compress8 is compress16 of eight streams.
//
//go:noescape
func compress8(states *[words * 8]uint32, data *[8]*byte, n int)

// compress2 hashes n blocks of each of two streams.
//
//go:noescape
func compress2(a, b *[words]uint32, dataA, dataB *byte, n int)

// hasSHA says whether the processor has the SHA instructions (CPUID, leaf 7, EBX, bit 29).
func hasSHA() bool

// compress hashes whole blocks of all lanes, as long as there is more than one
// lane that has some.
func compress(lanes []lane) {
	var left [width]*lane
	for {
		k, n := 0, 0
		for i := range lanes {
			if b := lanes[i].blocks(); b > 0 {
				if left[k] = &lanes[i]; k == 0 || b < n {
					n = b
				}
				k++
			}
		}
		switch {
		case widest() == 16 && (k >= enoughForSixteen || k > 8 && !hasTwo):
			sixteen(left[:k], n)
		case widest() >= 8 && (k >= enoughForEight || k > 1 && !hasTwo):
			eight(left[:min(k, 8)], n)
		case hasTwo && k > 1:
			for ; k > 1; k -= 2 {
				two(left[k-1], left[k-2])
			}
		default:
			return
		}
	}
}

// sixteen hashes n blocks of each of up to sixteen lanes.
func sixteen(lanes []*lane, n int) {
	var states [words * 16]uint32
	var data [16]*byte
	spread(lanes, states[:], data[:])
	compress16(&states, &data, n)
	gather(lanes, states[:], n)
}

// eight hashes n blocks of each of up to eight lanes.
func eight(lanes []*lane, n int) {
	var states [words * 8]uint32
	var data [8]*byte
	spread(lanes, states[:], data[:])
	compress8(&states, &data, n)
	gather(lanes, states[:], n)
}

// spread puts lanes side by side, as many as there are data. Those that are
// missing are the first one again, for nothing.
func spread(lanes []*lane, states []uint32, data []*byte) {
	for k := range data {
		l := lanes[0]
		if k < len(lanes) {
			l = lanes[k]
		}
		data[k] = &l.data[l.at]
		for i, w := range l.state {
			states[i*len(data)+k] = w
		}
	}
}

// gather undoes spread after n blocks of each lane were hashed.
func gather(lanes []*lane, states []uint32, n int) {
	wide := len(states) / words
	for k, l := range lanes {
		l.at += n * blockSize
		for i := range l.state {
			l.state[i] = states[i*wide+k]
		}
	}
}

// two hashes as many blocks as both lanes have.
func two(a, b *lane) {
	n := min(a.blocks(), b.blocks())
	compress2(&a.state, &b.state, &a.data[a.at], &b.data[b.at], n)
	a.at += n * blockSize
	b.at += n * blockSize
}

// Package lanes hashes several streams with SHA-256 (FIPS 180-4) at a time.
//
// One stream takes two cycles a byte on a processor with SHA instructions,
// because each of its rounds waits for the one before. Rounds of different
// streams need not wait for each other: with AVX-512 sixteen or eight streams are
// hashed in the lanes of one register, and with the SHA instructions two streams
// alternate. Where neither is possible, and for what is left over, it is
// crypto/sha256 that hashes.
//
// The state of a stream is always a hash of crypto/sha256. Between two calls
// anybody may go on writing to it, or take its sum. If a release of Go should
// write its states in another format, Write notices and leaves the work to it.
package lanes

import (
	"encoding"
	"encoding/binary"
	"hash"
)

// Chunk is what a hash is to take in next.
type Chunk struct {
	Hash hash.Hash
	Data []byte
}

// Write does chunk.Hash.Write(chunk.Data) for each chunk. The hashes must be
// different ones. Those that are not of crypto/sha256 are written to one by one.
func Write(chunks []Chunk) {
	if widest() == 1 {
		for _, c := range chunks {
			c.Hash.Write(c.Data)
		}
		return
	}
	for len(chunks) > 0 {
		n := min(len(chunks), width)
		writeTogether(chunks[:n])
		chunks = chunks[n:]
	}
}

// writeTogether is Write of at most width chunks. A chunk that is alone in
// having bytes left goes on without changing its state to and fro.
func writeTogether(chunks []Chunk) {
	var all [width]lane
	n := 0
	for _, c := range chunks {
		if len(chunks) > 1 && all[n].take(c) {
			n++
		} else {
			c.Hash.Write(c.Data)
		}
	}
	compress(all[:n])
	for i := range n {
		all[i].giveBack()
	}
}

const (
	width     = 16 // how many streams are hashed together at most
	blockSize = 64 // bytes
	words     = 8  // of a state
)

// lane is a stream while it is hashed together with others. Its data begin at
// a boundary of blocks.
type lane struct {
	state  [words]uint32
	data   []byte
	hash   state
	length uint64 // bytes hashed before data
	at     int    // of data, bytes hashed
}

// state is a hash whose state can be read and set.
type state interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// What crypto/sha256 writes as its state: magic, words, the bytes of a block
// that is not full, and how many bytes there were in all; big-endian.
const (
	magic     = "sha\x03"
	wordsAt   = len(magic)
	lengthAt  = wordsAt + 4*words + blockSize
	stateSize = lengthAt + 8
)

// take makes c a lane. False means that c has too few bytes, or a hash of
// another kind, and that nothing was done.
func (l *lane) take(c Chunk) bool {
	h, ok := c.Hash.(state)
	if !ok || h.BlockSize() != blockSize || len(c.Data) < 2*blockSize {
		return false
	}
	var buf [stateSize]byte
	s, err := h.AppendBinary(buf[:0])
	if err != nil || len(s) != stateSize || string(s[:wordsAt]) != magic {
		return false
	}
	l.length = binary.BigEndian.Uint64(s[lengthAt:])
	fill := int(-l.length % blockSize)
	if fill > 0 { // complete the block that is not full
		h.Write(c.Data[:fill])
		l.length += uint64(fill)
		if s, err = h.AppendBinary(buf[:0]); err != nil {
			panic("lanes: a state was written once and not twice: " + err.Error())
		}
	}
	for i := range l.state {
		l.state[i] = binary.BigEndian.Uint32(s[wordsAt+4*i:])
	}
	l.hash, l.data, l.at = h, c.Data[fill:], 0
	return true
}

// giveBack sets the state of the hash, which then takes what is left.
func (l *lane) giveBack() {
	if l.at > 0 {
		s := make([]byte, 0, stateSize)
		s = append(s, magic...)
		for _, w := range l.state {
			s = binary.BigEndian.AppendUint32(s, w)
		}
		s = append(s, make([]byte, blockSize)...)
		s = binary.BigEndian.AppendUint64(s, l.length+uint64(l.at))
		if err := l.hash.UnmarshalBinary(s); err != nil {
			panic("lanes: a state of crypto/sha256 is not read: " + err.Error())
		}
	}
	l.hash.Write(l.data[l.at:])
}

// blocks is how many whole blocks are left.
func (l *lane) blocks() int { return (len(l.data) - l.at) / blockSize }

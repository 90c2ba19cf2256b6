package image

import "encoding/binary"

// isExt wants a revision and a block size that exist.
func isExt(h []byte) bool {
	return len(h) >= 2048 && binary.LittleEndian.Uint32(h[1024+76:]) <= 1 && binary.LittleEndian.Uint32(h[1024+24:]) <= 6
}

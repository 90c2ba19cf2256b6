package image

import "encoding/binary"

// isFAT wants a parameter block that makes sense.
func isFAT(h []byte) bool {
	if len(h) < 512 || h[510] != 0x55 || h[511] != 0xaa || h[0] != 0xeb && h[0] != 0xe9 {
		return false
	}
	sector, cluster := binary.LittleEndian.Uint16(h[11:]), h[13]
	return sector >= 512 && sector <= 4096 && sector&(sector-1) == 0 && cluster != 0 && cluster&(cluster-1) == 0 &&
		binary.LittleEndian.Uint16(h[14:]) > 0 && (h[16] == 1 || h[16] == 2) && h[21] >= 0xf0
}

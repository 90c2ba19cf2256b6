package explain

import (
	"bytes"
	"crypto/x509"
	"strings"
)

// knownFormat says what the bytes are, where a format is known that is not an
// archive: a Difference that has no cause yet may get one.
func knownFormat(d *Difference, path string, heads [2][]byte, e extent) {
	if d.Cause != "" {
		return
	}
	begin := func(magic string) bool {
		return bytes.HasPrefix(heads[0], []byte(magic)) && bytes.HasPrefix(heads[1], []byte(magic))
	}
	switch {
	case begin("adcg") || begin("gcda"):
		d.Cause, d.Detail = ProfileData, "counters of gcov, written when the program ran; "+d.Detail
	case begin("\x81rforpl\xff") || begin("\xfflprofr\x81") || begin("\x81Rforpl\xff") || begin("\xfflprofi\x81"):
		d.Cause, d.Detail = ProfileData, "a profile of LLVM, written when the program ran; "+d.Detail
	case pycTime(path, heads, e):
		d.Cause, d.Detail = Timestamp, "the time of the source that Python compiled; "+d.Detail
	case isCertificate(heads[0], e.sizes[0]) && isCertificate(heads[1], e.sizes[1]):
		d.Cause, d.Detail = SigningKey, "two X.509 certificates; "+d.Detail
	}
}

// pycTime says whether only the time in the header of a compiled Python module
// differs (PEP 552): flags of 0 at byte 4, then the source's mtime of 4 bytes.
func pycTime(path string, heads [2][]byte, e extent) bool {
	if !strings.HasSuffix(path, ".pyc") || e.sizes[0] != e.sizes[1] || e.sizes[0] < 16 || len(e.ranges) == 0 {
		return false
	}
	for _, h := range heads {
		if string(h[2:4]) != "\r\n" || string(h[4:8]) != "\x00\x00\x00\x00" {
			return false
		}
	}
	return e.prefix >= 8 && e.ranges[len(e.ranges)-1].to <= 12 && !e.more
}

// isCertificate says whether a whole content is one certificate in DER.
func isCertificate(head []byte, size int64) bool {
	if int64(len(head)) != size || len(head) < 4 || head[0] != 0x30 {
		return false
	}
	_, err := x509.ParseCertificate(head)
	return err == nil
}

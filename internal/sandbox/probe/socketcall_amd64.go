package probe

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// int80 makes a system call as 32-bit programs do. A kernel without 32-bit
// emulation kills the process.
func int80(nr, a, b, c uintptr) uintptr

const (
	socketcall32 = 102
	socket32     = 359
)

func vsockBy32(port uint32) (bool, string) {
	mem, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_32BIT)
	if err != nil {
		return false, err.Error()
	}
	args := (*[3]uint32)(unsafe.Pointer(&mem[0]))
	*args = [3]uint32{unix.AF_VSOCK, unix.SOCK_STREAM, 0}
	call := func(nr, a, b, c uintptr) (int, error) {
		r := int80(nr, a, b, c)
		if n := int32(r); n < 0 {
			return -1, unix.Errno(-n)
		}
		return int(int32(r)), nil
	}
	ways := []struct {
		name   string
		socket func() (int, error)
	}{
		{"socketcall", func() (int, error) {
			return call(socketcall32, 1, uintptr(unsafe.Pointer(&mem[0])), 0)
		}},
		{"socket", func() (int, error) { return call(socket32, unix.AF_VSOCK, unix.SOCK_STREAM, 0) }},
	}
	all, detail := true, ""
	for _, w := range ways {
		fd, err := w.socket()
		if err != nil {
			detail += w.name + ": no socket: " + brief(err) + "; "
			continue
		}
		unix.Close(fd)
		held, d := everyCID(port, w.socket)
		all, detail = all && held, detail+w.name+": "+d+"; "
	}
	return all, detail
}

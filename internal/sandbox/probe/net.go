package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const patience = 150 * time.Millisecond

// elsewhere are addresses beyond the host: documentation networks, the address
// that clouds serve metadata on, multicast and broadcast.
var elsewhere = []string{"192.0.2.1:80", "198.51.100.1:53", "169.254.169.254:80", "[2001:db8::1]:80", "[fe80::1%lo]:80"}

func interfaces(*Config) (bool, string) {
	ifs, err := net.Interfaces()
	if err != nil {
		return false, err.Error()
	}
	var names []string
	only := true
	for _, i := range ifs {
		names = append(names, i.Name)
		only = only && i.Flags&net.FlagLoopback != 0
	}
	return only, strings.Join(names, " ")
}

// routes fails if a route leads anywhere but to the loopback interface.
func routes(*Config) (bool, string) {
	v4, err := os.ReadFile("/proc/net/route")
	if err != nil {
		return false, err.Error()
	}
	v6, _ := os.ReadFile("/proc/net/ipv6_route")
	var out []string
	lines := strings.Split(strings.TrimSpace(string(v4)), "\n")[1:]
	for _, l := range lines {
		if !strings.HasPrefix(l, "lo\t") {
			out = append(out, l)
		}
	}
	for l := range strings.Lines(string(v6)) {
		if !strings.HasSuffix(strings.TrimSpace(l), " lo") {
			out = append(out, strings.TrimSpace(l))
		}
	}
	return len(out) == 0, count(out, "route")
}

// dns asks the servers that a resolver would ask, and the canaries.
func dns(c *Config) (bool, string) {
	query := []byte("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00\x00\x01\x00\x01")
	targets := append([]string{"127.0.0.53:53", "127.0.0.11:53", "192.0.2.53:53", "[::1]:53"}, c.UDP...)
	return every(targets, func(a string) (bool, string) { return send("udp", a, query) })
}

func tcp(c *Config) (bool, string) {
	return every(append(elsewhere, c.TCP...), func(a string) (bool, string) { return send("tcp", a, []byte("probe")) })
}

func udp(c *Config) (bool, string) {
	targets := append([]string{"224.0.0.251:5353", "255.255.255.255:9"}, elsewhere...)
	return every(append(targets, c.UDP...), func(a string) (bool, string) { return send("udp", a, []byte("probe")) })
}

// every tries all targets at once.
func every(targets []string, try func(string) (bool, string)) (bool, string) {
	type answer struct {
		held   bool
		detail string
	}
	answers := make([]answer, len(targets))
	var wg sync.WaitGroup
	for i, a := range targets {
		wg.Go(func() {
			held, detail := try(a)
			answers[i] = answer{held, a + ": " + detail}
		})
	}
	wg.Wait()
	all, details := true, []string{}
	for _, a := range answers {
		all = all && a.held
		details = append(details, a.detail)
	}
	return all, strings.Join(details, "; ")
}

// send sends data to an address. An answer is a way out; so is a packet that
// found a route to anywhere but the container's own loopback.
func send(network, address string, data []byte) (bool, string) {
	own := loopback(address)
	conn, err := dial(network, address)
	if err == nil {
		defer conn.Close()
		_, err = conn.Write(data)
		if err == nil && network == "tcp" {
			return false, "connected"
		}
		if err == nil {
			_ = conn.SetReadDeadline(time.Now().Add(patience / 5))
			if n, _ := conn.Read(make([]byte, 512)); n > 0 {
				return false, "answered"
			}
			return own, "sent"
		}
	}
	return own && refused(err) || unreachable(err), brief(err)
}

// dial tries again, with more time, when time ran out: on a machine under load
// the kernel's answer may come only after that. Where packets are dropped, time
// runs out again, and that is a way out. UDP has nothing to wait for.
func dial(network, address string) (net.Conn, error) {
	if network == "udp" {
		return net.Dial(network, address)
	}
	conn, err := net.DialTimeout(network, address, patience)
	if errors.Is(err, context.DeadlineExceeded) {
		conn, err = net.DialTimeout(network, address, 10*patience)
	}
	return conn, err
}

func loopback(address string) bool {
	ap, err := netip.ParseAddrPort(address)
	return err == nil && ap.Addr().IsLoopback()
}

func refused(err error) bool { return errors.Is(err, unix.ECONNREFUSED) }

// unreachable says that a packet never left.
func unreachable(err error) bool {
	for _, e := range []error{unix.ENETUNREACH, unix.EHOSTUNREACH, unix.EADDRNOTAVAIL, unix.EACCES,
		unix.EPERM, unix.EAFNOSUPPORT, unix.ENODEV, unix.EINVAL, unix.EPROTONOSUPPORT, unix.ENETDOWN} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func raw(c *Config) (bool, string) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)
	if err != nil {
		return true, "no socket: " + brief(err)
	}
	defer unix.Close(fd)
	echo := []byte{8, 0, 0xf7, 0xff, 0, 0, 0, 0}
	for _, a := range append(elsewhere[:3:3], c.TCP...) {
		ap, err := netip.ParseAddrPort(a)
		if err != nil || !ap.Addr().Is4() || ap.Addr().IsLoopback() {
			continue
		}
		if err := unix.Sendto(fd, echo, 0, &unix.SockaddrInet4{Addr: ap.Addr().As4()}); !unreachable(err) {
			return false, a + ": " + brief(err)
		}
	}
	return true, "socket, but nothing is reachable"
}

func packet(*Config) (bool, string) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return true, "no socket: " + brief(err)
	}
	defer unix.Close(fd)
	held, names := interfaces(nil)
	return held, "socket, on interfaces " + names
}

func vsock(c *Config) (bool, string) {
	fd, err := unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0)
	if err != nil {
		return true, "no socket: " + brief(err)
	}
	unix.Close(fd)
	return everyCID(c.VSock, func() (int, error) { return unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0) })
}

// everyCID connects to the hypervisor, to the machine itself and to the host.
func everyCID(port uint32, socket func() (int, error)) (bool, string) {
	all, details := true, []string{}
	for _, cid := range []uint32{unix.VMADDR_CID_HYPERVISOR, unix.VMADDR_CID_LOCAL, unix.VMADDR_CID_HOST} {
		fd, err := socket()
		if err == nil {
			tv := unix.NsecToTimeval(int64(patience))
			_ = unix.SetsockoptTimeval(fd, unix.AF_VSOCK, 6, &tv) // SO_VM_SOCKETS_CONNECT_TIMEOUT
			err = unix.Connect(fd, &unix.SockaddrVM{CID: cid, Port: port})
			unix.Close(fd)
		}
		all = all && unreachable(err)
		details = append(details, fmt.Sprintf("cid %d: %s", cid, brief(err)))
	}
	return all, strings.Join(details, "; ")
}

func abstract(c *Config) (bool, string) {
	all, details := true, []string{}
	for _, name := range c.Unix {
		for _, kind := range []string{"unix", "unixgram"} {
			conn, err := dial(kind, "@"+name)
			if err == nil {
				_, _ = conn.Write([]byte("probe"))
				conn.Close()
				all = false
			}
			details = append(details, kind+": "+brief(err))
		}
	}
	data, _ := os.ReadFile("/proc/net/unix")
	if n := strings.Count(string(data), "@"); n > 0 {
		return false, fmt.Sprintf("%d abstract sockets are visible", n)
	}
	return all, strings.Join(details, "; ")
}

// sockets looks for sockets of daemons.
func sockets(*Config) (bool, string) {
	var found []string
	for _, p := range []string{"/run/docker.sock", "/var/run/docker.sock", "/run/containerd/containerd.sock",
		"/run/buildkit/buildkitd.sock", "/run/podman/podman.sock", "/run/dbus/system_bus_socket", "/dev/log",
		"/run/systemd/private", "/run/systemd/notify", "/dev/otel-grpc.sock", "/run/nscd/socket", "/run/udev/control"} {
		if _, err := os.Stat(p); err == nil {
			found = append(found, p)
		}
	}
	return len(found) == 0, count(found, "socket")
}

func count(found []string, what string) string {
	if len(found) == 0 {
		return "no " + what
	}
	return strings.Join(found, "; ")
}

// brief is the innermost error.
func brief(err error) string {
	if err == nil {
		return "went through"
	}
	var errno unix.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

package sandbox

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// canaries listen on the host for anything that comes out of a container.
type canaries struct {
	all   []*Canary
	stop  closers
	vsock uint32 // port
}

// Canary is one listener and what it has counted.
type Canary struct {
	Network string `json:"network"`
	Address string `json:"address"`
	Count   int64  `json:"count"`             // connections or packets
	Skipped string `json:"skipped,omitempty"` // why it could not listen
}

// release opens canaries on TCP and UDP, on loopback and on an address of each
// family that the host has, on an abstract unix socket and on a vsock port.
func release() (*canaries, error) {
	c := &canaries{}
	hosts := []string{"127.0.0.1", "::1"}
	hosts = append(hosts, hostAddresses()...)
	for _, h := range hosts {
		if err := errors.Join(c.tcp(h), c.udp(h)); err != nil {
			if h == "127.0.0.1" {
				return nil, errors.Join(err, c.stop.Close())
			}
			c.all = append(c.all, &Canary{Network: "ip", Address: h, Skipped: err.Error()})
		}
	}
	if err := c.unix(); err != nil {
		return nil, errors.Join(err, c.stop.Close())
	}
	c.vm()
	return c, nil
}

// hostAddresses returns one address of each family that is not loopback.
func hostAddresses() []string {
	addrs, _ := net.InterfaceAddrs()
	var v4, v6 string
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		switch {
		case err != nil || p.Addr().IsLoopback() || p.Addr().IsLinkLocalUnicast():
		case p.Addr().Is4() && v4 == "":
			v4 = p.Addr().String()
		case p.Addr().Is6() && v6 == "":
			v6 = p.Addr().String()
		}
	}
	var found []string
	for _, a := range []string{v4, v6} {
		if a != "" {
			found = append(found, a)
		}
	}
	return found
}

func (c *canaries) tcp(host string) error {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err == nil {
		c.accept(l, "tcp", l.Addr().String())
	}
	return err
}

func (c *canaries) udp(host string) error {
	p, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
	if err == nil {
		c.receive(p, "udp", p.LocalAddr().String())
	}
	return err
}

func (c *canaries) unix() error {
	name := "dombuild-canary-" + rand.Text()
	l, err := net.Listen("unix", "@"+name)
	if err != nil {
		return err
	}
	c.accept(l, "unix", name)
	name = "dombuild-canary-" + rand.Text()
	p, err := net.ListenPacket("unixgram", "@"+name)
	if err != nil {
		return err
	}
	c.receive(p, "unixgram", name)
	return nil
}

// accept counts connections until the listener is closed.
func (c *canaries) accept(l net.Listener, network, address string) {
	canary := c.add(network, address, l.Close)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			atomic.AddInt64(&canary.Count, 1)
			conn.Close()
		}
	}()
}

func (c *canaries) receive(p net.PacketConn, network, address string) {
	canary := c.add(network, address, p.Close)
	go func() {
		buf := make([]byte, 2048)
		for {
			if _, _, err := p.ReadFrom(buf); err != nil {
				return
			}
			atomic.AddInt64(&canary.Count, 1)
		}
	}()
}

func (c *canaries) add(network, address string, stop func() error) *Canary {
	canary := &Canary{Network: network, Address: address}
	c.all = append(c.all, canary)
	c.stop = append(c.stop, stop)
	return canary
}

// vm listens on a vsock port, if this kernel has any.
func (c *canaries) vm() {
	const first = 0xd0b0
	fd, err := unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	c.vsock = first
	for err == nil {
		if err = unix.Bind(fd, &unix.SockaddrVM{CID: unix.VMADDR_CID_ANY, Port: c.vsock}); errors.Is(err, unix.EADDRINUSE) && c.vsock < first+64 {
			c.vsock++
			err = nil
			continue
		}
		if err == nil {
			err = unix.Listen(fd, 16)
		}
		break
	}
	if err != nil {
		if fd >= 0 {
			unix.Close(fd)
		}
		c.all = append(c.all, &Canary{Network: "vsock", Skipped: err.Error()})
		return
	}
	canary := c.add("vsock", fmt.Sprint(c.vsock), func() error { return nil })
	f := os.NewFile(uintptr(fd), "vsock")
	c.stop = append(c.stop, f.Close)
	go func() {
		raw, err := f.SyscallConn()
		if err != nil {
			return
		}
		_ = raw.Read(func(fd uintptr) bool {
			conn, _, err := unix.Accept(int(fd))
			if err == nil {
				atomic.AddInt64(&canary.Count, 1)
				unix.Close(conn)
			}
			return err != nil && !errors.Is(err, unix.EAGAIN)
		})
	}()
}

// addresses returns those of one network.
func (c *canaries) addresses(networks ...string) []string {
	var found []string
	for _, k := range c.all {
		for _, n := range networks {
			if k.Network == n && k.Skipped == "" {
				found = append(found, k.Address)
			}
		}
	}
	return found
}

// counts returns what has been counted so far.
func (c *canaries) counts() []Canary {
	found := make([]Canary, len(c.all))
	for i, k := range c.all {
		found[i] = Canary{Network: k.Network, Address: k.Address, Skipped: k.Skipped, Count: atomic.LoadInt64(&k.Count)}
	}
	return found
}

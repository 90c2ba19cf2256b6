package probe

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// netlink sends one message and returns the kernel's answer.
func netlink(protocol int, kind, flags uint16, payload []byte) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	msg := make([]byte, unix.SizeofNlMsghdr, 128)
	msg = append(msg, payload...)
	binary.NativeEndian.PutUint32(msg[0:], uint32(len(msg)))
	binary.NativeEndian.PutUint16(msg[4:], kind)
	binary.NativeEndian.PutUint16(msg[6:], flags|unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	if err := unix.Sendto(fd, msg, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	tv := unix.NsecToTimeval(int64(patience))
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv)
	buf := make([]byte, 8192)
	n, _, err := unix.Recvfrom(fd, buf, 0)
	if err != nil {
		return err
	}
	if n >= unix.SizeofNlMsghdr+4 && binary.NativeEndian.Uint16(buf[4:]) == unix.NLMSG_ERROR {
		if code := int32(binary.NativeEndian.Uint32(buf[unix.SizeofNlMsghdr:])); code != 0 {
			return unix.Errno(-code)
		}
	}
	return nil
}

// netlinkRoute tries to make a dummy and a veth interface and a default route.
func netlinkRoute(*Config) (bool, string) {
	link := make([]byte, unix.SizeofIfInfomsg)
	dummy := append(link, attribute(unix.IFLA_LINKINFO, attribute(unix.IFLA_INFO_KIND, []byte("dummy")))...)
	if err := netlink(unix.NETLINK_ROUTE, unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL, dummy); err == nil {
		return false, "made an interface"
	}
	route := []byte{unix.AF_INET, 0, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST, 0, 0, 0, 0}
	route = append(route, attribute(unix.RTA_OIF, []byte{1, 0, 0, 0})...)
	err := netlink(unix.NETLINK_ROUTE, unix.RTM_NEWROUTE, unix.NLM_F_CREATE, route)
	if err == nil {
		return false, "made a default route"
	}
	return true, brief(err)
}

func attribute(kind uint16, data []byte) []byte {
	b := make([]byte, 4, 4+len(data)+3)
	binary.NativeEndian.PutUint16(b, uint16(4+len(data)))
	binary.NativeEndian.PutUint16(b[2:], kind)
	b = append(b, data...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func netlinkAudit(*Config) (bool, string) {
	err := netlink(unix.NETLINK_AUDIT, 1000, 0, nil) // AUDIT_GET
	return err != nil, brief(err)
}

// netlinkUevent listens to the kernel's events, which are not confined to a
// network namespace. Nothing can be sent that way, so hearing them is reported
// and is no way out.
func netlinkUevent(*Config) (bool, string) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return true, "no socket: " + brief(err)
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1}); err != nil {
		return true, "deaf: " + brief(err)
	}
	err = unix.Sendto(fd, []byte("add@/probe\x00"), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1})
	return err != nil, "hears device events of the host; sending: " + brief(err)
}

// netlinkConnector asks for events about processes.
func netlinkConnector(*Config) (bool, string) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_CONNECTOR)
	if err != nil {
		return true, "no socket: " + brief(err)
	}
	defer unix.Close(fd)
	err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1})
	if err == nil {
		err = netlink(unix.NETLINK_CONNECTOR, 3, 0, []byte{1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0})
	}
	if errors.Is(err, unix.EAGAIN) {
		return true, "no answer"
	}
	return err != nil, brief(err)
}

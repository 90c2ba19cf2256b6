// The guest is the only program in the root file system of the sandbox's tests:
// a static toolbox that needs nothing from the machine that runs them.
//
//	guest CMD ARG… [; CMD ARG…]…
//
// It is the sandbox's container runtime and probe too.
package main

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/dombuild/dombuild/internal/sandbox/probe"
	_ "github.com/dombuild/dombuild/internal/sandbox/runtime"
	"golang.org/x/sys/unix"
)

func main() {
	args := os.Args[1:]
	for len(args) > 0 {
		n := 0
		for n < len(args) && args[n] != ";" {
			n++
		}
		if err := run(args[0], args[1:n]); err != nil {
			fmt.Fprintln(os.Stderr, "guest:", err)
			os.Exit(1)
		}
		args = args[min(n+1, len(args)):]
	}
}

func run(cmd string, args []string) error {
	switch cmd {
	case "echo":
		fmt.Println(strings.Join(args, " "))
	case "err":
		fmt.Fprintln(os.Stderr, strings.Join(args, " "))
	case "exit":
		n, _ := strconv.Atoi(args[0])
		os.Exit(n)
	case "sleep":
		d, err := time.ParseDuration(args[0])
		time.Sleep(d)
		return err
	case "spin": // a process that must be killed
		fmt.Println("spinning")
		for {
			time.Sleep(time.Hour)
		}
	case "write":
		return os.WriteFile(args[0], []byte(strings.Join(args[1:], " ")), 0o644)
	case "mustfail":
		if err := run(args[0], args[1:]); err == nil {
			return fmt.Errorf("%q went well", args)
		} else {
			fmt.Println("as it should:", err)
		}
	case "try":
		fmt.Println("tried:", run(args[0], args[1:]))
	case "vsock":
		cid, _ := strconv.Atoi(args[0])
		port, _ := strconv.Atoi(args[1])
		fd, err := unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0)
		if err != nil {
			return err
		}
		return unix.Connect(fd, &unix.SockaddrVM{CID: uint32(cid), Port: uint32(port)})
	case "socket":
		var n [3]int
		for i := range n {
			n[i], _ = strconv.Atoi(args[i])
		}
		_, err := unix.Socket(n[0], n[1], n[2])
		return err
	case "link": // make a network interface
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)
		if err != nil {
			return err
		}
		return unix.BindToDevice(fd, "eth0")
	case "setns":
		fd, err := unix.Open(args[0], unix.O_RDONLY, 0)
		if err != nil {
			return err
		}
		return unix.Setns(fd, 0)
	case "cat":
		data, err := os.ReadFile(args[0])
		os.Stdout.Write(data)
		return err
	case "copy":
		data, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		return os.WriteFile(args[1], data, 0o644)
	case "mkdir":
		return os.MkdirAll(args[0], 0o755)
	case "ln":
		return os.Symlink(args[0], args[1])
	case "hardlink":
		return os.Link(args[0], args[1])
	case "env":
		for _, kv := range os.Environ() {
			fmt.Println(kv)
		}
	case "id":
		h, err := os.Hostname()
		wd, _ := os.Getwd()
		fmt.Println(os.Getuid(), os.Getgid(), h, wd)
		return err
	case "ls":
		return filepath.WalkDir(args[0], func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			fi, err := d.Info()
			if err != nil {
				return err
			}
			st := fi.Sys().(*syscall.Stat_t)
			fmt.Println(fi.Mode(), st.Uid, st.Gid, fi.Size(), fi.ModTime().Unix(), p)
			return nil
		})
	case "lines":
		n, _ := strconv.Atoi(args[0])
		for i := range n {
			fmt.Println("line", i)
		}
	case "dial":
		c, err := net.DialTimeout(args[0], args[1], 2*time.Second)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = c.Write([]byte("out"))
		return err
	case "lookup":
		_, err := net.LookupHost(args[0])
		return err
	case "mount":
		return syscall.Mount(args[0], args[1], args[2], 0, "")
	default:
		return fmt.Errorf("no command %q", cmd)
	}
	return nil
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/archivetest"
)

type script = testscript.TestScript

// commands are what scripts can say beyond testscript's own.
var commands = map[string]func(ts *script, neg bool, args []string){
	"exits":     cmdExits,
	"json":      cmdJSON,
	"archive":   cmdArchive,
	"edit":      cmdEdit,
	"flip":      cmdFlip,
	"blob":      cmdBlob,
	"stopped":   cmdStopped,
	"killedat":  cmdKilledAt,
	"leftovers": cmdLeftovers,
	"tmpfs":     cmdTmpfs,
	"canary":    cmdCanary,
	"host":      cmdHost,
	"kernel":    cmdKernel,
	"buildkitd": cmdBuildkitd,
	"layout":    cmdLayout,
	"gitsite":   cmdGitsite,
	"serve":     cmdServe,
	"cached":    cmdCached,
}

// exits CODE PROGRAM ARGS… runs a program that has to end with that code.
func cmdExits(ts *script, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGS…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := exitOf(ts, ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func exitOf(ts *script, err error) int {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if exit == nil {
		return 0
	}
	if s := exit.Sys().(syscall.WaitStatus); s.Signaled() {
		return 128 + int(s.Signal())
	}
	return exit.ExitCode()
}

// json SCHEMA [PATH=VALUE…]: standard output is one JSON document of that
// schema. PATH is dotted, a number indexes, len is a length; the value is as
// fmt prints it.
func cmdJSON(ts *script, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: json SCHEMA [PATH=VALUE…]")
	}
	d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		ts.Fatalf("standard output is not a JSON document: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		ts.Fatalf("standard output is more than one JSON document")
	}
	if doc["schema"] != args[0] {
		ts.Fatalf("schema is %v, want %s", doc["schema"], args[0])
	}
	for _, a := range args[1:] {
		path, want, _ := strings.Cut(a, "=")
		if got := fmt.Sprint(at(doc, strings.Split(path, "."))); got != want {
			ts.Fatalf("%s is %s, want %s", path, got, want)
		}
	}
}

func at(v any, path []string) any {
	if len(path) == 0 {
		return v
	}
	switch x := v.(type) {
	case map[string]any:
		return at(x[path[0]], path[1:])
	case []any:
		if path[0] == "len" {
			return len(x)
		}
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(x) {
			return at(x[i], path[1:])
		}
	}
	return "nothing"
}

// archive works on the script's archive: see the cases.
func cmdArchive(ts *script, neg bool, args []string) {
	a := ts.Value(archiveKey{}).(*archivetest.Archive)
	usage := func() { ts.Fatalf("archive %s: wrong arguments", strings.Join(args, " ")) }
	if neg || len(args) == 0 {
		usage()
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		ts.Check(err)
		return n
	}
	switch verb, rest := args[0], args[1:]; {
	case verb == "break" && len(rest) == 2: // PART FAULT
		a.Break(rest[0], archivetest.Fault(rest[1]), -1)
	case verb == "break" && len(rest) == 3: // PART FAULT TIMES
		a.Break(rest[0], archivetest.Fault(rest[1]), number(rest[2]))
	case verb == "mend" && len(rest) == 0:
		a.Mend()
	case verb == "rekey" && len(rest) == 0:
		a.Rekey()
	case verb == "sign" && len(rest) == 1: // PATH
		a.Sign(rest[0], time.Now().AddDate(0, 0, -3))
	case verb == "file" && len(rest) == 2: // PATH TEXT
		a.AddFile(rest[0], []byte(rest[1]))
	case verb == "publish" && len(rest) == 1: // DAYS from now, mostly negative
		a.Publish(time.Now().AddDate(0, 0, number(rest[0])))
	case verb == "add" && len(rest) == 2: // NAME VERSION
		a.Add(archivetest.Deb{Name: rest[0], Version: rest[1], Entries: []archivetest.Entry{{Path: "./usr/bin/"},
			{Path: "./usr/bin/" + rest[0], Text: "#!/bin/sh\necho " + rest[0] + " " + rest[1] + "\n", Mode: 0o755}}})
	case verb == "remove" && len(rest) == 2: // NAME VERSION, index and pool
		a.Remove(rest[0], rest[1], true)
	case verb == "forget" && len(rest) == 0:
		a.Forget()
	case verb == "asked" && len(rest) == 2: // PART TIMES
		if got, want := a.Asked(rest[0]), number(rest[1]); got != want {
			ts.Fatalf("%d requests for %q, want %d", got, rest[0], want)
		}
	default:
		usage()
	}
}

// edit FILE OLD NEW replaces OLD, which has to be there.
func cmdEdit(ts *script, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o644))
}

// blob VAR STDOUT-FIELD… sets VAR to the path of the blob whose digest is the
// value of PATH in the JSON document on standard output.
func cmdBlob(ts *script, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: blob VAR PATH")
	}
	var doc map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &doc))
	_, hex, ok := strings.Cut(fmt.Sprint(at(doc, strings.Split(args[1], "."))), ":")
	if !ok {
		ts.Fatalf("%s is not a digest", args[1])
	}
	ts.Setenv(args[0], filepath.Join(ts.Getenv("DOMBUILD_STORE"), "blobs", "sha256", hex))
}

// flip FILE changes one bit in the middle of a file, and nothing that stat shows.
func cmdFlip(ts *script, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flip FILE")
	}
	name := ts.MkAbs(args[0])
	info, err := os.Stat(name)
	ts.Check(err)
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	ts.Check(err)
	defer f.Close()
	var b [1]byte
	_, err = f.ReadAt(b[:], info.Size()/2)
	ts.Check(err)
	b[0] ^= 1
	_, err = f.WriteAt(b[:], info.Size()/2)
	ts.Check(err)
	ts.Check(os.Chtimes(name, info.ModTime(), info.ModTime()))
}

// stopped CODE SIGNAL GLOB TEXT PROGRAM ARGS… starts a program, waits until a
// file that matches GLOB contains TEXT, and sends SIGNAL: INT to the whole
// group as a terminal does, KILL to the program alone. Its output is in
// stopped.out and stopped.err.
func cmdStopped(ts *script, neg bool, args []string) {
	if neg || len(args) < 5 {
		ts.Fatalf("usage: stopped CODE SIGNAL GLOB TEXT PROGRAM [ARGS…]")
	}
	path, err := exec.LookPath(args[4])
	ts.Check(err)
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(path, args[5:]...)
	cmd.Args[0] = args[4]
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), &stdout, &stderr
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "DOMBUILD_STORE", "TMPDIR", "PATH"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 20 * time.Second
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	err = await(ended, ts.MkAbs(args[2]), args[3])
	if err == nil {
		target, signal := -cmd.Process.Pid, syscall.SIGINT
		if args[1] == "KILL" {
			target, signal = cmd.Process.Pid, syscall.SIGKILL
		}
		ts.Check(syscall.Kill(target, signal))
		select {
		case err = <-ended:
		case <-time.After(30 * time.Second):
			_ = cmd.Process.Kill()
			ts.Fatalf("it did not end within 30 seconds of the signal\n%s", stderr.String())
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs("stopped.out"), stdout.Bytes(), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("stopped.err"), stderr.Bytes(), 0o644))
	ts.Logf("[stdout]\n%s[stderr]\n%s", stdout.String(), stderr.String())
	if got := exitOf(ts, err); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

func await(ended chan error, glob, text string) error {
	for range 2400 { // two minutes: a busy machine takes one to probe the sandbox
		select {
		case err := <-ended:
			return fmt.Errorf("it ended before the signal: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
		names, _ := filepath.Glob(glob)
		for _, name := range names {
			if data, err := os.ReadFile(name); err == nil && bytes.Contains(data, []byte(text)) {
				return nil
			}
		}
	}
	return fmt.Errorf("no %s with %q came", glob, text)
}

// leftovers fails when a process or a mount has something to do with the
// script's directory, or a temporary file lies there.
func cmdLeftovers(ts *script, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: leftovers")
	}
	work := ts.Getenv("WORK")
	var found []string
	for range 40 { // what was killed takes a moment to go
		if found = traces(work); len(found) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("left behind:\n%s", strings.Join(found, "\n"))
}

func traces(work string) []string {
	var found []string
	for _, m := range mountsBelow(work) {
		if m != filepath.Join(work, "small") { // tmpfs
			found = append(found, "mount "+m)
		}
	}
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		text, _ := os.ReadFile(p + "/cmdline")
		cwd, _ := os.Readlink(p + "/cwd")
		root, _ := os.Readlink(p + "/root")
		all := string(bytes.ReplaceAll(text, []byte{0}, []byte(" "))) + "\ncwd " + cwd + "\nroot " + root
		if strings.Contains(all, work) {
			found = append(found, "process "+p+": "+all)
		}
	}
	for _, glob := range []string{"tmp/*", "out/.*partial*", ".lock-*", "*/.lock-*"} {
		names, _ := filepath.Glob(filepath.Join(work, glob))
		found = append(found, names...)
	}
	return found
}

func mountsBelow(dir string) []string {
	text, _ := os.ReadFile("/proc/self/mountinfo")
	var found []string
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 4 && strings.HasPrefix(f[4], dir+"/") {
			found = append(found, f[4])
		}
	}
	return found
}

func unmountBelow(dir string) {
	for _, m := range slices.Backward(mountsBelow(dir)) {
		_ = unix.Unmount(m, unix.MNT_DETACH)
	}
}

// tmpfs DIR SIZE mounts a small file system, or makes it larger.
func cmdTmpfs(ts *script, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tmpfs DIR SIZE")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	if slices.Contains(mountsBelow(ts.Getenv("WORK")), dir) {
		ts.Check(unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size="+args[1]))
		return
	}
	ts.Check(unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+args[1]))
	ts.Defer(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
}

// canary start listens on the host's loopback interface, TCP and UDP, and sets
// CANARY to the port; canary silent fails when anything came.
func cmdCanary(ts *script, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: canary start|silent")
	}
	if args[0] == "silent" {
		if n := canaries.Load(); n != 0 {
			ts.Fatalf("%d packets or connections came out of the sandbox", n)
		}
		return
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	port := tcp.Addr().(*net.TCPAddr).Port
	udp, err := net.ListenPacket("udp", tcp.Addr().String())
	ts.Check(err)
	ts.Defer(func() { tcp.Close(); udp.Close() })
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			canaries.Add(1)
			c.Close()
		}
	}()
	go func() {
		for {
			if _, _, err := udp.ReadFrom(make([]byte, 1)); err != nil {
				return
			}
			canaries.Add(1)
		}
	}()
	ts.Setenv("CANARY", strconv.Itoa(port))
}

// canaries counts what arrived at any canary.
var canaries atomic.Int64

package killtest

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// changing are the system calls that change files or directories. Those that
// write by a descriptor count only when it is one of a file.
var changing = map[uint64]Call{
	unix.SYS_OPENAT: {"openat"}, unix.SYS_WRITE: {"write"}, unix.SYS_PWRITE64: {"pwrite64"}, unix.SYS_COPY_FILE_RANGE: {"copy_file_range"},
	unix.SYS_FTRUNCATE: {"ftruncate"}, unix.SYS_FALLOCATE: {"fallocate"}, unix.SYS_FSYNC: {"fsync"}, unix.SYS_FDATASYNC: {"fdatasync"},
	unix.SYS_SYNCFS: {"syncfs"}, unix.SYS_FCHMOD: {"fchmod"}, unix.SYS_FCHMODAT: {"fchmodat"}, unix.SYS_MKDIRAT: {"mkdirat"},
	unix.SYS_UNLINKAT: {"unlinkat"}, unix.SYS_RENAME: {"rename"}, unix.SYS_RENAMEAT: {"renameat"}, unix.SYS_RENAMEAT2: {"renameat2"},
	unix.SYS_LINKAT: {"linkat"}, unix.SYS_SYMLINKAT: {"symlinkat"}, unix.SYS_UTIMENSAT: {"utimensat"}, unix.SYS_FSETXATTR: {"fsetxattr"},
}

// Run starts a program and kills it with SIGKILL before its nth system call
// that changes a file, counted from 1 over all of its threads and children. It
// returns which call that was; "" if the program ended before, and how.
func Run(argv, env []string, n int) (killed Call, state syscall.WaitStatus, err error) {
	runtime.LockOSThread() // whoever traces is a thread
	defer runtime.UnlockOSThread()
	p, err := os.StartProcess(argv[0], argv, &os.ProcAttr{Env: env, Files: []*os.File{nil, nil, os.Stderr}, Sys: &syscall.SysProcAttr{Ptrace: true}})
	if err != nil {
		return killed, 0, err
	}
	t := &tracer{pid: p.Pid, inside: map[int]bool{}, left: n}
	if err := t.begin(); err != nil {
		return killed, 0, errors.Join(err, p.Kill())
	}
	state, err = t.run()
	return t.killed, state, errors.Join(err, p.Release())
}

type tracer struct {
	pid    int
	inside map[int]bool // threads that are in a system call
	left   int
	killed Call
}

// begin waits for the program's own first stop.
func (t *tracer) begin() error {
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &ws, syscall.WALL, nil); err != nil {
		return err
	}
	if !ws.Stopped() {
		return fmt.Errorf("the program ended before it began: %v", ws)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_EXITKILL
	if err := syscall.PtraceSetOptions(t.pid, options); err != nil {
		return err
	}
	return syscall.PtraceSyscall(t.pid, 0)
}

// run goes from stop to stop until the program has ended.
func (t *tracer) run() (state syscall.WaitStatus, err error) {
	for {
		var ws syscall.WaitStatus
		tid, err := syscall.Wait4(-1, &ws, syscall.WALL|unix.WNOTHREAD, nil) // only what this thread traces
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return state, err
		}
		if ws.Exited() || ws.Signaled() {
			if tid == t.pid {
				return ws, nil
			}
			continue
		}
		signal := 0
		switch sig := ws.StopSignal(); {
		case sig == syscall.SIGTRAP|0x80:
			if t.inside[tid] = !t.inside[tid]; t.inside[tid] && t.changes(tid) {
				t.left--
			}
			if t.left == 0 && t.killed.Name != "" {
				if err := syscall.Kill(t.pid, syscall.SIGKILL); err != nil {
					return state, err
				}
			}
		case sig != syscall.SIGTRAP && sig != syscall.SIGSTOP:
			signal = int(sig)
		}
		if err := syscall.PtraceSyscall(tid, signal); err != nil && err != syscall.ESRCH { // killed meanwhile
			return state, err
		}
	}
}

// changes reports whether the system call that a thread is about to make
// changes a file; the last such call is the one before which the program dies.
func (t *tracer) changes(tid int) bool {
	var regs syscall.PtraceRegs
	if t.left == 0 || syscall.PtraceGetRegs(tid, &regs) != nil {
		return false
	}
	call, ok := changing[regs.Orig_rax]
	switch call.Name {
	case "openat":
		ok = regs.Rdx&unix.O_CREAT != 0
	case "write", "pwrite64":
		target, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, int32(regs.Rdi)))
		ok = err == nil && strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "/dev/")
	}
	if ok && t.left == 1 {
		t.killed = call
	}
	return ok
}

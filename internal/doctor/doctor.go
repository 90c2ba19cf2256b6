// Package doctor looks whether this host can build and boot images.
//
// Each check is a function of facts about the host and has one of three
// outcomes: ok, warn (works, but slowly or not for everything) and fail (a
// build will not work). What is not ok says what helps. Run gathers the facts
// and judges them in a fixed order; it changes nothing on the host but for a
// directory below the store's that it removes again.
package doctor

import (
	"context"
	"os"
	"runtime"
	"time"
)

// Status is the outcome of a check.
type Status string

// The outcomes.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
)

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Detail string `json:"detail"`           // what was found
	Remedy string `json:"remedy,omitempty"` // what helps, when not ok
}

// Options say what Run looks at.
type Options struct {
	Store string // directory of the store, or of the first existing one above it
	QEMU  string // name or path; default qemu-system-x86_64
	Disk  int64  // bytes a build needs; default NeedDisk
}

// NeedDisk is what building dom0 twice takes.
const NeedDisk = 10 << 30

// Run makes all checks.
func Run(ctx context.Context, opt Options) []Check {
	if opt.Disk == 0 {
		opt.Disk = NeedDisk
	}
	dir := existing(opt.Store)
	runtimes := []Runtime{findRuntime(ctx, "runc"), findRuntime(ctx, "crun")}
	qemu, qemuErr := qemuVersion(ctx, opt.QEMU)
	free, freeErr := freeBytes(dir)
	return []Check{
		Privileges(os.Geteuid(), userNamespaces("/proc/sys")),
		Namespaces(tryNamespaces()),
		Overlay(dir, os.Geteuid() == 0, tryOverlay(dir)),
		Runtimes(runtimes),
		Disk(dir, free, opt.Disk, freeErr),
		Memory(totalMemory("/proc/meminfo")),
		CPUs(runtime.NumCPU()),
		Clock(time.Now()),
		QEMU(qemu, qemuErr),
		Firmware(findFirmware()),
	}
}

// Worst is the worst outcome among checks.
func Worst(checks []Check) Status {
	worst := OK
	for _, c := range checks {
		if c.Status == Fail || c.Status == Warn && worst == OK {
			worst = c.Status
		}
	}
	return worst
}

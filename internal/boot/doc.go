// Package boot starts an image in QEMU and watches its serial console until
// the machine is up or has failed.
//
// # The machine
//
// Always emulated (TCG, never KVM, so that the verdict does not depend on the
// host), one serial port, no display, no network device, and only what the
// artifact needs to boot: a CD drive, a read-only FAT volume or QEMU's
// multiboot loader. UEFI machines have OVMF with a fresh copy of its
// variables. A reset of the guest ends QEMU.
//
// # The verdict
//
// The console is read as lines without escape sequences. Until the marker
// comes, each line may match an expression that is expected, or a sign of a
// crash, which ends the boot at once. A boot is good when a line contains
// the marker and every expected expression has matched by then. Anything else
// is an *Error: a crash, a marker without an expected line, QEMU's exit before
// the marker, or no marker in time.
//
// QEMU runs in its own process group, which is killed before Boot returns, and
// dies with this process. Temporary files are removed.
package boot

package hardening

import (
	"encoding/hex"
	"fmt"

	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/image"
)

// capabilities is the extended attribute that gives a program capabilities.
const capabilities = "security.capability"

// entryChecks judges a path of an image by what its entry says, whatever the
// file holds. What is as it should be gives no check.
func entryChecks(e image.Entry) []prove.Check {
	var checks []prove.Check
	refute := func(rule, format string, args ...any) {
		checks = append(checks, prove.Check{Rule: rule, Status: prove.Refuted, Evidence: []string{fmt.Sprintf(format, args...)}})
	}
	program := e.Type == image.Regular || e.Type == image.HardLink
	if program && e.Mode&image.Setuid != 0 {
		refute("setuid", "mode %04o, owner %d", e.Mode, e.UID)
	}
	if program && e.Mode&image.Setgid != 0 {
		refute("setgid", "mode %04o, group %d", e.Mode, e.GID)
	}
	if value, ok := e.Xattrs[capabilities]; ok {
		refute("capabilities", "%s %s", capabilities, hex.EncodeToString(value))
	}
	sharedDirectory := e.Type == image.Directory && e.Mode&image.Sticky != 0
	if e.Mode&0o002 != 0 && e.Type != image.Symlink && e.Type != image.Socket && !sharedDirectory {
		refute("world-writable", "%s of mode %04o", e.Type, e.Mode)
	}
	if e.Type == image.CharDevice || e.Type == image.BlockDevice {
		refute("device-node", "%s %d:%d", e.Type, e.Major, e.Minor)
	}
	return checks
}

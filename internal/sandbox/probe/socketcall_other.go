//go:build !amd64

package probe

// vsockBy32 has nothing to try where no other calls exist.
func vsockBy32(uint32) (bool, string) { return true, "no 32-bit calls" }

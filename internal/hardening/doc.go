// Package hardening proves that a build was hardened. What is asked for stands
// in package profile; the kernel's and the hypervisor's hardening is asked for
// through Kconfig, and Kconfig drops options without a word, so the
// configuration that a build really used is read back and compared with what
// was asked for (see Dropped).
package hardening

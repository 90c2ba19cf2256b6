// Package hardening holds what a package is hardened with and proves that it
// was. A Profile says which flags go into a build; the kernel's and the
// hypervisor's hardening is asked for through Kconfig, and Kconfig drops
// options without a word, so the configuration that a build really used is
// read back and compared with what was asked for (package kconfig).
//
// Flags reach a build through CFLAGS, CXXFLAGS, CPPFLAGS and LDFLAGS. A build
// system that ignores these variables is not stopped here.
package hardening

import (
	"fmt"
	"slices"
	"strings"
)

// Profile is a named set of flags. It is data: the zero profile sets nothing.
type Profile struct {
	Name     string
	Compile  []string // into CFLAGS and CXXFLAGS
	Define   []string // into CPPFLAGS
	Link     []string // into LDFLAGS
	Describe string   // one line for people
}

// Profiles returns the shipped profiles, sorted by name. The flags are those
// that gcc 12 and later know; position independence is the default of
// Debian's gcc and is not asked for again, because -pie breaks shared objects.
func Profiles() []Profile {
	return []Profile{
		{Name: "freestanding", Describe: "no operating system below; the build sets its own flags"},
		{Name: "hypervisor", Describe: "Xen: hardened through its own Kconfig, read back after the build"},
		{Name: "kernel", Describe: "Linux: hardened through its own Kconfig, read back after the build"},
		{Name: "unikernel", Describe: "kernel and program in one image; the build sets its own flags"},
		{
			Name: "userspace",
			Compile: []string{
				"-O2", "-fstack-protector-strong", "-fstack-clash-protection", "-fcf-protection",
				"-ftrivial-auto-var-init=zero", "-fno-strict-overflow", "-fno-delete-null-pointer-checks",
				"-Wformat", "-Werror=format-security",
			},
			Define:   []string{"-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3"},
			Link:     []string{"-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"},
			Describe: "programs and libraries of dom0 (the default)",
		},
	}
}

// Lookup returns the shipped profile of that name.
func Lookup(name string) (Profile, error) {
	all := Profiles()
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, fmt.Errorf("no hardening profile is named %q", name)
	}
	return all[i], nil
}

// Environment returns the variables a step is given, as NAME=VALUE. Source
// paths below buildDir are mapped to ".", so that __FILE__ and debug
// information do not carry the build path. A profile without flags sets no
// variable: such a build knows its own flags and would be broken by ours.
func (p Profile) Environment(buildDir string) []string {
	if len(p.Compile) == 0 {
		return nil
	}
	compile := strings.Join(append(slices.Clone(p.Compile), "-ffile-prefix-map="+buildDir+"=."), " ")
	return []string{
		"CFLAGS=" + compile,
		"CPPFLAGS=" + strings.Join(p.Define, " "),
		"CXXFLAGS=" + compile,
		"LDFLAGS=" + strings.Join(p.Link, " "),
	}
}

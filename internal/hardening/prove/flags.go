package prove

import "strings"

// flag is a rule about a switch of the compiler.
type flag struct {
	name string // the switch asked for, for people
	// state goes through the switches, of which the last of a kind counts, and
	// returns whether the protection is on; by is the switch that decided,
	// empty when none did.
	state func(switches []string) (on bool, by string)
	// hardened says that -fhardened (gcc 14) brings it.
	hardened bool
	// configured says that some compilers are built to have it on and do not
	// record that.
	configured bool
	// linked says that link-time optimisation does not keep the switch of a unit:
	// that of the link counts (gcc; it is no option of functions).
	linked bool
	// rust says why the rule has no meaning for Rust; empty: not known.
	rust string
}

// onOff decides by tables of whole switches.
func onOff(on, off []string) func([]string) (bool, string) {
	return func(switches []string) (state bool, by string) {
		for _, s := range switches {
			for _, w := range on {
				if s == w {
					state, by = true, s
				}
			}
			for _, w := range off {
				if s == w {
					state, by = false, s
				}
			}
		}
		return state, by
	}
}

// valued decides by a switch with a value, on unless the value is off.
func valued(prefix, off string) func([]string) (bool, string) {
	return func(switches []string) (state bool, by string) {
		for _, s := range switches {
			if value, ok := strings.CutPrefix(s, prefix); ok {
				state, by = value != off, s
			}
		}
		return state, by
	}
}

var stackProtector = flag{
	name: "-fstack-protector-strong",
	state: onOff(
		[]string{"-fstack-protector-strong", "-fstack-protector-all"},
		[]string{"-fno-stack-protector", "-fno-stack-protector-strong", "-fno-stack-protector-all", "-fstack-protector", "-fstack-protector-explicit"},
	),
	hardened: true, configured: true,
}

var stackClash = flag{
	name:     "-fstack-clash-protection",
	state:    onOff([]string{"-fstack-clash-protection"}, []string{"-fno-stack-clash-protection"}),
	hardened: true, configured: true,
}

var autoVarInit = flag{
	name:     "-ftrivial-auto-var-init",
	state:    valued("-ftrivial-auto-var-init=", "uninitialized"),
	hardened: true,
	rust:     "Rust has no uninitialised variables",
}

var zeroCallUsedRegs = flag{
	name:   "-fzero-call-used-regs",
	state:  valued("-fzero-call-used-regs=", "skip"),
	linked: true,
}

var noStrictOverflow = flag{
	name:  "-fno-strict-overflow",
	state: wrapping,
	rust:  "overflow is defined in Rust",
}

// wrapping says whether both integers and pointers wrap: -fno-strict-overflow
// is -fwrapv with -fwrapv-pointer, and the opposite of each undoes its half.
func wrapping(switches []string) (on bool, by string) {
	var integers, pointers bool
	for _, s := range switches {
		switch s {
		case "-fno-strict-overflow":
			integers, pointers = true, true
		case "-fstrict-overflow":
			integers, pointers = false, false
		case "-fwrapv":
			integers = true
		case "-fno-wrapv", "-ftrapv":
			integers = false
		case "-fwrapv-pointer":
			pointers = true
		case "-fno-wrapv-pointer":
			pointers = false
		default:
			continue
		}
		by = s
	}
	return integers && pointers, by
}

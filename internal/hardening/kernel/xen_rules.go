package kernel

// xenRules are the rules for Xen. The versions are those of the releases
// whose Kconfig names the option.
func xenRules() []Rule {
	return []Rule{
		// Speculation. What a release of an older series got came with an advisory.
		enable("SPECULATIVE_HARDEN_ARRAY", XenProject, High, "an index is bounded in speculation too (XSA-289)").since("4.13"),
		enable("SPECULATIVE_HARDEN_BRANCH", XenProject, High, "a branch is not passed in speculation (XSA-289)").arch(X8664).since("4.13"),
		enable("SPECULATIVE_HARDEN_GUEST_ACCESS", XenProject, High, "an address from a PV guest does not reach Xen's memory in speculation").
			arch(X8664).unless(off("PV")).since("4.15"),
		enable("SPECULATIVE_HARDEN_LOCK", XenProject, High, "a critical section is not entered in speculation (XSA-453)").
			arch(X8664).since("4.19").stable("4.15.6", "4.16.6", "4.17.4", "4.18.1"),
		enable("INDIRECT_THUNK", XenProject, High, "indirect branches go through thunks that cannot be trained").arch(X8664).since("4.14"),
		enable("RETURN_THUNK", XenProject, High, "returns go through thunks that cannot be trained (XSA-469)").
			arch(X8664).since("4.21").stable("4.17.6", "4.18.5", "4.19.3", "4.20.1"),
		enable("HARDEN_BRANCH_PREDICTOR", XenProject, High, "the branch predictor is cleared between guests").arch(ARM64, ARM).since("4.11"),
		enable("ARM_SSBD", XenProject, High, "speculative store bypass can be switched off").arch(ARM64, ARM).since("4.12"),

		// Control flow and memory.
		enable("XEN_SHSTK", XenProject, High, "Xen's return addresses are checked against a shadow stack").arch(X8664).since("4.14"),
		enable("XEN_IBT", XenProject, High, "an indirect branch in Xen lands only where one is meant to").
			arch(X8664).since("4.17").stable("4.14.5", "4.15.3", "4.16.1"),
		enable("STACK_PROTECTOR", XenProject, High, "a canary stands before a function's return address").arch(ARM64, ARM).since("4.21"),
		enable("REQUIRE_NX", XenProject, Medium, "Xen does not start on a processor, or below a setting, that makes data executable").
			arch(X8664).since("4.18"),

		// What guests may do to each other.
		enable("XSM", XenProject, High, "security modules decide on hypercalls"),
		enable("XSM_SILO", XenProject, Medium, "a policy that keeps guests from each other, or one that is written, is there").
			unless(on("XSM_FLASK")).needs(on("XSM")).since("4.12"),
		disable("XSM_DUMMY_DEFAULT", XenProject, Medium, "a policy that keeps guests from each other is in force without a word on the command line").
			needs(either(on("XSM_SILO_DEFAULT"), on("XSM_FLASK_DEFAULT"))).since("4.12"),
		disable("PV32", XenProject, High, "no 32-bit PV guests, which are not security supported and keep shadow stacks off").arch(X8664),
		disable("PV_LINEAR_PT", XenProject, Medium, "no page tables that map themselves (XSA-240)").arch(X8664),
		disable("MEM_SHARING", XenProject, Medium, "pages of guests are not merged; not security supported").arch(X8664),
		disable("MEM_PAGING", XenProject, Medium, "pages of guests are not swapped; not security supported").arch(X8664),
		disable("ARGO", XenProject, Low, "no channel between guests that is not security supported"),
		disable("HVM_FEP", XenProject, High, "a guest does not choose what the emulator runs").arch(X8664),
		disable("UNSUPPORTED", XenProject, Medium, "nothing that is not security supported can have been chosen"),

		// Debugging.
		disable("DEBUG", XenProject, High, "assertions that a guest may reach do not stop Xen; a debug build is not security supported"),
		disable("UBSAN", XenProject, Medium, "no sanitizer meant for debugging"),
		disable("COVERAGE", Dombuild, Low, "no coverage figures"),
		disable("CRASH_DEBUG", Dombuild, Medium, "no debugger on the serial line").arch(X8664),
		disable("GDBSX", Dombuild, Medium, "dom0 does not debug guests through Xen").arch(X8664),
		disable("XENOPROF", Dombuild, Medium, "no profiling by guests").arch(X8664),
		disable("TRACEBUFFER", Dombuild, Low, "no trace buffers"),
		disable("DEBUG_TRACE", Dombuild, Low, "no debug trace"),
		disable("DEBUG_LOCK_PROFILE", Dombuild, Low, "no figures of locks"),
		disable("PERF_COUNTERS", Dombuild, Low, "no performance counters"),
		disable("XMEM_POOL_POISON", Dombuild, Low, "no checks of the allocator meant for debugging"),
		disable("SELF_TESTS", Dombuild, Low, "no self tests at boot"),

		// Ways in.
		disable("KEXEC", Dombuild, Medium, "no other hypervisor or kernel is started past the boot chain"),
		disable("LIVEPATCH", Dombuild, Medium, "no code enters the running hypervisor"),
	}
}

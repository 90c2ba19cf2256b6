package kernel

// linuxControlFlow are the rules about the kernel's flow of control and the
// layout of what it uses.
func linuxControlFlow() []Rule {
	return []Rule{
		enable("STACKPROTECTOR", Defconfig, High, "a canary stands before a function's return address").
			unless(on("CC_STACKPROTECTOR"), on("CC_STACKPROTECTOR_REGULAR"), on("CC_STACKPROTECTOR_AUTO"), on("CC_STACKPROTECTOR_STRONG")).
			sinceOn(RISCV, "5.5..5.10"),
		enable("STACKPROTECTOR_STRONG", Defconfig, High, "every function with an array or an address of a local variable has a canary").
			unless(on("CC_STACKPROTECTOR_STRONG")).sinceOn(RISCV, "5.5..5.10"),
		enable("STACKPROTECTOR_PER_TASK", Defconfig, Medium, "each task has a canary of its own").
			arch(ARM64, ARM, RISCV).sinceOn(ARM64, "5.0..5.4").sinceOn(ARM, "5.0..5.5").sinceOn(RISCV, "5.5..5.10"),
		enable("X86_KERNEL_IBT", Defconfig, High, "an indirect call or jump lands only where one is meant to").arch(X8664).since("5.18"),
		enable("CFI_CLANG", KSPP, High, "an indirect call reaches only functions of its own type").
			arch(X8664, ARM64).needs(on("CC_IS_CLANG")).since("5.13").sinceOn(X8664, "6.1").until("6.18"),
		enable("CFI", KSPP, High, "an indirect call reaches only functions of its own type").
			arch(X8664, ARM64).needs(on("CC_IS_CLANG")).since("6.18"),
		disable("CFI_PERMISSIVE", KSPP, High, "a call of another type stops the task instead of being reported").
			arch(X8664, ARM64).needs(either(on("CFI_CLANG"), on("CFI")), on("CC_IS_CLANG")).since("5.13").sinceOn(X8664, "6.1"),
		disable("CFI_AUTO_DEFAULT", KSPP, Medium, "kCFI is taken, not FineIBT, which checks in the callee").
			arch(X8664).needs(present("CFI_AUTO_DEFAULT")).since("6.1..6.12"),
		enable("SHADOW_CALL_STACK", KSPP, High, "return addresses lie on a stack of their own").arch(ARM64).since("5.8"),
		enable("ZERO_CALL_USED_REGS", KSPP, Low, "registers are cleared when a function returns").since("5.15"),
		enable("RANDSTRUCT_FULL", KSPP, Medium, "the members of sensitive structures lie in another order in each build").
			unless(on("GCC_PLUGIN_RANDSTRUCT")).since("4.13"),
		enable("GCC_PLUGIN_LATENT_ENTROPY", KSPP, Low, "boot itself gives the random number generator something").
			needs(on("CC_IS_GCC")).since("4.9"),
		enable("WERROR", KSPP, Low, "a warning of the compiler is not passed over").since("5.15"),
	}
}

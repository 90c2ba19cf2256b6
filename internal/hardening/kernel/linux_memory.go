package kernel

// linuxMemory are the rules about the kernel's memory: what may be written or
// executed, where things lie, and what the allocators check.
func linuxMemory() []Rule {
	return []Rule{
		// Permissions of pages.
		enable("STRICT_KERNEL_RWX", Defconfig, High, "the kernel's code and constants stay read-only, its data is not executable").
			unless(on("DEBUG_RODATA")).sinceOn(RISCV, "5.5..5.10"),
		enable("STRICT_MODULE_RWX", Defconfig, High, "the code and constants of modules stay read-only, their data is not executable").
			unless(on("DEBUG_SET_MODULE_RONX"), off("MODULES")).sinceOn(RISCV, "5.10..5.14"),
		enable("DEBUG_WX", Defconfig, Medium, "pages that are writable and executable are reported at boot").
			arch(X8664, I386, ARM64, RISCV).sinceOn(RISCV, "5.5..5.10"),
		enable("ARM_DEBUG_WX", KSPP, Medium, "pages that are writable and executable are reported at boot").
			arch(ARM).unless(on("DEBUG_WX")).since("6.6..6.10"),
		enable("VMAP_STACK", Defconfig, High, "a kernel stack that overflows meets an unmapped page instead of other data").
			arch(X8664, ARM64, ARM, RISCV).sinceOn(ARM, "5.17..6.1").sinceOn(RISCV, "5.10..5.14"),
		enable("SCHED_STACK_END_CHECK", KSPP, Medium, "an overflown kernel stack is noticed at the next switch of tasks").
			unless(on("VMAP_STACK")),
		enable("THREAD_INFO_IN_TASK", Defconfig, Medium, "an overflown stack does not reach the thread's own structure").
			sinceOn(ARM, "5.14..5.17"),
		enable("PAGE_TABLE_CHECK", KSPP, Medium, "double mappings of a page are noticed when page tables change").
			arch(X8664, ARM64, RISCV).since("5.17").sinceOn(ARM64, "5.17..6.1").sinceOn(RISCV, "5.17..6.1"),
		enable("PAGE_TABLE_CHECK_ENFORCED", KSPP, Medium, "checking page tables needs no word on the command line").
			arch(X8664, ARM64, RISCV).since("5.17").sinceOn(ARM64, "5.17..6.1").sinceOn(RISCV, "5.17..6.1"),
		want(is("DEFAULT_MMAP_MIN_ADDR", "65536"), KSPP, Medium, "a null pointer of the kernel does not point into a program's memory").
			arch(X8664, I386, RISCV),
		want(is("DEFAULT_MMAP_MIN_ADDR", "65536"), KSPP, Medium, "a null pointer of the kernel does not point into a program's memory").
			arch(ARM64).needs(off("COMPAT")),
		want(is("DEFAULT_MMAP_MIN_ADDR", "32768"), KSPP, Medium, "a null pointer of the kernel does not point into a program's memory").
			arch(ARM),
		want(is("LSM_MMAP_MIN_ADDR", "65536"), Defconfig, Medium, "a null pointer does not point into a privileged program's memory either").
			arch(X8664, I386, RISCV),
		want(is("LSM_MMAP_MIN_ADDR", "65536"), Checker, Medium, "a null pointer does not point into a privileged program's memory either").
			arch(ARM64).needs(off("COMPAT")),
		want(is("LSM_MMAP_MIN_ADDR", "32768"), Checker, Medium, "a null pointer does not point into a privileged program's memory either").
			arch(ARM),

		// Places.
		enable("RANDOMIZE_BASE", Defconfig, High, "the kernel lies at another address after each boot").
			arch(X8664, I386, ARM64, RISCV).sinceOn(RISCV, "6.1..6.6"),
		enable("RANDOMIZE_MEMORY", Defconfig, High, "the direct mapping and the other regions lie elsewhere after each boot").
			arch(X8664).since("4.8"),
		enable("RANDOMIZE_KSTACK_OFFSET_DEFAULT", KSPP, Medium, "the kernel stack begins elsewhere at each system call").
			arch(X8664, I386, ARM64, RISCV).since("5.13").sinceOn(RISCV, "6.8..6.10"),
		enable("SHUFFLE_PAGE_ALLOCATOR", KSPP, Medium, "free pages come in no order that can be foreseen (with page_alloc.shuffle=1)").since("5.2"),
		enable("SLAB_FREELIST_RANDOM", KSPP, Medium, "objects of a slab come in no order that can be foreseen").since("4.7"),
		enable("RANDOM_KMALLOC_CACHES", KSPP, Medium, "objects of one size from different callers lie in different caches").since("6.6"),
		enable("SLAB_BUCKETS", KSPP, Medium, "objects whose size a program chooses lie in caches of their own").since("6.11"),

		// Allocators.
		enable("SLUB_DEBUG", Defconfig, Medium, "the allocator's checks can be switched on at boot"),
		disable("SLAB_MERGE_DEFAULT", KSPP, Medium, "objects of one kind do not lie among those of another"),
		enable("SLAB_FREELIST_HARDENED", KSPP, High, "a free object's pointer to the next is encoded and checked").since("4.14"),
		enable("INIT_ON_ALLOC_DEFAULT_ON", KSPP, High, "memory is zeroed when it is given out").since("5.3"),
		enable("INIT_ON_FREE_DEFAULT_ON", KSPP, Medium, "memory is zeroed when it is given back").
			unless(on("PAGE_POISONING_ZERO")).since("5.3"),
		enable("KFENCE", KSPP, Medium, "a sample of allocations is watched for use after free and overflow").
			since("5.12").sinceOn(ARM, "5.14..5.17").sinceOn(RISCV, "5.12..5.14"),
		want(is("KFENCE_SAMPLE_INTERVAL", "100"), KSPP, Low, "an allocation is watched every 100 ms").
			needs(on("KFENCE")).since("5.12").sinceOn(ARM, "5.14..5.17").sinceOn(RISCV, "5.12..5.14"),
		enable("REFCOUNT_FULL", Defconfig, High, "a reference counter that overflows stays where it is").
			unless(from("5.4.208")).since("4.13").until("5.5"),

		// Copies and bounds.
		enable("HARDENED_USERCOPY", KSPP, High, "copies from and to programs stay inside the object they are for").since("4.8"),
		enable("HARDENED_USERCOPY_DEFAULT_ON", KSPP, Medium, "checking copies needs no word on the command line").
			needs(on("HARDENED_USERCOPY")).since("6.15"),
		disable("HARDENED_USERCOPY_FALLBACK", KSPP, Medium, "a copy outside what a cache allows is refused, not only reported").
			needs(on("HARDENED_USERCOPY")),
		disable("HARDENED_USERCOPY_PAGESPAN", KSPP, Low, "a check for debugging that refuses sound copies").
			needs(on("HARDENED_USERCOPY")),
		enable("FORTIFY_SOURCE", KSPP, High, "copies whose bounds the compiler knows are checked").
			since("4.13").sinceOn(RISCV, "5.10..5.14"),
		enable("UBSAN_BOUNDS", KSPP, High, "an index outside an array is caught").since("5.7"),
		enable("UBSAN_LOCAL_BOUNDS", KSPP, Medium, "an index outside a local array is caught").
			unless(all(on("UBSAN_BOUNDS"), on("CC_IS_GCC"))).since("5.10..5.14").stable("5.10"),
		enable("UBSAN_TRAP", KSPP, Medium, "what is caught stops the task, and nothing but bounds is checked").
			needs(on("UBSAN_BOUNDS"), off("UBSAN_SHIFT"), off("UBSAN_DIV_ZERO"), off("UBSAN_UNREACHABLE"),
				off("UBSAN_SIGNED_WRAP"), off("UBSAN_INTEGER_WRAP"), off("UBSAN_BOOL"), off("UBSAN_ENUM"),
				off("UBSAN_ALIGNMENT")).since("5.7"),
		enable("UBSAN_SANITIZE_ALL", KSPP, Medium, "the whole kernel is checked").
			unless(all(on("UBSAN_BOUNDS"), from("6.9"))).until("6.9"),

		// What lies in memory that was not written.
		enable("INIT_STACK_ALL_ZERO", Defconfig, High, "local variables begin as zero").
			unless(all(on("GCC_PLUGIN_STRUCTLEAK"), on("GCC_PLUGIN_STRUCTLEAK_BYREF_ALL"))).since("5.9"),
		enable("KSTACK_ERASE", KSPP, Medium, "the kernel stack is cleared when a system call returns").
			unless(on("GCC_PLUGIN_STACKLEAK")).since("4.20"),
		disable("KSTACK_ERASE_METRICS", KSPP, Low, "figures of a program's stack use are not shown").
			needs(off("STACKLEAK_METRICS"), stackErased()),
		disable("KSTACK_ERASE_RUNTIME_DISABLE", KSPP, Medium, "clearing the stack cannot be switched off").
			needs(off("STACKLEAK_RUNTIME_DISABLE"), stackErased()),

		// What is done when damage is noticed.
		enable("BUG", Defconfig, Medium, "a failed assertion stops the task"),
		enable("BUG_ON_DATA_CORRUPTION", KSPP, High, "damage of a structure that is noticed stops the task").since("4.10"),
		enable("LIST_HARDENED", KSPP, Medium, "damaged lists are noticed").unless(on("DEBUG_LIST")),
		enable("DEBUG_SG", KSPP, Low, "damaged lists of scattered buffers are noticed"),
		enable("DEBUG_VIRTUAL", KSPP, Low, "an address that is not of the direct mapping is noticed when it is translated").
			sinceOn(RISCV, "5.5..5.10"),
		enable("DEBUG_NOTIFIERS", KSPP, Low, "a damaged chain of notifiers is noticed").
			unless(all(on("CFI_CLANG"), off("CFI_PERMISSIVE"), on("CC_IS_CLANG")),
				all(on("CFI"), off("CFI_PERMISSIVE"), on("CC_IS_CLANG"))),
		enable("DEBUG_CREDENTIALS", KSPP, Low, "damaged credentials are noticed").
			unless(from("6.6.8")).until("6.6.8"),
	}
}

func stackErased() Condition { return either(on("KSTACK_ERASE"), on("GCC_PLUGIN_STACKLEAK")) }

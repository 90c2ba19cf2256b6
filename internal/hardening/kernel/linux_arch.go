package kernel

// linuxArch are the rules for one architecture that is not x86_64.
func linuxArch() []Rule {
	return []Rule{
		// arm64.
		enable("ARM64_PAN", Defconfig, High, "the kernel cannot read a program's memory by mistake").
			arch(ARM64).unless(from("7.2")).until("6.17..7.2"),
		enable("ARM64_EPAN", Defconfig, High, "the kernel cannot read memory that a program may only execute").arch(ARM64).since("5.13"),
		enable("ARM64_SW_TTBR0_PAN", KSPP, Medium, "the kernel cannot read a program's memory by mistake, on processors without PAN").arch(ARM64).since("4.10"),
		enable("UNMAP_KERNEL_AT_EL0", Defconfig, High, "Meltdown: programs run without the kernel's page tables").arch(ARM64).since("4.16"),
		enable("ARM64_E0PD", Defconfig, High, "Meltdown, in hardware").arch(ARM64).since("5.6"),
		enable("RODATA_FULL_DEFAULT_ENABLED", Defconfig, Medium, "read-only pages are read-only in the direct mapping too").
			arch(ARM64).unless(from("7.2")).since("5.0").until("6.17..7.2"),
		enable("ARM64_PTR_AUTH_KERNEL", Defconfig, High, "the kernel's return addresses are signed").arch(ARM64).since("5.14"),
		enable("ARM64_BTI_KERNEL", Defconfig, High, "an indirect branch in the kernel lands only where one is meant to").arch(ARM64).since("5.8"),
		enable("ARM64_MTE", Defconfig, Medium, "memory may carry tags that pointers must match").arch(ARM64).since("5.10"),
		enable("KASAN_HW_TAGS", KSPP, Medium, "the kernel's own memory carries tags").arch(ARM64).since("5.11"),
		enable("MITIGATE_SPECTRE_BRANCH_HISTORY", Defconfig, High, "Spectre-BHB: injected branch history").
			arch(ARM64).since("5.17").stable("4.19", "5.4", "5.10", "5.15", "5.16"),
		enable("RANDOMIZE_MODULE_REGION_FULL", Defconfig, Medium, "modules lie at another address after each boot").arch(ARM64).since("4.6"),
		enable("HARDEN_EL2_VECTORS", Defconfig, Medium, "the hypervisor's vectors lie elsewhere than the kernel's").
			arch(ARM64).unless(all(on("RANDOMIZE_BASE"), from("5.9"))).since("4.17").until("5.9").stable("4.14", "4.16"),
		enable("HARDEN_BRANCH_PREDICTOR", Defconfig, High, "Spectre variant 2: trained indirect branches").
			arch(ARM64).unless(from("5.10")).since("4.16").until("5.10").stable("4.9", "4.14", "4.15"),
		enable("ARM64_PTR_AUTH", Defconfig, Medium, "programs may sign pointers").arch(ARM64).since("5.0"),
		enable("ARM64_BTI", Defconfig, Medium, "an indirect branch of a program lands only where one is meant to").arch(ARM64).since("5.8"),
		enable("ARM64_GCS", Defconfig, Medium, "programs may have a guarded control stack").arch(ARM64).since("6.13"),

		// arm64 and arm.
		enable("ARM_SMMU", Defconfig, High, "devices are kept from memory that is not theirs").arch(ARM64, ARM),
		enable("ARM_SMMU_DISABLE_BYPASS_BY_DEFAULT", Defconfig, High, "a device without a translation reaches nothing").arch(ARM64, ARM).since("5.0..5.4"),
		enable("ARM_SMMU_V3", Defconfig, High, "devices behind an SMMU of version 3 are kept from memory that is not theirs").arch(ARM64),

		// arm.
		enable("ARM_PAN", Defconfig, High, "the kernel cannot read a program's memory by mistake").arch(ARM).since("6.6..6.10"),
		enable("CPU_SW_DOMAIN_PAN", Defconfig, High, "the kernel cannot read a program's memory by mistake, on processors without PAN").arch(ARM).since("4.3"),
		enable("HARDEN_BRANCH_PREDICTOR", Defconfig, High, "Spectre variant 2: trained indirect branches").arch(ARM).since("4.19"),
		enable("HARDEN_BRANCH_HISTORY", Defconfig, High, "Spectre-BHB: injected branch history").
			arch(ARM).since("5.17").stable("4.9", "4.14", "4.19", "5.4", "5.10", "5.15", "5.16"),
		enable("DEBUG_ALIGN_RODATA", Defconfig, Medium, "constants lie on pages of their own, which are not executable").arch(ARM),

		// riscv.
		enable("ERRATA_THEAD_GHOSTWRITE", Defconfig, High, "GhostWrite: vector stores that bypass virtual memory").
			arch(RISCV).unless(off("RISCV_ISA_XTHEADVECTOR")).since("6.10..6.17"),

		// i386 and arm.
		enable("VMSPLIT_3G", Defconfig, Low, "programs have 3 GiB of addresses, so their layout has more places").arch(I386, ARM),
		enable("X86_PAE", KSPP, High, "data pages can be kept from being executed").arch(I386),
		enable("HIGHMEM64G", KSPP, Medium, "the setting that brings physical address extension").
			arch(I386).unless(all(on("HIGHMEM4G"), from("6.15"))).until("6.15"),
	}
}

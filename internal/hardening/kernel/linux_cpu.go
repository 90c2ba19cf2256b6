package kernel

// linuxCPU are the rules about faults of processors, their microcode, and
// devices that reach memory by themselves.
func linuxCPU() []Rule {
	intelOff, amdOff := off("CPU_SUP_INTEL"), off("CPU_SUP_AMD")
	return []Rule{
		enable("CPU_MITIGATIONS", Defconfig, High, "mitigations of processor faults are compiled in").
			unless(on("SPECULATION_MITIGATIONS")).since("6.9").stable("5.10", "5.15", "6.1", "6.6", "6.8"),
		enable("MITIGATION_SPECTRE_V1", Defconfig, High, "Spectre variant 1: bounds checks passed in speculation").arch(X8664, I386).since("6.12"),
		enable("MITIGATION_SPECTRE_V2", Defconfig, High, "Spectre variant 2: trained indirect branches").arch(X8664, I386).since("6.12"),
		enable("MITIGATION_SSB", Defconfig, High, "speculative store bypass").arch(X8664, I386).since("6.12"),
		enable("MITIGATION_RETPOLINE", Defconfig, High, "indirect branches that cannot be trained").
			arch(X8664, I386).unless(on("RETPOLINE")).since("4.15"),
		enable("MITIGATION_GDS", Defconfig, High, "Downfall: data of gather instructions").arch(X8664, I386).unless(intelOff).since("6.12"),
		enable("MITIGATION_RFDS", Defconfig, High, "register file data sampling").
			arch(X8664, I386).unless(intelOff).since("6.9").stable("5.10", "5.15", "6.1", "6.6", "6.7", "6.8"),
		enable("MITIGATION_SPECTRE_BHI", Defconfig, High, "branch history injection").
			arch(X8664, I386).unless(intelOff).since("6.9").stable("5.15", "6.1", "6.6", "6.8"),
		enable("MITIGATION_MDS", Defconfig, High, "microarchitectural data sampling").arch(X8664, I386).unless(intelOff).since("6.12"),
		enable("MITIGATION_TAA", Defconfig, High, "TSX asynchronous abort").arch(X8664, I386).unless(intelOff).since("6.12"),
		enable("MITIGATION_MMIO_STALE_DATA", Defconfig, High, "stale data of memory-mapped devices").arch(X8664, I386).unless(intelOff).since("6.12"),
		enable("MITIGATION_L1TF", Defconfig, High, "L1 terminal fault: memory behind a page that is not present").arch(X8664, I386).unless(intelOff).since("6.12"),
		enable("MITIGATION_RETBLEED", Defconfig, High, "Retbleed: trained returns").arch(X8664, I386).unless(intelOff).since("6.12"),
		enable("MITIGATION_SRBDS", Defconfig, High, "special register buffer data sampling").arch(X8664, I386).unless(intelOff).since("6.12"),
		enable("MITIGATION_TSA", Defconfig, High, "transient scheduler attacks").
			arch(X8664, I386).unless(amdOff).since("6.16").stable("5.10", "5.15", "6.1", "6.6", "6.12", "6.15"),
		enable("MITIGATION_VMSCAPE", Defconfig, High, "VMScape: a guest trains branches of the host's programs").
			arch(X8664, I386).unless(off("KVM")).since("6.17").stable("5.10", "5.15", "6.1", "6.6", "6.12", "6.16"),
		enable("MITIGATION_ITS", Defconfig, High, "indirect target selection").
			arch(X8664).unless(intelOff).since("6.15").stable("5.10", "5.15", "6.1", "6.6", "6.12", "6.14"),
		enable("MITIGATION_PAGE_TABLE_ISOLATION", Defconfig, High, "Meltdown: programs run without the kernel's page tables").
			arch(X8664, I386).unless(on("PAGE_TABLE_ISOLATION")).since("4.15"),
		enable("MITIGATION_RETHUNK", Defconfig, High, "returns that cannot be trained").arch(X8664).since("6.9"),
		enable("RETHUNK", Defconfig, High, "returns that cannot be trained").
			arch(X8664).since("5.19").until("6.9").stable("5.10", "5.15", "5.18"),
		enable("MITIGATION_UNRET_ENTRY", Defconfig, High, "Retbleed on AMD: returns are untrained on entry").arch(X8664).unless(amdOff).since("6.9"),
		enable("CPU_UNRET_ENTRY", Defconfig, High, "Retbleed on AMD: returns are untrained on entry").
			arch(X8664).unless(amdOff).since("5.19").until("6.9").stable("5.10", "5.15", "5.18"),
		enable("MITIGATION_IBPB_ENTRY", Defconfig, High, "the branch predictor can be emptied on entry").arch(X8664).unless(amdOff).since("6.9"),
		enable("CPU_IBPB_ENTRY", Defconfig, High, "the branch predictor can be emptied on entry").
			arch(X8664).unless(amdOff).since("5.19").until("6.9").stable("5.10", "5.15", "5.18"),
		enable("MITIGATION_IBRS_ENTRY", Defconfig, High, "indirect branches are restricted on entry").arch(X8664).unless(intelOff).since("6.9"),
		enable("CPU_IBRS_ENTRY", Defconfig, High, "indirect branches are restricted on entry").
			arch(X8664).unless(intelOff).since("5.19").until("6.9").stable("5.10", "5.15", "5.18"),
		enable("MITIGATION_CALL_DEPTH_TRACKING", Defconfig, Medium, "a cheaper answer to Retbleed is there to choose").arch(X8664).unless(intelOff).since("6.9"),
		enable("CALL_DEPTH_TRACKING", Defconfig, Medium, "a cheaper answer to Retbleed is there to choose").
			arch(X8664).unless(intelOff).since("6.2").until("6.9"),
		enable("MITIGATION_SRSO", Defconfig, High, "speculative return stack overflow").
			arch(X8664).unless(on("CPU_SRSO"), amdOff).since("6.5").stable("5.10", "5.15", "6.1", "6.4"),
		enable("MITIGATION_SLS", KSPP, Medium, "straight-line speculation behind returns and jumps").
			arch(X8664).unless(on("SLS")).since("5.17").stable("5.10", "5.15", "5.16"),
		enable("X86_INTEL_TSX_MODE_OFF", Defconfig, Medium, "transactional memory, which most attacks on the processor use, is off").
			arch(X8664, I386).unless(intelOff).since("5.4").stable("4.19"),
		enable("SCHED_CORE", KSPP, Medium, "tasks that do not trust each other need not share a core").arch(X8664, I386, ARM64, ARM).since("5.14"),

		// Microcode and what the processor reports.
		enable("MICROCODE", Defconfig, High, "mitigations in microcode are loaded at boot").arch(X8664, I386),
		enable("MICROCODE_INTEL", Defconfig, High, "microcode of Intel processors").
			arch(X8664, I386).unless(intelOff, all(on("MICROCODE"), from("6.6"))).until("6.6"),
		enable("MICROCODE_AMD", Defconfig, High, "microcode of AMD processors").
			arch(X8664, I386).unless(amdOff, all(on("MICROCODE"), from("6.6"))).until("6.6"),
		enable("X86_MCE", Defconfig, Medium, "errors of the hardware are handled").arch(X8664, I386),
		enable("X86_MCE_INTEL", Defconfig, Low, "errors of Intel processors are handled").arch(X8664, I386).unless(intelOff),
		enable("X86_MCE_AMD", Defconfig, Low, "errors of AMD processors are handled").arch(X8664, I386).unless(amdOff),
		enable("X86_SMAP", Defconfig, High, "the kernel cannot read a program's memory by mistake").
			arch(X8664, I386).unless(from("5.19")).until("5.19"),
		enable("X86_UMIP", Defconfig, Medium, "programs cannot learn where the processor's tables lie").
			arch(X8664, I386).unless(on("X86_INTEL_UMIP")).since("4.15"),
		enable("X86_USER_SHADOW_STACK", KSPP, Medium, "programs may have a shadow stack").arch(X8664).since("6.6"),

		// Devices that reach memory.
		enable("IOMMU_SUPPORT", Defconfig, High, "devices can be kept from memory that is not theirs"),
		enable("INTEL_IOMMU", Defconfig, High, "VT-d").arch(X8664, I386).needs(on("IOMMU_SUPPORT")),
		enable("INTEL_IOMMU_DEFAULT_ON", KSPP, High, "VT-d is on without a word on the command line").arch(X8664, I386).needs(on("IOMMU_SUPPORT")),
		enable("INTEL_IOMMU_SVM", KSPP, Low, "devices may use a program's own addresses, checked").arch(X8664).needs(on("IOMMU_SUPPORT")).since("4.4"),
		enable("AMD_IOMMU", Defconfig, High, "AMD-Vi").arch(X8664).needs(on("IOMMU_SUPPORT")),
		enable("AMD_IOMMU_V2", KSPP, Low, "devices may use a program's own addresses, checked").
			arch(X8664).unless(from("6.7")).until("6.7"),
		disable("IOMMU_DEFAULT_PASSTHROUGH", Defconfig, High, "the IOMMU translates for every device"),
		enable("IOMMU_DEFAULT_DMA_STRICT", KSPP, Medium, "a device loses a buffer as soon as it is given back").since("5.15"),
		disable("IOMMU_DEFAULT_DMA_LAZY", KSPP, Medium, "a device does not keep a buffer that was given back"),
		enable("EFI_DISABLE_PCI_DMA", KSPP, Medium, "no device reaches memory between firmware and kernel").unless(off("EFI")).since("5.6"),
		enable("RESET_ATTACK_MITIGATION", KSPP, Low, "the firmware clears memory when the machine was not shut down").unless(off("EFI")).since("4.14"),
		enable("HW_RANDOM_TPM", KSPP, Low, "the TPM's generator feeds the kernel's"),
	}
}

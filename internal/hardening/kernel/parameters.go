package kernel

// Parameter is a recommendation about a kernel's command line, or about a
// sysctl. What the configuration decides counts when nothing is set.
type Parameter struct {
	Kind Kind     // of a command line; "" of a sysctl
	Name string   // with "_", which Linux takes for "-" too
	Good []string // values that prove it; what begins with "=" is the whole value, else a value that is among its comma separated parts
	Bad  []string // values that refute it; nil: all that are not good

	Config Condition // of the kernel's configuration, that proves it when nothing is set; the zero value: none
	Unset  Status    // when nothing is set and no configuration decides
	Why    string    // of Unset

	Source   Source
	Severity Severity
	Reason   string // what it gains

	Needs Condition // of the kernel's configuration, without which the parameter is nothing's; the zero value: none
}

func (p Parameter) needs(c Condition) Parameter { p.Needs = c; return p }

// ID is the name of the rule in reports.
func (p Parameter) ID() string {
	switch p.Kind {
	case Linux:
		return "kernel-cmdline:" + p.Name
	case Xen:
		return "xen-cmdline:" + p.Name
	}
	return "sysctl:" + p.Name
}

const (
	kernelDecides = "it is not set; the kernel decides by the processor and its configuration"
	onByDefault   = "it is not set, and on by default"
	offByDefault  = "it is not set, and off by default"
	defaultUnseen = "it is not set, and the kernel's default is not known"
)

func linuxParameter(name string, good, bad []string, config Condition, unset Status, why string, severity Severity, reason string) Parameter {
	return Parameter{Linux, name, good, bad, config, unset, why, KSPP, severity, reason, Condition{}}
}

// Parameters are the recommendations about command lines of a kind: for Linux
// those of the Kernel Self Protection Project, for Xen those of its own
// documentation of options that protect.
func Parameters(k Kind) []Parameter {
	yes := []string{"=1", "=on", "=y"}
	if k == Xen {
		return xenParameters()
	}
	never := func(name, reason string) Parameter {
		return linuxParameter(name, nil, nil, Condition{}, Proved, "it is not given", High, reason)
	}
	return append(keptOn(), []Parameter{
		linuxParameter("debugfs", []string{"=off", "=no-mount"}, nil, either(off("DEBUG_FS"), on("DEBUG_FS_ALLOW_NONE")), Unknown, defaultUnseen, Low, "debugging interfaces are not there"),
		linuxParameter("hardened_usercopy", yes, nil, either(on("HARDENED_USERCOPY_DEFAULT_ON"), all(on("HARDENED_USERCOPY"), before("6.15"))), Unknown, defaultUnseen, High, "a copy to or from a program stays within its object"),
		linuxParameter("hash_pointers", []string{"=always"}, []string{"=never"}, Condition{}, Unknown, defaultUnseen, Low, "addresses in messages are hashed, also while debugging"),
		linuxParameter("init_on_alloc", yes, nil, on("INIT_ON_ALLOC_DEFAULT_ON"), Unknown, defaultUnseen, High, "memory of the kernel begins as zero"),
		linuxParameter("init_on_free", yes, nil, on("INIT_ON_FREE_DEFAULT_ON"), Unknown, defaultUnseen, Medium, "memory of the kernel is wiped when it is freed"),
		linuxParameter("iommu.passthrough", []string{"=0"}, nil, off("IOMMU_DEFAULT_PASSTHROUGH"), Unknown, defaultUnseen, Medium, "devices reach only the memory that is theirs").needs(on("IOMMU_SUPPORT")),
		linuxParameter("iommu.strict", []string{"=1"}, nil, on("IOMMU_DEFAULT_DMA_STRICT"), Unknown, defaultUnseen, Medium, "a device loses memory at once").needs(on("IOMMU_SUPPORT")),
		linuxParameter("mitigations", []string{"=auto,nosmt"}, []string{"=off"}, Condition{}, Unknown, "it is not set; the mitigations are on, and SMT too", High, "faults of the processor are mitigated, and no two threads share a core"),
		linuxParameter("page_alloc.shuffle", yes, nil, Condition{}, Unknown, offByDefault, Low, "pages come in an order that is not known"),
		linuxParameter("pti", []string{"=on"}, []string{"=off"}, Condition{}, Unknown, kernelDecides, High, "programs do not see the kernel's memory"),
		linuxParameter("randomize_kstack_offset", yes, nil, on("RANDOMIZE_KSTACK_OFFSET_DEFAULT"), Unknown, defaultUnseen, Medium, "the kernel's stack begins elsewhere in each call"),
		linuxParameter("slab_nomerge", []string{"="}, nil, off("SLAB_MERGE_DEFAULT"), Unknown, defaultUnseen, Medium, "objects of different kinds do not share memory"),
		linuxParameter("vsyscall", []string{"=none"}, nil, on("LEGACY_VSYSCALL_NONE"), Unknown, defaultUnseen, Medium, "no code lies at an address that is known"),
		never("no_hash_pointers", "addresses in messages are hashed"),
		never("nokaslr", "the kernel lies at an address that is not known"),
		never("nopti", "programs do not see the kernel's memory"),
		never("nosmap", "the kernel does not read a program's memory by mistake"),
		never("nosmep", "the kernel does not execute a program's memory"),
		never("nospec_store_bypass_disable", "speculative store bypass is mitigated"),
		never("nospectre_v1", "Spectre 1 is mitigated"),
		never("nospectre_v2", "Spectre 2 is mitigated"),
		never("dis_ucode_ldr", "the processor's microcode is updated"),
		never("norandmaps", "programs lie at addresses that are not known"),
		never("slab_merge", "objects of different kinds do not share memory"),
		never("slub_merge", "objects of different kinds do not share memory"),
	}...)
}

// keptOn are parameters of Linux that only switch off what is on by default.
func keptOn() []Parameter {
	off := []string{"=off", "=0", "=n", "=no"}
	var list []Parameter
	add := func(reason string, names ...string) {
		for _, n := range names {
			list = append(list, linuxParameter(n, []string{"*"}, off, Condition{}, Proved, onByDefault, High, reason))
		}
	}
	add("the mitigation of a fault of the processor stays on", "spectre_v2", "spectre_v2_user", "spectre_bhi", "spec_store_bypass_disable", "l1tf",
		"mds", "tsx_async_abort", "srbds", "mmio_stale_data", "retbleed", "gather_data_sampling", "reg_file_data_sampling",
		"spec_rstack_overflow", "indirect_target_selection", "tsa", "vmscape", "kvm.nx_huge_pages")
	add("data of the kernel is not executed, and its code not changed", "rodata", "noexec")
	add("indirect branches of the kernel are tracked", "ibt", "cfi")
	return list
}

func xenParameters() []Parameter {
	off := []string{"=0", "=no", "=off", "=false", "=disable"}
	holds := func(name string, bad []string, severity Severity, reason string) Parameter {
		return Parameter{Xen, name, []string{"*"}, bad, Condition{}, Proved, onByDefault, XenProject, severity, reason, Condition{}}
	}
	return []Parameter{
		holds("cet", append([]string{"no-shstk", "no-ibt", "shstk=0", "ibt=0", "shstk=no", "ibt=no"}, off...), Medium, "Xen's returns and indirect branches are tracked"),
		{Xen, "flask", []string{"=enforcing", "=late"}, nil, Condition{}, Unknown, "it is not set; enforcing is the default where FLASK is the module, and no other module reads it", XenProject, Medium, "the security policy is enforced", on("XSM_FLASK")},
		holds("iommu", append([]string{"no-strict", "no-intremap", "no-quarantine"}, off...), High, "devices reach only the memory of their domain"),
		holds("smap", off, High, "Xen does not read a guest's memory by mistake"),
		holds("smep", off, High, "Xen does not execute a guest's memory"),
		holds("spec_ctrl", append([]string{"no-xen", "pv=0", "hvm=0", "no-pv", "no-hvm"}, off...), High, "faults of the processor are mitigated"),
		holds("xpti", off, High, "PV guests do not see Xen's memory"),
	}
}

// Sysctls are the recommendations about sysctls, after the Kernel Self
// Protection Project.
func Sysctls() []Parameter {
	set := func(name string, severity Severity, reason string, good ...string) Parameter {
		return Parameter{"", name, good, nil, Condition{}, Unknown, defaultUnseen, KSPP, severity, reason, Condition{}}
	}
	by := func(p Parameter, c Condition) Parameter { p.Config = c; return p }
	return []Parameter{
		by(set("dev.tty.ldisc_autoload", Low, "no line discipline is loaded for a program", "=0"), all(from("5.1"), off("LDISC_AUTOLOAD"))),
		by(set("dev.tty.legacy_tiocsti", Low, "a program cannot type into its terminal", "=0"), all(from("6.2"), off("LEGACY_TIOCSTI"))),
		set("fs.protected_fifos", Medium, "a FIFO of another user is not opened by mistake", "=2"),
		set("fs.protected_hardlinks", Medium, "no hard link to what one may not write", "=1"),
		set("fs.protected_regular", Medium, "a file of another user is not opened by mistake", "=2"),
		set("fs.protected_symlinks", Medium, "a symbolic link of another user is not followed by mistake", "=1"),
		set("fs.suid_dumpable", Medium, "a program with other rights leaves no core dump", "=0"),
		by(set("kernel.dmesg_restrict", Medium, "the kernel's messages are for root", "=1"), on("SECURITY_DMESG_RESTRICT")),
		by(set("kernel.kexec_load_disabled", Medium, "no other kernel is started", "=1"), all(off("KEXEC"), off("KEXEC_FILE"))),
		set("kernel.kptr_restrict", Medium, "no address of the kernel is shown", "=2", "=1"),
		by(set("kernel.perf_event_paranoid", Medium, "performance counters are for root", "=3", "=4"), off("PERF_EVENTS")),
		set("kernel.randomize_va_space", High, "programs lie at addresses that are not known", "=2"),
		by(set("kernel.unprivileged_bpf_disabled", Medium, "BPF programs are for root", "=1", "=2"), either(off("BPF_SYSCALL"), on("BPF_UNPRIV_DEFAULT_OFF"))),
		set("kernel.yama.ptrace_scope", Medium, "a program does not read another one", "=1", "=2", "=3"),
		by(set("net.core.bpf_jit_harden", Medium, "the BPF compiler hides constants", "=2"), off("BPF_JIT")),
		by(set("user.max_user_namespaces", Low, "no user namespaces", "=0"), off("USER_NS")),
		by(set("vm.unprivileged_userfaultfd", Low, "page faults are handled by root's programs", "=0"), off("USERFAULTFD")),
	}
}

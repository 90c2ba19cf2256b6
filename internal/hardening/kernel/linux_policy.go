package kernel

// linuxPolicy are the rules about security modules, the signing of modules,
// lockdown, and what a program may be kept from.
func linuxPolicy() []Rule {
	noModules, noBPF, noDevmem := off("MODULES"), off("BPF_SYSCALL"), off("DEVMEM")
	return []Rule{
		enable("SECURITY", Defconfig, High, "security modules can decide"),
		enable("SECURITY_YAMA", KSPP, Medium, "a program cannot trace programs that are not its own").since("3.4"),
		want(lists("LSM", "yama"), KSPP, Medium, "Yama is active").since("5.1"),
		enable("SECURITY_LANDLOCK", KSPP, Medium, "a program can give up access to files").since("5.13"),
		want(lists("LSM", "landlock"), KSPP, Medium, "Landlock is active").since("5.1"),
		enable("SECURITY_LOCKDOWN_LSM", KSPP, High, "root does not become the kernel").since("5.4"),
		want(lists("LSM", "lockdown"), KSPP, High, "lockdown is active").since("5.1"),
		enable("SECURITY_LOCKDOWN_LSM_EARLY", KSPP, Medium, "lockdown holds from the first moment of boot").since("5.4"),
		enable("LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY", KSPP, Medium, "lockdown keeps root from reading the kernel's memory").since("5.4"),
		enable("SECURITY_SELINUX", Checker, Medium, "one module for mandatory access control is there").
			unless(on("SECURITY_APPARMOR"), on("SECURITY_SMACK"), on("SECURITY_TOMOYO")),
		want(lists("LSM", "selinux"), Checker, Medium, "one module for mandatory access control is active").
			unless(lists("LSM", "apparmor"), lists("LSM", "smack"), lists("LSM", "tomoyo")).since("5.1"),
		disable("SECURITY_SELINUX_DISABLE", KSPP, Medium, "SELinux cannot be switched off at run time"),
		disable("SECURITY_SELINUX_BOOTPARAM", KSPP, Medium, "SELinux cannot be switched off on the command line"),
		disable("SECURITY_SELINUX_DEVELOP", KSPP, Medium, "SELinux cannot be made to permit everything"),
		disable("SECURITY_SELINUX_DEBUG", KSPP, Low, "SELinux does not show its inner state"),
		disable("SECURITY_WRITABLE_HOOKS", KSPP, High, "the hooks of security modules stay read-only"),

		// Modules.
		disable("MODULES", KSPP, Medium, "no code enters the running kernel"),
		disable("MODULE_FORCE_LOAD", KSPP, Medium, "a module of another kernel is refused"),
		enable("MODULE_SIG", KSPP, High, "modules carry signatures").unless(noModules),
		enable("MODULE_SIG_ALL", KSPP, Medium, "all modules of the build are signed").unless(noModules),
		enable("MODULE_SIG_SHA512", KSPP, Low, "signatures are made over SHA-512").unless(on("MODULE_SIG_SHA3_512"), noModules),
		enable("MODULE_SIG_FORCE", KSPP, High, "a module without a good signature is refused").unless(noModules),
		enable("TRIM_UNUSED_KSYMS", Checker, Low, "modules see only the symbols that the build's modules use").unless(noModules).since("4.7"),
		enable("STATIC_USERMODEHELPER", KSPP, Medium, "the kernel starts one program only, whatever a path was changed to").since("4.11"),

		// Programs.
		enable("SECCOMP", Defconfig, High, "a program can give up system calls").sinceOn(RISCV, "5.0..5.5"),
		enable("SECCOMP_FILTER", Defconfig, High, "a program can give up system calls by filters").sinceOn(RISCV, "5.0..5.10"),
		enable("BPF_UNPRIV_DEFAULT_OFF", Defconfig, High, "programs without privilege load no BPF").
			unless(noBPF).since("5.13").stable("4.19", "5.4", "5.10"),
		enable("STRICT_DEVMEM", Defconfig, High, "/dev/mem shows devices, not memory").unless(noDevmem).sinceOn(RISCV, "5.10..5.14"),
		enable("IO_STRICT_DEVMEM", KSPP, Medium, "/dev/mem does not show devices in use").unless(noDevmem),
		enable("SECURITY_DMESG_RESTRICT", KSPP, Medium, "the kernel's log, with its addresses, is for the privileged"),
		enable("PROC_MEM_NO_FORCE", KSPP, Medium, "/proc/PID/mem does not write where the program cannot").
			since("6.12").stable("5.10", "5.15", "6.1", "6.6", "6.10", "6.11"),
		want(maximum("ARCH_MMAP_RND_BITS"), Checker, Medium, "programs are laid out with all the randomness the architecture has"),
		want(maximum("ARCH_MMAP_RND_COMPAT_BITS"), Checker, Medium, "32-bit programs are laid out with all the randomness the architecture has").unless(off("COMPAT")),
		enable("SYN_COOKIES", Defconfig, Medium, "a flood of connection requests does not stop the network"),
	}
}

package kernel

// linuxDebugging are tracing, debugging and testing, which show the kernel's
// inner state or change it.
func linuxDebugging() []Rule {
	return []Rule{
		disable("DEBUG_FS", GrSec, Medium, "no file system of debugging files"),
		disable("KPROBES", Lockdown, Medium, "no probes in the running kernel's code"),
		disable("KPROBE_EVENTS", GrSec, Medium, "no probes in the running kernel's code as trace events"),
		disable("UPROBE_EVENTS", GrSec, Low, "no probes in programs as trace events"),
		disable("FTRACE", Checker, Medium, "no tracing"),
		disable("FUNCTION_TRACER", GrSec, Low, "no tracing of functions"),
		disable("GENERIC_TRACER", GrSec, Low, "no tracers"),
		disable("STACK_TRACER", GrSec, Low, "no tracing of stacks"),
		disable("HIST_TRIGGERS", GrSec, Low, "no histograms of events"),
		disable("ENABLE_DEFAULT_TRACERS", GrSec, Low, "no tracers"),
		disable("PREEMPTIRQ_TRACEPOINTS", GrSec, Low, "no trace points at preemption"),
		disable("BLK_DEV_IO_TRACE", GrSec, Low, "no tracing of block devices"),
		disable("MMIOTRACE", Checker, Medium, "no tracing of devices' memory"),
		disable("MMIOTRACE_TEST", Lockdown, Low, "no test of tracing devices' memory"),
		disable("LIVEPATCH", Checker, Medium, "no patching of the running kernel"),
		disable("KGDB", GrSec, Medium, "no debugger in the kernel"),
		disable("KCOV", GrSec, Low, "no coverage for fuzzers"),
		disable("LKDTM", Checker, Medium, "no module that breaks the kernel on request"),
		disable("FAULT_INJECTION", Checker, Low, "no injected faults"),
		disable("FAIL_FUTEX", GrSec, Low, "no injected faults in futexes"),
		disable("NOTIFIER_ERROR_INJECTION", GrSec, Low, "no injected faults in notifiers"),
		disable("HWPOISON_INJECT", GrSec, Low, "no injected faults of memory"),
		disable("DEBUG_KMEMLEAK", GrSec, Low, "no search for leaks, which shows memory"),
		disable("DEBUG_CLOSURES", GrSec, Low, "no list of closures"),
		disable("TEST_DEBUG_VIRTUAL", GrSec, Low, "no test of address translation"),
		disable("PROVE_LOCKING", GrSec, Low, "no prover of locks"),
		disable("LATENCYTOP", GrSec, Low, "no figures of waiting"),
		disable("ZSMALLOC_STAT", GrSec, Low, "no figures of compressed memory"),
		disable("SUNRPC_DEBUG", GrSec, Low, "no debugging of SunRPC"),
		disable("SECCOMP_CACHE_DEBUG", Checker, Low, "filters are not shown"),
		disable("EDAC_DEBUG", GrSec, Low, "no debugging of memory controllers"),
		disable("PUNIT_ATOM_DEBUG", GrSec, Low, "no debugging of Atom's power unit"),
		disable("PTDUMP_DEBUGFS", GrSec, Medium, "the kernel's page tables are not a file"),
		disable("X86_PTDUMP", GrSec, Medium, "the kernel's page tables are not a file"),
		disable("ARM_PTDUMP", Checker, Medium, "the kernel's page tables are not a file"),
		disable("ARM_PTDUMP_DEBUGFS", Checker, Medium, "the kernel's page tables are not a file"),
	}
}

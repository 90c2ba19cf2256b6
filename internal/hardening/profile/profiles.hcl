# What each rule asks of a build, and which rules a profile has.
#
# Of a rule, compile goes to every compilation of C and C++, define only to
# those that optimise, link to the compiler when it links. What would undo a flag
# is known to the wrapper, which takes it out of every call (package wrapper).
# go are words of GOFLAGS and rust of RUSTFLAGS.
# gcc and clang are the first major versions that know the flags. proof says
# what can show that the rule holds:
#   file  headers, notes and symbols of the linked file
#   unit  how each compilation unit was compiled: its producer or the call
#   call  the call alone: the flag leaves no trace
#   config  the configuration of a kernel or hypervisor among the outputs
# language says that the rule concerns that one only.
# dynamic says that the rule is about dynamic linking: a static file, whose calls
# cannot be seen, does not break it.
# checks are the verdicts of the prover that tell of it; without them, the one of
# the rule's own name.

rule "pie" {
  title    = "loads at any address"
  severity = "high"
  proof    = "file"
  go       = ["-buildmode=pie"]
  rust     = ["-Crelocation-model=pie"]
}

rule "relro" {
  title    = "relocations are read-only once they are done"
  severity = "high"
  proof    = "file"
  link     = ["-Wl,-z,relro"]
}

rule "now" {
  title    = "all symbols are bound before the program begins"
  severity = "medium"
  proof    = "file"
  link     = ["-Wl,-z,now"]
}

rule "nx" {
  title    = "no executable stack"
  severity = "critical"
  proof    = "file"
  link     = ["-Wl,-z,noexecstack"]
}

rule "no-rwx" {
  title    = "no memory is writable and executable"
  severity = "critical"
  proof    = "file"
}

rule "no-textrel" {
  title    = "code is not relocated"
  severity = "high"
  proof    = "file"
  link     = ["-Wl,-z,text"]
}

rule "rpath" {
  title    = "libraries are not searched for outside the system's directories"
  severity = "high"
  proof    = "file"
}

rule "forbidden-symbols" {
  dynamic  = true
  title    = "no function that cannot be used safely"
  severity = "high"
  proof    = "file"
}

rule "stack-protector" {
  title    = "functions with arrays have a stack canary"
  severity = "high"
  proof    = "unit"
  compile  = ["-fstack-protector-strong"]
}

rule "stack-clash" {
  title    = "the stack cannot jump over its guard page"
  severity = "medium"
  proof    = "unit"
  compile  = ["-fstack-clash-protection"]
  gcc      = 8
  clang    = 11
}

rule "fortify" {
  title    = "calls of the C library know the size of their buffers"
  severity = "medium"
  proof    = "unit"
  define   = ["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3"]
}

rule "cet" {
  title         = "indirect branches and returns are tracked (IBT, SHSTK)"
  severity      = "low"
  checks        = ["ibt", "shstk"]
  proof         = "unit"
  compile       = ["-fcf-protection=full"]
  architectures = ["amd64"]
  gcc           = 8
  clang         = 7
}

rule "branch-protection" {
  title         = "indirect branches and returns are tracked (BTI, PAC)"
  severity      = "low"
  checks        = ["bti", "pac"]
  proof         = "unit"
  compile       = ["-mbranch-protection=standard"]
  architectures = ["arm64"]
  gcc           = 9
  clang         = 8
}

rule "auto-var-init" {
  title    = "variables on the stack begin as zero"
  severity = "medium"
  proof    = "unit"
  compile  = ["-ftrivial-auto-var-init=zero"]
  gcc      = 12
  clang    = 16
}

rule "zero-call-used-regs" {
  title    = "functions leave nothing in registers"
  severity = "low"
  proof    = "unit"
  compile  = ["-fzero-call-used-regs=used-gpr"]
  gcc      = 11
  clang    = 15
}

rule "no-strict-overflow" {
  title    = "signed overflow wraps"
  severity = "low"
  proof    = "unit"
  compile  = ["-fno-strict-overflow"]
}

rule "no-delete-null-pointer-checks" {
  title    = "checks for null pointers are kept"
  severity = "low"
  proof    = "unit"
  compile  = ["-fno-delete-null-pointer-checks"]
}

rule "format-security" {
  title    = "a format is not taken from data"
  severity = "medium"
  proof    = "call"
  compile  = ["-Wformat", "-Werror=format-security"]
}

rule "strict-flex-arrays" {
  title    = "only [] is a flexible array"
  severity = "low"
  proof    = "call"
  compile  = ["-fstrict-flex-arrays=3"]
  gcc      = 13
  clang    = 16
}

rule "glibcxx-assertions" {
  language = "c++"
  title    = "C++ containers check their bounds"
  severity = "low"
  proof    = "call"
  define   = ["-D_GLIBCXX_ASSERTIONS"]
}

rule "bounds-checks" {
  language = "go"
  title    = "no index is beyond its slice (Go's -B)"
  severity = "high"
  proof    = "file"
}

rule "trimpath" {
  language = "go"
  title    = "the program does not carry the paths of its build"
  severity = "low"
  proof    = "file"
  go       = ["-trimpath"]
}

rule "build-id" {
  title    = "the build can be named by its file"
  severity = "low"
  proof    = "file"
  link     = ["-Wl,--build-id"]
}

rule "separate-debug" {
  title    = "debug information is in a file of its own"
  severity = "low"
  proof    = "file"
}

rule "kernel-config" {
  title    = "the kernel is configured as its hardening needs it"
  severity = "medium"
  proof    = "config"
}

rule "xen-config" {
  title    = "the hypervisor is configured as its hardening needs it"
  severity = "medium"
  proof    = "config"
}

profile "userspace" {
  description = "programs and libraries of dom0 (the default)"
  compile     = ["-O2"]

  # Without its own build ID, which go writes into the file after the link, a
  # program is what the recorded linker wrote. With line tables each of rustc's
  # units names its compiler.
  go   = ["-ldflags=-buildid="]
  rust = ["-Clinker=/usr/bin/cc", "-Cdebuginfo=1"]
  rules = [
    "pie", "relro", "now", "nx", "no-rwx", "no-textrel", "rpath", "forbidden-symbols",
    "stack-protector", "stack-clash", "fortify", "cet", "branch-protection", "auto-var-init",
    "no-strict-overflow", "no-delete-null-pointer-checks",
    "format-security", "strict-flex-arrays", "glibcxx-assertions",
    "bounds-checks", "trimpath",
  ]
}

profile "kernel" {
  description = "Linux: hardened through its own Kconfig, read back and judged after the build"
  rules       = ["kernel-config"]
}

profile "hypervisor" {
  description = "Xen: hardened through its own Kconfig, read back and judged after the build"
  rules       = ["xen-config"]
}

profile "unikernel" {
  description = "kernel and program in one image; the build sets its own flags"
}

profile "freestanding" {
  description = "no operating system below; the build sets its own flags"
}

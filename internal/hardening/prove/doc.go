// Package prove says what the bytes of one file prove about its hardening:
// for each rule proved, refuted, unknown or not-applicable, with the evidence.
//
// It reads ELF files of every class and byte order (executables, shared
// objects, relocatables, kernel modules, kernels) and static archives of them.
// It is given the bytes and nothing else: it opens no path, asks no library of
// the machine it runs on and executes nothing, so a foreign root is as good as
// the own one.
//
// What a verdict means:
//
//   - proved: the bytes show it for the whole file. For a compiler's flag this
//     takes a compilation unit in the debug information for every function of
//     the symbol table and for all other code but padding, start files and the
//     linker's own, each with the flag among its recorded switches.
//   - refuted: the bytes show that it is not so, at least in one compilation
//     unit or archive member, which is named.
//   - unknown: the bytes do not tell, because they are stripped, damaged or
//     were never recorded; the evidence says which.
//   - not-applicable: the rule has no meaning for this type of file.
//
// A file whose headers are damaged is of type other and unknown under every
// rule; one that is neither ELF nor an archive is not-applicable under every
// rule.
//
// Damage never ends in a verdict of proved and never in a panic. Every size in
// a header is held against the size of the file before memory is taken for it,
// and memory does not grow with the file: sections are read through windows.
//
// Specifications followed: System V ABI (gABI, chapters 4 and 5) with the GNU
// extensions of the Linux Extensions to gABI (.note.gnu.property, program
// properties), DWARF 2 to 5, ar as GNU and BSD write it.
//
// # Flags in DW_AT_producer
//
// gcc records its switches in DW_AT_producer by default, both those it was
// given and those its driver adds by a specification, as the compilers of
// Debian and Ubuntu do: Ubuntu's -fstack-protector-strong is there to be read.
// What a compiler switches on when it is configured (--enable-default-ssp) is
// not there. Therefore a switch that is missing among recorded ones refutes
// for -fstack-protector-strong and -fstack-clash-protection only when .comment
// names a compiler that is known not to be configured that way (Debian,
// Ubuntu, Red Hat, SUSE); for any other compiler it leaves the unit unknown.
// For the switches that no distribution configures it refutes. A switch that
// turns the protection off refutes always. A producer without any switch
// (clang without -grecord-command-line, gcc with -gno-record-gcc-switches,
// rustc) leaves the unit unknown.
//
// Units written by an assembler have no such flags: they are counted and not
// judged. The same goes for what Go compiled. The unit that link-time
// optimisation leaves behind ("GNU GIMPLE") carries the switches of the link;
// each function has those of its own unit, which is judged. Not so with
// -fzero-call-used-regs, which gcc does not keep for single functions: there the
// switches of the link count.
//
// An attribute in the source that exempts one function leaves no trace and is
// not seen.
package prove

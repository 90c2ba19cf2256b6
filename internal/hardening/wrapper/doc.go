// Package wrapper puts a small program in the place of the compilers, linkers
// and assemblers of a build root. It gives every call the flags of a hardening
// profile, takes away those that undo them, and records what was called with
// what, so that a gate can say of each part of a linked file which call made it
// and with which flags, or that no recorded call did.
//
// The program is src/wrapper.c, compiled by the toolchain itself with
// BuildScript and installed with InstallScript. It obeys a configuration
// (Config, made of a profile's flags by Rules) and appends to a log (Parse),
// both at fixed paths.
//
// # What is wrapped
//
// The ELF files themselves, not names in PATH: cc, gcc and c++ are links to
// them, so absolute paths, an empty environment, ccache, libtool and shell
// scripts such as musl-gcc all lead here. The real program stays beside the
// wrapper as .dombuild-NAME, because clang finds its headers by its own path;
// it is called with the argv[0] that was given, by which gcc finds cc1 and
// every program names itself in messages.
//
// Wrapped are the drivers (gcc, g++, cpp, gfortran, clang), the linkers, as,
// strip and objcopy. Not wrapped is cc1: it would cost every compile one more
// process, and what it writes when called by hand is noticed, because the
// assembler's record says that a compiler wrote its source and no record of a
// compile has that source. When gcc itself calls as, the real one is called:
// gcc's own record has the object.
//
// # Flags
//
// Flags for the compiler are added at the end of the arguments, where nothing
// overrides them, -pie where the driver chooses the start files, and those for
// the linker at the linker, which every link passes and which sees -z execstack
// in one spelling, however it was spelled for the driver. Calls that ask
// (--version, -print-…, -###) and calls whose last option lacks its argument are
// not changed.
//
// A compile that does not say how to optimise is given the profile's level.
// -O0 is kept, as somebody wrote it; FORTIFY is then not added, since the C
// library would warn that it has no effect, and the record says so (Omission).
// The same holds for freestanding compiles (Hosted): leaving out is recorded,
// never silent, and the gate decides.
//
// # Files are known by content
//
// The log has the SHA-256 of each object that a compile wrote and of each that
// a linker read, archives' members included, so that mv, cp, ar and libtool
// change nothing. What a linker read is not guessed from its arguments: it is
// asked with --dependency-file, which follows -l and
// scripts (tried: binutils 2.40 and its gold, lld 14). Inputs whose real path lies in the build root (Config.Toolchain) are
// not hashed: the root is not writable, and the plan has its digest.
//
// # Limits
//
//   - A build runs as the user who owns the log: a hostile build script can
//     write records, or call the real program and record it. The log catches
//     mistakes and build systems that know better; the cross-check of the linked
//     files with their debug information is what catches lies.
//   - Attributes and pragmas in a source (no_stack_protector, optimize) and #undef
//     _FORTIFY_SOURCE weaken a unit unseen. -specs, -wrapper, -B, plugins, COMPILER_PATH,
//     GCC_EXEC_PREFIX and a PATH by which gcc finds another as or ld would too: they
//     are in the record, and the gate refuses those that lead out of the toolchain,
//     and CCC_OVERRIDE_OPTIONS always. LD_PRELOAD, LD_AUDIT and LD_LIBRARY_PATH reach
//     the real program with what lies in the build root only: builds set them for
//     programs of theirs, and call compilers below those.
//   - A linker that lies elsewhere than InstallScript looks, one that the build
//     made itself for example, leaves no record: its output is unknown to the log.
//   - An archive's members count as parts of a link whether or not they were
//     taken.
//   - An object written to a pipe has no hash. gcc refuses -c -o - by itself.
//   - A change of a file between the compile and its hashing is not noticed;
//     nor is one between the link and the hashing of its inputs.
//   - Objects of a compile and link in one call are temporary files of the
//     driver. They are attributed to the driver's call by their names and number.
package wrapper

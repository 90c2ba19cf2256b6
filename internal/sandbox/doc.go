// Package sandbox runs commands on BuildKit in containers that have no way
// out, and proves it.
//
// One [Exec] is one LLB definition and one solve. Its root file system and
// every input are blobs of the caller's content-addressed store, named by
// digest; nothing else can enter. The engine is BuildKit embedded in this
// process, or an existing daemon.
//
// That the sandbox is closed is shown three times over:
//
//   - Before a solve the marshalled definition, the very bytes that are sent,
//     is parsed and inspected op by op (see [Inspect]). What the inspection
//     does not know, it refuses.
//   - A source policy that denies everything but our own store goes along, so
//     that the daemon refuses too.
//   - Before the first Run of an engine a probe is run in the same kind of
//     container and tries to get out (package probe), while canary listeners on
//     the host count what reaches them.
//
// A way out is an [OpenError]. There is no option that turns this off.
//
// See docs/sandbox.md for what is closed, how, and what is not.
package sandbox

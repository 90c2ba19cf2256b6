// Package finding is the one vocabulary of verdicts. Whoever judges something
// (compiled files, configurations, images, two builds, Yocto layers) says what
// it found in the same words: a rule, a severity, a place, a message, what the
// judgement rests on and what to do about it. A Report puts findings into one
// order and writes them for people (text, HTML) and for machines (JSON, SARIF).
//
// # Order and identity
//
// A report's findings are sorted by severity (worst first), rule, place and
// subject. No clock, locale, map order or environment reaches an output: equal
// contents give equal bytes.
//
// A finding's fingerprint is the SHA-256 of what it is about: the rule, the
// path, the compilation unit and the subject (or the message where there is no
// subject), and a number that tells equal ones apart. Lines, columns, severity,
// evidence and remedy are no part of it, so it survives edits elsewhere.
//
// # What is accepted
//
// A waiver accepts findings of one rule at some paths, for a reason and until a
// day. A baseline accepts what was there when it was written, but not in a
// worse severity. Neither can hide that a waiver is expired or matches nothing:
// those are findings themselves, and they always fail.
//
// # Hostile names
//
// Paths and messages come from artifacts that nobody trusts. What is written
// for people has every control, format and invisible character replaced by its
// escape (Visible); HTML is escaped by html/template and carries a policy that
// forbids everything but its own style and script. The texts of SARIF are for
// people too; its URIs keep every byte, percent-encoded. JSON keeps every
// character, invisible ones as \u escapes, and marks a path that is not UTF-8 as
// escaped.
//
// SARIF is version 2.1.0 with errata 01 of OASIS.
package finding

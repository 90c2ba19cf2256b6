// Package python reads and evaluates the part of Python that metadata of
// BitBake uses: expressions, functions, simple classes. It runs nothing of the
// machine: no imports, files or processes but what the host offers as values.
//
// Evaluation has three outcomes: a value, an exception as Python would raise
// it, or an [Unknown]. An Unknown is a value that flows: what is computed from
// it is unknown, a branch that depends on it is taken neither way, and what
// the branch could have changed is reported to the host.
//
// Every evaluation is bounded in steps, depth and the size of its values.
package python

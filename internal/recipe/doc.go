// Package recipe reads the recipe language: HCL files in, one typed and fully
// evaluated Recipe out, or every diagnostic at once. docs/recipe.md is the
// specification.
//
// Invariants:
//
//   - Evaluation has no side effects and no inputs but the recipe's files and
//     the variables given: no environment, clock, locale, network or random
//     function exists. Equal inputs give equal recipes, digests and diagnostics.
//   - Files are read below the directory of the module that names them, through
//     an os.Root: neither "..", nor an absolute path, nor a symbolic link leads out.
//   - Load either returns a recipe in which every reference is resolved and every
//     rule of the specification holds, or an *Error with all diagnostics.
//   - Evaluation is bounded (see meter.go): no text, however hostile, makes Load
//     hang, exhaust the stack or fill the memory.
//
// How it works: the files of a directory become a module (declare.go): its
// variables, locals and blocks by name. Expressions are evaluated lazily
// (eval.go), with only those names in scope that they mention; a block's name
// evaluates to a reference (ref.go), never to its attributes, so that blocks can
// refer to each other in any order. A failed part evaluates to an unknown value,
// which later checks pass over silently: one mistake, one diagnostic.
package recipe

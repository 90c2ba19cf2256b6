// Package yocto audits layers of the Yocto Project and OpenEmbedded: what does
// BitBake verify of each source, and how well. It answers for every URI, and
// says "not proven" where the answer depends on what cannot be evaluated.
//
// Package bitbake evaluates the layers, package source judges each URI; here
// are the rules Y01 to Y38 (see [Rules]), the order of the results, and what is
// compared between two checkouts. Nothing is executed, downloaded or unpacked.
//
// # Limits of a verdict
//
// A verdict is about what BitBake compares, not about what the task does
// afterwards. Where a recipe replaces do_fetch, or python that was not
// evaluated may change SRC_URI, the verdict is not proven.
package yocto

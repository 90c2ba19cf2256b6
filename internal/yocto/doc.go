// Package yocto audits layers of the Yocto Project and OpenEmbedded: what does
// BitBake verify of each source, and how well. It answers for every URI, and
// says "not proven" where the answer depends on what it cannot evaluate.
package yocto

// Package xz unpacks .xz files, quickly enough to unpack a distribution: about
// as fast as liblzma.
//
// It reads version 1.2.1 of the format with the one filter that package
// archives use, LZMA2, alone or behind the filters for x86 and ARM64 that
// kernel images use, with every integrity check that the format defines;
// concatenated streams and stream padding too. A stream is valid only with all
// its checks, sizes and its index. Another filter is ErrFilter, a larger
// dictionary than allowed ErrMemory, anything else wrong ErrCorrupt, except
// for an end too soon, which is io.ErrUnexpectedEOF.
//
// Memory is that of the dictionary and half as much again, and grows only as
// far as the data does.
package xz

// Package image reads any artifact as a stream of entries: paths with type,
// mode, owner, links, extended attributes and content. Nothing is mounted or
// executed, and no other program takes part.
//
// # Formats
//
// Directories and files on disk; tar (USTAR, PAX, GNU), plain or packed; cpio
// (newc, crc, odc, bin), also many in a row with zeros between them and each packed
// by itself, as an initramfs is; ar; Debian packages; OCI image layouts, on
// disk or in a tar; SquashFS 4.0; ext2, ext3, ext4; ISO 9660 with Rock Ridge;
// FAT; EROFS, also packed by LZ4, LZMA, DEFLATE or Zstandard; RPM packages;
// the sections of ELF and PE files; the parts of an x86 Linux kernel (bzImage);
// flattened device trees; zip, also of Java modules and as Mozilla arranges it; the partitions of GPT and MBR disks.
// Compressions: gzip, xz, Zstandard, bzip2, LZ4 (frame and legacy), LZMA, lzip.
//
// # What else is recorded
//
// Image.Fields tells what a format records of an artifact as a whole, such as
// a superblock, and Entry.Fields, for those who set Options.Fields, what it
// records of an entry beside what all formats know. A file that consists of
// parts is shown as parts that cover all of it; those without a name of their
// own have one in parentheses, such as "(header)". What stands in none of them
// is "(behind .text)", after the part before it, and zeros there are that
// part's field "padding". Not told is only where a format puts things, and in
// what form it packs them, unless a header says so.
//
// # Promises
//
// What is damaged, or uses a feature that is not understood, ends the walk
// with an error that names the place; it is never left out. Places name what
// is nested as "outer.tar.xz!/boot/initrd.img!/bin/x"; a name that ends in "!"
// itself is written "\!" (SplitPath). Only contents that are
// read in place and that nobody reads are not looked at, unless
// Options.Verify asks for it.
//
// Memory does not grow with the size of an artifact, and with the number of
// its entries only where a format needs it (further paths of files, whiteouts
// of layers). Contents are read in place where they are; those that come out
// of a compression are read only as far as asked, and wait in memory or in a
// temporary file without a name.
//
// Names are bytes, as on Linux. Paths are relative and clean: a leading slash
// is dropped, ".." is an error, the root itself is no entry.
package image

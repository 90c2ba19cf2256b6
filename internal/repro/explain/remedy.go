package explain

import (
	"regexp"
	"strings"
)

// remedy is what to change in a recipe or its scripts.
type remedy struct {
	cause Cause
	path  *regexp.Regexp // some element of the path of the difference; nil: any
	text  string
}

var (
	tarPath      = regexp.MustCompile(`(?i)\.(tar(\.\w+)?|tgz|txz|tbz2?|tzst)$|(^|:)tar$`)
	gzipPath     = regexp.MustCompile(`(?i)\.(gz|tgz)$|(^|:)gzip$`)
	xzPath       = regexp.MustCompile(`(?i)\.(xz|txz|lzma)$`)
	arPath       = regexp.MustCompile(`(?i)\.(a|ar|lib)$|(^|:)ar$`)
	cpioPath     = regexp.MustCompile(`(?i)\.(cpio|cgz)(\.\w+)?$|initr(d|amfs)|(^|:)cpio$`)
	zipPath      = regexp.MustCompile(`(?i)\.(zip|jar|war|apk|whl|epub)$|(^|:)zip$`)
	extPath      = regexp.MustCompile(`(?i)\.ext[234]?$|(^|:)ext[234]?$|\.img$`)
	squashPath   = regexp.MustCompile(`(?i)\.(squashfs|sqfs|sfs|snap)$|(^|:)squashfs$`)
	erofsPath    = regexp.MustCompile(`(?i)\.erofs$|(^|:)erofs$`)
	fatPath      = regexp.MustCompile(`(?i)\.(fat|vfat|msdos|esp)(\.\w+)?$|(^|:)v?fat$`)
	isoPath      = regexp.MustCompile(`(?i)\.iso$|(^|:)iso9660$`)
	kernelPath   = regexp.MustCompile(`(?i)(^|/)(vmlinu[xz]|bzImage|xen)([-.\w]*)$`)
	modulePath   = regexp.MustCompile(`\.ko(\.\w+)?$|module signature`)
	pePath       = regexp.MustCompile(`(?i)\.(efi|exe|dll)$`)
	pycPath      = regexp.MustCompile(`\.pyc$|__pycache__`)
	debPath      = regexp.MustCompile(`\.u?deb$`)
	diskPath     = regexp.MustCompile(`(?i)\.(disk|gpt|raw|hdd|qcow2)$|(^|:)(gpt|mbr)$`)
	ltoPath      = regexp.MustCompile(`^\.gnu\.(debug)?lto_`)
	mandbPath    = regexp.MustCompile(`\.(1|2|3|4|5|6|7|8)(\.gz)?$`)
	debugPath    = regexp.MustCompile(`^\.z?debug_|^\.gnu_debuglink$`)
	objectFamily = regexp.MustCompile(`^\.(text|rodata|data|comment|symtab|strtab|init)`)
)

// remedies: the first row that fits counts, so that a cause's row without a
// path comes last.
var remedies = []remedy{
	{Timestamp, cpioPath, "Give every file the time of SOURCE_DATE_EPOCH before packing: `find . -exec touch -hd @$SOURCE_DATE_EPOCH {} +`, then a sorted list into `cpio --reproducible -o -H newc -R 0:0`."},
	{Timestamp, tarPath, "Pack with `tar --sort=name --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner --pax-option=delete=atime,delete=ctime`."},
	{Timestamp, gzipPath, "Compress with `gzip -n`, or from a pipe: then no name and no time are stored."},
	{Timestamp, arPath, "Make archives with `ar D` (`make ARFLAGS=rcD`), and run `ranlib -D`."},
	{Timestamp, zipPath, "Set all times with `touch -d @$SOURCE_DATE_EPOCH`, then pack a sorted list with `TZ=UTC zip -X`; for Java `jar --date`."},
	{Timestamp, squashPath, "Run mksquashfs ≥ 4.4 with SOURCE_DATE_EPOCH set and without -mkfs-time and -all-time of your own."},
	{Timestamp, erofsPath, "Run `mkfs.erofs -T $SOURCE_DATE_EPOCH -U UUID --all-root`."},
	{Timestamp, isoPath, "Run xorriso with `--modification-date=YYYYMMDDhhmmss00` and `--set_all_file_dates` of SOURCE_DATE_EPOCH; the variable alone is not enough, and genisoimage cannot."},
	{Timestamp, fatPath, "Set all times with `touch` and copy with `mcopy -m`; the volume's own time needs a clock that is fixed (`mkfs.vfat --invariant`)."},
	{Timestamp, extPath, "Use e2fsprogs ≥ 1.47.1, which takes every time of `mke2fs -d` from SOURCE_DATE_EPOCH; older ones copy atime and ctime from the tree."},
	{Timestamp, pycPath, "Give the sources a fixed time before compiling, or use `python3 -m compileall --invalidation-mode unchecked-hash`."},
	{Timestamp, kernelPath, "Set KBUILD_BUILD_TIMESTAMP=\"$(LC_ALL=C date -u -d @$SOURCE_DATE_EPOCH)\", which Linux copies as it stands; for Xen set XEN_BUILD_DATE and XEN_BUILD_TIME likewise."},
	{Timestamp, pePath, "Link with `--no-insert-timestamp` (GNU ld) or `/Brepro` (lld-link)."},
	{Timestamp, mandbPath, "Generate manual pages with the date of SOURCE_DATE_EPOCH (`pod2man --date`, `help2man` does it by itself)."},
	{Timestamp, nil, "Take dates from SOURCE_DATE_EPOCH, which is set for every script (`date -u -d @$SOURCE_DATE_EPOCH`); gcc ≥ 7 and clang use it for __DATE__ and __TIME__."},

	{BuildPath, kernelPath, "Pass KCFLAGS=\"-ffile-prefix-map=$PWD=.\": the kernel profiles set no flags of their own."},
	{BuildPath, debugPath, "Map the path out of the debug information: `-ffile-prefix-map=$BUILD=.` for the compiler and `-Wa,--debug-prefix-map=$BUILD=.` for assembly; the userspace profile passes them in CFLAGS, so see that the build uses CFLAGS."},
	{BuildPath, objectFamily, "Compile with `-ffile-prefix-map=$BUILD=.`: the userspace profile has it in CFLAGS, so see that the build uses CFLAGS, and that nothing passes an absolute path with -D; for Go use -trimpath, for Rust --remap-path-prefix."},
	{BuildPath, nil, "Write relative paths, or cut $BUILD off with sed; for C and C++ see that the build uses the -ffile-prefix-map in CFLAGS (userspace profile), for Go use -trimpath."},

	{User, tarPath, "Pack with `tar --owner=0 --group=0 --numeric-owner`."},
	{User, cpioPath, "Pack with `cpio -R 0:0`."},
	{User, arPath, "Make archives with `ar D` (`make ARFLAGS=rcD`), which stores no owners."},
	{User, squashPath, "Run `mksquashfs … -all-root`."},
	{User, erofsPath, "Run `mkfs.erofs --all-root`."},
	{User, extPath, "Run `mke2fs -d` on a tree that root owns, with `-E root_owner=0:0`."},
	{User, kernelPath, "Set KBUILD_BUILD_USER, for Xen XEN_WHOAMI."},
	{User, nil, "Do not write whoami, id, $USER or $HOME into outputs; install without -o and -g of the builder."},

	{Hostname, kernelPath, "Set KBUILD_BUILD_HOST, for Xen XEN_BUILD_HOST and XEN_DOMAIN."},
	{Hostname, nil, "Do not write hostname or uname -n into outputs; where a build system asks, give it a fixed name."},

	{Permissions, tarPath, "Pack with `tar --mode=u+rwX,go+rX,go-w`, or install files with `install -m`."},
	{Permissions, nil, "Set modes explicitly: `install -m 0644`, `mkdir -m 0755`, or `umask 022` at the top of the script."},

	{Ordering, tarPath, "Pack with `tar --sort=name`."},
	{Ordering, cpioPath, "Sort the list first: `find . -print0 | LC_ALL=C sort -z | cpio -0 --reproducible -o -H newc -R 0:0`."},
	{Ordering, zipPath, "Sort the list first: `find . -type f | LC_ALL=C sort | zip -X -@ x.zip`."},
	{Ordering, arPath, "Pass the members in a sorted order: `$(sort $(wildcard *.o))` in make."},
	{Ordering, pycPath, "Set PYTHONHASHSEED=0 when compiling Python, and do not build sets into modules."},
	{Ordering, fatPath, "Copy files into FAT with mcopy in a sorted order."},
	{Ordering, nil, "Sort what comes from directories and hashes: `LC_ALL=C sort`, `$(sort $(wildcard …))` in make, sort keys in Perl, PYTHONHASHSEED=0 for Python, sort_keys=True for JSON."},

	{Locale, nil, "Run what sorts or formats with LC_ALL=C, as the build sets it: see that nothing sets LANG or LC_ALL again."},
	{Timezone, zipPath, "Run zip with TZ=UTC: it stores local time."},
	{Timezone, fatPath, "Run mcopy with TZ=UTC: FAT stores local time."},
	{Timezone, nil, "Print times in UTC: `date -u`, gmtime instead of localtime, TZ=UTC."},
	{Uname, nil, "Do not ask uname for what is built: pass the version of the headers, and --build and --host to configure."},
	{BuildID, nil, "Mend the other differences and this one goes. If it is the only one, what was hashed has been stripped since: look for paths in the debug information (-ffile-prefix-map), or link with --build-id=sha1 after stripping."},

	{UUID, extPath, "Run `mke2fs -U UUID -E hash_seed=UUID` with fixed UUIDs, with e2fsprogs ≥ 1.47.1."},
	{UUID, erofsPath, "Run `mkfs.erofs -U UUID` with a fixed UUID."},
	{UUID, fatPath, "Run `mkfs.vfat -i XXXXXXXX` with a fixed volume ID."},
	{UUID, isoPath, "Run xorriso with `--modification-date` (it is the volume's UUID) and `--gpt_disk_guid` fixed."},
	{UUID, diskPath, "Give sfdisk or sgdisk fixed identifiers: `label-id:` of the disk and `uuid=` of each partition."},
	{UUID, nil, "Use a fixed UUID, or one made of names with uuidgen --sha1, in place of a random one."},

	{Random, ltoPath, "Compile with `-frandom-seed=NAME`, a fixed name for each object, such as -frandom-seed=$@ in make."},
	{Random, extPath, "Run `mke2fs -E hash_seed=UUID` with a fixed UUID, with e2fsprogs ≥ 1.47.1."},
	{Random, objectFamily, "Compile with `-frandom-seed=NAME`, a fixed name for each object, and do not pass names of temporary files to the compiler; LTO needs it too."},
	{Random, nil, "Use fixed names in place of mktemp where a name reaches an output, -frandom-seed for gcc, PYTHONHASHSEED=0 for Python, PERL_HASH_SEED=0 for Perl."},

	{SigningKey, modulePath, "The kernel made a key for this build alone: give MODULE_SIG_KEY a key from outside, or set CONFIG_MODULE_SIG_ALL=n and sign apart from the build, by detached signature."},
	{SigningKey, kernelPath, "Set CONFIG_SYSTEM_TRUSTED_KEYS and CONFIG_MODULE_SIG_KEY to certificates in the sources: the kernel makes a new one for each build otherwise."},
	{SigningKey, nil, "Sign apart from the build, so that the artifact compared is the one without signature; keys and certificates are sources, not made in a build."},

	{Parallelism, xzPath, "Compress with a fixed number of threads: `xz -T1`; -T0 makes blocks by the number of CPUs."},
	{Parallelism, squashPath, "Do not pass -processors; mksquashfs ≥ 4.4 gives the same image with any number."},
	{Parallelism, nil, "Do not write $JOBS or nproc into outputs; where a rule is racy, add the missing prerequisite, or .NOTPARALLEL."},
	{ProfileData, nil, "Do not install .gcda or .profraw files; for profile-guided builds keep one profile in the sources and use it with -fprofile-use."},

	{Inode, cpioPath, "Pack with `cpio --reproducible`, which renumbers inodes and devices."},
	{Inode, tarPath, "Pack with `tar --sort=name --pax-option=delete=atime,delete=ctime`, in GNU or ustar format, which has no inode numbers."},
	{Inode, nil, "Inode and device numbers come from the file system of the build: make the image from a sorted list with a writer that numbers by itself."},

	{Compression, gzipPath, "Use one program, version and level: `gzip -n -9`; pigz and gzip differ."},
	{Compression, xzPath, "Use one level and a fixed number of threads: `xz -T1 -6`."},
	{Compression, squashPath, "Use one mksquashfs, with -comp and its options given."},
	{Compression, debPath, "Give dpkg-deb its compressor: `dpkg-deb -Zxz -z6 --threads-max=1 --root-owner-group -b`."},
	{Compression, nil, "Use one version of the compressor, at a given level, with a fixed number of threads."},
	{Environment, nil, "Do not write env or export -p into outputs, and set the variable in the package's `environment` where the build needs it."},
}

// Remedy says what to change in a recipe so that a difference of this cause
// goes away, "" when the cause is not known. The file type is taken from the
// Path of d, the innermost element first.
func Remedy(c Cause, d Difference) string {
	for i := len(d.Path) - 1; i >= 0; i-- {
		for _, r := range remedies {
			if r.cause == c && r.path != nil && r.path.MatchString(strings.TrimSuffix(d.Path[i], "/")) {
				return r.text
			}
		}
	}
	for _, r := range remedies {
		if r.cause == c && r.path == nil {
			return r.text
		}
	}
	return ""
}

package explain

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Classify says what most likely caused a difference, "" when what is seen does
// not tell: an unknown cause is better than a wrong one. A Cause that d has
// already is kept, because whoever set it saw more.
func Classify(d Difference) Cause { return Hints{}.Classify(d) }

// Classify says what most likely caused a difference in two builds of which
// something is known.
func (h Hints) Classify(d Difference) Cause {
	if d.Cause != "" {
		return d.Cause
	}
	switch d.Kind {
	case Mode:
		return Permissions
	case Owner:
		return User
	case Order:
		return Ordering
	case ModTime:
		return h.timeCause(d)
	case Device, TypeOf, OnlyLeft, OnlyRight:
		return ""
	case Layout:
		return layoutCause(d)
	case Field:
		return h.fieldCause(d)
	case Xattr:
		return xattrCause(d)
	}
	return h.valueCause(d)
}

// valueCause explains two texts. With several causes none is said.
func (h Hints) valueCause(d Difference) Cause {
	if d.Left == "" || d.Right == "" || d.Left == d.Right {
		return ""
	}
	var cause Cause
	for i, f := range h.explainPair(d.Left, d.Right) {
		if i > 0 && f.cause != cause {
			return ""
		}
		cause = f.cause
	}
	return cause
}

// timeLayouts are how a time of an entry may be written.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02 15:04:05", "2006-01-02T15:04:05"}

// timeCause: a time that is off by a whole number of half hours was written in
// local time, as FAT and zip do.
func (h Hints) timeCause(d Difference) Cause {
	l, okLeft := readTime(d.Left)
	r, okRight := readTime(d.Right)
	if !okLeft || !okRight {
		return Timestamp
	}
	shift := r.Sub(l)
	if known, ok := h.zoneShift(); ok && shift.Abs() == known.Abs() {
		return Timezone
	}
	if h.built(l, r, 0) {
		return Timestamp
	}
	cause, _ := shiftCause(shift, "")
	return cause
}

func readTime(s string) (time.Time, bool) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// packed are formats whose writers compress: other bytes of the same entries
// come from levels, versions or the number of threads.
var packed = regexp.MustCompile(`\.(gz|tgz|xz|txz|zst|bz2|lz4|lzma|zip|jar|squashfs|sqfs|erofs|deb|apk|rpm)$|(gzip|xz|zstd|bzip2|lz4|squashfs)$`)

func layoutCause(d Difference) Cause {
	if len(d.Path) > 0 && packed.MatchString(d.Path[len(d.Path)-1]) {
		return Compression
	}
	return ""
}

func xattrCause(d Difference) Cause {
	for _, part := range append(slices.Clone(d.Path), d.Detail) {
		if strings.Contains(part, "security.ima") || strings.Contains(part, "security.evm") {
			return SigningKey
		}
	}
	return ""
}

// fieldNames are the fields whose name tells the cause, whatever the values, in
// lower case with spaces. "inode size" and "creator os" are not among them:
// they say how something was configured.
var fieldNames = map[Cause]string{
	BuildID:     "build id|buildid",
	Random:      "hash seed|generation|seed",
	UUID:        "uuid|guid|journal uuid|disk guid|disk signature|disk id|volume serial|serial number|fsid|filesystem uuid",
	SigningKey:  "certificates|certificate|authenticode|signatures|file signatures|verity signatures|pgp|pgp5|gpg|rsa|dsa|security directory",
	Timestamp:   "atime|ctime|mtime|crtime|btime|wtime|dtime|time|date|time stamp|timestamp|time date stamp|timedatestamp|created|modified|accessed|recorded|last checked|lastcheck|mkfs time|mount time|write time|build time|buildtime|install time|creation|creation date|creation time|modification|modification date|effective date|expiration date|dos time|local dos time|file mtimes|root label mtime|last error time|first error time",
	Inode:       "ino|inode|dev|rdev|devmajor|devminor|cluster|extents|nid|file inodes|file devices",
	User:        "uid|gid|uname|gname|owner|group|user|file users|file groups", // uname of tar is the owner's
	Permissions: "mode|umask|file modes",
	Hostname:    "build host|buildhost|hostname",
	Compression: "xfl|compression|compression level|compressor|compressor options|compress|payload compressor",
}

var (
	fieldBreak  = regexp.MustCompile(`[ _./-]+`)
	fieldPrefix = regexp.MustCompile(`^(global pax|pax|local|s|i) `) // of a record of PAX, of a local header, of C
	camel       = regexp.MustCompile(`([a-z])([A-Z])`)
)

// fieldCause goes by the name of the field: the Detail up to a colon, or the
// last element of the path. Values that hints or rules know win.
func (h Hints) fieldCause(d Difference) Cause {
	if c := h.valueCause(Difference{Left: d.Left, Right: d.Right}); c != "" {
		return c
	}
	name, _, _ := strings.Cut(d.Detail, ":")
	names := []string{name}
	if n := len(d.Path); n > 0 {
		names = append(names, d.Path[n-1])
	}
	for _, name := range names {
		name = strings.ToLower(camel.ReplaceAllString(name, "$1 $2"))
		name = fieldPrefix.ReplaceAllString(strings.TrimSpace(fieldBreak.ReplaceAllString(name, " ")), "")
		for c, list := range fieldNames {
			if slices.Contains(strings.Split(list, "|"), name) {
				return c
			}
		}
		if name == "volume id" && serial.MatchString(d.Left) && serial.MatchString(d.Right) {
			return UUID // of FAT: that of ISO 9660 is a name
		}
	}
	return ""
}

var serial = regexp.MustCompile(`^(0x)?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}$`)

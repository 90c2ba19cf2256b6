// Package explain says why two contents that should be the same are not: which
// part of them differs, what kind of difference it is, and what most likely
// caused it. It never decides whether they are equal: bytes do that, elsewhere.
package explain

// Kind says what differs.
type Kind string

// The kinds of differences.
const (
	OnlyLeft   Kind = "only-left"  // an entry that only the left side has
	OnlyRight  Kind = "only-right" // an entry that only the right side has
	TypeOf     Kind = "type"       // a file here, a link there
	Mode       Kind = "mode"
	Owner      Kind = "owner"
	ModTime    Kind = "mtime"
	LinkTarget Kind = "link"
	Device     Kind = "device"
	Xattr      Kind = "xattr"
	Field      Kind = "field"   // what only the format knows: an inode number, a UUID, a PAX record
	Order      Kind = "order"   // the same entries in another order
	Layout     Kind = "layout"  // the same entries with the same metadata, packed into other bytes
	Section    Kind = "section" // a part of a structured file, such as .text
	Symbol     Kind = "symbol"
	Text       Kind = "text"
	Bytes      Kind = "bytes"
)

// Cause is the class of what made two builds differ.
type Cause string

// The classes of causes. A Cause that is empty is not known.
const (
	Timestamp   Cause = "timestamp"
	BuildPath   Cause = "build-path"
	User        Cause = "user" // uid, gid, user name, HOME
	Permissions Cause = "permissions"
	Ordering    Cause = "order"
	Locale      Cause = "locale"
	Timezone    Cause = "time-zone"
	Uname       Cause = "uname" // release, version or machine of the kernel
	Hostname    Cause = "host-name"
	BuildID     Cause = "build-id" // follows from another difference
	UUID        Cause = "uuid"
	Random      Cause = "random-seed"
	SigningKey  Cause = "signing-key"
	Parallelism Cause = "parallelism"
	ProfileData Cause = "profile-data"
	Inode       Cause = "inode" // inode numbers, device numbers, block allocation
	Compression Cause = "compression"
	Environment Cause = "environment" // a variable that should not matter
)

// Difference is one reason why two artifacts are not equal.
type Difference struct {
	Path   []string `json:"path"` // from the outermost artifact inwards
	Kind   Kind     `json:"kind"`
	Cause  Cause    `json:"cause,omitempty"`
	Left   string   `json:"left,omitempty"` // short, printable
	Right  string   `json:"right,omitempty"`
	Detail string   `json:"detail,omitempty"` // one sentence for a person: "same content, other mtime"
	Lines  []Line   `json:"lines,omitempty"`  // a unified view of text, or windows of bytes
}

// Line is one line of a view that shows both sides.
type Line struct {
	Side Side   `json:"side"`
	Text string `json:"text"` // printable; without a line end
}

// Side says on which side a line is.
type Side string

// The sides of a Line.
const (
	Both  Side = " "
	Left  Side = "-"
	Right Side = "+"
	Place Side = "@" // says where the following lines are
)

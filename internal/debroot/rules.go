package debroot

// Version names the rules by which this package makes a root. It stands in the
// digest of every plan and changes whenever the same packages would give other
// bytes.
const Version = "dombuild/debroot/v1"

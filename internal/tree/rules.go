package tree

// Version names the rules by which this package makes an output canonical. It
// stands in the digest of every plan and changes whenever the same output
// would give other bytes.
const Version = "dombuild/tree/v1"

package killtest

// Call is a system call that changes files.
type Call struct{ Name string }

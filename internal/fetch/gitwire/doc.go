// Package gitwire asks git servers: which object a name stands for, and for the
// pack of one commit with everything below it and nothing before it. It speaks
// version 2 of the protocol (gitprotocol-v2(5)) over HTTP and over git's own
// port. What comes back is believed by nobody: package git names each object by
// its bytes.
package gitwire

package main

// expected is what has to be named of a pair, by its first file: the path of
// what differs, without the file itself, and the kind.
var expected = map[string]string{}

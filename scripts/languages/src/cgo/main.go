// Command cgo calls C.
package main

// int sum(int a, int b);
import "C"
import "fmt"

var version = "0"

func main() { fmt.Println("cgo", version, C.sum(1, 2)) }

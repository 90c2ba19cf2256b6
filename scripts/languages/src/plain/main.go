// Command plain is of Go alone.
package main

import (
	"fmt"
	"os"
)

func main() {
	table := []string{"one", "two", "three"}
	fmt.Println("plain", table[len(os.Args)%len(table)])
}

// Command interop reads with independent Go libraries what the project writes.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: interop log|vectors FOLDER"))
	}
	check := map[string]func(string) error{"log": checkLog, "vectors": checkVectors}[os.Args[1]]
	if check == nil {
		fail(fmt.Errorf("expected log or vectors, got %q", os.Args[1]))
	}
	if err := check(os.Args[2]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

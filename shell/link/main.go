package link

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// Main is the main function of a program that writes the files: its options
// are read from standard input, as JSON.
func Main() {
	var opt Options
	err := json.NewDecoder(os.Stdin).Decode(&opt)
	if err == nil {
		err = Write(context.Background(), opt)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:forbidigo // it is a main function
	}
}

//go:build !unix

package build

import (
	"errors"
	"io"
	"os/exec"
)

// Exec runs the app and returns its exit code. Where a process cannot become
// another, it is a child with our streams.
func (b Built) Exec(args, env []string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	defer b.Release()
	// No context: an interrupt reaches the child by itself, and its exit code
	// is what counts.
	cmd := exec.Command(b.Path, args...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, stdin, stdout, stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

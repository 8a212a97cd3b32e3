//go:build !unix

package build

import (
	"errors"
	"io"
	"os"
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

// lockFile opens the file; here two builds at once are kept apart by the go
// command alone.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
}

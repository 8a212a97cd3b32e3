//go:build unix

package build

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// Exec makes this process the app, so that the terminal, signals and the exit
// code are the app's own. It returns only when that failed. The lock of the
// build is held until then: the kernel closes it in the same step.
func (b Built) Exec(args, env []string, _ io.Reader, _, _ io.Writer) (int, error) {
	argv := append([]string{b.Path}, args...)
	return 1, &os.PathError{Op: "exec", Path: b.Path, Err: syscall.Exec(b.Path, argv, env)}
}

// lockFile waits until it alone holds the file.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		if err = flock(int(f.Fd())); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

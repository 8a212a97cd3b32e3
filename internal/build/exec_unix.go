//go:build unix

package build

import (
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

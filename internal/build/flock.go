//go:build unix && !solaris && !illumos && !aix

package build

import (
	"errors"
	"os"
	"syscall"
)

// tryLock reports whether the file is ours alone now.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}

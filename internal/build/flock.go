//go:build unix && !solaris && !illumos && !aix

package build

import "syscall"

func flock(fd int) error { return syscall.Flock(fd, syscall.LOCK_EX) }

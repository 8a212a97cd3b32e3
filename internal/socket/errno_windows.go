package socket

import (
	"errors"
	"syscall"
)

// What Windows calls a port that is taken, or that may not be used.
const (
	wsaAccess    = syscall.Errno(10013)
	wsaAddrInUse = syscall.Errno(10048)
)

func inUse(err error) bool  { return errors.Is(err, wsaAddrInUse) }
func denied(err error) bool { return errors.Is(err, wsaAccess) }

//go:build unix

package socket

import (
	"errors"
	"syscall"
)

func inUse(err error) bool  { return errors.Is(err, syscall.EADDRINUSE) }
func denied(err error) bool { return errors.Is(err, syscall.EACCES) }

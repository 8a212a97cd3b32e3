//go:build unix && !linux

package devserver

import "syscall"

// attributes make the app a group of its own, so that all of it can be ended. It
// notices the end of whim by the end of the pipe from it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

package devserver

import "syscall"

// attributes make the app a group of its own, so that all of it can be ended,
// and have the system end it when whim was ended without a chance to do so.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

//go:build unix

package devapp

import "syscall"

// closeOnExec keeps a file from programs that the app starts: they would hold
// the pipe open after the app has ended.
func closeOnExec(fd uintptr) { syscall.CloseOnExec(int(fd)) }

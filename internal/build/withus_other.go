//go:build !linux

package build

import "syscall"

func withUs() *syscall.SysProcAttr { return nil }

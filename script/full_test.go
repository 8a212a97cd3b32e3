//go:build unix

package script

import (
	"bytes"
	"os/signal"
	"syscall"
	"testing"
)

// TestWriteDiskFull lets the disk end in the middle of a file, by the limit
// that a process has for the size of one, and holds that nothing is left.
func TestWriteDiskFull(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, "before.go", []byte("package migrations")); err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	small := limit
	small.Cur = 1000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	err := Write(dir, "after.go", bytes.Repeat([]byte("x"), 5000))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if err == nil {
		t.Error("writing beyond the end of the disk succeeds")
	}
	noLeftovers(t, dir, "before.go")
}

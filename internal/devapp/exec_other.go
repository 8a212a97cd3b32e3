//go:build !unix

package devapp

// closeOnExec has nothing to do where files are inherited one by one.
func closeOnExec(uintptr) {}

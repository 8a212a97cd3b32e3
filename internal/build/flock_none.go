//go:build solaris || illumos || aix

package build

func flock(int) error { return nil }

//go:build !unix && !windows

package socket

import "strings"

func inUse(err error) bool { return strings.Contains(err.Error(), "in use") }
func denied(error) bool    { return false }

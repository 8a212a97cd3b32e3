package devserver

import (
	"io/fs"
	"syscall"
)

// statusTime returns when the system has changed anything of a file. Nobody can
// set it.
func statusTime(info fs.FileInfo) int64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Ctim.Nano()
	}
	return 0
}

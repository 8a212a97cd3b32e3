package build

import (
	"os"
	"path/filepath"
	"time"
)

// unused is how long a built app is kept that nobody starts. To build it again
// takes seconds.
const unused = 30 * 24 * time.Hour

// sweep empties the folders of apps that nobody has started for long. A folder
// and its lock stay: whoever waits for a file that is removed would lock what
// nobody else sees. What cannot be removed is left for the next time.
func sweep(base string, now time.Time) {
	dirs, _ := os.ReadDir(base)
	for _, d := range dirs {
		if dir := filepath.Join(base, d.Name()); old(dir, now) {
			empty(dir, now)
		}
	}
}

// old reports whether nothing in the folder was written for long. Each use of an
// app writes its lock.
func old(dir string, now time.Time) bool {
	files, err := os.ReadDir(dir)
	for _, f := range files {
		info, gone := f.Info()
		if gone != nil || now.Sub(info.ModTime()) < unused {
			return false
		}
	}
	return err == nil && len(files) > 1
}

func empty(dir string, now time.Time) {
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer lock.Close()
	if ours, err := tryLock(lock); err != nil || !ours || !old(dir, now) {
		return // in use, or it was until now
	}
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		if f.Name() != "lock" {
			_ = os.RemoveAll(filepath.Join(dir, f.Name()))
		}
	}
}

package devapp

import (
	"io/fs"
	"os"
	"path/filepath"
)

// FromDisk returns the folder of the source that files were embedded from, for
// reading them as they are now, and tells whim that a change in them needs no
// build. It returns false where the folder is not that: the program may have been
// built elsewhere, or without the paths of its source.
func (l *Link) FromDisk(embedded fs.FS, source string) (fs.FS, bool) {
	dir := filepath.Dir(source)
	if !filepath.IsAbs(dir) {
		return nil, false
	}
	disk := os.DirFS(dir)
	entries, err := fs.ReadDir(embedded, ".")
	if err != nil || len(entries) == 0 {
		return nil, false
	}
	for _, e := range entries {
		if info, err := fs.Stat(disk, e.Name()); err != nil || info.IsDir() != e.IsDir() {
			return nil, false
		}
	}
	for _, e := range entries {
		l.tell(Files + filepath.Join(dir, e.Name()))
	}
	return disk, true
}

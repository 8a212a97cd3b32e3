package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

// lockFile waits until it alone holds the file. When that takes long, it says to
// w for whom: that process may be stopped, or download something.
func lockFile(ctx context.Context, path string, w io.Writer) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	const often = 20 * time.Millisecond
	for waited := time.Duration(0); ; waited += often {
		ours, err := tryLock(f)
		if err != nil {
			f.Close()
			return nil, err
		}
		if ours {
			_ = f.Truncate(0) // who it is only helps those who wait
			_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
			return f, nil
		}
		if waited == slow {
			fmt.Fprintf(w, "Waiting for %s, which builds the same app…\n", holder(f))
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(often):
		}
	}
}

func holder(f *os.File) string {
	b := make([]byte, 20)
	n, _ := f.ReadAt(b, 0)
	if pid, err := strconv.Atoi(string(b[:n])); err == nil {
		return fmt.Sprintf("process %d", pid)
	}
	return "another whim"
}

package socket

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// owner returns the process that listens on a port, as far as the kernel shows
// it: the processes of other users are hidden from all but root.
func owner(port int) string {
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			// sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
			f := strings.Fields(line)
			const listening = "0A"
			if len(f) > 9 && f[3] == listening && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				sockets["socket:["+f[9]+"]"] = true
			}
		}
	}
	if len(sockets) == 0 {
		return ""
	}
	dirs, err := filepath.Glob("/proc/[0-9]*/fd")
	if err != nil {
		return ""
	}
	for _, dir := range dirs {
		fds, err := os.ReadDir(dir)
		if err != nil {
			continue // another user's, or it has ended
		}
		for _, fd := range fds {
			if to, err := os.Readlink(filepath.Join(dir, fd.Name())); err == nil && sockets[to] {
				return process(filepath.Dir(dir))
			}
		}
	}
	return ""
}

// process returns how people know a process: its command and its id.
func process(dir string) string {
	pid := filepath.Base(dir)
	line, _ := os.ReadFile(filepath.Join(dir, "cmdline")) // empty for one that has ended
	words := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
	words[0] = filepath.Base(words[0])
	name := clean(strings.Join(words, " "))
	if name == "" || name == "." {
		return "process " + pid
	}
	if pid == strconv.Itoa(os.Getpid()) {
		return "this process itself"
	}
	return fmt.Sprintf("process %s: %s", pid, name)
}

// clean makes one short line of a command line, which may hold anything: only
// the first words, since later ones may be secrets.
func clean(s string) string {
	const words, length = 3, 60
	f := strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s))
	s = strings.Join(f[:min(len(f), words)], " ")
	if r := []rune(s); len(r) > length {
		s = string(r[:length]) + "…"
	}
	return s
}

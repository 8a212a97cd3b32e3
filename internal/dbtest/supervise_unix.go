//go:build unix

package dbtest

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// supervisor is the parent of a server. It holds the reading end of a pipe that
// only the process of the tests can write to; when that process ends, even by
// SIGKILL, the pipe closes, and then the server is ended and its folder removed.
//
// The arguments are the folder and the signal that ends the server. What the
// server said goes to standard output at the end, for whoever still listens.
// Nothing but the pipe may end the supervisor, not even that nobody listens;
// the server is started before the trap, because it would inherit it.
const supervisor = `
exec 3<&0 </dev/null
dir=$1 signal=$2
{ %s; } >"$dir/log" 2>&1 3<&- || { tail -n 20 "$dir/log"; rm -rf "$dir"; exit 1; }
%s >"$dir/log" 2>&1 3<&- &
server=$!
trap '' HUP INT TERM PIPE
( read -r _ <&3; kill -s "$signal" $server ) 2>/dev/null &
watch=$!
wait $server
kill $watch 2>/dev/null
tail -n 20 "$dir/log"
rm -rf "$dir"
`

// A supervised is a server with its supervisor.
type supervised struct {
	alive io.Closer     // the writing end of the pipe
	ended chan struct{} // closed when server and folder are gone
	said  *bytes.Buffer // to be read when ended is closed
	once  sync.Once
}

// supervise starts the server of l.
func supervise(who account, dir string, l launch) (*supervised, error) {
	script := fmt.Sprintf(supervisor, quoteAll(l.init), quoteAll(l.server))
	cmd := exec.Command("/bin/sh", "-c", script, "sh", dir, l.signal)
	cmd.Dir = dir
	// Nothing of the caller's environment: PGOPTIONS and its like change
	// what a server does. PATH is for the scripts that make data folders.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH") + ":/usr/bin:/bin:/usr/sbin:/sbin", "HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C"}
	// A session of its own: Ctrl-C at the terminal is for the tests, and the
	// supervisor learns of their end by the pipe.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: who.credential}
	s := &supervised{ended: make(chan struct{}), said: new(bytes.Buffer)}
	cmd.Stdout, cmd.Stderr = s.said, s.said
	alive, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.alive = alive
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.ended)
		if err := cmd.Wait(); err != nil {
			fmt.Fprintf(s.said, "(%v)", err)
		}
	}()
	return s, nil
}

// stop ends the server and waits until it is gone.
func (s *supervised) stop() {
	s.once.Do(func() { s.alive.Close() })
	<-s.ended
}

// output returns what the server said, when it has ended.
func (s *supervised) output() string { return strings.TrimSpace(s.said.String()) }

// An account is who the servers run as.
type account struct {
	name       string
	credential *syscall.Credential // nil for the user of this process
}

// unprivileged returns this process's user, or nobody when that is root: as
// root, no server starts.
func unprivileged() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return account{}, fmt.Errorf("servers do not run as root: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, err
	}
	return account{name: u.Username, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// own gives dir, and the files in it, to the account.
func (a account) own(dir string) error {
	if a.credential == nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Chown(dir+"/"+e.Name(), int(a.credential.Uid), int(a.credential.Gid)); err != nil {
			return err
		}
	}
	return os.Chown(dir, int(a.credential.Uid), int(a.credential.Gid))
}

// mayWrite says whether the account can make and remove things in dir.
func (a account) mayWrite(dir string) error {
	cmd := exec.Command("/bin/sh", "-c", `test -w . && test -x .`)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s cannot write there", a)
	}
	return nil
}

func (a account) String() string {
	if a.credential == nil {
		return "this user"
	}
	return "the user " + a.name
}

// quoteAll returns a command as a shell reads it.
func quoteAll(command []string) string {
	words := make([]string, len(command))
	for i, w := range command {
		words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	return strings.Join(words, " ")
}

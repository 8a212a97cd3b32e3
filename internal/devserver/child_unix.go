//go:build unix

package devserver

import (
	"context"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
)

// canHand says that open sockets can be handed over to another process.
const canHand = true

// hand gives open files to a command, and says their numbers in its environment.
func hand(cmd *exec.Cmd, names []string, files []*os.File) {
	for i, f := range files {
		cmd.Env = append(cmd.Env, names[i]+"="+strconv.Itoa(3+len(cmd.ExtraFiles)))
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	cmd.SysProcAttr = attributes()
}

// terminate asks a process to end.
func terminate(p *os.Process) { _ = p.Signal(syscall.SIGTERM) } // it has ended already

// killGroup ends a process and what it has started.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) } // nobody is left

// nonblocking undoes what handing a socket over does to it: the flag is shared
// with the copy that was handed over, and without it nobody can be woken who
// waits for a connection.
func nonblocking(l *net.TCPListener) {
	if c, err := l.SyscallConn(); err == nil {
		_ = c.Control(func(fd uintptr) { _ = syscall.SetNonblock(int(fd), true) }) // it is a socket, and open
	}
}

// untilHangup returns a context that is over when the terminal is closed, too,
// unless that is to be ignored (nohup).
func untilHangup(ctx context.Context) (context.Context, context.CancelFunc) {
	if signal.Ignored(syscall.SIGHUP) {
		return context.WithCancel(ctx)
	}
	return signal.NotifyContext(ctx, syscall.SIGHUP)
}

package devserver

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// canHand: a socket cannot be handed over as a file here, so the app listens
// elsewhere and the front passes requests on.
const canHand = false

// hand gives open files to a command, and says their numbers in its environment.
func hand(cmd *exec.Cmd, names []string, files []*os.File) {
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	for i, f := range files {
		h := syscall.Handle(f.Fd())
		if syscall.SetHandleInformation(h, syscall.HANDLE_FLAG_INHERIT, syscall.HANDLE_FLAG_INHERIT) != nil {
			continue
		}
		cmd.Env = append(cmd.Env, names[i]+"="+strconv.FormatUint(uint64(h), 10))
		cmd.SysProcAttr.AdditionalInheritedHandles = append(cmd.SysProcAttr.AdditionalInheritedHandles, h)
	}
}

// terminate does nothing: there is no signal for it, and the app was told.
func terminate(*os.Process) {}

// killGroup does nothing: a process is ended by itself here.
func killGroup(*os.Process) {}

func nonblocking(*net.TCPListener) {}

func untilHangup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

//go:build !unix && !windows

package devserver

import (
	"context"
	"net"
	"os"
	"os/exec"
)

// canHand: the app listens elsewhere and the front passes requests on.
const canHand = false

func hand(*exec.Cmd, []string, []*os.File) {}

func terminate(p *os.Process) { _ = p.Signal(os.Interrupt) } // it has ended already

func killGroup(*os.Process) {}

func nonblocking(*net.TCPListener) {}

func untilHangup(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

package socket

import (
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
)

func TestTCP(t *testing.T) {
	l, err := Listen(t.Context(), "127.0.0.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port

	_, err = Listen(t.Context(), "127.0.0.1", port)
	var e *whimbrel.Error
	if !errors.As(err, &e) || e.Code != whimbrel.CannotListen || !strings.Contains(e.Detail[0], "in use") {
		t.Fatalf("a port in use: %v", err)
	}
	if !strings.HasPrefix(e.Hint[0], "to use another port: --port ") {
		t.Errorf("hint %q", e.Hint)
	}
	if runtime.GOOS == "linux" && (len(e.Detail) != 2 || e.Detail[1] != "it is held by this process itself") {
		t.Errorf("detail %q", e.Detail)
	}

	for _, port := range []int{-1, 65536} {
		if _, err := Listen(t.Context(), "127.0.0.1", port); whimbrel.CodeOf(err) != whimbrel.BadUsage {
			t.Errorf("port %d: %v", port, err)
		}
	}
	// An address that is nobody's.
	_, err = Listen(t.Context(), "192.0.2.1", 0)
	if whimbrel.CodeOf(err) != whimbrel.CannotListen {
		t.Errorf("another's address: %v", err)
	}
}

// Package socket opens the socket of a server, and serves on it without losing a
// request at the end. When it cannot be opened it says what is in the way: in
// words, with the process that holds the port where the system tells. Start at
// [Listen], then [Serve].
package socket

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/whimbreldb/whimbrel"
)

// Listen listens on a host and a port. Port 0 takes a free one.
func Listen(ctx context.Context, host string, port int) (*net.TCPListener, error) {
	addr := net.JoinHostPort(host, strconv.Itoa(port))
	if port < 0 || port > 65535 {
		return nil, &whimbrel.Error{
			Code: whimbrel.BadUsage, Msg: fmt.Sprintf("%d is no port", port),
			Hint: []string{"a port is a number from 1 to 65535; 0 takes a free one"},
		}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, refused(ctx, addr, port, err)
	}
	return l.(*net.TCPListener), nil //nolint:forcetypeassert // what tcp gives
}

func refused(ctx context.Context, addr string, port int, err error) error {
	e := &whimbrel.Error{Code: whimbrel.CannotListen, Msg: "the server cannot listen on " + addr, Detail: []string{cause(err)}, Err: err}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		e.Hint = []string{"--host takes an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them"}
	case inUse(err):
		if who := owner(port); who != "" {
			e.Detail = append(e.Detail, "it is held by "+who)
		}
		e.Hint = []string{"to use another port: --port " + strconv.Itoa(free(ctx, port))}
	case denied(err):
		e.Hint = []string{"ports below 1024 need rights: --port 5000"}
	}
	return e
}

// free returns a port after this one that nobody holds on this machine now.
func free(ctx context.Context, port int) int {
	for p := port + 1; p < port+100 && p <= 65535; p++ {
		if l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p))); err == nil {
			l.Close()
			return p
		}
	}
	return 0
}

// cause returns the innermost reason of a network error, in the system's words.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// CheckCertificate reads a certificate and its key, so that a mistake is said
// before anything is served. None of both is no TLS.
func CheckCertificate(cert, key string) error {
	if cert == "" && key == "" {
		return nil
	}
	e := &whimbrel.Error{Code: whimbrel.BadUsage, Msg: "a certificate and its key belong together", Hint: []string{"for https: --cert FILE --key FILE"}}
	if cert == "" || key == "" {
		return e
	}
	if _, err := tls.LoadX509KeyPair(cert, key); err != nil {
		e.Msg, e.Detail, e.Err = "the certificate cannot be used", []string{cert + ", " + key + ": " + err.Error()}, err
		return e
	}
	return nil
}

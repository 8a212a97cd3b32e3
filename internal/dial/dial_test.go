package dial

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"
)

// handshake returns what the client says of a server that answers with f.
func handshake(t *testing.T, client *tls.Config, f func(net.Conn)) error {
	t.Helper()
	ours, theirs := net.Pipe()
	defer ours.Close()
	go func() {
		defer theirs.Close()
		f(theirs)
	}()
	_ = ours.SetDeadline(time.Now().Add(10 * time.Second)) // a test that hangs must end
	return tls.Client(ours, client).Handshake()
}

func TestTLS(t *testing.T) {
	old := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}
	fails := handshake(t, old, func(c net.Conn) { _ = tls.Server(c, &tls.Config{MinVersion: tls.VersionTLS13}).Handshake() })
	noise := handshake(t, old, func(c net.Conn) { _, _ = c.Read(make([]byte, 1000)); fmt.Fprint(c, "220 ready, whoever you are\r\n") })
	unasked := handshake(t, &tls.Config{}, func(net.Conn) {})
	for _, tt := range []struct {
		err  error
		want TLSProblem
	}{
		{fails, OtherError},
		{noise, OtherError},
		{unasked, OtherError},
		{fmt.Errorf("tls error: %w", errors.Join(errors.New("x"), fails)), OtherError},
		{x509.UnknownAuthorityError{}, Stranger},
		{fmt.Errorf("x: %w", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), Stranger},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}, OtherName},
		{&tls.CertificateVerificationError{Err: x509.UnhandledCriticalExtension{}}, OtherError},
		{x509.CertificateInvalidError{Reason: x509.Expired}, OtherError},
		{fmt.Errorf("failed to connect: %w", errors.New("server refused TLS connection")), Unwanted},
		{errors.New("TLS requested but server does not support TLS"), Unwanted},
		{errors.New("Error 3159 (HY000): Connections using insecure transport are prohibited"), Wanted},

		{nil, NoProblem},
		{errors.New("ERROR: tls: x (SQLSTATE 53100)"), NoProblem},
		{errors.New("Error 1114 (HY000): tls: x is full, said Error 3159 (HY000)"), NoProblem},
		{fmt.Errorf("tls: %w", errors.New("x")), NoProblem},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, NoProblem},
	} {
		if got := TLS(tt.err); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestFailed(t *testing.T) {
	for text, want := range map[string]bool{
		"failed to connect to `user=shop database=shop`: x":         true,
		"ERROR: failed to connect to `x` (SQLSTATE 08001)":          false,
		"Error 1429 (HY000): failed to connect to `foreign` server": false,
	} {
		if Failed(fmt.Errorf("reading: %w", errors.New(text))) != want {
			t.Error(text)
		}
	}
}

func TestLines(t *testing.T) {
	err := errors.Join(errors.New("\tone: refused"), errors.New("refused"), errors.New("two: %!w(<nil>)"), errors.New("two"))
	if got := Lines(Text(err)); !slices.Equal(got, []string{"one: refused", "two"}) {
		t.Errorf("%q", got)
	}
}

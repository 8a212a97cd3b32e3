// Package dial reads the errors of connections to a server that could not be
// made, of whatever driver: it imports none.
package dial

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
)

// A TLSProblem is what is wrong with an encrypted connection.
type TLSProblem int

const (
	NoProblem  TLSProblem = iota
	Stranger              // the certificate is signed by nobody who is trusted
	OtherName             // the certificate is for another name
	Unwanted              // the server does no TLS, and the client asks for it
	Wanted                // the server wants TLS, and the client does without
	OtherError            // anything else of the handshake or the certificate
)

// TLS says whether err is about TLS. What a server or a statement says is not,
// whatever its words are.
func TLS(err error) TLSProblem {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &authority):
		return Stranger
	case errors.As(err, &host):
		return OtherName
	case errors.As(err, &invalid), errors.As(err, &verify), errors.As(err, &record), errors.As(err, &alert):
		return OtherError
	}
	problem := NoProblem
	wraps(err, func(e error) bool {
		var op *net.OpError
		text := e.Error()
		switch {
		case text == "server refused TLS connection", text == "TLS requested but server does not support TLS": // pgx 5.12, go-sql-driver 1.10
			problem = Unwanted
		case strings.HasPrefix(text, "Error 3159 "): // ER_SECURE_TRANSPORT_REQUIRED
			problem = Wanted
		case errors.As(e, &op) && (op.Op == "remote error" || op.Op == "local error"), // an alert, as package tls wraps it
			errors.Unwrap(e) == nil && strings.HasPrefix(text, "tls: "): // what it has no type for
			problem = OtherError
		}
		return problem != NoProblem
	})
	return problem
}

// Failed reports whether err says that a connection was not made, where it
// happened in the midst of something else: pgx says so in words, go-sql-driver
// of TLS alone.
func Failed(err error) bool {
	return TLS(err) != NoProblem || wraps(err, func(e error) bool { return strings.HasPrefix(e.Error(), "failed to connect to `") })
}

// wraps reports whether f is true of err or of one that it wraps.
func wraps(err error, f func(error) bool) bool {
	if err == nil || f(err) {
		return err != nil
	}
	switch e := err.(type) { //nolint:errorlint // this is how they are walked
	case interface{ Unwrap() error }:
		return wraps(e.Unwrap(), f)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), func(e error) bool { return wraps(e, f) })
	}
	return false
}

// Text returns what err says, without what package fmt leaves where a driver
// wraps no error (pgx 5.12).
func Text(err error) string { return strings.ReplaceAll(err.Error(), ": %!w(<nil>)", "") }

// Lines returns the lines of [Text], each once: a driver that tries with
// TLS and without, or an IPv4 and an IPv6 address, may fail twice for the same
// reason, and say it again with a word in front.
func Lines(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		said := slices.ContainsFunc(lines, func(l string) bool { return strings.HasSuffix(l, line) })
		if line != "" && !said {
			lines = append(lines, line)
		}
	}
	return lines
}

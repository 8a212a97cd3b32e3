package mysql

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"

	drivermysql "github.com/go-sql-driver/mysql"

	"github.com/whimbreldb/whimbrel/internal/connect"
)

// secured is what a URL says about TLS: in the word of the Go driver (tls) or in
// those of MySQL's own programs (ssl-mode, ssl-ca, ssl-cert, ssl-key).
type secured struct {
	tls, mode, ca, cert, key string
	socket                   bool
}

// apply puts it into a configuration. Without a word, TLS is used where the
// server has it, as MySQL's own programs do; a socket needs none.
func (s secured) apply(config *drivermysql.Config) error {
	mode, err := s.asMode()
	if err != nil {
		return err
	}
	if mode == "DISABLED" {
		return nil
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.ca != "" {
		pem, err := os.ReadFile(s.ca)
		if err != nil {
			return connect.Bad("ssl-ca cannot be read: " + s.ca + ": " + connect.Reason(err))
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return connect.Bad("ssl-ca holds no certificate: " + s.ca)
		}
	}
	if (s.cert == "") != (s.key == "") {
		return connect.Bad("ssl-cert and ssl-key belong together")
	}
	if s.cert != "" {
		pair, err := tls.LoadX509KeyPair(s.cert, s.key)
		if err != nil {
			return connect.Bad("ssl-cert or ssl-key cannot be used: " + s.cert + ", " + s.key + ": " + connect.Reason(err))
		}
		t.Certificates = []tls.Certificate{pair}
	}
	switch mode {
	case "PREFERRED":
		t.InsecureSkipVerify = true //nolint:gosec // what the word means
		config.AllowFallbackToPlaintext = true
	case "REQUIRED":
		t.InsecureSkipVerify = true //nolint:gosec // what the word means
	case "VERIFY_CA":
		// crypto/tls compares the name too, or nothing at all.
		t.InsecureSkipVerify = true //nolint:gosec // VerifyConnection does it
		t.VerifyConnection = signedBy(t.RootCAs)
	case "VERIFY_IDENTITY":
		host, _, err := net.SplitHostPort(config.Addr)
		if err != nil {
			return connect.Bad("there is no host whose identity could be verified")
		}
		t.ServerName = host
	}
	config.TLS = t
	return nil
}

// asMode returns the ssl-mode that is meant.
func (s secured) asMode() (string, error) {
	if s.tls != "" && s.mode != "" {
		return "", connect.Bad("tls and ssl-mode say the same thing: give one of them")
	}
	switch s.tls {
	case "":
	case "true", "1":
		return "VERIFY_IDENTITY", nil
	case "false", "0":
		return "DISABLED", nil
	case "skip-verify":
		return "REQUIRED", nil
	case "preferred":
		return "PREFERRED", nil
	default:
		return "", connect.Bad("tls is none of true, false, skip-verify and preferred")
	}
	switch s.mode {
	case "":
	case "DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY":
		return s.mode, nil
	default:
		return "", connect.Bad("ssl-mode is none of DISABLED, PREFERRED, REQUIRED, VERIFY_CA and VERIFY_IDENTITY")
	}
	switch {
	case s.ca != "":
		return "VERIFY_CA", nil
	case s.socket:
		return "DISABLED", nil
	}
	return "PREFERRED", nil
}

// signedBy verifies the certificate of a server, whatever name is in it.
func signedBy(roots *x509.CertPool) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New("tls: the server has no certificate")
		}
		between := x509.NewCertPool()
		for _, c := range s.PeerCertificates[1:] {
			between.AddCert(c)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
		return err
	}
}

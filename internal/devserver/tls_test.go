package devserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate writes one that is good for this machine, and returns who trusts it.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	write(t, cert, string(text))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return cert, key, pool
}

// TestTLS: the app and the error page are served with the certificate, over
// HTTP/1.1 and HTTP/2, on all addresses when that is asked for.
func TestTLS(t *testing.T) {
	cert, key, pool := certificate(t)
	s := serve(t, shop(t), func(c *Config) { c.Cert, c.Key, c.Host = cert, key, "0.0.0.0" })
	if !strings.HasPrefix(s.url, "https://") || !strings.Contains(s.out.String(), "WARNING: Everybody who reaches ") {
		t.Errorf("%s:\n%s", s.url, s.out)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(s.url, "https://"), "]:")
	if port == "" {
		_, port, _ = net.SplitHostPort(strings.TrimPrefix(s.url, "https://"))
	}
	s.url = "https://127.0.0.1:" + port
	for n, two := range []bool{false, true} {
		s.http = &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: two}}
		s.until("/", 200, "Hello")
		change(t, s.file("main.go"), "a.Main()", "a.Man()")
		s.until("/", 503, "a.Man undefined")
		change(t, s.file("main.go"), "a.Man()", "a.Main()")
		s.until("/", 200, "Hello")
		if n == 0 {
			change(t, s.file("main.go"), "World", "Edit")
		}
		s.until("/", 200, "Hello, Edit!")
	}
}

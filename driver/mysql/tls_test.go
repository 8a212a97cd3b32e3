package mysql

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
)

// TestTLS: the words of MySQL's programs and those of the Go driver.
func TestTLS(t *testing.T) {
	connecttest.NoSettings(t)
	_, ca := connecttest.SelfSigned(t, "db.example", time.Now().Add(24*time.Hour))
	tests := []struct {
		options          string
		uses, verifies   bool
		chain, fallsBack bool
	}{
		{"", true, false, false, true},
		{"?tls=false", false, false, false, false},
		{"?tls=preferred", true, false, false, true},
		{"?tls=skip-verify", true, false, false, false},
		{"?tls=true", true, true, false, false},
		{"?ssl-mode=DISABLED", false, false, false, false},
		{"?ssl_mode=required", true, false, false, false},
		{"?sslmode=VERIFY_IDENTITY", true, true, false, false},
		{"?ssl-mode=verify-ca&ssl-ca=" + ca, true, false, true, false},
		{"?ssl-ca=" + ca, true, false, true, false},
		{"?ssl-ca=" + ca + "&ssl-mode=VERIFY_IDENTITY", true, true, false, false},
		{"?socket=/run/s", false, false, false, false},
		{"?socket=/run/s&ssl-mode=REQUIRED", true, false, false, false},
	}
	for _, tt := range tests {
		db, err := connecttest.Open(t, "mysql://me@h/shop"+tt.options, Driver{})
		if err != nil {
			t.Errorf("%s: %v", tt.options, err)
			continue
		}
		config := db.Connector.(*connector).config
		if config.TLS == nil {
			if tt.uses {
				t.Errorf("%s: no TLS", tt.options)
			}
			continue
		}
		if !tt.uses || config.TLS.InsecureSkipVerify == tt.verifies || (config.TLS.VerifyConnection != nil) != tt.chain ||
			config.AllowFallbackToPlaintext != tt.fallsBack || config.TLS.MinVersion < tls.VersionTLS12 {
			t.Errorf("%s: %+v", tt.options, config.TLS)
		}
		if tt.verifies && config.TLS.ServerName != "h" {
			t.Errorf("%s: it verifies the name %q", tt.options, config.TLS.ServerName)
		}
	}
}

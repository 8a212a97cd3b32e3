package postgres

import (
	"os"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
)

// TestWhereLoginsComeFrom: what the URL leaves out is looked for where the
// programs of the server look, in their order.
func TestWhereLoginsComeFrom(t *testing.T) {
	tests := []struct {
		what, url       string
		env             map[string]string
		shown, password string
	}{
		{"URL", "postgres://me:pw@h/shop", map[string]string{"PGPASSWORD": "env-pw"}, "postgres://me@h:5432/shop", "pw"},
		{"environment", "postgres://me@h/shop", map[string]string{"PGPASSWORD": "env-pw"}, "postgres://me@h:5432/shop", "env-pw"},
		{
			"environment alone", "postgres:///",
			map[string]string{"PGHOST": "e", "PGPORT": "5433", "PGUSER": "me", "PGDATABASE": "shop", "PGPASSWORD": "env-pw"},
			"postgres://me@e:5433/shop", "env-pw",
		},
		{"password file", "postgres://me@h/shop", map[string]string{"PGPASSFILE": "passfile"}, "postgres://me@h:5432/shop", "p:w"},
		{"service", "postgres://?service=till", map[string]string{"PGSERVICEFILE": "services"}, "postgres://clerk@s.example:5434/till", "service-pw"},
		{"service by its name", "postgres:///", map[string]string{"PGSERVICEFILE": "services", "PGSERVICE": "till"}, "postgres://clerk@s.example:5434/till", "service-pw"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			connecttest.NoSettings(t)
			t.Chdir(t.TempDir())
			for name, text := range map[string]string{
				"passfile": "other:5432:*:me:x\n*:5432:shop:me:p\\:w\n",
				"services": "[till]\nhost=s.example\nport=5434\nuser=clerk\ndbname=till\npassword=service-pw\n",
			} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			db, err := connecttest.Open(t, tt.url, Driver{})
			if err != nil {
				t.Fatal(err)
			}
			if got := db.Connector.(*connector).password.Text(); db.Shown != tt.shown || got != tt.password {
				t.Errorf("%s, password %q", db.Shown, got)
			}
		})
	}
}

package connect

import (
	"errors"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestNoDriver: an app that was given no driver is told how to get one.
func TestNoDriver(t *testing.T) {
	for url, want := range map[string]struct {
		dialect schema.Dialect
		driver  string
	}{
		"sqlite:///shop.db":             {schema.SQLite, "sqlite"},
		"postgres://me:hunter2@h/shop":  {schema.Postgres, "postgres"},
		"postgresql://me:hunter2@h/sho": {schema.Postgres, "postgres"},
		"mysql://me:hunter2@h/shop":     {schema.MySQL, "mysql"},
		"mariadb://me:hunter2@h/shop":   {schema.MariaDB, "mysql"},
	} {
		db, err := Open("a test", Request{URL: url}, []Driver{nil}) // as if there were none
		var e *whimbrel.Error
		if !errors.As(err, &e) || e.Code != whimbrel.NoDriver || db.Dialect != want.dialect {
			t.Errorf("%s: %s, %v", url, db.Dialect, err)
			continue
		}
		all := strings.Join(append(append(e.Detail, e.Hint...), e.Msg), "\n")
		if !strings.Contains(all, `import "github.com/whimbreldb/whimbrel/driver/`+want.driver+`"`) || strings.Contains(all, "hunter2") {
			t.Errorf("%s: %s", url, all)
		}
	}
}

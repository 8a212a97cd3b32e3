package dbtest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// newer is the PostgreSQL that make engines builds.
const newer = "18"

// A MissingError says that a server is asked for and not on this machine.
type MissingError struct {
	Name    string // as asked for: "postgres18"
	Dialect schema.Dialect
	Found   []string // servers of the kind that are something else

	version string
}

func (e *MissingError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is asked for in %s and is not on this machine", e.Name, Env)
	for _, f := range e.Found {
		fmt.Fprintf(&b, "\n found: %s", f)
	}
	if p := e.Packages(); p != nil {
		fmt.Fprintf(&b, "\n to install it: apt-get install --no-install-recommends %s", strings.Join(p, " "))
	}
	if e.Dialect == schema.MySQL || e.Dialect == schema.Postgres && e.version == newer {
		fmt.Fprintf(&b, "\n to have it beside the system, in %s: make engines", Engines())
	}
	fmt.Fprintf(&b, "\n or give the URL of one that runs: %s=%s=%s://user@host/database", Env, e.Name, e.scheme())
	return b.String()
}

// Packages returns the Debian packages that hold the server. Debian has no
// MySQL.
func (e *MissingError) Packages() []string {
	switch e.Dialect {
	case schema.Postgres:
		if e.version != "" {
			major, _, _ := strings.Cut(e.version, ".")
			return []string{"postgresql-" + major}
		}
		return []string{"postgresql"}
	case schema.MariaDB:
		return []string{"mariadb-server-core", "mariadb-client-core"}
	case schema.MySQL, schema.SQLite:
	}
	return nil
}

func (e *MissingError) scheme() string {
	if e.Dialect == schema.Postgres {
		return "postgres"
	}
	return "mysql"
}

// Missing looks which servers of a list as in WHIM_TEST_DATABASES are not on
// this machine, and starts none.
func Missing(ctx context.Context, list string) ([]*MissingError, error) {
	wants, err := parse(list)
	if err != nil {
		return nil, err
	}
	var missing []*MissingError
	for _, w := range wants {
		if w.url != "" || w.dialect == schema.SQLite {
			continue
		}
		var m *MissingError
		if _, err := find(ctx, w); errors.As(err, &m) {
			missing = append(missing, m)
		} else if err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// Package mysql is the dialect of MySQL ≥ 8.0 and MariaDB ≥ 10.6: one family,
// two flavors, told apart by what the server says of its version.
//
// It writes one ALTER TABLE for each operation, since DDL here commits by
// itself and every statement is recorded apart; two operations share a
// statement only where neither can stand alone (alter.go). What restates a
// column restates all of it (column.go). It refuses to alter a table that it
// does not understand in full.
//
// Names are always between backticks and strings are written for a session
// whose sql_mode is the one that [Dialect.Lock] sets, so that ANSI_QUOTES and
// NO_BACKSLASH_ESCAPES on a server change nothing.
//
// It imports no driver: the caller brings one. Start at [Open] and at
// [Dialect.Compile].
package mysql

import (
	"context"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// The oldest servers that work.
var (
	oldestMySQL   = dialect.Version{8, 0}
	oldestMariaDB = dialect.Version{10, 6}
)

// Dialect is one MySQL or MariaDB. It is a value without state.
type Dialect struct {
	flavor   dialect.Flavor
	settings settings
}

// settings are what the server said when it was asked. The zero value stands
// for a server that nobody has asked.
type settings struct {
	assumed   bool   // nobody said which version it is
	database  string // the default namespace
	sqlMode   string // of the session that asked
	lowerCase int    // lower_case_table_names: 0 names as written, 1 in lower case, 2 compared without case
	charset   string // of the database
	collation string // of the database
	engine    string // of a table that does not say
}

// New returns the dialect for a server of one version, without a server:
// New(schema.MySQL, "8.0.36"). An empty version is the oldest that works.
func New(d schema.Dialect, version string) Dialect {
	f := dialect.Flavor{Dialect: d, Version: oldest(d)}
	if version != "" {
		f.Version = dialect.ParseVersion(version)
	}
	return Dialect{flavor: f, settings: settings{assumed: version == "", charset: "utf8mb4", engine: "InnoDB"}}
}

func oldest(d schema.Dialect) dialect.Version {
	if d == schema.MariaDB {
		return oldestMariaDB
	}
	return oldestMySQL
}

// Open returns the dialect for the server behind db.
func Open(ctx context.Context, db dialect.Queryer) (Dialect, error) {
	rows, err := db.QueryContext(ctx, `SELECT VERSION(), coalesce(DATABASE(), ''), @@SESSION.sql_mode, @@lower_case_table_names,
		@@character_set_database, @@collation_database, @@default_storage_engine`)
	if err != nil {
		return Dialect{}, err
	}
	defer rows.Close()
	var version string
	var s settings
	for rows.Next() {
		if err := rows.Scan(&version, &s.database, &s.sqlMode, &s.lowerCase, &s.charset, &s.collation, &s.engine); err != nil {
			return Dialect{}, err
		}
	}
	if err := rows.Err(); err != nil {
		return Dialect{}, err
	}
	d := New(vendor(version), strings.TrimPrefix(version, "5.5.5-")) // what MariaDB put in front for old replicas
	d.settings = s
	if old := oldest(d.flavor.Dialect); d.flavor.Version.Compare(old) < 0 {
		return Dialect{}, &dialect.TooOldError{
			Server: vendorName(d.flavor.Dialect) + " " + version, Oldest: fmt.Sprintf("%d.%d", old[0], old[1]),
		}
	}
	return d, nil
}

func vendor(version string) schema.Dialect {
	if strings.Contains(strings.ToLower(version), "mariadb") {
		return schema.MariaDB
	}
	return schema.MySQL
}

func vendorName(d schema.Dialect) string {
	if d == schema.MariaDB {
		return "MariaDB"
	}
	return "MySQL"
}

// Flavor says which server this is.
func (d Dialect) Flavor() dialect.Flavor { return d.flavor }

// Type returns the text of a column type.
func (d Dialect) Type(t schema.Type) string { return d.typeText(t) }

// Quote returns name as an identifier.
func (Dialect) Quote(name string) string { return quoteIdent(name) }

// Literal returns value as a string constant, for a session that
// [Dialect.Lock] prepared. In a session with NO_BACKSLASH_ESCAPES each
// backslash of the value counts twice; nothing can end the string early in
// either mode.
func (Dialect) Literal(value string) string { return quoteString(value) }

// Mark returns "": the lock keeps other upgraders out, and no server of this
// family says whether somebody else has written.
func (Dialect) Mark(context.Context, dialect.Queryer) (string, error) { return "", nil }

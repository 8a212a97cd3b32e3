// Package postgres is the PostgreSQL dialect, for PostgreSQL 13 and later.
//
// It reads a database from its catalogs in a constant number of queries
// (inspect.go), and writes with PostgreSQL's own DDL, all of which is
// transactional but for what says CONCURRENTLY. It never says CASCADE: what
// stands in the way of a change is dropped by name and created again
// (dependents.go), or the change is refused. A conversion of a column that
// could lose something is guarded by a query that finds the rows first.
//
// It imports no driver: the caller brings one, whose errors have a method
// SQLState() string. Statements that we write have no parameters, so that they
// pass in every protocol mode and through any driver. Start at [Open] and at
// [Dialect.Compile].
package postgres

import (
	"context"
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

var _ dialect.Dialect = Dialect{}

// oldest is the first PostgreSQL that works here: before 13 there is no DROP
// EXPRESSION, and no FORCE to get rid of a test database.
var oldest = dialect.Version{13}

// Dialect is PostgreSQL in one version. It is a value without state.
type Dialect struct {
	version dialect.Version
	// scratch says where the names of a schema are really put. The zero value
	// is the real place.
	scratch scratchNames
}

// New returns the dialect for a version, without a database: "16", "15.20". An
// empty version is the oldest that works, so that what is compiled for it runs
// everywhere.
func New(version string) Dialect {
	if version == "" {
		return Dialect{version: oldest}
	}
	return Dialect{version: dialect.ParseVersion(version)}
}

// Open returns the dialect for the PostgreSQL behind db.
func Open(ctx context.Context, db dialect.Queryer) (Dialect, error) {
	// A number without the words that distributions add: "150020".
	n, err := dialect.One[int](ctx, db, "SELECT current_setting('server_version_num')::int")
	if err != nil {
		return Dialect{}, err
	}
	d := Dialect{version: dialect.Version{n / 10000, n % 10000}}
	if d.version.Compare(oldest) < 0 {
		return Dialect{}, &dialect.TooOldError{Server: fmt.Sprintf("PostgreSQL %d.%d", d.version[0], d.version[1]), Oldest: "13"}
	}
	return d, nil
}

// Flavor says which PostgreSQL this is.
func (d Dialect) Flavor() dialect.Flavor {
	return dialect.Flavor{Dialect: schema.Postgres, Version: d.version}
}

// Type returns the text of a column type.
func (Dialect) Type(t schema.Type) string { return typeText(t) }

// Quote returns name as an identifier.
func (Dialect) Quote(name string) string { return quoteIdent(name) }

// Literal returns value as a string constant, which is what it is whatever
// standard_conforming_strings says.
func (Dialect) Literal(value string) string { return quoteString(value) }

// Inspect reads everything in the database.
func (d Dialect) Inspect(ctx context.Context, q dialect.Queryer) (schema.Schema, error) {
	return inspect(ctx, q, d)
}

// Neutral returns t with neutral types where PostgreSQL writes them the same.
func (Dialect) Neutral(t schema.Table) schema.Table { return neutralTable(t) }

// Normalize returns s in the canonical spelling.
func (Dialect) Normalize(s schema.Schema) schema.Schema { return normalize(s) }

// Mark returns "": while the lock is held, nobody else of ours changes the
// database, and what others do is not our business.
func (Dialect) Mark(context.Context, dialect.Queryer) (string, error) { return "", nil }

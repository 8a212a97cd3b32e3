// Package sqlite is the SQLite dialect, for SQLite 3.35 and later.
//
// It reads a database from the SQL that SQLite stores (inspect.go), and writes
// with SQLite's own ALTER TABLE wherever that is lossless for the table at
// hand (alter.go); everything else is a rebuild that proves, before it is
// committed, that nothing was lost (rebuild.go). It refuses to alter a table
// that it does not understand in full, and never touches writable_schema.
//
// It imports no driver: the caller brings one. Start at [Open] and at
// [Dialect.Compile].
package sqlite

import (
	"context"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

var _ dialect.Dialect = Dialect{}

// oldest is the first SQLite that has DROP COLUMN, without which too much
// would be a rebuild.
var (
	oldest = dialect.Version{3, 35}
)

// Dialect is SQLite in one version. It is a value without state.
type Dialect struct {
	version dialect.Version
	assumed bool // nobody has asked a server
}

// New returns the dialect for a version, without a database: "3.45.1". An
// empty version is the oldest that works, so that what is compiled for it runs
// everywhere; only what is asked for by its name, as STRICT, is not refused.
func New(version string) Dialect {
	if version == "" {
		return Dialect{oldest, true}
	}
	return Dialect{version: dialect.ParseVersion(version)}
}

// Open returns the dialect for the SQLite behind db.
func Open(ctx context.Context, db dialect.Queryer) (Dialect, error) {
	text, err := dialect.One[string](ctx, db, "SELECT sqlite_version()")
	if err != nil {
		return Dialect{}, err
	}
	d := New(text)
	if d.version.Compare(oldest) < 0 {
		return Dialect{}, &dialect.TooOldError{Server: "SQLite " + text, Oldest: "3.35"}
	}
	return d, nil
}

// Flavor says which SQLite this is.
func (d Dialect) Flavor() dialect.Flavor {
	return dialect.Flavor{Dialect: schema.SQLite, Version: d.version}
}

// Type returns the text of a column type.
func (Dialect) Type(t schema.Type) string { return typeText(t) }

// Quote returns name as an identifier.
func (Dialect) Quote(name string) string { return quoteIdent(name) }

// Literal returns value as a string constant.
func (Dialect) Literal(value string) string { return quoteString(value) }

// Inspect reads everything in the main database.
func (Dialect) Inspect(ctx context.Context, q dialect.Queryer) (schema.Schema, error) {
	return inspect(ctx, q)
}

// Neutral returns t with neutral types where SQLite writes them the same.
func (Dialect) Neutral(t schema.Table) schema.Table { return neutralTable(t) }

// Mark returns SQLite's own: data_version changes when another connection has
// committed.
func (Dialect) Mark(ctx context.Context, q dialect.Queryer) (string, error) {
	return dialect.One[string](ctx, q, "PRAGMA data_version")
}

// Normalize returns s in the canonical spelling.
func (Dialect) Normalize(s schema.Schema) schema.Schema { return normalize(s) }

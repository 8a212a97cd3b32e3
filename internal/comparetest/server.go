package comparetest

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// Dialect asks a database which dialect it speaks.
func Dialect(t testing.TB, name schema.Dialect, db *sql.DB) dialect.Dialect {
	t.Helper()
	var d dialect.Dialect = sqlite.New("")
	var err error
	switch name {
	case schema.Postgres:
		d, err = postgres.Open(t.Context(), db)
	case schema.MySQL, schema.MariaDB:
		d, err = mysql.Open(t.Context(), db)
	case schema.SQLite:
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// OnServer is [Live] for a database on any server. What the database has of the
// given kinds of object counts as wanted: no model can say it.
func OnServer(t testing.TB, d dialect.Dialect, live *sql.DB, want schema.Schema, given ...schema.ObjectKind) []string {
	t.Helper()
	return Settled(t, d, live, Built(t, d, live, want, given...))
}

// Built returns what a server makes of a schema.
func Built(t testing.TB, d dialect.Dialect, live *sql.DB, want schema.Schema, given ...schema.ObjectKind) schema.Schema {
	t.Helper()
	for _, o := range Inspect(t, d, live).Objects {
		if _, known := want.Object(o.ID()); !known && slices.Contains(given, o.Kind) {
			want.Objects = append(want.Objects, o)
		}
	}
	built, err := scratch.Run(t.Context(), d, live, schema.Schema{}, diff.Diff(schema.Schema{}, want))
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// Differences returns what turns a live database into what was built on its
// server, noise included, and Settled does so too, once the texts of both have
// been given to the server again.
func Differences(t testing.TB, d dialect.Dialect, live dialect.Queryer, built schema.Schema) []string {
	t.Helper()
	ops, noise := scratch.Compare(d, Inspect(t, d, live), built)
	return append(Lines(ops), noise...)
}

// Compare is Settled for a schema that was read before.
func Compare(t testing.TB, d dialect.Dialect, live *sql.DB, read, built schema.Schema) []string {
	t.Helper()
	ops, noise, err := scratch.Settle(t.Context(), d, live, read, built)
	if err != nil {
		t.Fatal(err)
	}
	return append(Lines(ops), noise...)
}

// Settled is slow: it builds both again.
func Settled(t testing.TB, d dialect.Dialect, live *sql.DB, built schema.Schema) []string {
	t.Helper()
	ops, noise, err := scratch.Settle(t.Context(), d, live, Inspect(t, d, live), built)
	if err != nil {
		t.Fatal(err)
	}
	return append(Lines(ops), noise...)
}

// Inspect reads a database, all of which must be understood.
func Inspect(t testing.TB, d dialect.Dialect, db dialect.Queryer) schema.Schema {
	t.Helper()
	s, err := d.Inspect(context.WithoutCancel(t.Context()), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range s.Tables {
		if table.Unsupported != "" {
			t.Errorf("table %s is unsupported: %s", table.Name, table.Unsupported)
		}
	}
	for _, u := range s.Unsupported {
		t.Errorf("unsupported: %+v", u)
	}
	return s
}

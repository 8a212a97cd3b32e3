// Package scratch asks a database what a schema becomes in it: it builds the
// schema where it hurts nobody, on the same kind of server, and reads it back
// with the inspector that reads real databases. So both sides of a comparison
// have been through the same server, and no rule about texts is needed.
package scratch

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A Modeller is a dialect that can tell what the server makes of most tables
// without making them. left are the tables that it cannot tell, with those that
// they refer to. live is what the database has. (MySQL and MariaDB make
// temporary tables: a table is files there, written to disk one by one.
// PostgreSQL makes none of those that are as in live.)
type Modeller interface {
	Tables(ctx context.Context, db *sql.DB, tables []schema.Table, live schema.Schema) (got schema.Schema, left []schema.Table, err error)
}

// Run returns what the database makes of steps, one after the other, each in a
// transaction of its own. There is no data, so what works on data is left out.
// db is only used to reach the same kind of server; live is what it has, as far
// as that is known: what is there exactly as it would be made need not be made.
func Run(ctx context.Context, d dialect.Dialect, db *sql.DB, live schema.Schema, steps ...[]op.Op) (schema.Schema, error) {
	if m, ok := d.(Modeller); ok && len(steps) == 1 {
		if tables, ok := onlyTables(steps[0]); ok {
			return model(ctx, d, m, db, live, steps, tables)
		}
	}
	return build(ctx, d, db, steps)
}

// onlyTables returns the tables that ops create, if they do nothing else.
func onlyTables(ops []op.Op) ([]schema.Table, bool) {
	state := op.NewState(schema.Schema{})
	for _, o := range ops {
		switch o.(type) {
		case op.CreateTable, op.AddForeignKey:
		default:
			return nil, false
		}
		if _, err := state.Apply(o); err != nil {
			return nil, false
		}
	}
	return state.Schema().Tables, true
}

// model asks for what can be told, and builds the rest. Where nothing can be
// told, it is as if nobody had asked.
func model(ctx context.Context, d dialect.Dialect, m Modeller, db *sql.DB, live schema.Schema, steps [][]op.Op, tables []schema.Table) (schema.Schema, error) {
	got, left, err := m.Tables(ctx, db, tables, live)
	switch {
	case err != nil || len(left) == 0:
		return got, err
	case len(got.Tables) == 0:
		return build(ctx, d, db, steps)
	}
	rest, err := build(ctx, d, db, [][]op.Op{diff.Diff(schema.Schema{}, schema.Schema{Tables: left})})
	if err != nil {
		return got, err
	}
	for _, t := range rest.Tables {
		if _, ok := got.Table(t.Name); !ok {
			got.Tables = append(got.Tables, t)
		}
	}
	got.Unsupported = append(got.Unsupported, rest.Unsupported...)
	slices.SortFunc(got.Tables, func(a, b schema.Table) int { return strings.Compare(a.Name, b.Name) })
	return got, nil
}

func build(ctx context.Context, d dialect.Dialect, db *sql.DB, steps [][]op.Op) (schema.Schema, error) {
	var got schema.Schema
	err := d.Scratch(ctx, db, func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) (err error) {
		state := op.NewState(schema.Schema{})
		for _, ops := range steps {
			if err := run(ctx, d, conn, state, ops); err != nil {
				return err
			}
		}
		got, err = d.Inspect(ctx, conn)
		return err
	})
	return got, err
}

func run(ctx context.Context, d dialect.Dialect, conn *sql.Conn, state *op.State, ops []op.Op) error {
	stmts, err := d.Compile(slices.DeleteFunc(slices.Clone(ops), onData), state)
	if err != nil {
		return err
	}
	tx, err := d.Begin(ctx, conn, stmts)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) // no-op after Commit
	for _, s := range stmts {
		if s.Kind != dialect.Exec {
			continue // there is no data to guard
		}
		if _, err := conn.ExecContext(ctx, s.SQL); err != nil {
			return &BuildError{s, err}
		}
	}
	return tx.Commit(ctx)
}

func onData(o op.Op) bool {
	_, sql := o.(op.Exec)
	_, function := o.(op.Run)
	return sql || function
}

// A BuildError says that the database does not take a schema.
type BuildError struct {
	Stmt dialect.Stmt
	Err  error
}

func (e *BuildError) Error() string {
	return fmt.Sprintf("the database does not take %s: %v", e.Stmt.Object, e.Err)
}

func (e *BuildError) Unwrap() error { return e.Err }

// Compare returns how live differs from want, as operations on want, and what
// differs in name or spelling only. Both must come from d's inspector.
func Compare(d dialect.Dialect, want, live schema.Schema) (ops []op.Op, noise []string) {
	return diff.Structural(d.Normalize(want), d.Normalize(live))
}

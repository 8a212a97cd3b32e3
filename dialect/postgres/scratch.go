package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Scratch calls f with a connection to db on which a transaction is open that
// will be rolled back, so that nothing can be left behind, whatever happens.
// What f creates goes into namespaces that the transaction has made; the search
// path goes on to where the caller's leads, so that types and functions that
// are only in the database are found.
//
// A role that may not create namespaces gets that of temporary tables. What
// cannot be put there is not compared; see [temporaryDialect].
func (d Dialect) Scratch(ctx context.Context, db *sql.DB, f func(context.Context, *sql.Conn, dialect.Dialect) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer func() { // also where BEGIN fails: the server may have begun before we knew
		t := &tx{conn: conn}
		if failed := t.Rollback(ctx); err == nil {
			err = failed
		}
	}()
	if _, err := conn.ExecContext(ctx, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); err != nil {
		return err
	}
	p, err := d.newPlace(ctx, conn)
	if err != nil {
		return err
	}
	d.scratch.place = p
	if !p.temporary {
		return f(ctx, conn, scratchDialect{d})
	}
	if err := f(ctx, conn, d.newTemporary()); err != nil {
		return &TemporaryError{err}
	}
	return nil
}

// A TemporaryError says that something could not be built where a role without
// CREATE on the database can build: among the temporary tables.
type TemporaryError struct{ Err error }

func (e *TemporaryError) Error() string {
	return e.Err.Error() + " (the role may not create schemas in this database, so this was tried with temporary objects)"
}

func (e *TemporaryError) Unwrap() error { return e.Err }

// newPlace makes a scratch place in the transaction of conn.
func (d Dialect) newPlace(ctx context.Context, conn *sql.Conn) (*place, error) {
	// What the inspector finds in the real place is what the texts must be
	// like.
	in := &inspector{ctx: ctx, q: conn, d: d}
	if err := in.open(); err != nil {
		return nil, err
	}
	p := &place{
		real: in.session.namespace, id: scratchPrefix + strings.ToLower(rand.Text())[:16],
		spaces: map[string]string{}, known: map[string]bool{}, extension: map[string]bool{}, quoted: map[string]string{},
	}
	p.namespace = p.id + "_0"
	may, err := dialect.One[bool](ctx, conn, "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')")
	if err != nil {
		return nil, err
	}
	// As revisions run.
	statements := append(strings.Split(transactionSettings, "; "), "SET LOCAL client_min_messages = warning", "SET LOCAL statement_timeout = 0")
	if may {
		statements = append(statements, "CREATE SCHEMA "+p.namespace)
	} else {
		p.namespace, p.temporary = "pg_temp", true
		// Who may not even make these is told so before anything is tried.
		statements = append(statements, "CREATE TEMPORARY TABLE whim_scratch ()", "DROP TABLE pg_temp.whim_scratch")
	}
	p.own = in.session.settings[0].value
	path := p.namespace
	if p.own != "" && p.own != `""` {
		path += ", " + p.own
	}
	p.path, p.search = p.namespace+", "+in.session.path, path
	statements = append(statements, "SELECT pg_catalog.set_config('search_path', "+quoteString(path)+", true)")
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			if p.temporary {
				err = &TemporaryError{err}
			}
			return nil, err
		}
	}
	return p, nil
}

// A scratchDialect is the dialect in a scratch place.
type scratchDialect struct{ Dialect }

// Compile compiles ops for the place: with the namespaces that they need, and
// without what a transaction cannot hold.
func (d scratchDialect) Compile(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	p := d.scratch.place
	p.learn(state.Schema())
	p.learnOps(ops)
	return d.compileHere(ops, state)
}

// learnOps takes note of the names in operations.
func (p *place) learnOps(ops []op.Op) {
	for _, o := range ops {
		switch o := o.(type) {
		case op.CreateTable:
			p.learn(schema.Schema{Tables: []schema.Table{o.Table}})
		case op.RenameTable:
			p.learn(schema.Schema{Tables: []schema.Table{{Name: o.To}}})
		case op.CreateObject:
			p.learn(schema.Schema{Objects: []schema.Object{o.Object}})
			if o.Object.Kind == schema.Extension {
				p.extension[o.Object.Name] = true
			}
		case op.DropObject:
			if o.Object.Kind == schema.Extension {
				delete(p.extension, o.Object.Name)
			}
		case op.DropTable, op.AlterTable, op.AddColumn, op.DropColumn, op.RenameColumn, op.AlterColumn, op.AlterPrimaryKey,
			op.AddUnique, op.DropUnique, op.AddForeignKey, op.DropForeignKey, op.AddCheck, op.DropCheck, op.CreateIndex,
			op.DropIndex, op.AlterObject, op.Exec, op.Run:
		}
	}
}

// compileHere is Compile where the place knows the names.
func (d scratchDialect) compileHere(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	stmts, err := d.Dialect.Compile(ops, state)
	if err != nil {
		return nil, err
	}
	stmts = slices.DeleteFunc(stmts, func(s dialect.Stmt) bool { return s.NoTx && s.Session })
	for i := range stmts {
		if stmts[i].NoTx {
			stmts[i].SQL, stmts[i].NoTx = withoutConcurrently(stmts[i].SQL), false
		}
	}
	p := d.scratch.place
	var first []dialect.Stmt
	for _, name := range p.pending {
		first = append(first, dialect.Stmt{SQL: "CREATE SCHEMA IF NOT EXISTS " + name, Object: "schema " + p.logical(name)})
	}
	p.pending = nil
	return slices.Concat(first, stmts), nil
}

// CompileBefore is Compile: in a place, everything is one transaction.
func (d scratchDialect) CompileBefore(ops, _ []op.Op, state *op.State) ([]dialect.Stmt, error) {
	return d.Compile(ops, state)
}

// Begin begins nothing: there is a transaction.
func (scratchDialect) Begin(context.Context, *sql.Conn, []dialect.Stmt) (dialect.Tx, error) {
	return noTx{}, nil
}

// Scratch is not for a place inside another.
func (scratchDialect) Scratch(context.Context, *sql.DB, func(context.Context, *sql.Conn, dialect.Dialect) error) error {
	return errors.New("a scratch place has no scratch place")
}

type noTx struct{}

func (noTx) Commit(context.Context) error   { return nil }
func (noTx) Rollback(context.Context) error { return nil }

func withoutConcurrently(statement string) string {
	toks := tokenize(statement)
	for i, t := range toks {
		if t.word("concurrently") {
			return join(toks[:i]) + join(toks[i+1:])
		}
	}
	return statement
}

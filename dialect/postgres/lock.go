package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
)

// Lock is not there yet.
func (d Dialect) Lock(ctx context.Context, conn *sql.Conn, wait time.Duration) (func(context.Context) error, error) {
	return nil, errors.New("not there yet")
}

// Begin is not there yet.
func (d Dialect) Begin(ctx context.Context, conn *sql.Conn, stmts []dialect.Stmt) (dialect.Tx, error) {
	return nil, errors.New("not there yet")
}

// Script is not there yet.
func (d Dialect) Script(stmts []dialect.Stmt) string { return "" }

// Blocker is not there yet.
func (d Dialect) Blocker(ctx context.Context, q dialect.Queryer, object string) string { return "" }

// Probe is not there yet.
func (d Dialect) Probe(ctx context.Context, q dialect.Queryer, o op.Op) (dialect.Outcome, error) {
	return dialect.Unknown, errors.New("not there yet")
}

package whimbrel

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// Server returns the dialect of a database server whose version is not known
// before somebody is connected to it, for [Config].Dialect: what needs no server
// then works without one, and why there is none is said by the method that
// needs it, as any other failure is. oldest is what it is until then; open asks
// the server, with the first connection that is made:
//
//	whimbrel.Server(postgres.New(""), postgres.Open)
//	whimbrel.Server(mysql.New(schema.MariaDB, ""), mysql.Open)
//
// A server that cannot be worked with makes that method fail, and so nothing is
// ever changed there.
func Server[D dialect.Dialect](oldest D, open func(context.Context, dialect.Queryer) (D, error)) dialect.Dialect {
	return &server{now: oldest, open: func(ctx context.Context, q dialect.Queryer) (dialect.Dialect, error) { return open(ctx, q) }}
}

type server struct {
	open func(context.Context, dialect.Queryer) (dialect.Dialect, error)

	mu    sync.Mutex
	now   dialect.Dialect
	asked bool
}

var (
	_ dialect.Dialect  = (*server)(nil)
	_ scratch.Modeller = (*server)(nil)
	_ runner.Foreseer  = (*server)(nil)
	_ runner.Stopper   = (*server)(nil)
)

// dialect returns what is known by now.
func (s *server) dialect() dialect.Dialect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// ask returns the dialect of the server behind q.
func (s *server) ask(ctx context.Context, q dialect.Queryer) (dialect.Dialect, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked {
		return s.now, nil
	}
	d, err := s.open(ctx, q)
	if err != nil {
		return nil, err
	}
	s.now, s.asked = d, true
	return d, nil
}

// What needs no connection.

func (s *server) Flavor() dialect.Flavor                  { return s.dialect().Flavor() }
func (s *server) Type(t schema.Type) string               { return s.dialect().Type(t) }
func (s *server) Quote(name string) string                { return s.dialect().Quote(name) }
func (s *server) Literal(value string) string             { return s.dialect().Literal(value) }
func (s *server) Normalize(x schema.Schema) schema.Schema { return s.dialect().Normalize(x) }
func (s *server) Neutral(t schema.Table) schema.Table     { return s.dialect().Neutral(t) }
func (s *server) Script(stmts []dialect.Stmt) string      { return s.dialect().Script(stmts) }

// CompileBefore tells the dialect what comes later, if it asks for that.
func (s *server) CompileBefore(ops, later []op.Op, state *op.State) ([]dialect.Stmt, error) {
	if f, ok := s.dialect().(runner.Foreseer); ok {
		return f.CompileBefore(ops, later, state)
	}
	return s.Compile(ops, state)
}

func (s *server) Compile(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	return s.dialect().Compile(ops, state)
}

// Classify knows our own errors too: those of a connection that was not made,
// where whoever opens it explains them.
func (s *server) Classify(err error) dialect.Class {
	switch CodeOf(err) {
	case Unreachable, WrongServer, AccessDenied, BadTLS, BadDatabase, TooOld:
		return dialect.Unreachable
	}
	return s.dialect().Classify(err)
}

// What has one.

func (s *server) Inspect(ctx context.Context, q dialect.Queryer) (schema.Schema, error) {
	d, err := s.ask(ctx, q)
	if err != nil {
		return schema.Schema{}, err
	}
	return d.Inspect(ctx, q)
}

func (s *server) Probe(ctx context.Context, q dialect.Queryer, o op.Op) (dialect.Outcome, error) {
	d, err := s.ask(ctx, q)
	if err != nil {
		return dialect.Unknown, err
	}
	return d.Probe(ctx, q, o)
}

func (s *server) Begin(ctx context.Context, conn *sql.Conn, stmts []dialect.Stmt) (dialect.Tx, error) {
	d, err := s.ask(ctx, conn)
	if err != nil {
		return nil, err
	}
	return d.Begin(ctx, conn, stmts)
}

func (s *server) Mark(ctx context.Context, q dialect.Queryer) (string, error) {
	d, err := s.ask(ctx, q)
	if err != nil {
		return "", err
	}
	return d.Mark(ctx, q)
}

func (s *server) Lock(ctx context.Context, conn *sql.Conn, wait time.Duration) (func(context.Context) error, error) {
	d, err := s.ask(ctx, conn)
	if err != nil {
		return nil, err
	}
	return d.Lock(ctx, conn, wait)
}

func (s *server) Scratch(ctx context.Context, db *sql.DB, f func(context.Context, *sql.Conn, dialect.Dialect) error) error {
	d, err := s.ask(ctx, db)
	if err != nil {
		return err
	}
	return d.Scratch(ctx, db, f)
}

// Tables tells what package scratch asks for where the dialect can; otherwise
// it can tell nothing, and all tables are left.
func (s *server) Tables(ctx context.Context, db *sql.DB, tables []schema.Table, live schema.Schema) (schema.Schema, []schema.Table, error) {
	d, err := s.ask(ctx, db)
	if err != nil {
		return schema.Schema{}, nil, err
	}
	m, ok := d.(scratch.Modeller)
	if !ok {
		return schema.Schema{}, tables, nil
	}
	return m.Tables(ctx, db, tables, live)
}

// Stop tells the runner what it asks for where the dialect can.
func (s *server) Stop(ctx context.Context, conn *sql.Conn) (func(context.Context, *sql.Conn) error, error) {
	d, err := s.ask(ctx, conn)
	if err != nil {
		return nil, err
	}
	if st, ok := d.(runner.Stopper); ok {
		return st.Stop(ctx, conn)
	}
	return nil, nil
}

func (s *server) Blocker(ctx context.Context, q dialect.Queryer, object string) string {
	d, err := s.ask(ctx, q)
	if err != nil {
		return ""
	}
	return d.Blocker(ctx, q, object)
}

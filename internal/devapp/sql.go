package devapp

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// Limits of what is kept for a request.
const (
	mostStatements = 100
	mostSQL        = 4000
	mostArg        = 80
)

// traces finds the request that a statement belongs to: by the context that it
// was given, or else by the goroutine that it runs on. Handlers that never pass
// their context on are common, and database/sql calls the driver on the
// goroutine of its caller.
type traces struct {
	mu          sync.Mutex
	byGoroutine map[uint64]*trace
}

// A trace is the SQL of one request.
type trace struct {
	mu   sync.Mutex
	sql  []devpage.Statement
	more int // statements that were not kept
}

type traceKey struct{}

// begin starts the trace of a request, on the goroutine that answers it.
func (t *traces) begin(ctx context.Context) (context.Context, *trace, func()) {
	tr := new(trace)
	id := goroutine()
	t.mu.Lock()
	if t.byGoroutine == nil {
		t.byGoroutine = map[uint64]*trace{}
	}
	t.byGoroutine[id] = tr
	t.mu.Unlock()
	return context.WithValue(ctx, traceKey{}, tr), tr, func() {
		t.mu.Lock()
		delete(t.byGoroutine, id)
		t.mu.Unlock()
	}
}

func (t *traces) of(ctx context.Context) *trace {
	if tr, ok := ctx.Value(traceKey{}).(*trace); ok {
		return tr
	}
	id := goroutine()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byGoroutine[id]
}

// goroutine returns the number of this goroutine, which Go shows in stacks
// only.
func goroutine() uint64 {
	buf := make([]byte, 64)
	f := bytes.Fields(buf[:runtime.Stack(buf, false)])
	if len(f) < 2 {
		return 0
	}
	id, err := strconv.ParseUint(string(f[1]), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// add keeps a statement. One that repeats the last is counted there: a loop of
// queries is seen at once.
func (tr *trace) add(query string, args []driver.NamedValue, took time.Duration, err error) {
	if tr == nil || errors.Is(err, driver.ErrSkip) {
		return
	}
	s := devpage.Statement{SQL: cut(query, mostSQL), Took: took, Times: 1}
	for _, a := range args {
		s.Args = append(s.Args, value(a.Value))
	}
	if err != nil {
		s.Err = err.Error()
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if n := len(tr.sql); n > 0 && tr.sql[n-1].SQL == s.SQL && tr.sql[n-1].Err == s.Err {
		last := &tr.sql[n-1]
		last.Times++
		last.Took += took
		return
	}
	if len(tr.sql) == mostStatements {
		tr.more++
		return
	}
	tr.sql = append(tr.sql, s)
}

// statements returns what was kept.
func (tr *trace) statements() []devpage.Statement {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	out := append([]devpage.Statement(nil), tr.sql...)
	if tr.more > 0 {
		out = append(out, devpage.Statement{SQL: fmt.Sprintf("… and %d more statements", tr.more), Times: 1})
	}
	return out
}

func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case string:
		return strconv.Quote(cut(v, mostArg))
	}
	return cut(fmt.Sprint(v), mostArg)
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// Connector returns c with a record of the SQL of each request.
func (l *Link) Connector(c driver.Connector) driver.Connector {
	if !l.sql {
		return c
	}
	return connector{c, &l.traces}
}

type connector struct {
	driver.Connector
	traces *traces
}

// Close closes what the driver keeps between connections: sql.DB.Close calls it.
func (c connector) Close() error {
	if inner, ok := c.Connector.(io.Closer); ok {
		return inner.Close()
	}
	return nil
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		c.traces.of(ctx).add("(connect)", nil, 0, err)
		return nil, err
	}
	return &conn{inner, c.traces}, nil
}

// A conn passes everything on, and says of what the driver cannot do what
// database/sql would have found out itself.
type conn struct {
	driver.Conn
	traces *traces
}

func (c *conn) note(ctx context.Context, query string, args []driver.NamedValue, begun time.Time, err error) {
	c.traces.of(ctx).add(query, args, since(begun), err)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	e, ok := c.Conn.(driver.ExecerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	begun := now()
	r, err := e.ExecContext(ctx, query, args)
	c.note(ctx, query, args, begun, err)
	return r, err
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	q, ok := c.Conn.(driver.QueryerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	begun := now()
	r, err := q.QueryContext(ctx, query, args)
	c.note(ctx, query, args, begun, err)
	return r, err
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	var s driver.Stmt
	var err error
	begun := now()
	if p, ok := c.Conn.(driver.ConnPrepareContext); ok {
		s, err = p.PrepareContext(ctx, query)
	} else {
		s, err = c.Prepare(query)
	}
	if err != nil {
		c.note(ctx, query, nil, begun, err)
		return nil, err
	}
	return &stmt{s, c, query}, nil
}

func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	begun := now()
	b, ok := c.Conn.(driver.ConnBeginTx)
	if !ok {
		if opts.Isolation != 0 || opts.ReadOnly {
			return nil, errors.New("the driver has no isolation levels and no read-only transactions")
		}
		return c.Begin()
	}
	tx, err := b.BeginTx(ctx, opts)
	if err != nil {
		c.note(ctx, "BEGIN", nil, begun, err)
	}
	return tx, err
}

func (c *conn) Ping(ctx context.Context) error {
	if p, ok := c.Conn.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

func (c *conn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *conn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if ch, ok := c.Conn.(driver.NamedValueChecker); ok {
		return ch.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

type stmt struct {
	driver.Stmt
	conn  *conn
	query string
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	begun := now()
	if e, ok := s.Stmt.(driver.StmtExecContext); ok {
		r, err = e.ExecContext(ctx, args)
	} else {
		r, err = s.Exec(plain(args))
	}
	s.conn.note(ctx, s.query, args, begun, err)
	return r, err
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (r driver.Rows, err error) {
	begun := now()
	if q, ok := s.Stmt.(driver.StmtQueryContext); ok {
		r, err = q.QueryContext(ctx, args)
	} else {
		r, err = s.Query(plain(args))
	}
	s.conn.note(ctx, s.query, args, begun, err)
	return r, err
}

func (s *stmt) CheckNamedValue(v *driver.NamedValue) error {
	if ch, ok := s.Stmt.(driver.NamedValueChecker); ok {
		return ch.CheckNamedValue(v)
	}
	return driver.ErrSkip // then the connection is asked
}

func (s *stmt) ColumnConverter(i int) driver.ValueConverter {
	if c, ok := s.Stmt.(driver.ColumnConverter); ok { //nolint:staticcheck // drivers have it
		return c.ColumnConverter(i)
	}
	return driver.DefaultParameterConverter
}

func plain(args []driver.NamedValue) []driver.Value {
	out := make([]driver.Value, len(args))
	for i, a := range args {
		out[i] = a.Value
	}
	return out
}

package runner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
)

// A Work is a compiled step: statements, with Go functions between them.
type Work []Part

// A Part is a run of statements, or one Go function.
type Part struct {
	Stmts []dialect.Stmt
	Run   op.Run // when Func is set
}

// A Foreseer is a dialect that has to know what a step does behind the
// operations that it compiles, beyond a Go function.
type Foreseer interface {
	CompileBefore(ops, later []op.Op, state *op.State) ([]dialect.Stmt, error)
}

// Compile turns the operations of a step into work, and applies them to state.
func Compile(d dialect.Dialect, s Step, state *op.State) (Work, error) {
	var w Work
	rest := s.Ops
	for len(rest) > 0 {
		if run, ok := rest[0].(op.Run); ok {
			w = append(w, Part{Run: run})
			rest = rest[1:]
			continue
		}
		n := slices.IndexFunc(rest, func(o op.Op) bool { _, ok := o.(op.Run); return ok })
		if n < 0 {
			n = len(rest)
		}
		stmts, err := compileBefore(d, rest[:n], rest[n:], state)
		if err != nil {
			return nil, err
		}
		w = append(w, Part{Stmts: stmts})
		rest = rest[n:]
	}
	return w, nil
}

func compileBefore(d dialect.Dialect, ops, later []op.Op, state *op.State) ([]dialect.Stmt, error) {
	if f, ok := d.(Foreseer); ok {
		return f.CompileBefore(ops, later, state)
	}
	return d.Compile(ops, state)
}

// stmts returns the statements of all parts, and a stand-in for each Go
// function: what Begin must prepare for.
func (w Work) stmts() []dialect.Stmt {
	var out []dialect.Stmt
	for _, p := range w {
		out = append(out, p.Stmts...)
		if p.Run.Func != nil {
			out = append(out, dialect.Stmt{Kind: dialect.Go})
		}
	}
	return out
}

// execute carries out the work inside the transaction that is open.
func (r *Run) execute(ctx context.Context, w Work) error {
	total := len(w.stmts())
	n := 0
	kept := map[string][]string{} // rows of Remember statements, sorted
	for _, p := range w {
		if p.Run.Func != nil {
			if err := r.call(ctx, p.Run); err != nil {
				return err
			}
			continue
		}
		for _, s := range p.Stmts {
			n++
			rows, err := r.statement(ctx, s, kept)
			if err != nil || rows != nil {
				return &StmtError{N: n, Of: total, Stmt: s, Rows: rows, Err: err}
			}
		}
	}
	return nil
}

// statement carries out one statement. Rows are the evidence that a check did
// not hold.
func (r *Run) statement(ctx context.Context, s dialect.Stmt, kept map[string][]string) (rows []string, err error) {
	err = r.stoppable(ctx, func(ctx context.Context) (err error) {
		rows, err = r.carry(ctx, s, kept)
		return err
	})
	return rows, err
}

func (r *Run) carry(ctx context.Context, s dialect.Stmt, kept map[string][]string) (rows []string, err error) {
	switch s.Kind {
	case dialect.Exec:
		_, err := r.Conn.ExecContext(ctx, s.SQL)
		return nil, err
	case dialect.Remember:
		kept[s.Key], err = query(ctx, r.Conn, s.SQL)
		return nil, err
	case dialect.Same:
		rows, err := query(ctx, r.Conn, s.SQL)
		if err != nil || slices.Equal(rows, kept[s.Key]) {
			return nil, err
		}
		return evidence("was "+strings.Join(kept[s.Key], "; "), "is "+strings.Join(rows, "; ")), nil
	case dialect.NoNew:
		rows, err := query(ctx, r.Conn, s.SQL)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(row string) bool {
			_, found := slices.BinarySearch(kept[s.Key], row)
			return found
		})
		return evidence(rows...), nil
	case dialect.None:
		rows, err := query(ctx, r.Conn, s.SQL)
		return evidence(rows...), err
	case dialect.Go: // carried out by execute
	}
	panic(fmt.Sprintf("runner: unhandled statement kind %d", s.Kind))
}

// evidence cuts what a check found to what a person can read. It is nil when
// nothing was found.
func evidence(rows ...string) []string {
	const most, longest = 5, 200
	var out []string
	for _, row := range rows {
		if len(out) == most {
			out = append(out, fmt.Sprintf("and %d more", len(rows)-most))
			break
		}
		if r := []rune(row); len(r) > longest {
			row = string(r[:longest]) + "…"
		}
		out = append(out, row)
	}
	return out
}

// query returns the rows as texts, sorted.
func query(ctx context.Context, q dialect.Queryer, text string) ([]string, error) {
	rows, err := q.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, pointers := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	var out []string
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		texts := make([]string, len(values))
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			texts[i] = fmt.Sprint(v)
		}
		out = append(out, strings.Join(texts, ", "))
	}
	slices.Sort(out)
	return out, rows.Err()
}

// call runs the function of a Run operation between two marks: where the
// second does not find the first, the function has ended the transaction.
func (r *Run) call(ctx context.Context, run op.Run) error {
	if _, err := r.Conn.ExecContext(context.WithoutCancel(ctx), "SAVEPOINT whimbrel_step"); err != nil {
		return err
	}
	failed := r.invoke(ctx, run)
	const back = "ROLLBACK TO SAVEPOINT whimbrel_step"
	second := "RELEASE SAVEPOINT whimbrel_step"
	if failed != nil {
		second = back // after a failed statement PostgreSQL takes nothing else
	}
	_, err := r.Conn.ExecContext(context.WithoutCancel(ctx), second)
	if err == nil {
		return failed
	}
	if failed == nil {
		if _, gone := r.Conn.ExecContext(context.WithoutCancel(ctx), back); gone == nil {
			return &StepError{Name: run.Name, Err: fmt.Errorf("it went on after a statement had failed: %w", err)}
		}
	}
	// After an interrupt it may have been SQLite that rolled back: who was
	// it cannot be known, and nothing is promised.
	return errors.Join(ctx.Err(), &EndedError{run.Name, err}, failed)
}

// invoke runs a function in a goroutine of its own, and waits for it. A panic and
// runtime.Goexit become errors: the transaction around it must be rolled back
// by us, not by the end of the process or never.
func (r *Run) invoke(ctx context.Context, run op.Run) (err error) {
	db := &stepDB{run: r, conn: r.Conn}
	defer db.end()
	done := make(chan struct{})
	go func() {
		returned := false
		defer func() {
			if p := recover(); p != nil {
				err = &StepError{Name: run.Name, Panic: p, Stack: string(debug.Stack())}
			} else if !returned {
				err = &StepError{Name: run.Name, Err: errors.New("it called runtime.Goexit")}
			}
			close(done)
		}()
		if failed := run.Func(ctx, db); failed != nil {
			err = &StepError{Name: run.Name, Err: failed}
		}
		returned = true
	}()
	<-done
	return err
}

// keptRows is how many rows of QueryRowContext are closed after a step that did
// not scan them: the newest.
const keptRows = 64

// A stepDB is what a function gets of the connection: what it may do, for as
// long as it runs. Rows that it leaves open would keep the next statement from
// changing the schema.
type stepDB struct {
	run  *Run
	conn *sql.Conn
	mu   sync.Mutex
	over bool
	rows []*sql.Rows // that may be open
	row  []*sql.Row
}

func (d *stepDB) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	for _, r := range d.rows {
		r.Close()
	}
	for _, r := range d.row {
		_ = r.Scan() // closes it
	}
}

func (d *stepDB) ended() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		return sql.ErrConnDone
	}
	return nil
}

func (d *stepDB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := d.ended(); err != nil {
		return nil, err
	}
	var result sql.Result
	err := d.run.stoppable(ctx, func(ctx context.Context) (err error) {
		result, err = d.conn.ExecContext(ctx, query, args...)
		return err
	})
	return result, err
}

func (d *stepDB) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := d.ended(); err != nil {
		return nil, err
	}
	return d.conn.PrepareContext(ctx, query)
}

func (d *stepDB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := d.ended(); err != nil {
		return nil, err
	}
	rows, err := d.conn.QueryContext(ctx, query, args...) //nolint:sqlclosecheck // whoever asked closes them, or end
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.rows) == cap(d.rows) { // now and then: those that are closed
		d.rows = slices.DeleteFunc(d.rows, func(r *sql.Rows) bool {
			_, err := r.Columns()
			return err != nil
		})
	}
	d.rows = append(d.rows, rows)
	return rows, nil
}

func (d *stepDB) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if d.ended() != nil { // a row can carry no error of ours
		done, cancel := context.WithCancel(ctx)
		cancel()
		ctx = done
	}
	row := d.conn.QueryRowContext(ctx, query, args...)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.row) == keptRows {
		d.row = append(d.row[:0], d.row[keptRows/2:]...)
	}
	d.row = append(d.row, row)
	return row
}

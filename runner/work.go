package runner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

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
		stmts, err := d.Compile(rest[:n], state)
		if err != nil {
			return nil, err
		}
		w = append(w, Part{Stmts: stmts})
		rest = rest[n:]
	}
	return w, nil
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
	failed := call(ctx, run, r.Conn)
	if _, err := r.Conn.ExecContext(context.WithoutCancel(ctx), "RELEASE SAVEPOINT whimbrel_step"); err != nil && ctx.Err() == nil {
		return errors.Join(&EndedError{run.Name, err}, failed)
	}
	return failed
}

// call runs a function in a goroutine of its own, and waits for it. A panic and
// runtime.Goexit become errors: the transaction around it must be rolled back
// by us, not by the end of the process or never.
func call(ctx context.Context, run op.Run, conn *sql.Conn) (err error) {
	step, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end() // which closes the rows that the function has left open
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
		if failed := run.Func(ctx, stepDB{conn, step}); failed != nil {
			err = &StepError{Name: run.Name, Err: failed}
		}
		returned = true
	}()
	<-done
	return err
}

// A stepDB is what a function gets of the connection: what it may do, for as
// long as it runs.
type stepDB struct {
	conn *sql.Conn
	step context.Context
}

func (d stepDB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if d.step.Err() != nil {
		return nil, sql.ErrConnDone // the step is over
	}
	return d.conn.ExecContext(ctx, query, args...)
}

func (d stepDB) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if d.step.Err() != nil {
		return nil, sql.ErrConnDone
	}
	return d.conn.PrepareContext(ctx, query)
}

func (d stepDB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.conn.QueryContext(d.until(ctx), query, args...)
}

func (d stepDB) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return d.conn.QueryRowContext(d.until(ctx), query, args...)
}

// until returns ctx, ended with the step at the latest.
func (d stepDB) until(ctx context.Context) context.Context {
	ctx, end := context.WithCancel(ctx)
	context.AfterFunc(d.step, end)
	return ctx
}

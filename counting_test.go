package whimbrel_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
)

// counting hands out connections of another driver, and notes what is asked of
// them.
type counting struct {
	driver driver.Driver
	dsn    string
	mu     sync.Mutex
	sent   []string
}

func (c *counting) Driver() driver.Driver { return c.driver }

func (c *counting) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return &countingConn{conn, c}, nil
}

func (c *counting) note(query string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, query)
}

type countingConn struct {
	driver.Conn
	c *counting
}

func (c *countingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.c.note(query)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c *countingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.c.note(query)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (w *world) counted() (*sql.DB, *counting) {
	c := &counting{driver: w.db.Driver(), dsn: dsn(w.path)}
	db := sql.OpenDB(c)
	w.t.Cleanup(func() { db.Close() })
	return db, c
}

// TestNothingToDoIsOneQuery: an application upgrades at every start.
func TestNothingToDoIsOneQuery(t *testing.T) {
	w := newWorld(t)
	h := history(createProducts, addPrice)
	_, err := w.project(h).Upgrade(context.Background(), "head")
	w.ok(err)
	cfg := w.config(h)
	var c *counting
	cfg.DB, c = w.counted()
	p, err := whimbrel.Open(cfg)
	w.ok(err)
	for name, call := range map[string]func() error{
		"upgrade": func() error { _, err := p.Upgrade(context.Background(), "head"); return err },
		"current": func() error { _, err := p.Current(context.Background()); return err },
		"pending": func() error { _, err := p.Pending(context.Background()); return err },
	} {
		c.sent = nil
		w.ok(call())
		if len(c.sent) != 1 || !strings.HasPrefix(c.sent[0], "SELECT") {
			t.Errorf("%s sent %q", name, c.sent)
		}
	}
}

// TestInspectIsConstant: the number of queries does not grow with the tables.
func TestInspectIsConstant(t *testing.T) {
	w := newWorld(t)
	db, c := w.counted()
	var counts []int
	for _, tables := range []int{1, 10, 100} {
		for i := range tables {
			w.exec(fmt.Sprintf("CREATE TABLE t%d_%d (id integer PRIMARY KEY, a text UNIQUE CHECK (a <> ''), b int REFERENCES t%d_%d(id))", tables, i, tables, i),
				fmt.Sprintf("CREATE INDEX i%d_%d ON t%d_%d (a, b DESC)", tables, i, tables, i))
		}
		c.sent = nil
		if _, err := sqlite.New("").Inspect(context.Background(), db); err != nil {
			t.Fatal(err)
		}
		counts = append(counts, len(c.sent))
	}
	if counts[0] == 0 || counts[1] != counts[0] || counts[2] != counts[0] {
		t.Errorf("queries for 1, 11 and 111 tables: %v", counts)
	}
}

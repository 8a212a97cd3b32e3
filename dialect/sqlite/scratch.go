package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Scratch calls f with a connection to an empty database in memory, opened with
// the driver of db, so that it is the same SQLite with the same extensions.
func (d Dialect) Scratch(ctx context.Context, db *sql.DB, f func(context.Context, *sql.Conn, dialect.Dialect) error) (err error) {
	memory := sql.OpenDB(connector{db.Driver()})
	memory.SetMaxOpenConns(1)
	defer func() {
		if closed := memory.Close(); err == nil {
			err = closed
		}
	}()
	conn, err := memory.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return f(ctx, conn, d)
}

// A connector opens databases in memory. Each connection is one of its own.
type connector struct{ driver driver.Driver }

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if dc, ok := c.driver.(driver.DriverContext); ok {
		own, err := dc.OpenConnector(":memory:")
		if err != nil {
			return nil, err
		}
		return own.Connect(ctx)
	}
	return c.driver.Open(":memory:")
}

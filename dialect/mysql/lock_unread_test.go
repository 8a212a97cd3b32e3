package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	drivermysql "github.com/go-sql-driver/mysql"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
)

// An unread connector makes connections on which the context ends when the
// server has given a lock, and before anybody has read that.
type unread struct {
	driver.Connector
	end context.CancelFunc
}

func (u unread) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := u.Connector.Connect(ctx)
	return unreadConn{conn, u.end}, err
}

type unreadConn struct {
	driver.Conn
	end context.CancelFunc
}

func (c unreadConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

// QueryContext lets no context end the connection, as the driver here would and
// another may not.
func (c unreadConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(context.WithoutCancel(ctx), query, args)
	if err != nil || !strings.Contains(query, "GET_LOCK") {
		return rows, err
	}
	return unreadRows{rows, c.end}, nil
}

type unreadRows struct {
	driver.Rows
	end context.CancelFunc
}

func (r unreadRows) Next([]driver.Value) error {
	r.end()
	return context.Canceled
}

// TestLockUnread: a lock that the server has given and nobody knows of goes
// with its connection.
func TestLockUnread(t *testing.T) {
	eachURL(t, func(t *testing.T, s *dbtest.Server, address string) {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		config := drivermysql.NewConfig()
		config.User, config.Net, config.Addr, config.DBName = u.User.Username(), "tcp", u.Host, strings.TrimPrefix(u.Path, "/")
		config.Passwd, _ = u.User.Password()
		connector, err := drivermysql.NewConnector(config)
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		defer end()
		db := sql.OpenDB(unread{connector, end})
		defer db.Close()
		other := s.Open(t, address)
		d := open(t, other)
		conn := connOf(t, db)
		if _, err := d.Lock(ctx, conn, 0); d.Classify(err) != dialect.Interrupted {
			t.Errorf("%v", err)
		}
		if err := conn.Close(); !errors.Is(err, sql.ErrConnDone) {
			t.Errorf("the connection goes back to the pool: %v", err)
		}
		unlock, err := d.Lock(t.Context(), connOf(t, other), 5*time.Second) // the server may take a moment to see it gone
		if err != nil {
			t.Fatal(err)
		}
		if err := unlock(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

package mysql

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Stop returns what ends the statement that the session of conn is at, for
// another connection to the same server: that of a client which is gone goes on
// to its end (MySQL 9, MariaDB 10.11). The session stays, and so does its lock.
//
// A number of a connection means nothing on another server, which a proxy may
// lead to: that the session with this number holds the lock of the database is
// what shows that it is ours.
func (d Dialect) Stop(ctx context.Context, conn *sql.Conn) (func(context.Context, *sql.Conn) error, error) {
	name, err := d.lockName(ctx, conn)
	if err != nil {
		return nil, err
	}
	holds := "SELECT IS_USED_LOCK(" + quoteString(name) + ") = "
	id, err := dialect.One[int64](ctx, conn, "SELECT CONNECTION_ID()")
	if err != nil {
		return nil, err
	}
	session := strconv.FormatInt(id, 10)
	return func(ctx context.Context, other *sql.Conn) error {
		ours, err := dialect.One[sql.NullBool](ctx, other, holds+session)
		if err != nil {
			return err
		}
		if !ours.Bool {
			return errors.New("the other connection does not lead to the session that holds the lock")
		}
		_, err = other.ExecContext(ctx, "KILL QUERY "+session)
		return err
	}, nil
}

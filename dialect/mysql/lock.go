package mysql

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// Waits between two tries to get the lock, before chance makes them longer or
// shorter.
const (
	firstPause = 50 * time.Millisecond
	longPause  = time.Second
)

// Lock takes the user lock of the database, which the server gives back when
// the connection ends, and prepares the session.
//
// It polls with GET_LOCK(…, 0). The lock counts how often a session has taken
// it, so unlock gives it back exactly once.
func (d Dialect) Lock(ctx context.Context, conn *sql.Conn, wait time.Duration) (func(context.Context) error, error) {
	if err := d.writable(ctx, conn); err != nil {
		return nil, err
	}
	s, err := d.prepare(ctx, conn)
	if err != nil {
		return nil, err
	}
	name, err := d.lockName(ctx, conn)
	if err == nil {
		err = acquire(ctx, conn, name, wait)
	}
	if err != nil {
		return nil, errors.Join(err, s.restore(ctx))
	}
	return func(ctx context.Context) error {
		ctx = context.WithoutCancel(ctx)
		released, err := dialect.One[sql.NullInt64](ctx, conn, "SELECT RELEASE_LOCK("+quoteString(name)+")")
		if err == nil && released.Int64 != 1 {
			err = errors.New("the lock was not held any more when it was given back")
		}
		if err != nil {
			discard(conn) // the server gives back what the connection held
			return err
		}
		return s.restore(ctx)
	}, nil
}

// lockName is the same for everybody who upgrades a database: the server
// compares such names without case, and takes up to 64 characters.
func (d Dialect) lockName(ctx context.Context, conn *sql.Conn) (string, error) {
	database, err := dialect.One[string](ctx, conn, "SELECT coalesce(DATABASE(), '')")
	if err != nil {
		return "", err
	}
	if d.settings.lowerCase != 0 {
		database = strings.ToLower(database)
	}
	sum := sha256.Sum256([]byte(database))
	return "whimbrel:" + hex.EncodeToString(sum[:16]), nil
}

func acquire(ctx context.Context, conn *sql.Conn, name string, wait time.Duration) error {
	// The wait is counted in pauses: below the root nobody reads the clock.
	waited, pause := time.Duration(0), firstPause
	for {
		got, err := dialect.One[sql.NullInt64](ctx, conn, "SELECT GET_LOCK("+quoteString(name)+", 0)")
		switch {
		case err != nil && numberOf(err) == 1235:
			return fmt.Errorf("this server is part of a Galera cluster that has no user locks, "+
				"so nothing could keep two upgraders apart: run the upgrade where it has (wsrep_on, or a server of its own): %w", err)
		case err != nil:
			if numberOf(err) == 0 {
				discard(conn) // the server may have given the lock, and nobody has read it
			}
			return err
		case !got.Valid:
			return errors.New("the server could not say whether the lock is free (GET_LOCK returned NULL)")
		case got.Int64 == 1:
			return nil
		}
		if waited >= wait {
			return &dialect.LockedError{Holder: holder(ctx, conn, name), Waited: waited}
		}
		next := min(pause/2+rand.N(pause), wait-waited)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(next):
		}
		waited += next
		pause = min(2*pause, longPause)
	}
}

// holder says who holds a user lock.
func holder(ctx context.Context, q dialect.Queryer, name string) string {
	// Where one list may not be read, or (MySQL 9.7, error 3854) has a statement of
	// somebody that it cannot show, another says the same.
	for _, from := range [...]string{
		"processlist_id, ' (', processlist_user, '@', processlist_host, ')') FROM performance_schema.threads WHERE processlist_id",
		"id, ' (', user, '@', host, ')') FROM information_schema.processlist WHERE id",
	} {
		text, err := dialect.One[sql.NullString](ctx, q, "SELECT concat('connection ', "+from+" = IS_USED_LOCK("+quoteString(name)+")")
		if err == nil && text.Valid {
			return text.String
		}
	}
	// Whoever may not see the connections of others still gets the number.
	if id, err := dialect.One[sql.NullInt64](ctx, q, "SELECT IS_USED_LOCK("+quoteString(name)+")"); err == nil && id.Valid {
		return fmt.Sprintf("connection %d", id.Int64)
	}
	return ""
}

// A ReadOnlyError says that the server takes no writes.
type ReadOnlyError struct{ Variable string }

func (e *ReadOnlyError) Error() string {
	return "the server is read-only (" + e.Variable + " is on): it is a replica, or somebody has closed it for writers"
}

// writable refuses a server that would refuse every statement.
func (d Dialect) writable(ctx context.Context, conn *sql.Conn) error {
	names := []string{"read_only", "innodb_read_only"}
	if d.flavor.Dialect == schema.MySQL {
		names = append(names, "super_read_only")
	}
	query := "SELECT concat_ws(','"
	for _, n := range names {
		query += ", IF(@@" + n + " NOT IN ('0', 'OFF'), '" + n + "', NULL)" // a word since MariaDB 12
	}
	on, err := dialect.One[string](ctx, conn, query+")")
	if err != nil || on == "" {
		return err
	}
	first, _, _ := strings.Cut(on, ",")
	if on == "read_only" {
		// It does not bind everybody, and the right that it asks for has had three
		// names. But whoever it binds may not begin to write.
		_, err := conn.ExecContext(ctx, "START TRANSACTION READ WRITE")
		if _, ended := conn.ExecContext(ctx, "ROLLBACK"); err == nil || classOf(err) != dialect.ReadOnly {
			return errors.Join(err, ended)
		}
	}
	return &ReadOnlyError{first}
}

// Blocker says who holds a table, where the server tells: MySQL lists metadata
// locks, MariaDB does where its plugin METADATA_LOCK_INFO is loaded. Elsewhere
// it names the oldest transaction in the database, which is a guess, and says so.
func (d Dialect) Blocker(ctx context.Context, q dialect.Queryer, object string) string {
	if object == "" {
		return ""
	}
	namespace, local := schema.Split(object)
	database := "DATABASE()"
	if namespace != "" {
		database = quoteString(namespace)
	}
	who := "concat('connection ', p.id, ' (', p.user, '@', p.host, ', ', p.command, ' for ', p.time, ' s)')"
	queries := []string{
		"SELECT " + who + " FROM information_schema.metadata_lock_info l JOIN information_schema.processlist p ON p.id = l.thread_id" +
			" WHERE l.table_schema = " + database + " AND l.table_name = " + quoteString(local) + " AND p.id <> connection_id() ORDER BY p.time DESC LIMIT 1",
		"SELECT concat('perhaps ', " + who + ", ', whose transaction is the oldest') FROM information_schema.innodb_trx t" +
			" JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.id <> connection_id() AND p.db = " + database + " ORDER BY t.trx_started LIMIT 1",
	}
	if d.flavor.Dialect == schema.MySQL {
		queries[0] = "SELECT concat('connection ', t.processlist_id, ' (', t.processlist_user, '@', t.processlist_host, ', ', t.processlist_command," +
			" ' for ', t.processlist_time, ' s)') FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id" +
			" WHERE l.object_type = 'TABLE' AND l.lock_status = 'GRANTED' AND l.object_schema = " + database + " AND l.object_name = " + quoteString(local) +
			" AND t.processlist_id <> connection_id() ORDER BY t.processlist_time DESC LIMIT 1"
	}
	for _, query := range queries {
		if text, err := dialect.One[sql.NullString](ctx, q, query); err == nil && text.String != "" {
			return text.String
		}
	}
	return ""
}

package mysql

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
)

// scratchPrefix is what the names of scratch databases begin with. Nobody else
// may use it: a database of such a name whose owner is gone is dropped.
const scratchPrefix = "whim_scratch_"

// cleanTimeout is how long putting things back may take.
const cleanTimeout = time.Minute

// Scratch calls f with a connection to an empty database on the same server,
// with the character set of the current one. It is dropped afterwards.
//
// DDL here survives the process that was killed. So whoever makes a scratch
// database holds a lock of its name as long as his session lives, and the next
// one drops what nobody holds.
//
// Where this user may not create a database, f gets the current one, and a
// dialect that builds temporary tables in it; see temporary.
func (d Dialect) Scratch(ctx context.Context, db *sql.DB, f func(context.Context, *sql.Conn, dialect.Dialect) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	s := &scratchPlace{db: db, conn: conn}
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
		defer cancel()
		err = errors.Join(err, s.clean(clean))
	}()
	if err := s.begin(ctx, d); err != nil {
		return err
	}
	if err := s.sweep(ctx); err != nil {
		return err
	}
	err = s.create(ctx)
	switch {
	case mayNot(err):
		return f(ctx, conn, newTemporary(d, conn))
	case err != nil:
		return err
	}
	there := d
	there.settings.database = s.name
	return f(ctx, conn, there)
}

// A scratchPlace is one scratch database, as far as it has come.
type scratchPlace struct {
	db   *sql.DB
	conn *sql.Conn

	name             string
	locked, made     bool   // made: perhaps
	home             string // the database that the session was in
	charset, collate string
	session          *session // nil: its settings are untouched
	logged           bool     // and is not, for the moment
}

// begin notes what the session was, and gives it the settings that every
// statement of a revision is carried out in. Foreign keys are not checked:
// there are no rows, and a table may refer to one that comes later.
func (s *scratchPlace) begin(ctx context.Context, d Dialect) error {
	row := s.conn.QueryRowContext(ctx, "SELECT coalesce(DATABASE(), ''), @@character_set_database, @@collation_database, @@SESSION.sql_log_bin")
	if err := row.Scan(&s.home, &s.charset, &s.collate, &s.logged); err != nil {
		return err
	}
	if s.home == "" {
		return errors.New("no database is selected")
	}
	var err error
	if s.session, err = d.prepare(ctx, s.conn); err != nil {
		return err
	}
	if s.logged {
		// It is nothing to replicas. Who may not say so has them see it.
		err := s.exec(ctx, "SET SESSION sql_log_bin = 0")
		if s.logged = err == nil; err != nil && !mayNot(err) {
			return err
		}
	}
	return s.exec(ctx, "SET SESSION foreign_key_checks = 0")
}

func (s *scratchPlace) exec(ctx context.Context, statement string) error {
	_, err := s.conn.ExecContext(ctx, statement)
	return err
}

// sweep drops what was left behind by processes that are gone. That this user
// may not drop one is no reason to stop.
func (s *scratchPlace) sweep(ctx context.Context) error {
	names, err := s.leftovers(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		free, err := s.lock(ctx, name)
		if err != nil {
			return err
		}
		if !free {
			continue
		}
		err = s.exec(ctx, "DROP DATABASE IF EXISTS "+quoteIdent(name))
		if err := s.exec(ctx, "DO RELEASE_LOCK("+quoteString(name)+")"); err != nil {
			return err
		}
		if err != nil && ctx.Err() != nil {
			return err
		}
	}
	return nil
}

func (s *scratchPlace) leftovers(ctx context.Context) (names []string, err error) {
	rows, err := s.conn.QueryContext(ctx, "SHOW DATABASES LIKE '"+strings.ReplaceAll(scratchPrefix, "_", `\_`)+"%'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// lock tries to get the lock that the maker of a scratch database holds.
func (s *scratchPlace) lock(ctx context.Context, name string) (bool, error) {
	var got sql.NullInt64
	err := s.conn.QueryRowContext(ctx, "SELECT GET_LOCK("+quoteString(name)+", 0)").Scan(&got)
	if err != nil && numberOf(err) == 0 {
		discard(s.conn) // the server may have given it
	}
	return got.Int64 == 1, err
}

// create makes the database. The lock comes first, so that nobody takes it for
// a leftover.
func (s *scratchPlace) create(ctx context.Context) error {
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return err
	}
	name := scratchPrefix + hex.EncodeToString(random[:])
	locked, err := s.lock(ctx, name)
	if err != nil {
		return err
	}
	if !locked {
		return fmt.Errorf("the lock %s is taken", name)
	}
	s.name, s.locked = name, true
	err = s.exec(ctx, "CREATE DATABASE "+quoteIdent(name)+" CHARACTER SET "+s.charset+" COLLATE "+s.collate)
	if s.made = !mayNot(err); err != nil {
		return err
	}
	return s.exec(ctx, "USE "+quoteIdent(name))
}

// clean drops the database and gives the session back as it was. A connection
// that was lost, as happens when the context ends in the middle of a statement,
// is replaced by another one for the drop; the server gives up its lock by
// itself.
func (s *scratchPlace) clean(ctx context.Context) error {
	var errs []error
	if s.made {
		drop := "DROP DATABASE IF EXISTS " + quoteIdent(s.name)
		if s.exec(ctx, drop) != nil {
			_, err := s.db.ExecContext(ctx, drop)
			errs = append(errs, err)
		}
	}
	var back error
	if s.locked {
		back = s.exec(ctx, "DO RELEASE_LOCK("+quoteString(s.name)+")")
	}
	if s.home != "" {
		back = errors.Join(back, s.exec(ctx, "USE "+quoteIdent(s.home)))
	}
	if s.logged && s.session != nil {
		back = errors.Join(back, s.exec(ctx, "SET SESSION sql_log_bin = 1"))
	}
	if s.session != nil {
		back = errors.Join(back, s.session.restore(ctx))
	}
	if back != nil {
		discard(s.conn) // nobody else shall get it; and when it is gone anyway, that is no news
		if classOf(back) != dialect.Lost {
			errs = append(errs, back)
		}
	}
	if err := s.conn.Close(); !errors.Is(err, sql.ErrConnDone) {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// mayNot reports whether the server refused to create a database because of
// who is asking.
func mayNot(err error) bool {
	if err == nil {
		return false
	}
	n := numberOf(err)
	return n == 1044 || n == 1142 || n == 1227
}

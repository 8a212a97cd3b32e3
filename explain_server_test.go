package whimbrel_test

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func createPeople(m *op.Script) {
	m.CreateTable("people", schema.Int("id").NotNull().PrimaryKey(), schema.String("email", 50), schema.Int("boss"))
	m.Exec("INSERT INTO people (id, email, boss) VALUES (1, 'a@x.de', 7), (2, 'a@x.de', NULL)")
}

// TestRowsThatAreInTheWay: where the rows are what a statement fails of, the error
// says which, as far as the server does, and that they can be mended.
func TestRowsThatAreInTheWay(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		for what, c := range map[string]struct {
			upgrade  func(*op.Script)
			postgres string
		}{
			"a key that is there already": {
				func(m *op.Script) { m.Exec("INSERT INTO people (id) VALUES (1)") }, "Key (id)=(1) already exists.",
			},
			"no value": {
				func(m *op.Script) { m.Exec("INSERT INTO people (id, email) VALUES (NULL, 'b')") }, "Failing row contains (null, b, null).",
			},
		} {
			first := rev("first", "", createPeople, func(m *op.Script) { m.DropTable("people") })
			p := serverProject(t, s, db, first, rev("second", "first", c.upgrade, nil))
			_, err := p.Upgrade(t.Context(), "head")
			var e *whimbrel.Error
			if !errors.As(err, &e) || e.Code != whimbrel.StatementFailed || !slices.Contains(e.Hint, "Mend the rows or the revision file, then run it again.") {
				t.Errorf("%s: %v, %q", what, err, e.Hint)
			}
			if s.Dialect == schema.Postgres && !slices.Contains(e.Detail, c.postgres) {
				t.Errorf("%s: %q", what, e.Detail)
			}
		}
		if s.Dialect != schema.Postgres {
			return
		}
		p := serverProject(t, s, db, rev("first", "", createPeople, nil), rev("second", "first", func(m *op.Script) {
			m.AddUnique("people", schema.Unique{Name: "one_each", Parts: schema.Columns("email")})
		}, nil))
		_, err := p.Upgrade(t.Context(), "head")
		var e *whimbrel.Error
		if !errors.As(err, &e) || !slices.Contains(e.Detail, "Key (email)=(a@x.de) is duplicated.") || len(e.Hint) != 2 {
			t.Errorf("a unique constraint: %v, %q", err, e.Hint)
		}
	})
}

// TestWordsOfTLS: what a statement says is no matter of the connection, whatever
// the words.
func TestWordsOfTLS(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		// A table that is full, and a disk: nothing is wrong with the statement.
		body := "DO $$ BEGIN RAISE EXCEPTION 'tls: failed to connect to x' USING ERRCODE = '53100'; END $$"
		if s.Dialect != schema.Postgres {
			body = "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'tls: failed to connect to x'"
		}
		p := serverProject(t, s, db, rev("first", "", func(m *op.Script) { m.Exec(body) }, nil))
		_, err := p.Upgrade(t.Context(), "head")
		if code := whimbrel.CodeOf(err); code != whimbrel.StatementFailed && code != whimbrel.HalfDone || !strings.Contains(err.Error(), "tls: failed") || strings.Contains(err.Error(), "cannot be reached") {
			t.Errorf("%s: %v", code, err)
		}
		var e *whimbrel.Error
		if errors.As(err, &e); strings.Contains(strings.Join(append(e.Hint, e.Msg), "\n"), "TLS") || strings.Contains(e.Msg, "encrypted") {
			t.Errorf("%s, %q", e.Msg, e.Hint)
		}
	})
}

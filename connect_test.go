package whimbrel_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// lazily is the dialect of a server that nobody has asked yet.
func lazily(s *dbtest.Server) dialect.Dialect {
	if s.Dialect == schema.Postgres {
		return whimbrel.Server(postgres.New(""), postgres.Open)
	}
	return whimbrel.Server(mysql.New(s.Dialect, ""), mysql.Open)
}

// TestCannotConnect holds that a program which opens its connections itself is
// told in our words why there is none, with a code and what to do; and that
// what needs no server works without one.
func TestCannotConnect(t *testing.T) {
	one := rev("one", "", func(m *op.Script) { m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey()) }, nil)
	onServers(t, func(t *testing.T, s *dbtest.Server, _ *sql.DB) {
		ctx := context.Background()
		pg := s.Dialect == schema.Postgres
		base, err := url.Parse(s.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		open := func(change func(*url.URL)) *sql.DB {
			u := *base
			change(&u)
			driver, dsn := "pgx", u.String()
			if !pg {
				driver, dsn = "mysql", u.User.String()+"@tcp("+u.Host+")"+u.Path+"?"+u.RawQuery
			}
			db, err := sql.Open(driver, dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			return db
		}
		role, as := s.Role(t, base.String())
		owner := s.Open(t, base.String())
		for _, tt := range []struct {
			what string
			db   *sql.DB
			code whimbrel.Code
			hint string
		}{
			{"nobody", open(func(u *url.URL) { u.Host = "127.0.0.1:1" }), whimbrel.Unreachable, "host and port"},
			{"no such user", open(func(u *url.URL) { u.User = url.UserPassword("nobody_ever", "hunter2") }), whimbrel.AccessDenied, "user and password"},
			{"no such database", open(func(u *url.URL) { u.Path = "/none_ever" }), whimbrel.Unreachable, "CREATE DATABASE " + map[bool]string{true: `"none_ever"`, false: "`none_ever` CHARACTER SET utf8mb4"}[pg]},
			{"no TLS", open(func(u *url.URL) { u.RawQuery = map[bool]string{true: "sslmode=require", false: "tls=true"}[pg] }), whimbrel.BadTLS, "TLS"},
		} {
			if tt.code == whimbrel.BadTLS && base.Host == "" {
				continue // there is no TLS on a socket, and nothing wrong with that
			}
			p, err := whimbrel.Open(whimbrel.Config{History: history(one), DB: tt.db, Dialect: lazily(s)})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []func() error{
				func() error { _, err := p.Upgrade(ctx, "head"); return err },
				func() error { _, err := p.Current(ctx); return err },
				func() error { _, err := p.Drift(ctx); return err },
				func() error { _, err := p.Stamp(ctx, "head", false); return err },
			} {
				err := f()
				var e *whimbrel.Error
				if !errors.As(err, &e) || e.Code != tt.code || len(e.Hint) == 0 || !strings.Contains(strings.Join(e.Hint, "\n"), tt.hint) || strings.Contains(e.Msg, "\n") {
					t.Errorf("%s: %s, %v, want %s and %q", tt.what, whimbrel.CodeOf(err), err, tt.code, tt.hint)
				}
				if all := err.Error() + strings.Join(e.Hint, ""); strings.Contains(all, "hunter2") || strings.Contains(all, "%!") {
					t.Errorf("%s: %s", tt.what, all)
				}
			}
			var script strings.Builder
			if err := p.SQL(&script, "base:head", false); err != nil || !strings.Contains(script.String(), "CREATE TABLE") {
				t.Errorf("%s: the script: %v", tt.what, err)
			}
			if _, err := p.Revisions(ctx, "", false); err != nil {
				t.Errorf("%s: the history: %v", tt.what, err)
			}
		}

		// Who may do nothing is told what to ask for, by name.
		p, err := whimbrel.Open(whimbrel.Config{History: history(one), DB: s.Open(t, as), Dialect: lazily(s)})
		if err != nil {
			t.Fatal(err)
		}
		if pg {
			if _, err := owner.Exec("REVOKE ALL ON SCHEMA public FROM PUBLIC"); err != nil {
				t.Fatal(err)
			}
		}
		_, err = p.Upgrade(ctx, "head")
		var e *whimbrel.Error
		if !errors.As(err, &e) || e.Code != whimbrel.NoPermission || !strings.Contains(strings.Join(e.Hint, "\n"), role) {
			t.Errorf("%s: %v, %v", role, err, e)
		}
	})
}

// lowerCase is a dialect for a server that keeps names in lower case.
type lowerCase struct{ sqlite.Dialect }

func (lowerCase) Compile([]op.Op, *op.State) ([]dialect.Stmt, error) {
	return nil, &dialect.UnsupportedError{Object: "table A", Why: "this server keeps the names of tables in lower case (lower_case_table_names is 1)"}
}

// TestLowerCaseServer holds that who meets such a server is told what to do.
func TestLowerCaseServer(t *testing.T) {
	w := newWorld(t)
	cfg := w.config(history(rev("one", "", func(m *op.Script) { m.CreateTable("A", schema.Int("id")) }, nil)))
	cfg.Dialect = lowerCase{cfg.Dialect.(sqlite.Dialect)}
	p, err := whimbrel.Open(cfg)
	w.ok(err)
	var e *whimbrel.Error
	if _, err := p.Upgrade(t.Context(), "head"); !errors.As(err, &e) || e.Code != whimbrel.Unsupported || !strings.Contains(strings.Join(e.Hint, "\n"), "a name in lower case") {
		t.Errorf("%v, %v", err, e)
	}
}

// unread is a source of models that needs a server, and finds none.
type unread struct{}

func (unread) Load() (model.Models, error) {
	return model.Models{}, fmt.Errorf("orm: %w", &whimbrel.Error{Code: whimbrel.Unreachable, Msg: "no server listens", Hint: []string{"Look whether it runs."}})
}

// TestModelsThatNeedAServer holds that what is known of the cause is said too.
func TestModelsThatNeedAServer(t *testing.T) {
	p, err := whimbrel.Open(whimbrel.Config{History: history(), Models: []model.Source{unread{}}})
	if err != nil {
		t.Fatal(err)
	}
	var e *whimbrel.Error
	if _, err := p.CheckModels(); !errors.As(err, &e) || e.Code != whimbrel.BadModels || len(e.Hint) != 1 || e.Hint[0] != "Look whether it runs." {
		t.Errorf("%v, %v", err, e)
	}
}

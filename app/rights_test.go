package app

import (
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// grown is history with a revision more, which alters the table.
func grown() *op.History {
	return history().Add(op.Revision{
		ID: "bbbbbbbbbbbb", Revises: []string{"aaaaaaaaaaaa"}, Message: "more", Created: "2026-11-22T16:41:12Z",
		Upgrade: func(m *op.Script) {
			m.AddColumn("products", schema.Int("more"))
			m.CreateIndex("products", schema.Index{Name: "more_idx", Parts: schema.Columns("more")})
		},
		Downgrade: func(m *op.Script) { m.DropColumn("products", "more") },
	})
}

// appGrown makes an app with that history.
func appGrown(t *testing.T, address string) *App {
	t.Helper()
	a := openApp(t, address)
	a.prog = "shop"
	a.History(grown())
	return a
}

// TestNoRightToJournal: who may look at the one table of ours and not at the
// other is told so, and nobody takes the other for missing.
func TestNoRightToJournal(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if code, out := run(t, appAt(t, address), upgrade...); code != 0 {
			t.Fatal(out)
		}
		role, as := s.Role(t, address)
		owner := s.Open(t, address)
		does(t, owner, "GRANT SELECT, INSERT ON whimbrel_version TO "+role)
		if s.Dialect != schema.Postgres {
			does(t, owner, "GRANT CREATE ON "+one[string](t, owner, "SELECT concat('`', DATABASE(), '`')")+".* TO "+role)
		}
		code, out := run(t, appGrown(t, as), upgrade...)
		if code != 1 || !strings.Contains(out, "whimbrel_journal") || strings.Contains(out, "already exists") || strings.Contains(out, "Running upgrade") {
			t.Errorf("exit code %d\n%s", code, out)
		}
		if code, out := run(t, appGrown(t, as), current...); code != 0 || !strings.HasPrefix(out, "aaaaaaaaaaaa\n") {
			t.Errorf("looking: exit code %d\n%s", code, out)
		}
	})
}

// TestNotTheOwner: who may write rows and not alter the table is told what to
// ask for, and the revision has left nothing.
func TestNotTheOwner(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if code, out := run(t, appAt(t, address), upgrade...); code != 0 {
			t.Fatal(out)
		}
		role, as := s.Role(t, address)
		owner := s.Open(t, address)
		for _, table := range []string{"whimbrel_version", "whimbrel_journal", "products"} {
			does(t, owner, "GRANT SELECT, INSERT, UPDATE, DELETE ON "+table+" TO "+role)
		}
		hint := "ALTER TABLE products OWNER TO " + role + "\n"
		if s.Dialect != schema.Postgres {
			hint = ".* TO '" + role + "'@'%'\n"
		}
		code, out := run(t, appGrown(t, as), upgrade...)
		if code != 1 || !strings.Contains(out, "error: the user of the database may not do that\n") || !strings.Contains(out, hint) || strings.Contains(out, "…") {
			t.Errorf("exit code %d, want %q in\n%s", code, hint, out)
		}
		if code, out := run(t, appGrown(t, address), upgrade...); code != 0 {
			t.Errorf("as the owner: exit code %d\n%s", code, out)
		}
	})
}

// TestNoPlaceToCompare: who has no place to build in what the revisions say is
// told which right is missing, and not that the models are wrong.
func TestNoPlaceToCompare(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if code, out := run(t, appAt(t, address), upgrade...); code != 0 {
			t.Fatal(out)
		}
		role, as := s.Role(t, address)
		owner := s.Open(t, address)
		does(t, owner, "GRANT SELECT ON whimbrel_version TO "+role, "GRANT SELECT ON whimbrel_journal TO "+role)
		if s.Dialect == schema.Postgres {
			name := one[string](t, owner, "SELECT current_database()")
			does(t, owner, "REVOKE ALL ON DATABASE "+name+" FROM PUBLIC", "GRANT CONNECT ON DATABASE "+name+" TO "+role)
			fails(t, s, address, as, []string{"db", "drift"}, 1, whimbrel.NoPermission, "GRANT TEMPORARY ON DATABASE "+name+" TO "+role)
			fails(t, s, address, as, []string{"db", "stamp", "head"}, 1, whimbrel.NoPermission, "permission denied")
			return
		}
		does(t, owner, "GRANT SELECT ON products TO "+role)
		code, out := run(t, appAt(t, as), "db", "drift")
		if code != 3 || !strings.Contains(out, "Not compared:\n") || !strings.Contains(out, "CREATE TEMPORARY TABLES") {
			t.Errorf("exit code %d\n%s", code, out)
		}
	})
}

// TestAnotherDefinition: something of the wanted name is there already, and is
// something else. It is refused, said, and left as it is.
func TestAnotherDefinition(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if code, out := run(t, appAt(t, address), upgrade...); code != 0 {
			t.Fatal(out)
		}
		owner := s.Open(t, address)
		dropIndex := map[bool]string{true: "DROP INDEX more_idx", false: "DROP INDEX more_idx ON products"}[s.Dialect == schema.Postgres]
		for _, tt := range []struct{ what, make, unmake, say string }{
			{"a column", "ALTER TABLE products ADD more text", "ALTER TABLE products DROP COLUMN more", "cannot add column products.more: it exists already"},
			{"an index", "CREATE INDEX more_idx ON products (id)", dropIndex, "more_idx"},
		} {
			does(t, owner, tt.make)
			code, out := run(t, appGrown(t, address), upgrade...)
			if code != 1 || !strings.Contains(out, tt.say) || !strings.Contains(out, "shop:  hint: ") || !strings.Contains(out, "Nothing of this revision remains") {
				t.Errorf("%s: exit code %d\n%s", tt.what, code, out)
			}
			if code, out := run(t, appGrown(t, address), "db", "drift"); code != 3 || !strings.Contains(out, "more") {
				t.Errorf("%s: exit code %d\n%s", tt.what, code, out)
			}
			if _, out := run(t, appGrown(t, address), current...); out != "aaaaaaaaaaaa\n" {
				t.Errorf("%s: %s", tt.what, out)
			}
			does(t, owner, tt.unmake)
		}
		does(t, owner, "DROP TABLE products", "CREATE VIEW products AS SELECT 1 AS id")
		for _, args := range [][]string{upgrade, {"db", "downgrade"}} {
			code, out := run(t, appGrown(t, address), args...)
			if code != 1 || !strings.Contains(out, "there is no such table") && !strings.Contains(out, "is a view") {
				t.Errorf("a view, %q: exit code %d\n%s", args, code, out)
			}
		}
		if n := one[int](t, owner, "SELECT id FROM products"); n != 1 {
			t.Error("the view is another")
		}
		if code, out := run(t, appGrown(t, address), upgrade...); code != 1 {
			t.Error(out)
		}
	})
}

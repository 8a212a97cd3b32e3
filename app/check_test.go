package app

import (
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestChangesForOthers holds that a change which is for another database than
// the one at hand says for which, and that nothing happens here. It is what an
// app has that names a second dialect for its models.
func TestChangesForOthers(t *testing.T) {
	id := schema.BigInt("id").Unsigned().NotNull().PrimaryKey().AutoIncrement()
	was := schema.NewTable("products", id, schema.Text("note").Default("x"))
	is := schema.NewTable("products", id.On(schema.Postgres, "bigserial"), schema.Text("note").On(schema.MySQL, "varchar(191)").Default("x"))
	a := newApp(t, "sqlite:///shop.db")
	a.own.migrations = t.TempDir()
	a.History(making("start", was))
	a.Models(model.Static(schema.Schema{Tables: []schema.Table{is}}))
	none := "note: that is for databases of another kind; on the one here it runs no statement\n"
	for _, args := range [][]string{{"db", "check"}, {"db", "migrate", "-m", "more databases"}} {
		_, out := run(t, a, args...)
		for _, say := range []string{" column products.id: type on postgres bigint unsigned to bigserial\n", " column products.note: type on mysql text to varchar(191)\n", none} {
			if !strings.Contains(out, say) {
				t.Errorf("%q: no %q in\n%s", args, say, out)
			}
		}
	}
	more := is
	more.Columns = append(more.Columns[:2:2], schema.Int("price").Column())
	a = newApp(t, "sqlite:///shop.db")
	a.History(making("start", was))
	a.Models(model.Static(schema.Schema{Tables: []schema.Table{more}}))
	if _, out := run(t, a, "db", "check"); !strings.Contains(out, "note: 2 of the 3 are for databases of another kind; on the one here they run no statement\n") {
		t.Error(out)
	}
}

// TestCheckOffline holds that check tells apart what it compared from what it
// could not look at, and can do without.
func TestCheckOffline(t *testing.T) {
	for _, url := range []string{"postgres://shop:hunter2@127.0.0.1:1/shop", "mysql://shop:hunter2@127.0.0.1:1/shop"} {
		connecttest.NoSettings(t)
		a := openApp(t, url)
		a.prog = "shop"
		a.History(history())
		code, out := run(t, a, "db", "check")
		if code != 1 || !strings.HasPrefix(out, "No new upgrade operations detected") || !strings.Contains(out, "error: no server listens at") ||
			!strings.Contains(out, "hint: to compare the models with the history only: shop db check --offline\n") {
			t.Errorf("%s: exit code %d\n%s", url, code, out)
		}
		if code, out := run(t, a, "db", "check", "--offline"); code != 0 || strings.Contains(out, "error") {
			t.Errorf("%s: exit code %d\n%s", url, code, out)
		}
		a.Models(model.Static(schema.Schema{}))
		if code, out := run(t, a, "db", "check", "--offline"); code != 3 || !strings.Contains(out, "drop table products") {
			t.Errorf("%s: exit code %d\n%s", url, code, out)
		}
		// What needs no database works without one.
		for _, args := range [][]string{{"db", "history"}, {"db", "heads"}, {"db", "show"}, {"db", "upgrade", "--sql"}, {"db", "downgrade", "--sql", "head:base"}} {
			if code, out := run(t, a, args...); code != 0 || out == "" {
				t.Errorf("%s, %q: exit code %d\n%s", url, args, code, out)
			}
		}
	}
}

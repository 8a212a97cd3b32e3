package app

import (
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestHalfDoneCommands holds what the commands print and exit with where a
// revision is half done.
func TestHalfDoneCommands(t *testing.T) {
	half := func() *op.History {
		return history().Add(op.Revision{
			ID: "bbbbbbbbbbbb", Revises: []string{"aaaaaaaaaaaa"}, Message: "more", Created: "2026-11-22T16:41:12Z",
			Upgrade: func(m *op.Script) {
				m.CreateTable("more", schema.Int("id").NotNull().PrimaryKey(), schema.Int("n"))
				m.CreateIndex("more", schema.Index{Name: "mn", Parts: schema.Columns("n")}, op.Concurrently)
				m.Exec("INSERT INTO nowhere VALUES (1)")
			},
			Downgrade: func(m *op.Script) { m.DropTable("more") },
		})
	}
	settle := "hint: to go forward: carry out the rest of the upgrade by hand, then: shop db stamp bbbbbbbbbbbb"
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		a := openApp(t, address)
		a.prog = "shop"
		a.History(half())
		for _, tt := range []struct {
			args []string
			exit int
			say  []string
		}{
			{upgrade, 5, []string{settle, "when that is settled, go on with: shop db upgrade head"}},
			{upgrade, 5, []string{"shop: error: the upgrade of revision bbbbbbbbbbbb was stopped half-way\n", settle, "detail: not done: INSERT INTO nowhere"}},
			{[]string{"db", "upgrade", "--plan"}, 5, []string{settle}},
			{[]string{"db", "downgrade"}, 5, []string{settle}},
			{current, 0, []string{"aaaaaaaaaaaa\nbbbbbbbbbbbb (upgrade half done)\n", settle}},
			{[]string{"db", "current", "--json"}, 0, []string{`"half_done": {`, `"revision": "bbbbbbbbbbbb"`, `"state": "not done"`}},
			{[]string{"db", "check"}, 3, []string{"A revision is half done:\n  the upgrade of revision bbbbbbbbbbbb was stopped half-way\n", settle}},
			{[]string{"db", "drift"}, 3, []string{"A revision is half done:\n", settle, "which may come from the half-done one:\n  added table more"}},
		} {
			code, out := run(t, a, tt.args...)
			for _, say := range tt.say {
				if code != tt.exit || !strings.Contains(out, say) {
					t.Errorf("%q: exit code %d, want %d and %q:\n%s", tt.args, code, tt.exit, say, out)
				}
			}
			if strings.Contains(out, "revision behind") || strings.Contains(out, "Somebody changed") {
				t.Errorf("%q:\n%s", tt.args, out)
			}
		}
	})
}

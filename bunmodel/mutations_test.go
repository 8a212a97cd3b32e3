package bunmodel_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/bunmodel"
	"github.com/whimbreldb/whimbrel/bunmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
)

// Each mutation changes one thing in the stored schema of a database that Bun
// made, as if it had been made so. It must be reported once, as itself.
func TestMutations(t *testing.T) {
	tests := []struct {
		old, new string
		want     []string // from the mutated database to the models
	}{
		{`"active" BOOLEAN NOT NULL`, `"active" BOOLEAN`, []string{"alter column users.active: NULL to NOT NULL"}},
		{`DEFAULT true`, `DEFAULT false`, []string{"alter column users.active: default false to true"}},
		{`"score" numeric(10,2)`, `"score" numeric(10,3)`, []string{"alter column users.score: type numeric(10,3) to numeric(10,2)"}},
		{`"kind" char(2) DEFAULT 'aa'`, `"kind" char(2)`, []string{"alter column users.kind: default none to \"aa\""}},
		{`"u32" INTEGER`, `"u32" BIGINT`, []string{"alter column users.u32: type bigint to integer"}},
		{`"updated_at" TIMESTAMP`, `"updated_at" TIMESTAMP, "extra" TEXT`, []string{"drop column users.extra"}},
		{`, "old_name" VARCHAR`, ``, []string{"add column users.old_name"}},
		{`CONSTRAINT "name_email" UNIQUE`, `CONSTRAINT "nm" UNIQUE`, []string{"unique constraint on users: named name_email, not nm"}},
		{
			`PRIMARY KEY ("user_id", "role_id")`, `PRIMARY KEY ("role_id", "user_id")`,
			[]string{"alter primary key of user_roles: (role_id, user_id) to (user_id, role_id)"},
		},
		{
			"ON UPDATE RESTRICT ON DELETE CASCADE", "ON DELETE CASCADE",
			[]string{"drop foreign key posts.(author_id) to users", "add foreign key posts.posts_author_id_fkey"},
		},
		{"BETWEEN 0 AND 1000", "BETWEEN 0 AND 1001", []string{"drop check articles.stock_ok", "add check articles.stock_ok"}},
		{
			"(state = 'new')", "(state = 'old')",
			[]string{"drop index posts.posts_open_idx", "add index posts.posts_open_idx"},
		},
		{`("title" DESC)`, `("title")`, []string{"drop index posts.posts_title_idx", "add index posts.posts_title_idx"}},
	}
	for _, test := range tests {
		path := filepath.Join(t.TempDir(), "test.db")
		db := comparetest.OpenFile(t, path)
		create(t, open(db), true, tricky.Portable()...)
		want := load(t, bunmodel.Models(open(db), tricky.Portable()...).WithForeignKeys()).Schema
		before := comparetest.Live(t, comparetest.OpenFile(t, path), want)
		db.Close()
		n := mutate(t, path, test.old, test.new)
		if n == 0 {
			t.Errorf("%s: found in no statement", test.old)
		}
		var got []string
		for _, line := range comparetest.Live(t, comparetest.OpenFile(t, path), want) {
			if !slices.Contains(before, line) {
				got = append(got, line)
			}
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s to %s (-want +got):\n%s", test.old, test.new, d)
		}
	}
}

// mutate replaces a text in the stored statements and returns in how many.
func mutate(t *testing.T, path, from, to string) int64 {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("PRAGMA writable_schema = ON"); err != nil {
		t.Fatal(err)
	}
	result, err := db.Exec("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE instr(sql, ?) > 0", from, to, from)
	if err != nil {
		t.Fatal(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

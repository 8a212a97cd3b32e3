package compat

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/bunmodel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// A mutation changes one thing in a database that Bun has made. It must be
// reported once, as itself.
type mutation struct {
	change string
	want   []string // from the changed database to the models
}

var mutations = map[schema.Dialect][]mutation{
	schema.Postgres: {
		{"ALTER TABLE users DROP COLUMN kind", []string{"add column users.kind"}},
		{"ALTER TABLE users ADD COLUMN extra text", []string{"drop column users.extra"}},
		{"ALTER TABLE users ALTER COLUMN name DROP NOT NULL", []string{"alter column users.name: NULL to NOT NULL"}},
		{"ALTER TABLE users ALTER COLUMN active DROP DEFAULT", []string{"alter column users.active: default none to true"}},
		{"ALTER TABLE users ALTER COLUMN score TYPE numeric(10,3)", []string{"alter column users.score: type numeric(10,3) to numeric(10,2)"}},
		{"ALTER TABLE users ALTER COLUMN created_at TYPE timestamptz(3)", []string{"alter column users.created_at: type timestamp(3) with time zone to timestamp with time zone"}},
		{"ALTER TABLE users DROP CONSTRAINT users_name_key", []string{"add unique constraint users.users_name_key"}},
		{"ALTER TABLE users RENAME CONSTRAINT users_name_key TO other", []string{"unique constraint on users: named users_name_key, not other"}},
		{"ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey", []string{"add foreign key posts.posts_author_id_fkey"}},
		{
			"ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey, ADD CONSTRAINT posts_author_id_fkey FOREIGN KEY (author_id) REFERENCES users (id) ON UPDATE RESTRICT",
			[]string{"drop foreign key posts.posts_author_id_fkey", "add foreign key posts.posts_author_id_fkey"},
		},
		{"DROP INDEX posts_open_idx", []string{"add index posts.posts_open_idx"}},
		{
			"DROP INDEX posts_open_idx; CREATE INDEX posts_open_idx ON posts (state) WHERE title <> '' AND state = 'old'",
			[]string{"drop index posts.posts_open_idx", "add index posts.posts_open_idx"},
		},
		{"DROP INDEX places_pattern_idx; CREATE INDEX places_pattern_idx ON places (sorted)", []string{"drop index places.places_pattern_idx", "add index places.places_pattern_idx"}},
		{"ALTER TABLE places DROP CONSTRAINT size_ok", []string{"add check places.size_ok"}},
		{"ALTER TABLE articles DROP CONSTRAINT stock_ok, ADD CONSTRAINT stock_ok CHECK (stock BETWEEN 0 AND 999)", []string{"drop check articles.stock_ok", "add check articles.stock_ok"}},
		{"COMMENT ON TABLE places IS NULL", []string{"alter table places: options"}},
		{"COMMENT ON COLUMN places.size IS 'in feet'", []string{"alter column places.size: comment"}},
		{"DROP TRIGGER touch_places ON places", []string{"add trigger touch_places on places"}},
		{"CREATE OR REPLACE VIEW big_places AS SELECT id, size FROM places WHERE size > 11", []string{"drop view big_places", "add view big_places"}},
		{"DROP TABLE audit.logs", []string{"add table audit.logs"}},
		{"ALTER TYPE mood ADD VALUE 'angry'", []string{"alter enum mood"}},
		{"ALTER TABLE places ALTER COLUMN id SET GENERATED ALWAYS", []string{"alter column places.id: identity"}},
	},
	schema.MySQL: {
		{"ALTER TABLE users DROP COLUMN kind", []string{"add column users.kind"}},
		{"ALTER TABLE users MODIFY score decimal(10,3) DEFAULT 0", []string{"alter column users.score: type decimal(10,3) to decimal(10,2), default 0.000 to 0.00"}},
		{"ALTER TABLE users MODIFY active boolean NOT NULL DEFAULT false", []string{"alter column users.active: default 0 to 1"}},
		{"ALTER TABLE users DROP INDEX name", []string{"add index users.users_name_key"}},
		{"ALTER TABLE sheets MODIFY kind enum('a','b') NOT NULL DEFAULT 'a'", []string{"alter column sheets.kind: type enum('a','b') to enum('a','b','it''s')"}},
		{"DROP INDEX sheets_body_idx ON sheets; CREATE INDEX sheets_body_idx ON sheets (body(21), title)", []string{"drop index sheets.sheets_body_idx", "add index sheets.sheets_body_idx"}},
		{"DROP INDEX posts_title_idx ON posts; CREATE INDEX posts_title_idx ON posts (title)", []string{"drop index posts.posts_title_idx", "add index posts.posts_title_idx"}},
		{"DROP VIEW big_sheets", []string{"add view big_sheets"}},
	},
}

func TestMutations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		t.Parallel()
		family := s.Dialect
		if family == schema.MariaDB {
			family = schema.MySQL
		}
		if len(mutations[family]) == 0 {
			return // SQLite has a test of its own, in bunmodel
		}
		models := inOrder(awkward(s.Dialect))
		for _, m := range mutations[family] {
			pool := s.Database(t)
			create(t, s.Dialect, pool, true, models...)
			wanted := load(t, bunmodel.Models(open(s.Dialect, pool), models...).WithForeignKeys()).Schema
			d := comparetest.Dialect(t, s.Dialect, pool)
			before := lines(t, d, pool, wanted)
			mutate(t, pool, family, m.change)
			var got []string
			for _, line := range lines(t, d, pool, wanted) {
				if !slices.Contains(before, line) {
					got = append(got, line)
				}
			}
			if diff := cmp.Diff(m.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", m.change, diff)
			}
		}
	})
}

func lines(t *testing.T, d dialect.Dialect, pool *sql.DB, want schema.Schema) []string {
	t.Helper()
	return comparetest.OnServer(t, d, pool, want, schema.Namespace, schema.Extension, schema.CompositeType)
}

func mutate(t *testing.T, pool *sql.DB, d schema.Dialect, change string) {
	t.Helper()
	stmts := []string{change}
	if d == schema.MySQL {
		stmts = strings.Split(change, ";")
	}
	for _, s := range stmts {
		if _, err := pool.Exec(s); err != nil {
			t.Fatalf("%v: %s", err, s)
		}
	}
}

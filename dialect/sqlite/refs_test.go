package sqlite

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/schema"
)

func TestTables(t *testing.T) {
	tests := []struct {
		sql  string
		want []string
	}{
		{"CREATE VIEW v AS SELECT a, b FROM t", []string{"t"}},
		{
			"CREATE VIEW v AS SELECT t, s FROM main.[T x] AS y, \"u\" z JOIN w ON w.a = y.a LEFT JOIN (SELECT * FROM in_er) q USING (b) WHERE k IN (1, 2)",
			[]string{"in_er", "t x", "u", "w"},
		},
		{"CREATE VIEW v AS SELECT (SELECT max(a), b FROM s) AS t, c FROM r ORDER BY c, d", []string{"r", "s"}},
		{"CREATE VIEW v AS SELECT 1 FROM a WHERE x IN b AND y NOT IN (SELECT z FROM c)", []string{"a", "b", "c"}},
		{"CREATE VIEW v AS SELECT 1 FROM (a JOIN b), c", []string{"a", "b", "c"}},
		{"CREATE VIEW v AS SELECT 1 FROM a UNION SELECT 2, 3 FROM b -- FROM c\n", []string{"a", "b"}},
		{"CREATE VIEW v AS SELECT 'FROM t' AS x", nil},
		{
			"CREATE TRIGGER g AFTER UPDATE OF a, b ON t BEGIN INSERT OR IGNORE INTO u (a, b) SELECT c, d FROM w; UPDATE OR FAIL x SET a = 1, b = 2; DELETE FROM y; END",
			[]string{"t", "u", "w", "x", "y"},
		},
		{
			"CREATE TRIGGER g BEFORE UPDATE ON t WHEN NEW.a OR OLD.b BEGIN INSERT INTO u VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = 3; END",
			[]string{"t", "u"},
		},
		{"CREATE VIEW v AS SELECT 1 FROM a, b ON a.x = b.x OR b.y = 1, c USING (p, q) WHERE d IN (e, f)", []string{"a", "b", "c"}},
		{"CREATE TRIGGER g INSTEAD OF INSERT ON v WHEN NEW.a IN (SELECT a FROM k) BEGIN SELECT 1; END", []string{"k", "v"}},
	}
	for _, tt := range tests {
		got := slices.Sorted(maps.Keys(tables(tt.sql)))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.sql, diff)
		}
	}
}

func TestReadTrigger(t *testing.T) {
	tests := []struct {
		sql  string
		want triggerHead
	}{
		{"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END", triggerHead{"g AFTER INSERT ON t BEGIN SELECT 1; END", "insert", nil}},
		{
			"create temp trigger if not exists main . \"g g\"\n/* x */ instead of update of a, [b c] on v begin select 1; end ; -- end",
			triggerHead{"\"g g\"\n/* x */ instead of update of a, [b c] on v begin select 1; end", "update", []string{"a", "b c"}},
		},
		{"CREATE TRIGGER \"delete\" BEFORE DELETE ON \"on\" BEGIN SELECT 1; END;", triggerHead{"\"delete\" BEFORE DELETE ON \"on\" BEGIN SELECT 1; END", "delete", nil}},
		{"CREATE TRIGGER", triggerHead{}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, readTrigger(tt.sql), cmp.AllowUnexported(triggerHead{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.sql, diff)
		}
	}
}

func TestUsers(t *testing.T) {
	object := func(kind schema.ObjectKind, name, on, sql string) schema.Object {
		return schema.Object{Kind: kind, Name: name, Table: on, Definition: schema.Expr(sql)}
	}
	objects := []schema.Object{
		object(schema.View, "top", "", "CREATE VIEW top AS SELECT * FROM Mid"),
		object(schema.View, "mid", "", "CREATE VIEW mid AS SELECT * FROM T"),
		object(schema.View, "apart", "", "CREATE VIEW apart AS SELECT t FROM other"),
		object(schema.Trigger, "g", "top", "CREATE TRIGGER g INSTEAD OF DELETE ON top BEGIN SELECT 1; END"),
	}
	var got []string
	for _, o := range users(objects, "t") {
		got = append(got, o.Name)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"g", "mid", "top"}, got); diff != "" {
		t.Error(diff)
	}
}

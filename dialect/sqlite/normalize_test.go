package sqlite

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/schema"
)

// spelled returns what one script makes, in canonical spelling.
func spelled(t testing.TB, script string) schema.Schema {
	t.Helper()
	s := mustInspect(t, script)
	for _, x := range s.Tables {
		if x.Unsupported != "" {
			t.Fatalf("%s: %s", script, x.Unsupported)
		}
	}
	return normalize(s)
}

// Two spellings of one thing are equal.
func TestNormalizeSpelling(t *testing.T) {
	const v = "CREATE TABLE t(a int, b); "
	tests := []struct{ name, a, b string }{
		{"types", "CREATE TABLE t(a VARCHAR ( 10 ), b Double  Precision, c 'text')", "CREATE TABLE t(a varchar(10), b double precision, c TEXT)"},
		{"default strings", `CREATE TABLE t(a DEFAULT "x", b DEFAULT ('y'), c DEFAULT word)`, `CREATE TABLE t(a DEFAULT 'x', b DEFAULT 'y', c DEFAULT 'word')`},
		{"default null", "CREATE TABLE t(a DEFAULT null, b DEFAULT (NULL))", "CREATE TABLE t(a, b)"},
		{"default numbers", "CREATE TABLE t(a DEFAULT 1.50, b DEFAULT (- 5), c DEFAULT .5, d DEFAULT 0X1F)", "CREATE TABLE t(a DEFAULT 1.5, b DEFAULT -5, c DEFAULT 0.5, d DEFAULT 0x1f)"},
		{"default expressions", "CREATE TABLE t(a DEFAULT (Current_Timestamp), b DEFAULT ((lower( 'ABC' ))), c DEFAULT TRUE)", "CREATE TABLE t(a DEFAULT CURRENT_TIMESTAMP, b DEFAULT (LOWER('ABC')), c DEFAULT true)"},
		{"expressions", "CREATE TABLE t(a int, \"b\" int, c AS ([a]*1.0), CHECK ((A>0 AND \"b\" <> \"X\" /* c */)))", "CREATE TABLE t(a int, b int, c AS ( `A` * 1.00 ) VIRTUAL, CHECK (a > 0 and b <> 'X'))"},
		{"not null that the key has anyway", "CREATE TABLE t(a text NOT NULL PRIMARY KEY) WITHOUT ROWID; CREATE TABLE u(id INTEGER PRIMARY KEY NOT NULL)", "CREATE TABLE t(a text, PRIMARY KEY (a)) WITHOUT ROWID; CREATE TABLE u(id INTEGER PRIMARY KEY)"},
		{"conflict", "CREATE TABLE t(a NOT NULL ON CONFLICT ABORT)", "CREATE TABLE t(a NOT NULL)"},
		{"collation", "CREATE TABLE t(a COLLATE BINARY, b COLLATE NoCase, UNIQUE (b COLLATE nocase)); CREATE INDEX i ON t(a COLLATE binary)", "CREATE TABLE t(a, b COLLATE nocase, UNIQUE (b)); CREATE INDEX i ON t(a)"},
		{"foreign keys", "CREATE TABLE p(X INTEGER PRIMARY KEY); CREATE TABLE t(a REFERENCES P(x) ON DELETE NO ACTION MATCH SIMPLE)", "CREATE TABLE p(X INTEGER PRIMARY KEY); CREATE TABLE t(a, FOREIGN KEY (a) REFERENCES p)"},
		{"composite references", "CREATE TABLE p(x, y, PRIMARY KEY (y, x)); CREATE TABLE t(a, b, FOREIGN KEY (a, b) REFERENCES p)", "CREATE TABLE p(x, y, PRIMARY KEY (y, x)); CREATE TABLE t(a, b, FOREIGN KEY (a, b) REFERENCES p(y, x))"},
		{"inline and not", "CREATE TABLE t(id integer PRIMARY KEY, a UNIQUE CHECK (a > 0) NOT NULL)", "CREATE TABLE t(id integer, a NOT NULL, UNIQUE (a), CHECK (a > 0), PRIMARY KEY (id ASC))"},
		{"indexes", v + "CREATE UNIQUE INDEX i ON t(A, \"b\" ASC) WHERE (a IS NOT null)", v + "create unique index if not exists [i] on [t] (a, b) where a is not NULL"},
		{"views", v + "CREATE VIEW IF NOT EXISTS v AS SELECT \"a\",T.B FROM t\nWHERE a>1 -- c", v + "create view v as select a, t.b from t where a > 1"},
		{"triggers", v + "CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a=NEW.a; END", v + "create trigger \"x\" after insert on `t` begin update T set A = new.a; end"},
		{"names beyond ASCII", "CREATE TABLE t(\"größe\" int, CHECK (\"größe\" > 0))", "CREATE TABLE t(größe int, CHECK (größe > 0))"},
		{"virtual tables", "CREATE VIRTUAL TABLE f USING fts5(a,b)", "create virtual table if not exists \"f\" using FTS5( a, b )"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(spelled(t, tt.a), spelled(t, tt.b), cmpopts.EquateEmpty(), ordered); d != "" {
				t.Errorf("(-a +b)\n%s", d)
			}
		})
	}
}

// ordered ignores the order of columns, which is not what TestNormalizeSpelling
// is about.
var ordered = cmpopts.SortSlices(func(a, b schema.Column) bool { return a.Name < b.Name })

// Whatever is different stays different.
func TestNormalizeDifference(t *testing.T) {
	const base = `CREATE TABLE users(id integer PRIMARY KEY AUTOINCREMENT, name text NOT NULL, email text, score real DEFAULT 1.5,
		active numeric DEFAULT true, age integer, code text DEFAULT (lower('ABC')) CHECK (length(code) BETWEEN 3 AND 20),
		kind text COLLATE nocase CHECK (kind IN ('basic','pro','it''s')), w int, h int, area int GENERATED ALWAYS AS (w * h) STORED,
		parent int REFERENCES users(id) ON DELETE SET NULL ON UPDATE CASCADE,
		CONSTRAINT uni_users_email UNIQUE (email), CHECK (kind <> "Pro"));
	CREATE TABLE tr(id int, locale text, title text, state text, rank int, one real DEFAULT 1.0, PRIMARY KEY (id,locale));
	CREATE INDEX idx_rank ON tr(rank desc);
	CREATE INDEX idx_open ON tr(state) WHERE state <> 'closed' AND title IS NULL;
	CREATE UNIQUE INDEX idx_lower ON tr(lower(title));
	CREATE VIEW v AS SELECT id AS Total, "Pro" AS x FROM tr;
	CREATE TRIGGER trg AFTER UPDATE OF rank ON tr BEGIN UPDATE tr SET state = 'Done'; END;
	CREATE VIRTUAL TABLE f USING fts5(title, tokenize = 'porter ascii')`
	want := spelled(t, base)
	for _, m := range [][2]string{
		{"score real DEFAULT 1.5", "score real DEFAULT 1.25"},
		{"score real DEFAULT 1.5", "score real DEFAULT '1.5'"},
		{"one real DEFAULT 1.0", "one real DEFAULT 1"},
		{"name text NOT NULL", "name text"},
		{"name text NOT NULL", "name text NOT NULL ON CONFLICT IGNORE"},
		{"active numeric DEFAULT true", "active numeric"},
		{"active numeric DEFAULT true", "active numeric DEFAULT 'true'"},
		{"age integer", "age bigint"},
		{"age integer", "age integer DEFAULT ''"},
		{"CONSTRAINT uni_users_email UNIQUE (email)", "CONSTRAINT uq UNIQUE (email)"},
		{"UNIQUE (email)", "UNIQUE (email) ON CONFLICT REPLACE"},
		{"UNIQUE (email)", "UNIQUE (email COLLATE nocase)"},
		{"IN ('basic','pro','it''s')", "IN ('basic','pro')"},
		{"IN ('basic','pro','it''s')", "IN ('basic','Pro','it''s')"},
		{`kind <> "Pro"`, `kind <> "PRO"`},
		{`kind <> "Pro"`, `kind <> "Name"`},
		{"BETWEEN 3 AND 20", "BETWEEN 3 AND 21"},
		{"(w * h) STORED", "(w + h) STORED"},
		{"(w * h) STORED", "(w * h) VIRTUAL"},
		{"ON DELETE SET NULL ON UPDATE CASCADE", "ON DELETE CASCADE ON UPDATE CASCADE"},
		{"ON DELETE SET NULL ON UPDATE CASCADE", "ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED"},
		{"REFERENCES users(id)", "REFERENCES tr(id)"},
		{"PRIMARY KEY (id,locale)", "PRIMARY KEY (locale,id)"},
		{"PRIMARY KEY (id,locale)", "PRIMARY KEY (id,locale DESC)"},
		{"PRIMARY KEY (id,locale))", "PRIMARY KEY (id,locale)) WITHOUT ROWID"},
		{"AUTOINCREMENT", ""},
		{"id integer PRIMARY KEY AUTOINCREMENT", "id int PRIMARY KEY"},
		{"COLLATE nocase", "COLLATE rtrim"},
		{"tr(rank desc)", "tr(rank)"},
		{"state <> 'closed'", "state <> 'CLOSED'"},
		{"UNIQUE INDEX", "INDEX"},
		{"(lower(title))", "(upper(title))"},
		{"(lower(title))", "(lower(title) COLLATE nocase)"},
		{"(lower('ABC'))", "(lower('abc'))"},
		{"AS Total", "AS total"},
		{`"Pro" AS x`, `"PRO" AS x`},
		{"'Done'", "'done'"},
		{"UPDATE OF rank ON", "UPDATE OF state ON"},
		{"'porter ascii'", "'porter'"},
	} {
		script := strings.Replace(base, m[0], m[1], 1)
		if script == base {
			t.Fatalf("%s is not in the script", m[0])
		}
		if cmp.Equal(want, spelled(t, script), cmpopts.EquateEmpty()) {
			t.Errorf("blind: %s => %s", m[0], m[1])
		}
	}
}

// Normalising twice is normalising once.
func TestNormalizeStable(t *testing.T) {
	for _, script := range awkwardTables {
		once := normalize(mustInspect(t, script))
		if d := cmp.Diff(once, normalize(once), cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-once +twice)\n%s", script, d)
		}
	}
}

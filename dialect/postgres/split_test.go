package postgres

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitStatements(t *testing.T) {
	for _, tt := range []struct {
		sql  string
		want []string
	}{
		{"", nil},
		{" ; -- nothing\n;", nil},
		{"SELECT 1; SELECT 2", []string{"SELECT 1", "SELECT 2"}},
		{"SELECT ';', E'\\';', \"a;b\" -- ;\n; /* ; /* ; */ ; */ SELECT 2;", []string{"SELECT ';', E'\\';', \"a;b\"", "SELECT 2"}},
		{"SELECT $$;$$; SELECT $a$ ; $$ ; $a$; SELECT $1", []string{"SELECT $$;$$", "SELECT $a$ ; $$ ; $a$", "SELECT $1"}},
		{"CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2); SELECT 3", []string{"CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2)", "SELECT 3"}},
		{
			"CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3",
			[]string{"CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END", "SELECT 3"},
		},
		{"CREATE TABLE t (a int); BEGIN; SELECT 1; END", []string{"CREATE TABLE t (a int)", "BEGIN", "SELECT 1", "END"}},
		{"SELECT '\\'; SELECT 2", []string{"SELECT '\\'", "SELECT 2"}},
		{"SELECT U&'x;' , B'0;', U&\"a;\"; SELECT 1e-5;", []string{"SELECT U&'x;' , B'0;', U&\"a;\"", "SELECT 1e-5"}},
	} {
		got, err := splitStatements(tt.sql)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, %v", tt.sql, got, err)
		}
	}
	for _, sql := range []string{"SELECT 'x", `SELECT "x`, "SELECT $a$ x $$", "/* x", "SELECT E'x\\'"} {
		if got, err := splitStatements(sql); err == nil || !strings.Contains(err.Error(), "never closed") {
			t.Errorf("%s: %q, %v", sql, got, err)
		}
	}
}

// FuzzTokenize holds that no text makes the tokenizer panic, and that the
// tokens are the text.
func FuzzTokenize(f *testing.F) {
	for _, s := range []string{"SELECT 'x' || $1::int[] -- c", "$a$ $b$ $a$", "E'\\", "1..2 .5 1e+ u&\"", "/* /* */", "\x00\xff", "$$", "$a", "::=.."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := join(tokenize(s)); got != s {
			t.Errorf("%q became %q", s, got)
		}
		for _, tok := range tokenize(s) {
			_, _ = tok.name()
			_, _ = stringValue(tok)
		}
		_, _ = splitStatements(s)
		parseType(s)
		parseDomain(s)
		sequenceOptions(s)
		attributesOf(s)
		enumLabels(s)
		mentions(s, "x")
		bareConstant(s)
		splitStorage(s)
		signature(s)
		w := wordsOf(s)
		forbidden(w)
		alone(w)
		concurrent(w)
	})
}

func TestForbidden(t *testing.T) {
	for sql, want := range map[string]string{
		"begin": "transaction", "/* x */ COMMIT": "transaction", "START TRANSACTION": "transaction", "SAVEPOINT x": "transaction",
		"ROLLBACK TO x": "transaction", "PREPARE TRANSACTION 'x'": "out of its transaction", "PREPARE x AS SELECT 1": "",
		"COPY t FROM STDIN": "INSERT", "COPY t FROM '/x'": "", "SET search_path = x": "SET LOCAL", "SET LOCAL search_path = x": "in front of the names",
		"SET CONSTRAINTS ALL DEFERRED": "", "DISCARD ALL": "session", "RESET ALL": "session", "SELECT 1": "", "END": "transaction",
		"UPDATE t SET begin = 1": "", "SET TRANSACTION READ ONLY": "transaction",
		`SET LOCAL "search_path" TO x`: "in front", "SET LOCAL SCHEMA 'x'": "in front", "SET LOCAL work_mem = '1MB'": "",
		"SELECT set_config('Search_Path', '', true)": "in front", "SELECT set_config('work_mem', '1MB', true)": "",
		"SELECT pg_advisory_unlock(1)": "lock", "SELECT pg_catalog.PG_ADVISORY_UNLOCK_ALL()": "lock", "SELECT 'pg_advisory_unlock(1)'": "",
		"COPY t (a, b, c, d, e, f, g) FROM STDIN": "INSERT", "COPY (SELECT a, 'x', 1 FROM t) TO STDOUT": "take",
		"COPY t (a, b) FROM '/x'": "", `COPY "from" FROM PROGRAM 'x'`: "", "CREATE FUNCTION f() RETURNS int SET search_path = x LANGUAGE sql AS 'SELECT 1'": "",
	} {
		got := forbidden(wordsOf(sql))
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	for sql, want := range map[string]bool{
		"VACUUM t": true, "vacuum (full)": true, "CREATE DATABASE x": true, "DROP DATABASE x": true, "ALTER SYSTEM SET x = 1": true,
		"CREATE INDEX CONCURRENTLY i ON t (a)": true, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)": true, "CREATE INDEX i ON t (a)": false,
		"DROP INDEX CONCURRENTLY i": true, "REINDEX TABLE CONCURRENTLY t": true, "REINDEX (VERBOSE) INDEX CONCURRENTLY i": true, "REINDEX TABLE t": false,
		"ALTER TABLE t DETACH PARTITION p CONCURRENTLY": true, "ALTER TABLE t DETACH PARTITION p": false, "CLUSTER": true, "CLUSTER t": false,
		"REFRESH MATERIALIZED VIEW CONCURRENTLY v": false, "CREATE TABLE database (a int)": false, "CREATE TABLESPACE x LOCATION 'y'": true,
		"REINDEX (VERBOSE) DATABASE": true, "REINDEX (VERBOSE) SCHEMA s": true, "REINDEX (CONCURRENTLY) TABLE t": true, "REINDEX (CONCURRENTLY, VERBOSE) TABLE t": true,
		"REINDEX (CONCURRENTLY off) TABLE t": false, "REINDEX (VERBOSE) TABLE t": false, "CLUSTER VERBOSE": true, "CLUSTER (VERBOSE)": true,
		"CLUSTER VERBOSE t": false, "CLUSTER (VERBOSE) t": false, "CREATE INDEX i ON t (a, b, c, d, e, f, g) WHERE concurrently": false,
		"ALTER DATABASE d SET TABLESPACE s": true, "ALTER DATABASE d SET x = tablespace": false, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)": true,
	} {
		if got := alone(wordsOf(sql)); got != want {
			t.Errorf("%s: alone %v", sql, got)
		}
	}
}

package sqlite

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// BenchmarkRebuild1M rebuilds a table of a million rows with two indexes, a
// foreign key and a child, and does the same by hand without any assertion: the
// copy, the swap, the indexes. "of-bare" is the speed of the rebuild as a part
// of the speed of that.
func BenchmarkRebuild1M(b *testing.B) {
	const columns = "(id INTEGER PRIMARY KEY, name text NOT NULL, price real, p int REFERENCES p(id), note varchar(10), at text)"
	indexes := []string{"CREATE INDEX i1 ON t (name)", "CREATE INDEX i2 ON t (p)"}
	setup := append([]string{
		"CREATE TABLE p (id INTEGER PRIMARY KEY)",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 1000) INSERT INTO p SELECT i FROM n",
		"CREATE TABLE t " + columns,
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 1000000) INSERT INTO t
		 SELECT i, 'name of '||i, i*1.5, 1+i%1000, 'some note '||(i*7919%1000003), '2024-01-01 00:00:00' FROM n`,
		"CREATE TABLE c (id INTEGER PRIMARY KEY, t int REFERENCES t(id) ON DELETE CASCADE)",
		"INSERT INTO c SELECT id, id FROM t WHERE id % 2 = 0",
	}, indexes...)
	conn := pin(b, openFile(b, setup...))
	ctx := context.Background()
	bare := append([]string{
		"PRAGMA foreign_keys = 0", "PRAGMA legacy_alter_table = 1", "BEGIN IMMEDIATE", "CREATE TABLE n " + columns,
		"INSERT INTO n (id, name, price, p, note, at) SELECT id, name, price, p, note, at FROM t",
		"DROP TABLE t", "ALTER TABLE n RENAME TO t",
	}, indexes...)
	bare = append(bare, "COMMIT", "PRAGMA legacy_alter_table = 0", "PRAGMA foreign_keys = 1")

	var byHand, rebuild time.Duration
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	types := [2]string{"varchar(10)", "text"}
	for b.Loop() {
		start := time.Now()
		mustExec(b, conn, bare...)
		byHand += time.Since(start)
		start = time.Now()
		stmts, _, err := compileLive(b, conn, retype("t", "note", types[0], types[1]))
		if err != nil {
			b.Fatal(err)
		}
		if err := perform(ctx, conn, stmts, nil); err != nil {
			b.Fatal(err)
		}
		rebuild += time.Since(start)
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(byHand.Seconds()/rebuild.Seconds(), "of-bare")
	b.ReportMetric(rebuild.Seconds()/float64(b.N), "s/rebuild")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N), "B/both")
}

// Package bench compares Whimbrel with its peers, in one run, on the same
// statements. It is a module of its own so that no peer is a dependency of
// anything else.
package bench

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

const revisions = 1000

func table(i int) string { return fmt.Sprintf("table_%04d", i) }

func columns() []schema.Item {
	return []schema.Item{schema.BigInt("id").AutoIncrement().PrimaryKey(), schema.String("name", 50).NotNull(), schema.Int("n")}
}

func ourHistory() *op.History {
	h := &op.History{}
	for i := range revisions {
		r := op.Revision{
			ID: fmt.Sprintf("rev%05d", i), Message: "one table", Created: "2026-11-22T16:40:12Z",
			Upgrade:   func(m *op.Script) { m.CreateTable(table(i), columns()...) },
			Downgrade: func(m *op.Script) { m.DropTable(table(i)) },
		}
		if i > 0 {
			r.Revises = []string{fmt.Sprintf("rev%05d", i-1)}
		}
		h.Add(r)
	}
	return h
}

// gooseFiles are the same statements as files, which is how goose takes them.
func gooseFiles(b *testing.B) fs.FS {
	b.Helper()
	files := fstest.MapFS{}
	for i := range revisions {
		stmts, err := sqlite.New("").Compile([]op.Op{op.CreateTable{Table: schema.NewTable(table(i), columns()...)}}, op.NewState(schema.Schema{}))
		if err != nil || len(stmts) != 1 {
			b.Fatal(stmts, err)
		}
		files[fmt.Sprintf("%05d_one_table.sql", i+1)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + stmts[0].SQL + ";\n-- +goose Down\nDROP TABLE " + table(i) + ";\n")}
	}
	return files
}

// folder is in memory where the machine has such a place, so that the disk
// does not decide.
func folder(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "whimbrel-bench-")
	if err != nil {
		return b.TempDir()
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func open(b *testing.B, dir string) *sql.DB {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bench.db")+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// cpu is the processor time of this process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timed runs f on a fresh database each time, and reports its processor time.
func timed(b *testing.B, prepare func(db *sql.DB), f func(db *sql.DB)) {
	b.Helper()
	var used time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer()
		db := open(b, folder(b))
		prepare(db)
		start := cpu()
		b.StartTimer()
		f(db)
		used += cpu() - start
		n++
		b.StopTimer()
		db.Close()
		b.StartTimer()
	}
	b.ReportMetric(used.Seconds()/float64(n), "cpu-s/op")
}

func upgrade(b *testing.B, h *op.History) func(*sql.DB) {
	return func(db *sql.DB) {
		if _, err := whimbrel.Upgrade(context.Background(), whimbrel.Config{History: h, DB: db, Dialect: sqlite.New("")}); err != nil {
			b.Fatal(err)
		}
	}
}

func gooseUp(b *testing.B, files fs.FS) func(*sql.DB) {
	return func(db *sql.DB) {
		p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Up(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func nothing(*sql.DB) {}

// BenchmarkUpgrade1000 is 1,000 one-table revisions, each in a transaction of
// its own.
func BenchmarkUpgrade1000(b *testing.B) {
	h, files := ourHistory(), gooseFiles(b)
	b.Run("whimbrel", func(b *testing.B) { timed(b, nothing, upgrade(b, h)) })
	b.Run("goose", func(b *testing.B) { timed(b, nothing, gooseUp(b, files)) })
}

// BenchmarkNothingToDo is an upgrade of a database at head.
func BenchmarkNothingToDo(b *testing.B) {
	h, files := ourHistory(), gooseFiles(b)
	b.Run("whimbrel", func(b *testing.B) { timed(b, upgrade(b, h), upgrade(b, h)) })
	b.Run("goose", func(b *testing.B) { timed(b, gooseUp(b, files), gooseUp(b, files)) })
}

// BenchmarkInspect1000 reads 1,000 tables with 13 columns, 3 indexes, a
// foreign key and a check each.
func BenchmarkInspect1000(b *testing.B) {
	db := open(b, folder(b))
	defer db.Close()
	for _, s := range wideTables() {
		if _, err := db.Exec(s); err != nil {
			b.Fatal(s, err)
		}
	}
	b.Run("whimbrel", func(b *testing.B) { inspect(b, db) })
	b.Run("bare-pragmas", func(b *testing.B) { barePragmas(b, db) })
}

func inspect(b *testing.B, db *sql.DB) {
	start, n := cpu(), 0
	for b.Loop() {
		s, err := sqlite.New("").Inspect(context.Background(), db)
		if err != nil || len(s.Tables) != 1000 || s.Tables[999].Unsupported != "" {
			b.Fatal(len(s.Tables), err)
		}
		n++
	}
	b.ReportMetric((cpu()-start).Seconds()/float64(n), "cpu-s/op")
}

// barePragmas reads what the pragmas say of every table, as five joins, and
// throws it away. It is the least that any inspector does; it learns nothing of
// checks, names, conflict clauses or AUTOINCREMENT.
func barePragmas(b *testing.B, db *sql.DB) {
	queries := []string{
		"SELECT * FROM sqlite_schema",
		"SELECT * FROM pragma_table_list",
		"SELECT m.name, c.* FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table'",
		"SELECT m.name, f.* FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
		"SELECT m.name, i.name, x.* FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) x WHERE m.type = 'table'",
	}
	start, n := cpu(), 0
	for b.Loop() {
		for _, q := range queries {
			read(b, db, q)
		}
		n++
	}
	b.ReportMetric((cpu()-start).Seconds()/float64(n), "cpu-s/op")
}

func read(b *testing.B, db *sql.DB, q string) {
	rows, err := db.Query(q)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		b.Fatal(err)
	}
	values, pointers := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
}

func wideTables() []string {
	var out []string
	for i := range 1000 {
		var c strings.Builder
		for k := range 11 {
			fmt.Fprintf(&c, "column_%d varchar(50) NOT NULL DEFAULT 'x', ", k)
		}
		t := table(i)
		out = append(out, fmt.Sprintf("CREATE TABLE %s (id integer PRIMARY KEY AUTOINCREMENT, %s parent_id integer, CONSTRAINT fk_%s FOREIGN KEY (parent_id) REFERENCES %s (id) ON DELETE CASCADE, CONSTRAINT chk_%s CHECK (column_1 <> ''))",
			t, c.String(), t, table(i/2), t))
		for k := range 3 {
			out = append(out, fmt.Sprintf("CREATE INDEX idx_%s_%d ON %s (column_%d)", t, k, t, k))
		}
	}
	return out
}

// BenchmarkReplay10000 replays 10,000 revisions and compares nothing.
func BenchmarkReplay10000(b *testing.B) {
	h := &op.History{}
	for i := range 10000 {
		r := op.Revision{ID: fmt.Sprintf("rev%06d", i)}
		if i%10 == 0 {
			r.Upgrade = func(m *op.Script) { m.CreateTable(table(i), columns()...) }
		} else {
			r.Upgrade = func(m *op.Script) { m.AddColumn(table(i/10*10), schema.Int(fmt.Sprintf("c%d", i))) }
		}
		if i > 0 {
			r.Revises = []string{fmt.Sprintf("rev%06d", i-1)}
		}
		h.Add(r)
	}
	for b.Loop() {
		p, err := whimbrel.Open(whimbrel.Config{History: h})
		if err != nil {
			b.Fatal(err)
		}
		if c, err := p.Check(context.Background()); err != nil || len(c.Ops) != 1000 {
			b.Fatal(len(c.Ops), err)
		}
	}
}

package bench

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// servers runs f for each server that WHIM_TEST_DATABASES asks for, SQLite
// apart, which has benchmarks of its own.
func servers(b *testing.B, f func(b *testing.B, s *dbtest.Server)) {
	for _, s := range dbtest.Servers(b) {
		if s.Dialect != schema.SQLite {
			b.Run(s.Name, func(b *testing.B) { f(b, s) })
		}
	}
}

// asApps opens a new database as an app does: pgx keeps no plan for a query.
func asApps(b *testing.B, s *dbtest.Server) *sql.DB {
	b.Helper()
	url := s.URL(b)
	if s.Dialect == schema.Postgres {
		url += "&default_query_exec_mode=describe_exec"
	}
	return s.Open(b, url)
}

// speak returns the dialect of a server.
func speak(b *testing.B, s *dbtest.Server, db *sql.DB) dialect.Dialect {
	b.Helper()
	var d dialect.Dialect
	var err error
	if s.Dialect == schema.Postgres {
		d, err = postgres.Open(context.Background(), db)
	} else {
		d, err = mysql.Open(context.Background(), db)
	}
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// serverCPU is the processor time of the server process behind the one
// connection of db so far, where this machine can tell.
func serverCPU(db *sql.DB, d schema.Dialect) time.Duration {
	var pid string
	if d == schema.Postgres {
		if db.QueryRow("SELECT pg_backend_pid()").Scan(&pid) != nil {
			return 0
		}
	} else {
		var file string
		if db.QueryRow("SELECT @@pid_file").Scan(&file) != nil {
			return 0
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return 0
		}
		pid = strings.TrimSpace(string(text))
	}
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, _ := strconv.Atoi(fields[11]) // utime and stime, in hundredths of a second on Linux
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// both reports the processor time of client and server together, for each run
// of f.
func both(b *testing.B, db *sql.DB, d schema.Dialect, f func()) {
	b.Helper()
	f() // once, to warm the caches of the server
	ours, theirs, n := cpu(), serverCPU(db, d), 0
	for b.Loop() {
		f()
		n++
	}
	client, server := (cpu()-ours).Seconds()/float64(n), (serverCPU(db, d)-theirs).Seconds()/float64(n)
	b.ReportMetric(client, "client-cpu-s/op")
	b.ReportMetric(server, "server-cpu-s/op")
}

// wide is a history of one revision: n tables with 13 columns, 3 indexes, a
// foreign key and a check each.
func wide(n int) *op.History {
	h := &op.History{}
	h.Add(op.Revision{ID: "wide", Created: "2026-11-22T16:40:12Z", Message: "wide", Upgrade: func(m *op.Script) {
		for i := range n {
			items := []schema.Item{schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey()}
			for k := range 11 {
				items = append(items, schema.String(fmt.Sprintf("column_%d", k), 50).NotNull().Default("x"))
			}
			t := table(i)
			items = append(items, schema.BigInt("parent_id"),
				schema.ForeignKey{Name: "fk_" + t, Columns: []string{"parent_id"}, RefTable: table(i / 2), RefColumns: []string{"id"}, OnDelete: schema.Cascade},
				schema.Check{Name: "chk_" + t, Expr: schema.Expr("column_1 <> ''")})
			for k := range 3 {
				items = append(items, schema.Index{Name: fmt.Sprintf("idx_%s_%d", t, k), Parts: schema.Columns(fmt.Sprintf("column_%d", k))})
			}
			m.CreateTable(t, items...)
		}
	}})
	return h
}

func made(b *testing.B, s *dbtest.Server, n int) (*sql.DB, dialect.Dialect, whimbrel.Config) {
	b.Helper()
	db := asApps(b, s)
	d := speak(b, s, db)
	cfg := whimbrel.Config{History: wide(n), DB: db, Dialect: d}
	if _, err := whimbrel.Upgrade(context.Background(), cfg); err != nil {
		b.Fatal(err)
	}
	return db, d, cfg
}

// leanQueries read the same catalogs once each, and nothing is made of them.
var leanQueries = map[bool][]string{
	true: {
		"SELECT oid, relname, relkind, relnamespace FROM pg_class WHERE relnamespace = current_schema()::regnamespace",
		"SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND c.relkind = 'r'",
		"SELECT conrelid, conname, contype, conkey, confrelid, confkey, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace",
		"SELECT indexrelid, indrelid, indisunique, indkey::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)",
	},
	false: {
		"SELECT * FROM information_schema.tables WHERE table_schema = DATABASE()",
		"SELECT * FROM information_schema.columns WHERE table_schema = DATABASE()",
		"SELECT * FROM information_schema.statistics WHERE table_schema = DATABASE()",
		"SELECT * FROM information_schema.key_column_usage WHERE table_schema = DATABASE()",
		"SELECT * FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()",
		"SELECT * FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()",
	},
}

// BenchmarkServerInspect reads n wide tables, beside one bare query for each
// catalog.
func BenchmarkServerInspect(b *testing.B) {
	servers(b, func(b *testing.B, s *dbtest.Server) {
		for _, n := range []int{1000, 5000} {
			b.Run(strconv.Itoa(n), func(b *testing.B) {
				db, d, _ := made(b, s, n)
				db.SetMaxOpenConns(1)
				b.Run("whimbrel", func(b *testing.B) {
					both(b, db, s.Dialect, func() {
						got, err := d.Inspect(context.Background(), db)
						if err != nil || len(got.Tables) < n {
							b.Fatal(len(got.Tables), err)
						}
					})
				})
				b.Run("bare-catalogs", func(b *testing.B) {
					both(b, db, s.Dialect, func() {
						for _, q := range leanQueries[s.Dialect == schema.Postgres] {
							read(b, db, q)
						}
					})
				})
			})
		}
	})
}

// BenchmarkServerDrift compares 1,000 wide tables with their history, end to
// end: replay, inspection, building in scratch, inspection, comparison.
func BenchmarkServerDrift(b *testing.B) {
	servers(b, func(b *testing.B, s *dbtest.Server) {
		_, _, cfg := made(b, s, 1000)
		for b.Loop() {
			r, err := drift(cfg)
			if err != nil || !r.Empty() {
				b.Fatal(r.Lines(), err)
			}
		}
	})
}

// BenchmarkServerUpgrade1000 is 1,000 one-table revisions in one upgrade, beside
// the bare statements in the same transactions. They take turns, one revision
// each, so that what else the machine does hits both; "times-bare" is the ratio
// of their time.
func BenchmarkServerUpgrade1000(b *testing.B) {
	servers(b, func(b *testing.B, s *dbtest.Server) {
		ctx := context.Background()
		var ours, theirs time.Duration
		for b.Loop() {
			db, other := asApps(b, s), asApps(b, s)
			d := speak(b, s, db)
			conn, err := other.Conn(ctx)
			if err != nil {
				b.Fatal(err)
			}
			bare(b, conn, "CREATE TABLE version (revision varchar(200) NOT NULL PRIMARY KEY)")
			var bares time.Duration
			p, err := whimbrel.Open(whimbrel.Config{History: ourHistory(), DB: db, Dialect: d, OnEvent: func(e whimbrel.Event) {
				if e.Kind == whimbrel.StepDone {
					start := time.Now()
					one(b, conn, d, e.Index)
					bares += time.Since(start)
				}
			}})
			if err != nil {
				b.Fatal(err)
			}
			start := time.Now()
			if done, err := p.Upgrade(ctx, "heads"); err != nil || len(done) != revisions {
				b.Fatal(len(done), err)
			}
			ours += time.Since(start) - bares
			theirs += bares
			conn.Close()
		}
		b.ReportMetric(ours.Seconds()/float64(b.N), "whimbrel-s/op")
		b.ReportMetric(theirs.Seconds()/float64(b.N), "bare-s/op")
		b.ReportMetric(ours.Seconds()/theirs.Seconds(), "times-bare")
	})
}

// one runs the statements of a revision, with a row for it, and nothing else.
func one(b *testing.B, conn *sql.Conn, d dialect.Dialect, i int) {
	b.Helper()
	stmts, err := d.Compile([]op.Op{op.CreateTable{Table: schema.NewTable(table(i), columns()...)}}, op.NewState(schema.Schema{}))
	if err != nil {
		b.Fatal(err)
	}
	bare(b, conn, "BEGIN")
	for _, s := range stmts {
		bare(b, conn, s.SQL)
	}
	bare(b, conn, fmt.Sprintf("INSERT INTO version VALUES ('rev%05d')", i))
	bare(b, conn, "COMMIT")
}

func bare(b *testing.B, conn *sql.Conn, statement string) {
	b.Helper()
	if _, err := conn.ExecContext(context.Background(), statement); err != nil {
		b.Fatal(statement, err)
	}
}

func drift(cfg whimbrel.Config) (whimbrel.DriftReport, error) {
	p, err := whimbrel.Open(cfg)
	if err != nil {
		return whimbrel.DriftReport{}, err
	}
	return p.Drift(context.Background())
}

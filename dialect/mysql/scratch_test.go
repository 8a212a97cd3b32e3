package mysql

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// Package scratch takes a dialect with another method for one without.
var _ scratch.Modeller = Dialect{}

// rebuilt creates everything that Inspect has found in db a second time, in an
// empty database of the same server, and holds the two to each other: by what
// Inspect says, and by what SHOW CREATE says.
func rebuilt(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
	t.Helper()
	first := inspect(t, d, db)
	other := s.Database(t)
	charset := oneText(t, db, "SELECT concat(@@character_set_database, ' COLLATE ', @@collation_database)")
	exec(t, other, "ALTER DATABASE CHARACTER SET "+charset)
	there := open(t, other)
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	unlock, err := there.Lock(t.Context(), conn, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(context.WithoutCancel(t.Context()))
	stmts, err := there.Compile(diff.Diff(schema.Schema{}, supported(first)), op.NewState(schema.Schema{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range stmts {
		if st.Kind == dialect.Exec {
			exec(t, conn, st.SQL)
		}
	}
	second := inspect(t, there, other)
	if d := cmp.Diff(sorted(supported(first)), sorted(second)); d != "" {
		t.Errorf("built again (-is +became)\n%s", d)
	}
	for _, table := range second.Tables {
		_, name := schema.Split(table.Name)
		a, b := showTable(t, d, db, name), showTable(t, there, other, name)
		if a != b {
			t.Errorf("built again, table %s\n%s\nwas\n%s", name, b, a)
		}
	}
}

func oneText(t testing.TB, db *sql.DB, query string) (s string) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

// supported leaves out the tables that are never altered.
func supported(s schema.Schema) schema.Schema {
	s.Tables = slices.DeleteFunc(slices.Clone(s.Tables), func(t schema.Table) bool { return t.Unsupported != "" })
	s.Unsupported = nil
	return s
}

// sorted puts everything into an order that says nothing.
func sorted(s schema.Schema) schema.Schema {
	s.Tables = slices.Clone(s.Tables)
	for i := range s.Tables {
		x := slices.Clone(s.Tables[i].Indexes)
		slices.SortFunc(x, func(a, b schema.Index) int { return strings.Compare(a.Name, b.Name) })
		s.Tables[i].Indexes = x
	}
	s.Objects = slices.Clone(s.Objects)
	slices.SortFunc(s.Objects, func(a, b schema.Object) int { return strings.Compare(a.String(), b.String()) })
	return s
}

// showTable returns SHOW CREATE TABLE, its lines in an order that does not
// depend on which index came first, and without what is data.
func showTable(t testing.TB, d Dialect, db *sql.DB, name string) string {
	t.Helper()
	in := newInspector(t.Context(), d, db)
	text, err := in.showCreate("TABLE", name, "Create Table")
	if err != nil || text.denied != "" {
		t.Fatal(name, err, text.denied)
	}
	// What differs and means nothing: the database in front of a sequence, the
	// method that InnoDB has anyway, and how the client that made the table
	// called Unicode.
	sql := strings.NewReplacer(quoteIdent(in.currentDatabase(t))+".", "", " USING BTREE", "", "_utf8mb3'", "_utf8mb4'").Replace(text.sql)
	lines := strings.Split(sql, "\n")
	for i, l := range lines {
		if before, rest, ok := strings.Cut(l, " AUTO_INCREMENT="); ok {
			lines[i] = before + strings.TrimLeft(rest, "0123456789")
		}
		lines[i] = strings.TrimSuffix(lines[i], ",")
		// MariaDB shows NO ACTION where it was written, and does what it does
		// where it was not.
		lines[i] = strings.NewReplacer(" ON DELETE NO ACTION", "", " ON UPDATE NO ACTION", "").Replace(lines[i])
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		key := func(l string) string {
			if strings.Contains(l, "KEY ") || strings.Contains(l, "CONSTRAINT") {
				return "~" + l
			}
			return ""
		}
		return strings.Compare(key(a), key(b))
	})
	return strings.Join(lines, "\n")
}

func (in *inspector) currentDatabase(t testing.TB) string {
	if err := in.session(); err != nil {
		t.Fatal(err)
	}
	return in.database
}

// same holds a database to what scratch makes of its own schema.
func same(t *testing.T, d dialect.Dialect, db *sql.DB, live schema.Schema) {
	t.Helper()
	got, err := scratch.Run(t.Context(), d, db, schema.Schema{}, diff.Diff(schema.Schema{}, supported(live)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sorted(supported(live)), sorted(got)); d != "" {
		t.Errorf("in scratch (-live +scratch)\n%s", d)
	}
	ops, noise := scratch.Compare(d, got, supported(live))
	if len(ops) > 0 || len(noise) > 0 {
		t.Errorf("compared: %v %v", ops, noise)
	}
}

// TestRealSchemas takes databases from the field there and back. The files are
// given by WHIM_REAL_SCHEMAS.
func TestRealSchemas(t *testing.T) {
	root := os.Getenv("WHIM_REAL_SCHEMAS")
	if root == "" {
		t.Skip("WHIM_REAL_SCHEMAS names no folder") // asked for by make test-real only
	}
	files, err := filepath.Glob(filepath.Join(root, "mysql", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s/mysql/*.sql (%v)", root, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
				load(t, db, string(script))
				live := inspect(t, d, db)
				agrees(t, d, db, live)
				same(t, d, db, live)
				rebuilt(t, s, db, d)
				counts := map[schema.ObjectKind]int{"table": len(live.Tables)}
				for _, o := range live.Objects {
					counts[o.Kind]++
				}
				for _, table := range live.Tables {
					counts["column"] += len(table.Columns)
					counts["foreign key"] += len(table.ForeignKeys)
					counts["index"] += len(table.Indexes)
				}
				if len(live.Unsupported) > 0 {
					t.Errorf("unsupported: %v", live.Unsupported)
				}
				t.Log(counts)
			})
		})
	}
}

// load carries out a script as the mysql client does, DELIMITER included.
func load(t testing.TB, db *sql.DB, script string) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	delimiter, pending := ";", ""
	for line := range strings.Lines(script) {
		if words := strings.Fields(line); len(words) == 2 && strings.EqualFold(words[0], "delimiter") {
			delimiter = words[1]
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(line), "source ") {
			continue
		}
		pending += line
		before, ok := strings.CutSuffix(strings.TrimRight(pending, " \t\r\n"), delimiter)
		if !ok {
			continue
		}
		pending = ""
		if len(significant(before)) > 0 {
			exec(t, conn, before)
		}
	}
}

// role opens db as a user who has these rights to the database of db and no
// others.
func role(t *testing.T, s *dbtest.Server, address, rights string) *sql.DB {
	t.Helper()
	name, as := s.Role(t, address)
	exec(t, s.Open(t, address), "GRANT "+rights+" ON "+quoteIdent(address[strings.LastIndexByte(address, '/')+1:])+".* TO "+name+"@'%'")
	return s.Open(t, as)
}

// Without the right to create a database, tables are compared all the same, and
// what cannot be is said.
func TestScratchWithoutCreate(t *testing.T) {
	eachURL(t, func(t *testing.T, s *dbtest.Server, address string) {
		owner := s.Open(t, address)
		exec(t, owner, "CREATE TABLE parent (id int PRIMARY KEY)",
			"CREATE TABLE t (id int PRIMARY KEY, p int, s varchar(9) DEFAULT 'x', b varbinary(9) DEFAULT x'00ff', j json, CHECK (p > 0), KEY s (s(3) DESC),"+
				" CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)",
			"CREATE TABLE part (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2",
			"CREATE VIEW v AS SELECT id FROM t", "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET new.p = 1")
		db := role(t, s, address, "SELECT, SHOW VIEW, TRIGGER, CREATE TEMPORARY TABLES, REFERENCES, DROP, ALTER, INDEX")
		d := open(t, db)
		live := inspect(t, d, db)
		got, err := scratch.Run(t.Context(), d, db, schema.Schema{}, diff.Diff(schema.Schema{}, live))
		if err != nil {
			t.Fatal(err)
		}
		if ops, noise := scratch.Compare(d, got, live); len(ops) > 0 || len(noise) > 0 {
			t.Errorf("compared: %v %v", ops, noise)
		}
		var not []string
		for _, u := range got.Unsupported {
			not = append(not, u.Kind+" "+u.Name)
		}
		if want := []string{"table part", "view v", "trigger tr"}; !slices.Equal(not, want) {
			t.Errorf("not compared: %v, want %v", not, want)
		}
		exec(t, owner, "ALTER TABLE t MODIFY s varchar(10)")
		ops, _ := scratch.Compare(d, got, inspect(t, d, db))
		if len(ops) != 1 {
			t.Errorf("one column differs, and there are %v", ops)
		}
	})
}

// eachURL is each with the address of the database.
func eachURL(t *testing.T, f func(t *testing.T, s *dbtest.Server, address string)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect == schema.MySQL || s.Dialect == schema.MariaDB {
			f(t, s, s.URL(t))
		}
	})
}

// What a process that was killed left behind goes the next time, and what a
// living one has stays.
func TestScratchSweeps(t *testing.T) {
	eachURL(t, func(t *testing.T, s *dbtest.Server, address string) {
		db := s.Open(t, address)
		d := open(t, db)
		left, held := scratchPrefix+"left_"+string(s.Dialect), scratchPrefix+"held_"+string(s.Dialect)
		exec(t, db, "CREATE DATABASE "+left, "CREATE DATABASE "+held)
		defer exec(t, db, "DROP DATABASE IF EXISTS "+held)
		other, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		exec(t, other, "DO GET_LOCK('"+held+"', 0)")
		var name string
		err = d.Scratch(t.Context(), db, func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
			exec(t, conn, "CREATE TABLE t (id int)")
			return conn.QueryRowContext(ctx, "SELECT DATABASE()").Scan(&name)
		})
		if err != nil || !strings.HasPrefix(name, scratchPrefix) {
			t.Fatal(name, err)
		}
		databases := oneText(t, db, "SELECT coalesce(group_concat(SCHEMA_NAME), '') FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ('"+left+"', '"+held+"', '"+name+"')")
		if databases != held {
			t.Errorf("there are %s, want %s", databases, held)
		}
		if now := oneText(t, db, "SELECT DATABASE()"); !strings.HasSuffix(address, "/"+now) {
			t.Errorf("the session is in %s", now)
		}
	})
}

// What is told of tables without making them is what Inspect says of them.
func TestTables(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		makeKinds(t, s, db)
		live := supported(inspect(t, d, db))
		want := schema.Schema{}
		for _, table := range live.Tables {
			if len(table.Needs) == 0 { // sequences are not there
				want.Tables = append(want.Tables, table)
			}
		}
		got, left, err := d.Tables(t.Context(), db, want.Tables, schema.Schema{})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Tables) < 15 {
			t.Errorf("only %d tables were told", len(got.Tables))
		}
		want.Tables = slices.DeleteFunc(want.Tables, func(table schema.Table) bool {
			_, ok := got.Table(table.Name)
			return !ok && slices.ContainsFunc(left, func(l schema.Table) bool { return l.Name == table.Name })
		})
		if d := cmp.Diff(sorted(want), sorted(got)); d != "" {
			t.Errorf("told (-live +told)\n%s", d)
		}
	})
}

// A context that ends in the middle leaves nothing behind either.
func TestScratchCancelled(t *testing.T) {
	eachURL(t, func(t *testing.T, s *dbtest.Server, address string) {
		db := s.Open(t, address)
		d := open(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		var name string
		err := d.Scratch(ctx, db, func(ctx context.Context, conn *sql.Conn, _ dialect.Dialect) error {
			exec(t, conn, "CREATE TABLE t (id int)")
			if err := conn.QueryRowContext(ctx, "SELECT DATABASE()").Scan(&name); err != nil {
				return err
			}
			time.AfterFunc(50*time.Millisecond, cancel)
			_, err := conn.ExecContext(ctx, "DO sleep(20)")
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error: %v", err)
		}
		if n := oneText(t, db, "SELECT count(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '"+name+"'"); n != "0" {
			t.Errorf("%s is still there", name)
		}
	})
}

package compat

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/app"
	drivermysql "github.com/whimbreldb/whimbrel/driver/mysql"
	driverpostgres "github.com/whimbreldb/whimbrel/driver/postgres"
	driversqlite "github.com/whimbreldb/whimbrel/driver/sqlite"
	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/compat/internal/migrations"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// The program examples/shop, with the drivers of all databases, upgrades whatever
// DATABASE_URL names, and the schema is the same everywhere.
func TestShop(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	shop, main, overlay := filepath.Join(dir, "shop"), filepath.Join(root, "examples", "shop", "main.go"), filepath.Join(dir, "overlay.json")
	source, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	const sqlite = "\t\"github.com/whimbreldb/whimbrel/driver/sqlite\"\n"
	all := strings.NewReplacer("sqlite.Driver{}", "mysql.Driver{}, postgres.Driver{}, sqlite.Driver{}",
		sqlite, strings.Replace(sqlite, "sqlite", "mysql", 1)+strings.Replace(sqlite, "sqlite", "postgres", 1)+sqlite).Replace(string(source))
	files, err := json.Marshal(map[string]any{"Replace": map[string]string{main: filepath.Join(dir, "main.go")}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"overlay.json": string(files), "main.go": all} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", shop, ".")
	build.Dir = filepath.Join(root, "examples", "shop")
	build.Env = append(os.Environ(), "GOWORK="+filepath.Join(root, "go.work")) // the sums of the drivers' modules are there
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := []string{
		"table products: key id",
		"table products: column id integer, not null, counts up",
		"table products: column name text",
	}
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		address := s.URL(t)
		run := func(args ...string) string {
			cmd := exec.CommandContext(t.Context(), shop, args...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), "DATABASE_URL="+address, "WHIM_INSTANCE="+cmd.Dir)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %v\n%s", args, err, out)
			}
			return string(out)
		}
		read := func() []string { return neutrally(t, s, s.Open(t, address)) }
		run("db", "upgrade")
		if diff := cmp.Diff(want, read()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if out := run("db", "current"); !strings.Contains(out, "b9198aca3963 (head)") {
			t.Errorf("current: %s", out)
		}
		if out := run("db", "drift"); !strings.Contains(out, "No drift") {
			t.Errorf("drift: %s", out)
		}
		run("db", "downgrade", "base")
		if got := read(); len(got) > 0 {
			t.Errorf("after the downgrade: %v", got)
		}
	})
}

// A history of 36 tables leads to one schema on every server.
func TestOneSchema(t *testing.T) {
	first, firstName := []string(nil), ""
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		pool := s.Database(t)
		p, err := whimbrel.Open(whimbrel.Config{History: &migrations.History, DB: pool, Dialect: comparetest.Dialect(t, s.Dialect, pool)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Upgrade(t.Context(), "head"); err != nil {
			t.Fatal(err)
		}
		got := neutrally(t, s, pool)
		if first == nil {
			first, firstName = got, s.Name
			return
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("(-%s +%s):\n%s", firstName, s.Name, diff)
		}
		t.Logf("%d lines", len(got))
	})
}

// neutrally says what a database is in words that mean the same on each server.
func neutrally(t *testing.T, s *dbtest.Server, pool *sql.DB) (lines []string) {
	t.Helper()
	d := comparetest.Dialect(t, s.Dialect, pool)
	for _, table := range withoutJournal(comparetest.Inspect(t, d, pool)).Tables {
		table = d.Neutral(table)
		say := func(format string, args ...any) {
			lines = append(lines, "table "+table.Name+": "+strings.TrimRight(fmt.Sprintf(format, args...), " "))
		}
		var key []string
		for _, p := range table.PrimaryKey.Parts {
			key = append(key, p.Column)
		}
		if key != nil {
			say("key %s", strings.Join(key, ", "))
		}
		for _, c := range table.Columns {
			text := "column " + c.Name + " " + family(c.Type)
			if c.NotNull || slices.Contains(key, c.Name) {
				text += ", not null"
			}
			if c.AutoIncrement {
				text += ", counts up"
			}
			if !c.Default.IsZero() && !strings.HasPrefix(strings.ToLower(c.Default.Text), "null") {
				text += ", default"
			}
			if !c.Generated.Expr.IsZero() {
				text += ", generated"
			}
			say("%s", text)
		}
		var parts []string
		unique := func(name string, members []schema.Part) {
			parts = append(parts, fmt.Sprintf("unique %s %s", name, columns(members)))
		}
		for _, u := range table.Uniques {
			unique(u.Name, u.Parts)
		}
		for _, ix := range table.Indexes {
			_, ofKey := find(table.ForeignKeys, ix.Name) // which MySQL makes
			switch {
			case ix.Unique:
				unique(ix.Name, ix.Parts)
			case !ofKey:
				parts = append(parts, fmt.Sprintf("index %s %s", ix.Name, columns(ix.Parts)))
			}
		}
		for _, f := range table.ForeignKeys {
			parts = append(parts, fmt.Sprintf("foreign key %s %v %s %v %s %s", f.Name, f.Columns, f.RefTable, f.RefColumns, f.OnDelete, f.OnUpdate))
		}
		for _, c := range table.Checks {
			if !strings.Contains(strings.ToLower(c.Expr.For(s.Dialect)), "json_valid") { // how MariaDB has JSON
				parts = append(parts, "check "+c.Name)
			}
		}
		slices.Sort(parts)
		for _, p := range parts {
			say("%s", p)
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		before, _, _ := strings.Cut(a, ":")
		after, _, _ := strings.Cut(b, ":")
		return strings.Compare(before, after)
	})
	return lines
}

func find(keys []schema.ForeignKey, name string) (schema.ForeignKey, bool) {
	i := slices.IndexFunc(keys, func(f schema.ForeignKey) bool { return f.Name == name })
	if i < 0 {
		return schema.ForeignKey{}, false
	}
	return keys[i], true
}

func columns(parts []schema.Part) string {
	var out []string
	for _, p := range parts {
		text := p.Column
		if p.Desc {
			text += " descending"
		}
		out = append(out, text)
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// family is the kind of a type, as far as every server has one: SQLite has one
// kind of integer and one of text, PostgreSQL has no signs, and GORM writes
// floats as decimals there.
func family(t schema.Type) string {
	switch t.Kind {
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt:
		return "integer"
	case schema.KindFloat, schema.KindDouble, schema.KindDecimal:
		return "number"
	case schema.KindString, schema.KindChar, schema.KindText, schema.KindJSON, schema.KindUUID:
		return "text"
	case schema.KindDateTime, schema.KindLocalDateTime:
		return "time"
	}
	word, _, _ := strings.Cut(strings.ToLower(t.Text), "(")
	switch strings.TrimSpace(word) {
	case "json", "text", "mediumtext", "varchar", "point": // a custom type, which is a point on PostgreSQL
		return "text"
	case "mediumint":
		return "integer"
	case "mediumblob":
		return "bytes"
	}
	return string(t.Kind) + t.Text
}

type article struct {
	ID    uint
	Title string `gorm:"size:80;uniqueIndex"`
	Price float64
	At    gorm.DeletedAt
}

// An application on any of the databases, as the documentation has it: GORM's
// own driver on the application's connection, and every dialect named.
func TestApp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		t.Setenv("DATABASE_URL", s.URL(t))
		t.Setenv("WHIM_INSTANCE", t.TempDir())
		a := app.New("shop", app.Config{Database: "sqlite:///shop.db"}, drivermysql.Driver{}, driverpostgres.Driver{}, driversqlite.Driver{})
		defer a.Close()
		db := gormmodel.Open(a, &gorm.Config{Dialector: dialector(a)})
		if db.Error != nil {
			t.Fatal(db.Error)
		}
		models := gormmodel.Models(db, &article{}).For(schema.SQLite, schema.Postgres, schema.MySQL)
		var history op.History
		history.Add(op.Revision{
			ID: "aaaaaaaaaaaa", Message: "start", Created: "2026-11-22T16:40:12Z",
			Upgrade: func(m *op.Script) {
				time := schema.DateTime("at").On(schema.MySQL, "datetime(3)")
				m.CreateTable("articles",
					schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
					schema.String("title", 80),
					schema.Double("price").On(schema.Postgres, "decimal"),
					time,
					schema.Index{Name: "idx_articles_title", Unique: true, Parts: schema.Columns("title")},
				)
			},
			Downgrade: func(m *op.Script) { m.DropTable("articles") },
		})
		a.Models(model.Source(models))
		a.History(&history)
		var out strings.Builder
		for _, args := range [][]string{{"db", "upgrade"}, {"db", "check"}, {"db", "drift"}} {
			if code := a.Run(t.Context(), args, strings.NewReader(""), &out, &out); code != 0 {
				t.Fatalf("%v: exit code %d\n%s", args, code, out.String())
			}
		}
		if err := db.Create(&[]article{{Title: "it's", Price: 1.5}, {Title: "b"}}).Error; err != nil {
			t.Fatal(err)
		}
		var found []article
		if err := db.Order("id").Find(&found).Error; err != nil || len(found) != 2 || found[0].ID != 1 || found[0].Price != 1.5 {
			t.Errorf("got %+v, %v", found, err)
		}
		if err := db.Create(&article{Title: "b"}).Error; err == nil || !strings.Contains(err.Error(), gorm.ErrDuplicatedKey.Error()) {
			t.Errorf("a second b: %v", err)
		}
	})
}

// dialector returns GORM's driver for the database that DATABASE_URL names. Nil
// is SQLite's.
func dialector(a *app.App) gorm.Dialector {
	switch a.Dialect() {
	case schema.Postgres:
		return postgres.New(postgres.Config{Conn: a.DB()})
	case schema.MySQL, schema.MariaDB:
		return mysql.New(mysql.Config{Conn: a.DB(), SkipInitializeWithVersion: true})
	case schema.SQLite:
	}
	return nil
}

package conformance

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A sample is a case of the table: a pair of schemas, or a schema and
// operations on it.
type sample struct {
	name string
	trial
}

// samples returns every case that a server can have.
func samples(r rules) []sample {
	out := slices.Concat(tableSamples(r), columnSamples(r), typeSamples(r), constraintSamples(r), indexSamples(r), objectSamples(r), nameSamples(r), mixedSamples(r))
	switch r.name {
	case schema.SQLite:
		out = append(out, sqliteSamples(r)...)
	case schema.Postgres:
		out = append(out, postgresSamples(r)...)
	case schema.MySQL, schema.MariaDB:
		out = append(out, mysqlSamples(r)...)
	}
	return out
}

// TestCases holds every server to the laws with every case of the table. Every
// second one starts from what the inspector reads, as the drift of a database is
// mended; with -all each does both.
func TestCases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		all := samples(rulesOf(newWorld(t, s).d))
		inParts(t, s, func(t *testing.T, l *lab, part int) {
			for i := part; i < len(all); i += parts {
				c := all[i]
				t.Run(c.name, func(t *testing.T) {
					turn := (i/parts)%2 == 1
					if *twice || c.ops != nil || !turn {
						l.must(t, c)
					}
					if c.inspected = true; c.ops == nil && (*twice || turn) {
						l.must(t, c)
					}
				})
			}
		})
	})
}

// TestSampleNames: each case has a name of its own.
func TestSampleNames(t *testing.T) {
	for _, d := range everyDialect() {
		seen := map[string]bool{}
		for _, c := range samples(rulesOf(d)) {
			if seen[c.name] {
				t.Errorf("%s: two cases are called %q", d.Flavor().Dialect, c.name)
			}
			seen[c.name] = true
		}
	}
}

// everyDialect returns each dialect in a version that can do everything, and
// PostgreSQL and MySQL in one that cannot.
func everyDialect() []dialect.Dialect {
	return []dialect.Dialect{
		offline(schema.SQLite, "3.53.4"), offline(schema.Postgres, "18.4"), offline(schema.Postgres, "15.20"),
		offline(schema.MySQL, "9.7.0"), offline(schema.MariaDB, "10.11.19"),
	}
}

func tables(ts ...schema.Table) schema.Schema { return schema.Schema{Tables: ts} }

func with(s schema.Schema, objects ...schema.Object) schema.Schema {
	s.Objects = append(slices.Clone(s.Objects), objects...)
	return s
}

func pair(name string, from, to schema.Schema) sample {
	return sample{name: name, trial: trial{from: from, to: to}}
}

// done is a case of operations on a schema.
func done(name string, from schema.Schema, ops ...op.Op) sample {
	return sample{name: name, trial: trial{from: from, ops: ops}}
}

// birds is the table that most cases are about.
func birds(items ...schema.Item) schema.Table {
	return schema.NewTable("birds", append([]schema.Item{schema.BigInt("id").NotNull().PrimaryKey()}, items...)...)
}

// rings refers to birds.
func rings(items ...schema.Item) schema.Table {
	return schema.NewTable("rings", append([]schema.Item{
		schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("bird_id"),
		schema.ForeignKey{Name: "fk_bird", Columns: []string{"bird_id"}, RefTable: "birds", RefColumns: []string{"id"}},
	}, items...)...)
}

var (
	title  = schema.String("title", 50)
	weight = schema.Int("weight")
)

func index(name string, columns ...string) schema.Index {
	return schema.Index{Name: name, Parts: schema.Columns(columns...)}
}

func tableSamples(r rules) []sample {
	nothing := schema.Schema{}
	out := []sample{
		pair("table/create", nothing, tables(birds(title))),
		pair("table/drop", tables(birds(title), rings()), tables(birds(title))),
		pair("table/without key", nothing, tables(schema.NewTable("birds", title))),
		pair("table/circle", nothing, circle()),
		pair("table/circle dropped", circle(), nothing),
		done("table/rename", tables(birds(title), rings()), op.RenameTable{From: "birds", To: "fowl"}),
		done("table/rename and change", tables(birds(title), rings()),
			op.RenameTable{From: "birds", To: "fowl"}, op.AddColumn{Table: "fowl", Column: weight.Column()}),
	}
	if !r.sqlite() {
		out = append(out,
			pair("table/comment", tables(birds()), tables(birds(schema.TableOptions{Comment: `it's a "comment" \ with` + "\nlines"}))),
			pair("table/comment dropped", tables(birds(schema.TableOptions{Comment: "old"})), tables(birds())),
		)
	}
	return out
}

// circle is two tables that refer to each other.
func circle() schema.Schema {
	return tables(
		birds(schema.BigInt("last_ring"), schema.ForeignKey{Name: "fk_last", Columns: []string{"last_ring"}, RefTable: "rings", RefColumns: []string{"id"}}),
		rings(),
	)
}

func columnSamples(r rules) []sample {
	alter := func(name string, from, to schema.Item) sample {
		return pair("column/"+name, tables(birds(from, title)), tables(birds(to, title)))
	}
	nick := schema.String("nick", 30)
	out := []sample{
		pair("column/add", tables(birds()), tables(birds(weight))),
		pair("column/add not null", tables(birds()), tables(birds(weight.NotNull()))),
		pair("column/add not null default", tables(birds()), tables(birds(weight.NotNull().Default(7)))),
		pair("column/add default string", tables(birds()), tables(birds(nick.Default(`it's \ "x" %`)))),
		pair("column/add default expression", tables(birds()), tables(birds(schema.LocalDateTime("seen").DefaultExpr("CURRENT_TIMESTAMP")))),
		pair("column/add generated", tables(birds(weight)), tables(birds(weight, schema.BigInt("twice").GeneratedStored(schema.Expr("weight / 2"))))),
		pair("column/drop", tables(birds(weight, title)), tables(birds(title))),
		pair("column/drop one that is not null", tables(birds(weight.NotNull(), title)), tables(birds(title))),
		pair("column/drop generated and its source", tables(birds(title, weight, schema.BigInt("twice").GeneratedStored(schema.Expr("weight / 2")))), tables(birds(title))),
		pair("column/drop with all on it", tables(birds(title, weight, index("i_weight", "weight"), schema.Unique{Name: "u_weight", Parts: schema.Columns("weight")}, schema.Check{Name: "k_weight", Expr: schema.Expr("weight <> 4242")})), tables(birds(title))),
		pair("column/another of the same name", tables(birds(title, schema.Check{Name: "k", Expr: schema.Expr("title <> 'x'")})), tables(birds(schema.String("title", 60), schema.Check{Name: "k", Expr: schema.Expr("title <> 'x'")}))),
		done("column/rename", tables(birds(title, weight, index("i_weight", "weight"), schema.Check{Name: "k_weight", Expr: schema.Expr("weight <> 4242")})),
			op.RenameColumn{Table: "birds", From: "weight", To: "mass"}),
		done("column/rename key", tables(birds(title), rings()), op.RenameColumn{Table: "birds", From: "id", To: "number"}),
		alter("set not null", weight, weight.NotNull()),
		alter("drop not null", weight.NotNull(), weight),
		alter("set default", weight, weight.Default(-1)),
		alter("change default", nick.Default("a"), nick.Default("it's")),
		alter("drop default", nick.Default(`back\slash`), nick),
		alter("default expression", schema.LocalDateTime("seen"), schema.LocalDateTime("seen").DefaultExpr("CURRENT_TIMESTAMP")),
		alter("default by dialect", weight, weight.DefaultOn(schema.SQLite, "1").DefaultOn(schema.Postgres, "2").DefaultOn(schema.MySQL, "3")),
		alter("many things", weight, schema.BigInt("weight").NotNull().Default(3)),
		alter("generated expression", schema.BigInt("g").GeneratedStored(schema.Expr("id / 2")), schema.BigInt("g").GeneratedStored(schema.Expr("id / 3"))),
		alter("becomes plain", schema.BigInt("g").GeneratedStored(schema.Expr("id / 2")), schema.BigInt("g")),
		pair("column/auto-increment", tables(birds(title)), tables(schema.NewTable("birds", schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(), title))),
		pair("column/auto-increment dropped", tables(schema.NewTable("birds", schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(), title)), tables(birds(title))),
		pair("column/auto-increment from nothing", schema.Schema{}, tables(schema.NewTable("birds", schema.Int("id").PrimaryKey().AutoIncrement(), title))),
		pair("column/many", tables(birds(schema.Int("a"), schema.Int("b"), schema.Int("c"))), tables(birds(schema.BigInt("a"), schema.Int("b").NotNull(), schema.Int("d"), schema.Int("e").Default(1)))),
		pair("column/collation", tables(birds(nick)), tables(birds(collated(r, nick)))),
		pair("column/collation dropped", tables(birds(collated(r, nick))), tables(birds(nick))),
	}
	if r.virtual() {
		out = append(out,
			pair("column/add virtual", tables(birds(weight)), tables(birds(weight, schema.BigInt("twice").Generated(schema.Expr("weight / 2"))))),
			alter("virtual becomes stored", schema.BigInt("g").Generated(schema.Expr("id / 2")), schema.BigInt("g").GeneratedStored(schema.Expr("id / 2"))),
		)
	}
	if !r.sqlite() {
		out = append(out,
			alter("comment", nick, nick.Comment("it's\nnew")),
			alter("comment dropped", nick.Comment("old"), nick),
			alter("comment and type", nick.Comment("old"), schema.Text("nick").Comment("new")),
		)
	}
	return out
}

func collated(r rules, c schema.ColumnDef) schema.ColumnDef {
	switch r.name {
	case schema.SQLite:
		return c.Collate(schema.SQLite, "NOCASE")
	case schema.Postgres:
		return c.Collate(schema.Postgres, "C")
	case schema.MySQL, schema.MariaDB:
	}
	return c.Collate(r.name, "utf8mb4_bin")
}

// typeSamples are every kind of type: in a new table, as a new column, and
// changed to what it can become; each with each of its defaults.
func typeSamples(r rules) []sample {
	var out []sample
	var all []schema.Item
	seen := map[string]int{}
	for i, k := range kinds(r, nil) {
		name := fmt.Sprintf("type/%s", cut(k.typ.String()+" ", 99))
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s %d", name, seen[name])
		}
		name = strings.TrimSpace(name)
		items := []schema.Item{schema.Typed("plain", k.typ)}
		for j, d := range k.defaults {
			c := schema.Typed(fmt.Sprintf("d%d", j), k.typ).Column()
			c.Default = d
			items = append(items, schema.FromColumn(c))
		}
		if k.key {
			items = append(items, index("i_plain", "plain"))
		}
		out = append(out, pair(name, tables(birds(title)), tables(birds(append([]schema.Item{title}, items...)...))))
		for j, b := range k.become {
			out = append(out, pair(fmt.Sprintf("%s to %s", name, b), tables(birds(title, schema.Typed("c", k.typ))), tables(birds(title, schema.Typed("c", b)))))
			if j == 0 && len(k.defaults) > 0 {
				c := schema.Typed("c", k.typ).Column()
				c.Default = k.defaults[0]
				out = append(out, pair(name+" with default", tables(birds(title, schema.FromColumn(c))), tables(birds(title, schema.Typed("c", b)))))
			}
		}
		all = append(all, schema.Typed(fmt.Sprintf("c%d", i), k.typ))
	}
	return append(out, pair("type/all together", schema.Schema{}, tables(birds(all...))))
}

func constraintSamples(r rules) []sample {
	pk := func(name string, columns ...string) schema.PrimaryKey {
		if r.mysql() {
			name = ""
		}
		return schema.PrimaryKey{Name: name, Parts: schema.Columns(columns...)}
	}
	plain := func(items ...schema.Item) schema.Table {
		return schema.NewTable("birds", append([]schema.Item{schema.BigInt("a").NotNull(), schema.Int("b").NotNull(), title}, items...)...)
	}
	fk := func(f schema.ForeignKey) schema.Schema {
		f.Name, f.Columns, f.RefTable = "fk", []string{"bird_id"}, "birds"
		if f.RefColumns == nil {
			f.RefColumns = []string{"id"}
		}
		return tables(birds(), schema.NewTable("rings", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("bird_id"), f))
	}
	none := tables(birds(), schema.NewTable("rings", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("bird_id")))
	check := func(e string) schema.Check { return schema.Check{Name: "k", Expr: schema.Expr(e)} }
	out := []sample{
		pair("key/add", tables(plain()), tables(plain(pk("", "a")))),
		pair("key/drop", tables(plain(pk("", "a"))), tables(plain())),
		pair("key/named", tables(plain()), tables(plain(pk("pk_birds", "a", "b")))),
		pair("key/change", tables(plain(pk("", "a"))), tables(plain(pk("", "b", "a")))),
		pair("key/referred to changes", tables(birds(weight.NotNull()), rings()), tables(birds(weight.NotNull(), pk("", "id", "weight"), schema.Unique{Name: "u", Parts: schema.Columns("id")}), rings())),
		pair("key/nullable column", schema.Schema{}, tables(schema.NewTable("birds", schema.Int("a").PrimaryKey(), title))),
		pair("unique/add", tables(birds(title)), tables(birds(title, schema.Unique{Name: "u", Parts: schema.Columns("title")}))),
		pair("unique/drop", tables(birds(title, schema.Unique{Name: "u", Parts: schema.Columns("title")})), tables(birds(title))),
		pair("unique/change", tables(birds(title, weight, schema.Unique{Name: "u", Parts: schema.Columns("title")})), tables(birds(title, weight, schema.Unique{Name: "u", Parts: schema.Columns("weight", "title")}))),
		pair("unique/other name", tables(birds(title, schema.Unique{Name: "u", Parts: schema.Columns("title")})), tables(birds(title, schema.Unique{Name: "v", Parts: schema.Columns("title")}))),
		pair("unique/without a name", tables(birds(title)), tables(birds(title, schema.Unique{Parts: schema.Columns("title")}))),
		pair("foreign key/add", none, fk(schema.ForeignKey{})),
		pair("foreign key/drop", fk(schema.ForeignKey{OnDelete: schema.Cascade}), none),
		pair("foreign key/cascade", none, fk(schema.ForeignKey{OnDelete: schema.Cascade, OnUpdate: schema.Cascade})),
		pair("foreign key/set null", none, fk(schema.ForeignKey{OnDelete: schema.SetNull, OnUpdate: schema.SetNull})),
		pair("foreign key/restrict", none, fk(schema.ForeignKey{OnDelete: schema.Restrict, OnUpdate: schema.Restrict})),
		pair("foreign key/change", fk(schema.ForeignKey{OnDelete: schema.Cascade}), fk(schema.ForeignKey{OnDelete: schema.SetNull})),
		pair("foreign key/without a name", none, tables(birds(), schema.NewTable("rings", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("bird_id"), schema.ForeignKey{Columns: []string{"bird_id"}, RefTable: "birds", RefColumns: []string{"id"}}))),
		pair("foreign key/to the key without saying so", none, tables(birds(), schema.NewTable("rings", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("bird_id"), schema.ForeignKey{Name: "fk", Columns: []string{"bird_id"}, RefTable: "birds"}))),
		pair("foreign key/to itself", tables(birds(schema.BigInt("parent"))), tables(birds(schema.BigInt("parent"), schema.ForeignKey{Name: "fk", Columns: []string{"parent"}, RefTable: "birds", RefColumns: []string{"id"}}))),
		pair("foreign key/two columns", tables(plain(pk("", "a", "b"))), tables(plain(pk("", "a", "b")), schema.NewTable("rings", schema.Int("y"), schema.BigInt("x"), schema.ForeignKey{Name: "fk", Columns: []string{"x", "y"}, RefTable: "birds", RefColumns: []string{"a", "b"}}))),
		pair("foreign key/column and reference", tables(birds(), schema.NewTable("rings", schema.BigInt("id").NotNull().PrimaryKey())), fk(schema.ForeignKey{})),
		pair("foreign key/type of both changes", tables(schema.NewTable("birds", schema.Int("id").NotNull().PrimaryKey()), schema.NewTable("rings", schema.Int("id").NotNull().PrimaryKey(), schema.Int("bird_id"), schema.ForeignKey{Name: "fk", Columns: []string{"bird_id"}, RefTable: "birds", RefColumns: []string{"id"}})), fk(schema.ForeignKey{})),
		pair("check/add", tables(birds(weight)), tables(birds(weight, check("weight <> 4242")))),
		pair("check/drop", tables(birds(weight, check("weight <> 4242"))), tables(birds(weight))),
		pair("check/change", tables(birds(weight, check("weight <> 4242"))), tables(birds(weight, check("weight IN (1, 2) OR weight NOT IN (3)")))),
		pair("check/quotes", tables(birds(title)), tables(birds(title, check(`title <> 'it''s \\ "x"' AND title NOT LIKE '%;--%x'`)))),
		pair("check/without a name", tables(birds(weight)), tables(birds(weight, schema.Check{Expr: schema.Expr("weight <> 4242")}))),
	}
	if !r.mysql() {
		out = append(out,
			pair("foreign key/deferrable", fk(schema.ForeignKey{}), fk(schema.ForeignKey{Deferrable: true, InitiallyDeferred: true})),
			pair("foreign key/set default", none, fk(schema.ForeignKey{OnDelete: schema.SetDefault})),
		)
	}
	return out
}

func indexSamples(r rules) []sample {
	make := func(name string, i schema.Index) sample {
		i.Name = "i"
		return pair("index/"+name, tables(birds(title, weight)), tables(birds(title, weight, i)))
	}
	out := []sample{
		make("add", index("", "title")),
		pair("index/drop", tables(birds(title, index("i", "title"))), tables(birds(title))),
		make("unique", schema.Index{Unique: true, Parts: schema.Columns("title", "weight")}),
		make("two columns", index("", "weight", "title")),
		make("descending", schema.Index{Parts: []schema.Part{{Column: "title", Desc: true}, {Column: "weight"}}}),
		pair("index/change", tables(birds(title, weight, index("i", "title"))), tables(birds(title, weight, index("i", "title", "weight")))),
		pair("index/other name", tables(birds(title, index("i", "title"))), tables(birds(title, index("j", "title")))),
		done("index/concurrently", tables(birds(title, weight)), op.CreateIndex{Table: "birds", Index: index("i", "title"), Concurrently: true}),
		done("index/drop concurrently", tables(birds(title, weight, index("i", "title"))), op.DropIndex{Table: "birds", Index: index("i", "title"), Concurrently: true}),
	}
	if r.name != schema.MariaDB {
		out = append(out, make("expression", schema.Index{Parts: []schema.Part{{Column: "weight"}, {Expr: schema.Expr("lower(title)")}}}))
	}
	if !r.mysql() {
		out = append(out,
			make("partial", schema.Index{Parts: schema.Columns("title"), Where: schema.Expr("weight > 5 AND title <> 'x'")}),
			make("partial unique", schema.Index{Unique: true, Parts: schema.Columns("title"), Where: schema.Expr("weight IS NOT NULL")}),
		)
	}
	return out
}

// object is what r's dialect alone has.
func (r rules) object(kind schema.ObjectKind, name, table, definition string) schema.Object {
	return schema.Object{Kind: kind, Name: name, Table: table, Definition: schema.SQL{}.On(r.name, definition)}
}

// objectSamples are what every dialect has: views and triggers; and data.
func objectSamples(r rules) []sample {
	v1 := r.object(schema.View, "heavy", "", "CREATE VIEW heavy AS SELECT id, title FROM birds WHERE weight > 5")
	v2 := r.object(schema.View, "heavy", "", "CREATE VIEW heavy AS SELECT id, weight FROM birds WHERE weight > 6")
	on := r.object(schema.View, "on_heavy", "", "CREATE VIEW on_heavy AS SELECT id FROM heavy")
	base := tables(birds(title, weight))
	out := []sample{
		pair("view/create", base, with(base, v1)),
		pair("view/drop", with(base, v1), base),
		pair("view/change", with(base, v1), with(base, v2)),
		done("view/alter", with(base, v1), op.AlterObject{From: v1, To: v2}),
		pair("view/change under another", with(base, v1, on), with(base, v2, on)),
		pair("view/with its table", schema.Schema{}, with(base, on, v1)),
		pair("view/type of a column in it", with(base, v1), with(tables(birds(schema.String("title", 80), schema.BigInt("weight"))), v1)),
		pair("view/column of its table", with(base, v1), with(tables(birds(title, weight, schema.Int("age"))), v1)),
		pair("view/column in it goes", with(base, v1), with(tables(birds(weight)), v2)),
		done("view/rename of its table", with(base, v1), op.RenameTable{From: "birds", To: "fowl"}),
		{name: "data/exec", trial: trial{
			from: base, ops: []op.Op{op.Exec{SQL: schema.Expr("UPDATE birds SET weight = 5 WHERE weight = 5")}, op.AddColumn{Table: "birds", Column: schema.Int("age").Column()}},
			down: []op.Op{op.DropColumn{Table: "birds", Column: schema.Int("age").Column()}},
		}},
		{name: "data/run", trial: trial{
			from: base, ops: []op.Op{op.AddColumn{Table: "birds", Column: schema.Int("age").Column()}, op.Run{Name: "age", Func: func(ctx context.Context, db op.DB) error {
				_, err := db.ExecContext(ctx, "UPDATE birds SET age = 5")
				return err
			}}},
			down: []op.Op{op.DropColumn{Table: "birds", Column: schema.Int("age").Column()}},
		}},
	}
	if t1, t2, f := r.triggers(); t1.Name != "" {
		out = append(out,
			pair("trigger/create", with(base, f...), with(base, append(f, t1)...)),
			pair("trigger/drop", with(base, append(f, t1)...), with(base, f...)),
			pair("trigger/change", with(base, append(f, t1)...), with(base, append(f, t2)...)),
			done("trigger/alter", with(base, append(f, t1)...), op.AlterObject{From: t1, To: t2}),
			pair("trigger/on a table that changes", with(base, append(f, t1)...), with(tables(birds(title, schema.BigInt("weight").NotNull(), schema.Int("age"))), append(f, t1)...)),
			pair("trigger/with its table", schema.Schema{}, with(base, append(f, t1)...)),
		)
	}
	return out
}

// triggers are two of one name, and what they need.
func (r rules) triggers() (one, two schema.Object, needs []schema.Object) {
	make := func(text string) schema.Object { return r.object(schema.Trigger, "tr", "birds", text) }
	switch r.name {
	case schema.SQLite:
		one = make("CREATE TRIGGER tr AFTER INSERT ON birds BEGIN UPDATE birds SET weight = 1 WHERE id = NEW.id AND title = 'it''s; END'; END")
		two = make("CREATE TRIGGER tr AFTER UPDATE OF title ON birds WHEN NEW.weight = 4242 BEGIN SELECT 1; END")
	case schema.Postgres:
		one = make("CREATE TRIGGER tr BEFORE INSERT ON birds FOR EACH ROW EXECUTE FUNCTION touch()")
		two = make("CREATE TRIGGER tr AFTER UPDATE OF title ON birds FOR EACH ROW WHEN (NEW.weight = 4242) EXECUTE FUNCTION touch()")
		needs = []schema.Object{r.object(schema.Function, "touch()", "", "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$")}
	case schema.MySQL, schema.MariaDB:
		one = make("CREATE TRIGGER tr BEFORE INSERT ON birds FOR EACH ROW SET @whim = 'it''s; END'")
		two = make("CREATE TRIGGER tr AFTER UPDATE ON birds FOR EACH ROW BEGIN SET @whim = 1; SET @whim = 2; END")
	}
	return one, two, needs
}

// nameSamples have everything under one awkward name.
func nameSamples(r rules) []sample {
	var out []sample
	for _, n := range []string{
		"order", "Mixed Case", `dou"ble`, "it's", "back`tick", `back\slash`, "a.b", "größe", "日本語", "1digit", "semi;colon", "per%cent", "dollar$1", "-- comment", "tab(x)", "UPPER", "select",
		strings.Repeat("ä", 30) + "xyz", strings.Repeat("z", 63), "{brace}", "@at", ":colon", "?", "#hash", "[bracket]", `""`, "id ", "null", "true",
	} {
		if r.mysql() && (strings.HasSuffix(n, " ") || strings.HasPrefix(n, " ")) {
			continue // a name cannot end with a space there
		}
		out = append(out, named(r, n))
	}
	if r.mysql() {
		out = append(out, named(r, strings.Repeat("ü", 64)))
	}
	return out
}

func named(r rules, n string) sample {
	q, table := r.d.Quote(n), r.qualify(n)
	short := func(prefix string) string { // within the limits, and apart from the others
		rs := []rune(n)
		for len(string(rs))+len(prefix) > 63 {
			rs = rs[:len(rs)-1]
		}
		return prefix + strings.TrimSpace(string(rs))
	}
	from := tables(schema.NewTable(table, schema.BigInt("id").NotNull().PrimaryKey(), schema.String(n, 50)))
	to := tables(
		schema.NewTable(table,
			schema.BigInt("id").NotNull().PrimaryKey(), schema.String(n, 64).NotNull().Default(n), schema.BigInt(short("p")),
			schema.Unique{Name: short("u"), Parts: schema.Columns(n)},
			schema.Check{Name: short("k"), Expr: schema.Expr(q + " <> 'never'")},
			schema.ForeignKey{Name: short("f"), Columns: []string{short("p")}, RefTable: table, RefColumns: []string{"id"}},
			schema.Index{Name: short("i"), Parts: schema.Columns(n, "id")},
		),
	)
	v := short("v")
	to = with(to, r.object(schema.View, r.qualify(v), "", "CREATE VIEW "+r.d.Quote(v)+" AS SELECT "+q+" FROM "+q))
	tr := short("t")
	switch r.name {
	case schema.SQLite:
		to = with(to, r.object(schema.Trigger, r.qualify(tr), table, "CREATE TRIGGER "+r.d.Quote(tr)+" AFTER INSERT ON "+q+" BEGIN SELECT 1; END"))
	case schema.MySQL, schema.MariaDB:
		to = with(to, r.object(schema.Trigger, r.qualify(tr), table, "CREATE TRIGGER "+r.d.Quote(tr)+" AFTER INSERT ON "+q+" FOR EACH ROW SET @whim = 1"))
	case schema.Postgres:
		// In the name of a function, a parenthesis begins the arguments.
		fn, e := strings.NewReplacer("(", "", ")", "").Replace(short("fn")), short("e")
		to = with(to,
			r.object(schema.Function, r.qualify(fn)+"()", "", "CREATE FUNCTION "+r.d.Quote(fn)+"() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"),
			r.object(schema.Trigger, r.qualify(tr), table, "CREATE TRIGGER "+r.d.Quote(tr)+" AFTER INSERT ON "+q+" FOR EACH ROW EXECUTE FUNCTION "+r.d.Quote(fn)+"()"),
			r.object(schema.Enum, r.qualify(e), "", "CREATE TYPE "+r.d.Quote(e)+" AS ENUM ("+r.d.Literal(cut(n, 60))+", 'x')"),
		)
		to.Tables[0].Columns = append(to.Tables[0].Columns, schema.Native(short("m"), r.d.Quote(e)).Column())
	}
	return pair("name/"+n, from, to)
}

// mixedSamples are several changes whose order matters.
func mixedSamples(r rules) []sample {
	before := tables(
		birds(title, weight, index("i_title", "title"), schema.Check{Name: "k", Expr: schema.Expr("weight <> 4242")}),
		rings(schema.Int("year"), schema.Unique{Name: "u", Parts: schema.Columns("bird_id", "year")}),
		schema.NewTable("old", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("ring"), schema.ForeignKey{Name: "fk_ring", Columns: []string{"ring"}, RefTable: "rings", RefColumns: []string{"id"}}),
	)
	after := tables(
		birds(schema.Text("title"), schema.BigInt("weight").NotNull(), schema.Int("age").Default(1), index("i_age", "age", "weight")),
		rings(schema.SmallInt("year"), schema.BigInt("other"), schema.ForeignKey{Name: "fk_other", Columns: []string{"other"}, RefTable: "others", RefColumns: []string{"id"}}),
		schema.NewTable("others", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("bird"), schema.ForeignKey{Name: "fk_b", Columns: []string{"bird"}, RefTable: "birds", RefColumns: []string{"id"}, OnDelete: schema.Cascade}),
	)
	return []sample{
		pair("mixed/everything at once", before, after),
		pair("mixed/no change", before, before),
		done("mixed/there and back in one revision", before,
			op.AddColumn{Table: "birds", Column: schema.Int("temp").Column()}, op.CreateIndex{Table: "birds", Index: index("i_temp", "temp")},
			op.DropIndex{Table: "birds", Index: index("i_temp", "temp")}, op.DropColumn{Table: "birds", Column: schema.Int("temp").Column()}),
		done("mixed/expand and contract", before,
			op.AddColumn{Table: "birds", Column: schema.Text("name").Column()},
			op.AddUnique{Table: "birds", Unique: schema.Unique{Name: "u_weight", Parts: schema.Columns("weight", "id")}},
			op.RenameColumn{Table: "birds", From: "weight", To: "mass"},
			op.AlterColumn{Table: "birds", From: schema.Int("mass").Column(), To: schema.BigInt("mass").NotNull().Column(), Fill: schema.Literal("3")},
			op.DropCheck{Table: "birds", Check: schema.Check{Name: "k", Expr: schema.Expr("\"mass\" <> 4242")}}),
	}
}

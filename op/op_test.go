package op

import (
	"cmp"
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/schema"
)

// shop is a schema with everything that an operation can touch.
func shop() schema.Schema {
	return schema.Schema{
		Tables: []schema.Table{
			schema.NewTable("teams", schema.Int("id").NotNull().PrimaryKey(), schema.String("name", 20)),
			schema.NewTable("users",
				schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(),
				schema.String("email", 100).NotNull().Collate(schema.SQLite, "NOCASE"),
				schema.Int("team_id"),
				schema.Int("age").Default(18),
				schema.Text("shout").GeneratedStored(schema.Expr("upper(email)")),
				schema.Unique{Name: "uni_email", Parts: schema.Columns("email")},
				schema.Unique{Parts: schema.Columns("team_id", "email")},
				schema.ForeignKey{Name: "fk_team", Columns: []string{"team_id"}, RefTable: "teams", RefColumns: []string{"id"}},
				schema.Check{Name: "chk_age", Expr: schema.Expr("age > 0")},
				schema.Index{Name: "idx_age", Parts: []schema.Part{{Column: "age", Desc: true}, {Expr: schema.Expr("lower(email)")}}, Where: schema.Expr("age IS NOT NULL")},
			),
		},
		Objects: []schema.Object{
			// Quoted, as a renaming leaves a table's name: there and back is then exact.
			{Kind: schema.View, Name: "grown_ups", Definition: schema.Expr("CREATE VIEW grown_ups AS SELECT * FROM \"users\" WHERE age > 17")},
			{Kind: schema.Trigger, Name: "teams_log", Table: "teams", Definition: schema.Expr("CREATE TRIGGER teams_log AFTER INSERT ON \"teams\" BEGIN SELECT 1; END")},
		},
	}
}

// examples is at least one operation of each kind that fits shop, as a script
// gives it: a drop has a name only.
func examples() []Op {
	return []Op{
		CreateTable{schema.NewTable("tags", schema.Int("id").PrimaryKey(), schema.Int("user_id"),
			schema.ForeignKey{Columns: []string{"user_id"}, RefTable: "users"})},
		DropTable{schema.Table{Name: "users"}},
		RenameTable{From: "users", To: "people"},
		RenameTable{From: "teams", To: "squads"},
		AlterTable{Table: "users", To: schema.TableOptions{Comment: "all", Strict: true}},
		AddColumn{Table: "users", Column: schema.Int("score").NotNull().Column(), Fill: schema.Literal("0")},
		DropColumn{Table: "users", Column: schema.Column{Name: "shout"}},
		RenameColumn{Table: "users", From: "email", To: "mail"},
		RenameColumn{Table: "teams", From: "id", To: `the "id"`},
		AlterColumn{Table: "users", From: schema.Int("age").Default(18).Column(), To: schema.BigInt("age").NotNull().Comment("years").Column(), Fill: schema.Expression("1")},
		AlterPrimaryKey{Table: "users", From: schema.PrimaryKey{Parts: schema.Columns("id")}, To: schema.PrimaryKey{Name: "pk", Parts: schema.Columns("email", "id")}},
		AlterPrimaryKey{Table: "users", From: schema.PrimaryKey{Parts: schema.Columns("id")}},
		AddUnique{Table: "users", Unique: schema.Unique{Name: "uni_age", Parts: schema.Columns("age")}},
		DropUnique{Table: "users", Unique: schema.Unique{Name: "uni_email"}},
		DropUnique{Table: "users", Unique: schema.Unique{Parts: schema.Columns("email", "team_id")}},
		AddForeignKey{Table: "teams", ForeignKey: schema.ForeignKey{Name: "fk_self", Columns: []string{"id"}, RefTable: "teams", OnDelete: schema.Cascade}},
		DropForeignKey{Table: "users", ForeignKey: schema.ForeignKey{Name: "fk_team"}},
		AddCheck{Table: "users", Check: schema.Check{Expr: schema.Expr("email <> ''")}},
		DropCheck{Table: "users", Check: schema.Check{Name: "chk_age"}},
		CreateIndex{Table: "users", Index: schema.Index{Name: "idx_team", Unique: true, Parts: schema.Columns("team_id")}},
		DropIndex{Table: "users", Index: schema.Index{Name: "idx_age"}},
		CreateObject{schema.Object{Kind: schema.Trigger, Name: "t", Table: "users", Definition: schema.Expr("CREATE TRIGGER t …")}},
		DropObject{schema.Object{Kind: schema.View, Name: "grown_ups"}},
		DropObject{schema.Object{Kind: schema.Trigger, Name: "teams_log"}},
		AlterObject{
			From: schema.Object{Kind: schema.Trigger, Name: "teams_log", Table: "teams", Definition: schema.Expr("CREATE TRIGGER teams_log AFTER INSERT ON \"teams\" BEGIN SELECT 1; END")},
			To:   schema.Object{Kind: schema.Trigger, Name: "teams_log", Table: "teams", Definition: schema.Expr("CREATE TRIGGER teams_log AFTER INSERT ON \"teams\" BEGIN SELECT 2; END")},
		},
		Exec{SQL: schema.Expr("UPDATE users SET age = 1").On(schema.MySQL, "DO 1")},
		Run{Name: "fill ages"},
	}
}

// closedSet returns the names of the operations, read from the source.
func closedSet(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "op.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "isOp" {
			names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
		}
	}
	if len(names) == 0 {
		t.Fatal("no operations found")
	}
	return names
}

func TestClosedSet(t *testing.T) {
	inKinds, inExamples := map[string]bool{}, map[string]bool{}
	for kind, o := range kinds {
		inKinds[reflect.TypeOf(o).Name()] = true
		if got := Kind(o); got != kind {
			t.Errorf("Kind(%T) is %q, want %q", o, got, kind)
		}
	}
	for _, o := range examples() {
		inExamples[reflect.TypeOf(o).Name()] = true
	}
	set := closedSet(t)
	for _, name := range set {
		if !inKinds[name] {
			t.Errorf("%s has no name in JSON", name)
		}
		if !inExamples[name] {
			t.Errorf("%s has no example here", name)
		}
	}
	if len(kinds) != len(set) {
		t.Errorf("%d names in JSON for %d operations", len(kinds), len(set))
	}
}

// TestInvertLaw holds that an operation and its inverse leave a schema as it
// was, up to the order of what has none, for operations and for their inverses.
func TestInvertLaw(t *testing.T) {
	for _, o := range examples() {
		t.Run(name(o), func(t *testing.T) {
			st := NewState(shop())
			if d, ok := o.(DropTable); ok { // a trigger is an operation of its own
				for _, ob := range shop().Objects {
					if ob.Table == d.Table.Name {
						apply(t, st, DropObject{ob})
					}
				}
			}
			before := sorted(st.Schema())
			full := apply(t, st, o)
			after := sorted(st.Schema())
			switch o.(type) {
			case Exec, Run:
				if _, ok := Invert(full); ok {
					t.Error("it has an inverse")
				}
				return
			}
			if gocmp.Equal(before, after) {
				t.Error("it changes nothing")
			}
			inverse, ok := Invert(full)
			if !ok {
				t.Fatal("no inverse")
			}
			back := apply(t, st, inverse)
			if diff := gocmp.Diff(before, sorted(st.Schema())); diff != "" {
				t.Errorf("after the inverse (-before +after):\n%s", diff)
			}
			again, ok := Invert(back)
			if !ok {
				t.Fatal("the inverse has no inverse")
			}
			apply(t, st, again)
			if diff := gocmp.Diff(after, sorted(st.Schema())); diff != "" {
				t.Errorf("after the inverse of the inverse (-first +second):\n%s", diff)
			}
		})
	}
}

func TestInvertAll(t *testing.T) {
	st := NewState(shop())
	var done []Op
	for _, o := range []Op{
		CreateTable{schema.NewTable("a", schema.Int("id"))},
		AddColumn{Table: "a", Column: schema.Int("b").Column()},
		RenameTable{From: "a", To: "c"},
		DropIndex{Table: "users", Index: schema.Index{Name: "idx_age"}},
		DropColumn{Table: "users", Column: schema.Column{Name: "age"}},
	} {
		done = append(done, apply(t, st, o))
	}
	inverse, ok := InvertAll(done)
	if !ok || len(inverse) != len(done) {
		t.Fatalf("%v %v", inverse, ok)
	}
	for _, o := range inverse {
		apply(t, st, o)
	}
	if diff := gocmp.Diff(sorted(shop()), sorted(st.Schema())); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if _, ok := InvertAll(append(done, Exec{})); ok {
		t.Error("SQL has an inverse")
	}
}

func TestJSON(t *testing.T) {
	st := NewState(shop())
	var ops []Op
	for _, o := range examples() {
		full, err := st.Clone().Apply(o)
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, o, full) // as written, and filled in
	}
	data, err := Marshal(ops)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, ops) {
		t.Errorf("(-want +got):\n%s", gocmp.Diff(ops, got))
	}
	again, err := Marshal(got)
	if err != nil || string(again) != string(data) {
		t.Errorf("written again: %s, %v", again, err)
	}
	for text, want := range map[string]string{
		`[{"op":"fly","args":{}}]`:                 `unknown operation "fly"`,
		`[{"op":"add_column","args":{"table":1}}]`: "operation add_column: ",
		`{`: "unexpected end",
	} {
		if _, err := Unmarshal([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	// A Run keeps its name; its function is code.
	data, err = Marshal([]Op{Run{Name: "x", Func: func(context.Context, DB) error { return nil }}})
	if want := `[{"op":"run","args":{"name":"x"}}]`; err != nil || string(data) != want {
		t.Errorf("got %s, %v, want %s", data, err, want)
	}
}

func TestSchemaJSON(t *testing.T) {
	want := shop()
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got schema.Schema
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDescribe(t *testing.T) {
	want := []string{
		"add table tags",
		"drop table users",
		"rename table users to people",
		"rename table teams to squads",
		"alter table users: options",
		"add column users.score",
		"drop column users.shout",
		"rename column users.email to mail",
		`rename column teams.id to the "id"`,
		"alter column users.age: type int to bigint, NULL to NOT NULL, default 18 to none, comment",
		"alter primary key of users: (id) to (email, id)",
		"alter primary key of users: (id) to ()",
		"add unique constraint users.uni_age",
		"drop unique constraint users.uni_email",
		"drop unique constraint users.(email, team_id)",
		"add foreign key teams.fk_self",
		"drop foreign key users.fk_team",
		"add check users.(email <> '')",
		"drop check users.chk_age",
		"add index users.idx_team",
		"drop index users.idx_age",
		"add trigger t on users",
		"drop view grown_ups",
		"drop trigger teams_log",
		"alter trigger teams_log on teams",
		"run SQL: UPDATE users SET age = 1",
		"run Go: fill ages",
	}
	var got []string
	for _, o := range examples() {
		verb, object := Describe(o)
		got = append(got, verb+" "+object)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestChanges holds that no property of a column can change unnoticed.
func TestChanges(t *testing.T) {
	typ := reflect.TypeFor[schema.Column]()
	for i := range typ.NumField() {
		if typ.Field(i).Name == "Name" {
			continue
		}
		var to schema.Column
		set(reflect.ValueOf(&to).Elem().Field(i))
		if to == (schema.Column{}) {
			t.Fatalf("%s was not set", typ.Field(i).Name)
		}
		if got := Changes(schema.Column{}, to); len(got) != 1 {
			t.Errorf("a change of %s is told as %q", typ.Field(i).Name, got)
		}
		if got := Merge(schema.Column{Name: "live"}, schema.Column{}, to); got.Name != "live" || len(Changes(got, to)) != 0 {
			t.Errorf("Merge leaves out %s: %+v", typ.Field(i).Name, got)
		}
	}
	var options schema.TableOptions
	set(reflect.ValueOf(&options).Elem())
	if got := (schema.TableOptions{}).Merge(schema.TableOptions{}, options); got != options {
		t.Errorf("TableOptions.Merge leaves out something: %+v", got)
	}
	if got := Changes(schema.Column{}, schema.Column{}); got != nil {
		t.Errorf("no change is told as %q", got)
	}
	id, at := schema.BigInt("id").Unsigned(), schema.DateTime("at").DefaultExpr("now()")
	for _, tt := range []struct {
		from, to schema.ColumnDef
		want     string
	}{
		{id, id.On(schema.Postgres, "bigserial"), "type on postgres bigint unsigned to bigserial"},
		{id.On(schema.Postgres, "bigserial"), id, "type on postgres bigserial to bigint unsigned"},
		{at, at.On(schema.MySQL, "datetime(3)").DefaultOn(schema.MySQL, "now(3)"), "type on mysql datetime to datetime(3), default on mysql now() to now(3)"},
		{id, schema.Int("id").On(schema.MariaDB, "x"), "type bigint unsigned to int, on mariadb bigint unsigned to x"},
		{schema.Text("s"), schema.Native("s", "text"), "type text, written in another way"},
		{id, id.DefaultOn(schema.SQLite, "1"), "default on sqlite none to 1"},
	} {
		if got := strings.Join(Changes(tt.from.Column(), tt.to.Column()), ", "); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	long := schema.Column{Default: schema.StringValue(strings.Repeat("é", 100))}
	if got := Changes(schema.Column{}, long)[0]; len([]rune(got)) > 100 || !strings.HasSuffix(got, `…"`) {
		t.Errorf("a long default is told as %q", got)
	}
}

// set sets a field to something, the first of its own fields included.
func set(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			set(v.Field(i))
		}
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(1)
	}
}

// TestScript holds that every method records what it says.
func TestScript(t *testing.T) {
	if got := Record(nil); got != nil {
		t.Errorf("nothing records %v", got)
	}
	a, b := schema.Int("x"), schema.BigInt("x")
	ops := Record(func(m *Script) {
		m.CreateTable("t", a, schema.Index{Name: "i", Parts: schema.Columns("x")})
		m.DropTable("t")
		m.RenameTable("t", "u")
		m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{Strict: true})
		m.AddColumn("t", a, Fill(1))
		m.AddColumn("t", a, FillExpr("1+1"))
		m.DropColumn("t", "x")
		m.RenameColumn("t", "x", "y")
		m.AlterColumn("t", a, b, Fill("z"))
		m.AlterPrimaryKey("t", schema.PrimaryKey{}, schema.PrimaryKey{Name: "p"})
		m.AddUnique("t", schema.Unique{Name: "n"})
		m.DropUnique("t", schema.Unique{Name: "n"})
		m.AddForeignKey("t", schema.ForeignKey{Name: "n"})
		m.DropForeignKey("t", schema.ForeignKey{Name: "n"})
		m.AddCheck("t", schema.Check{Name: "n"})
		m.DropCheck("t", schema.Check{Name: "n"})
		m.CreateIndex("t", schema.Index{Name: "i"})
		m.DropIndex("t", "i")
		m.CreateObject(schema.Object{Kind: schema.View, Name: "v"})
		m.DropObject(schema.View, "v")
		m.Exec("a")
		m.ExecOn(schema.MySQL, "b")
		m.Run("c", nil)
	})
	want := []Op{
		CreateTable{schema.Table{Name: "t", Columns: []schema.Column{a.Column()}, Indexes: []schema.Index{{Name: "i", Parts: schema.Columns("x")}}}},
		DropTable{schema.Table{Name: "t"}},
		RenameTable{"t", "u"},
		AlterTable{"t", schema.TableOptions{}, schema.TableOptions{Strict: true}},
		AddColumn{"t", a.Column(), schema.Literal("1")},
		AddColumn{"t", a.Column(), schema.Expression("1+1")},
		DropColumn{"t", schema.Column{Name: "x"}},
		RenameColumn{"t", "x", "y"},
		AlterColumn{"t", a.Column(), b.Column(), schema.StringValue("z")},
		AlterPrimaryKey{Table: "t", From: schema.PrimaryKey{}, To: schema.PrimaryKey{Name: "p"}},
		AddUnique{"t", schema.Unique{Name: "n"}},
		DropUnique{"t", schema.Unique{Name: "n"}},
		AddForeignKey{"t", schema.ForeignKey{Name: "n"}},
		DropForeignKey{"t", schema.ForeignKey{Name: "n"}},
		AddCheck{"t", schema.Check{Name: "n"}},
		DropCheck{"t", schema.Check{Name: "n"}},
		CreateIndex{Table: "t", Index: schema.Index{Name: "i"}},
		DropIndex{Table: "t", Index: schema.Index{Name: "i"}},
		CreateObject{schema.Object{Kind: schema.View, Name: "v"}},
		DropObject{schema.Object{Kind: schema.View, Name: "v"}},
		Exec{schema.Expr("a")},
		Exec{schema.SQL{}.On(schema.MySQL, "b")},
		Run{Name: "c"},
	}
	if diff := gocmp.Diff(want, ops); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHistory(t *testing.T) {
	var h History
	got := h.Add(Revision{ID: "1"}).Add(Revision{ID: "2"}).Revisions()
	if len(got) != 2 || got[0].ID != "1" || got[1].ID != "2" || !strings.HasPrefix(got[0].Source(), "op_test.go:") {
		t.Errorf("revisions: %+v", got)
	}
	got[0].ID = "changed"
	if h.Revisions()[0].ID != "1" {
		t.Error("a caller can change the history")
	}
	var none *History
	if none.Revisions() != nil {
		t.Error("a nil history has revisions")
	}
}

func name(o Op) string {
	verb, object := Describe(o)
	return Kind(o) + " " + verb + " " + object
}

func apply(t *testing.T, st *State, o Op) Op {
	t.Helper()
	full, err := st.Apply(o)
	if err != nil {
		t.Fatal(err)
	}
	return full
}

// sorted puts everything that has no order into one.
func sorted(s schema.Schema) schema.Schema {
	var out schema.Schema
	for _, t := range s.Tables {
		t = t.Clone()
		slices.SortFunc(t.Columns, func(a, b schema.Column) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Uniques, func(a, b schema.Unique) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.ForeignKeys, func(a, b schema.ForeignKey) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Checks, func(a, b schema.Check) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Indexes, func(a, b schema.Index) int { return cmp.Compare(a.Name, b.Name) })
		if len(t.ForeignKeys) == 0 {
			t.ForeignKeys = nil
		}
		if len(t.Checks) == 0 {
			t.Checks = nil
		}
		if len(t.Indexes) == 0 {
			t.Indexes = nil
		}
		if len(t.Uniques) == 0 {
			t.Uniques = nil
		}
		out.Tables = append(out.Tables, t)
	}
	slices.SortFunc(out.Tables, func(a, b schema.Table) int { return cmp.Compare(a.Name, b.Name) })
	out.Objects = slices.Clone(s.Objects)
	slices.SortFunc(out.Objects, func(a, b schema.Object) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

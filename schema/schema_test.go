package schema

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fillAll sets every field of a value, slices with two members: what a copy,
// a comparison or JSON leaves out will show.
func fillAll(v reflect.Value, n *int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillAll(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fillAll(v.Index(i), n)
		}
	case reflect.String:
		*n++
		v.SetString(fmt.Sprintf("text%d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		*n++
		v.SetInt(int64(*n))
	default:
		panic("a kind of field that this test does not know: " + v.Type().String())
	}
}

func filled[T any]() (v T) {
	n := 0
	fillAll(reflect.ValueOf(&v).Elem(), &n)
	return v
}

func TestJSON(t *testing.T) {
	want := filled[Schema]()
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Schema
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, v := range []any{Schema{}, Column{}, Table{}, Index{}} {
		data, err := json.Marshal(v)
		if err != nil || strings.Contains(string(data), "default") || strings.Contains(string(data), "verbatim") || strings.Contains(string(data), "where") {
			t.Errorf("%T without anything is %s, %v", v, data, err)
		}
	}
}

// TestCloneSharesNothing changes everything in a clone and looks at the
// original.
func TestCloneSharesNothing(t *testing.T) {
	original, want := filled[Table](), filled[Table]()
	clone := original.Clone()
	if diff := cmp.Diff(original, clone); diff != "" {
		t.Errorf("the clone differs (-original +clone):\n%s", diff)
	}
	wipe(reflect.ValueOf(&clone).Elem())
	if diff := cmp.Diff(want, original); diff != "" {
		t.Errorf("the original has changed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Table{}, (Table{}).Clone()); diff != "" {
		t.Errorf("a clone of nothing (-want +got):\n%s", diff)
	}
}

// wipe sets everything to zero, inside slices.
func wipe(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			wipe(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			wipe(v.Index(i))
		}
	default:
		v.SetZero()
	}
}

// TestSame holds that a comparison looks at every field, but for those it says
// it does not.
func TestSame(t *testing.T) {
	check := func(kind, skip string, equal func(a, b reflect.Value) bool, v any) {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			field := typ.Field(i).Name
			a, b := reflect.New(typ).Elem(), reflect.New(typ).Elem()
			a.Set(reflect.ValueOf(v))
			b.Set(reflect.ValueOf(v))
			if !equal(a, b) {
				t.Fatalf("%s: %T is not equal to itself", kind, v)
			}
			b.Field(i).SetZero()
			ignored := strings.Contains(" "+skip+" ", " "+field+" ")
			if got := equal(a, b); got != ignored {
				t.Errorf("%s: %T without %s is equal: %v", kind, v, field, got)
			}
		}
	}
	check("same", "Name", func(a, b reflect.Value) bool { return as[PrimaryKey](a).Same(as[PrimaryKey](b)) }, filled[PrimaryKey]())
	check("equal", "", func(a, b reflect.Value) bool { return as[PrimaryKey](a).Equal(as[PrimaryKey](b)) }, filled[PrimaryKey]())
	check("same", "Name", func(a, b reflect.Value) bool { return as[Unique](a).Same(as[Unique](b)) }, filled[Unique]())
	check("equal", "", func(a, b reflect.Value) bool { return as[Unique](a).Equal(as[Unique](b)) }, filled[Unique]())
	check("same", "Name", func(a, b reflect.Value) bool { return as[ForeignKey](a).Same(as[ForeignKey](b)) }, filled[ForeignKey]())
	check("equal", "", func(a, b reflect.Value) bool { return as[ForeignKey](a).Equal(as[ForeignKey](b)) }, filled[ForeignKey]())
	check("same", "Name", func(a, b reflect.Value) bool { return as[Check](a).Same(as[Check](b)) }, filled[Check]())
	check("equal", "", func(a, b reflect.Value) bool { return as[Check](a).Equal(as[Check](b)) }, filled[Check]())
	check("same", "Name Verbatim", func(a, b reflect.Value) bool { return as[Index](a).Same(as[Index](b)) }, filled[Index]())
	check("equal", "Verbatim", func(a, b reflect.Value) bool { return as[Index](a).Equal(as[Index](b)) }, filled[Index]())

	ab, ba := Unique{Parts: Columns("a", "b")}, Unique{Parts: Columns("b", "a")}
	if !ab.Same(ba) {
		t.Error("the order of a unique constraint matters")
	}
	if ab.Same(Unique{Parts: Columns("a", "c")}) || ab.Same(Unique{Parts: Columns("a")}) {
		t.Error("other columns are the same")
	}
	if (Index{Parts: Columns("a", "b")}).Same(Index{Parts: Columns("b", "a")}) {
		t.Error("the order of an index does not matter")
	}
}

func as[T any](v reflect.Value) T { return v.Interface().(T) }

func TestVariants(t *testing.T) {
	var v Variants
	for _, d := range Dialects {
		v = v.With(d, string(d))
	}
	for _, d := range Dialects {
		if got := v.On(d); got != string(d) {
			t.Errorf("on %s: %q", d, got)
		}
	}
	if got := (Variants{MySQL: "x"}).On(MariaDB); got != "x" {
		t.Errorf("MariaDB does not fall back to MySQL: %q", got)
	}
	if got := v.On("oracle"); got != "" {
		t.Errorf("an unknown dialect has %q", got)
	}
	s := Expr("now()").On(SQLite, "datetime()")
	if s.For(SQLite) != "datetime()" || s.For(Postgres) != "now()" || s.IsZero() || !(SQL{}).IsZero() {
		t.Errorf("%+v", s)
	}
}

// TestKinds holds that each kind has a constructor and a text.
func TestKinds(t *testing.T) {
	built := map[Kind]Column{}
	for _, c := range []ColumnDef{
		Bool("c"), TinyInt("c"), SmallInt("c"), Int("c"), BigInt("c"), Float("c"), Double("c"), Decimal("c", 8, 2), String("c", 50), Char("c", 3),
		Text("c"), Bytes("c", 0), Date("c"), Time("c"), DateTime("c").Precision(3), LocalDateTime("c"), JSON("c"), UUID("c"), Native("c", "citext"),
	} {
		built[c.Column().Type.Kind] = c.Column()
	}
	file, err := parser.ParseFile(token.NewFileSet(), "type.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Kind") {
			return true
		}
		count++
		kind := Kind(strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
		if c, ok := built[kind]; !ok || c.Type.String() == "" {
			t.Errorf("%s has no constructor or no text: %+v", spec.Names[0].Name, c)
		}
		return true
	})
	if count != len(built) {
		t.Errorf("%d kinds, %d constructors", count, len(built))
	}
	for want, typ := range map[string]Type{
		"string(50)":       String("c", 50).Column().Type,
		"string":           String("c", 0).Column().Type,
		"decimal(8,2)":     Decimal("c", 8, 2).Column().Type,
		"decimal":          Decimal("c", 0, 0).Column().Type,
		"bigint unsigned":  BigInt("c").Unsigned().Column().Type,
		"datetime(3)":      DateTime("c").Precision(3).Column().Type,
		"double precision": NativeType("double precision"),
		"":                 NativeType(""),
	} {
		if got := typ.String(); got != want {
			t.Errorf("%+v is told as %q, want %q", typ, got, want)
		}
	}
}

// TestBuilders holds that the methods of ColumnDef can set every property of a
// column, and change the copy only.
func TestBuilders(t *testing.T) {
	plain := Int("c")
	full := plain.On(MySQL, "int(11)").Precision(1).Unsigned().NotNullNamed("nn").NotNullConflict("FAIL").AutoIncrement().
		Default(1).DefaultOn(Postgres, "2").GeneratedStored(Expr("3")).Collate(SQLite, "NOCASE").Comment("x").
		Identity(Identity{Always: true}).OnUpdate("now()").Invisible().Storage("MAIN").Compression("lz4").Options(MySQL, "SRID 0").Column()
	want := Column{
		Name: "c", NotNull: true, AutoIncrement: true, Comment: "x", NotNullName: "nn", NotNullConflict: "FAIL",
		Type:      Type{Kind: KindInt, Precision: 1, Unsigned: true, Variants: Variants{MySQL: "int(11)"}},
		Default:   Default{Kind: LiteralDefault, Text: "1", Variants: Variants{Postgres: "2"}},
		Generated: Generated{Expr: Expr("3"), Stored: true},
		Collation: Variants{SQLite: "NOCASE"},
		Identity:  Identity{Always: true}, OnUpdate: "now()", Invisible: true, Storage: "MAIN", Compression: "lz4",
		Options: Variants{MySQL: "SRID 0"},
	}
	if diff := cmp.Diff(want, full); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i, f := 0, reflect.ValueOf(full); i < f.NumField(); i++ {
		if f.Field(i).IsZero() {
			t.Errorf("nothing sets %s", f.Type().Field(i).Name)
		}
	}
	if plain.Column() != (Column{Name: "c", Type: Type{Kind: KindInt}}) {
		t.Errorf("a method changed its receiver: %+v", plain.Column())
	}
	if got := FromColumn(full).NotNull().Generated(Expr("4")).DefaultExpr("5").Column(); got.Generated != (Generated{Expr: Expr("4")}) || got.Default != Expression("5") {
		t.Errorf("%+v", got)
	}
	if got := Typed("c", NativeType("x")).DefaultLiteral("1.50").Column(); got.Default != Literal("1.50") || got.Type.Text != "x" {
		t.Errorf("%+v", got)
	}
}

func TestNewTable(t *testing.T) {
	got := NewTable("t",
		Int("a").PrimaryKey(), Int("b").PrimaryKey(), Int("c"),
		Unique{Name: "u"}, ForeignKey{Name: "f"}, Check{Name: "k"}, Index{Name: "i"},
		TableOptions{Strict: true}, VerbatimSQL(SQLite, "CREATE"), VerbatimSQL(MySQL, "create"),
	)
	want := Table{
		Name: "t", Options: TableOptions{Strict: true}, PrimaryKey: PrimaryKey{Parts: Columns("a", "b")},
		Columns: []Column{Int("a").Column(), Int("b").Column(), Int("c").Column()},
		Uniques: []Unique{{Name: "u"}}, ForeignKeys: []ForeignKey{{Name: "f"}}, Checks: []Check{{Name: "k"}}, Indexes: []Index{{Name: "i"}},
		Verbatim: Variants{SQLite: "CREATE", MySQL: "create"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := NewTable("t", Int("a").PrimaryKey(), PrimaryKey{Name: "p"}).PrimaryKey; got.Name != "p" || got.Parts != nil {
		t.Errorf("a key as a value does not replace: %+v", got)
	}
	for name, want := range map[string]bool{"b": true, "x": false} {
		if c, ok := got.Column(name); ok != want || want && c.Name != name {
			t.Errorf("column %s: %+v, %v", name, c, ok)
		}
	}
	for name, want := range map[string]bool{"i": true, "x": false} {
		if i, ok := got.Index(name); ok != want || want && i.Name != name {
			t.Errorf("index %s: %+v, %v", name, i, ok)
		}
	}
	s := Schema{Tables: []Table{got}, Objects: []Object{{Kind: View, Name: "v"}}}
	if _, ok := s.Table("t"); !ok {
		t.Error("no table t")
	}
	if _, ok := s.Object(ObjectID{Kind: View, Name: "v"}); !ok {
		t.Error("no view v")
	}
	if _, ok := s.Object(ObjectID{Kind: Trigger, Name: "v"}); ok {
		t.Error("a view is a trigger")
	}
	refs := Table{
		PrimaryKey: PrimaryKey{Parts: Columns("a")}, Uniques: []Unique{{Parts: Columns("b")}},
		ForeignKeys: []ForeignKey{{Columns: []string{"c"}}}, Indexes: []Index{{Parts: []Part{{Column: "d"}, {Expr: Expr("e")}}}},
	}.References()
	if diff := cmp.Diff([][]string{{"a"}, {"b"}, {"c"}, {"d"}, nil}, refs); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}

func TestValue(t *testing.T) {
	for _, tt := range []struct {
		value any
		want  Default
	}{
		{nil, Literal("null")},
		{true, Literal("true")},
		{"", StringValue("")},
		{"a'b", StringValue("a'b")},
		{-1, Literal("-1")},
		{int64(1) << 40, Literal("1099511627776")},
		{uint8(3), Literal("3")},
		{1.5, Literal("1.5")},
		{1e30, Literal("1e+30")},
	} {
		if got := Value(tt.value); got != tt.want || got.IsZero() {
			t.Errorf("%v is %+v, want %+v", tt.value, got, tt.want)
		}
	}
	defer func() {
		if got, want := fmt.Sprint(recover()), "schema: a default cannot be a []int: use DefaultExpr"; got != want {
			t.Errorf("panic %q, want %q", got, want)
		}
	}()
	Value([]int{1})
}

func TestUniqueSame(t *testing.T) {
	ab, ba, aa := Unique{Parts: Columns("a", "b")}, Unique{Parts: Columns("b", "a")}, Unique{Parts: Columns("a", "a")}
	if !ab.Same(ba) || !ba.Same(ab) {
		t.Error("the order of columns matters")
	}
	if aa.Same(ab) || ab.Same(aa) {
		t.Error("a column named twice stands for another")
	}
}

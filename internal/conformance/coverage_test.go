package conformance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// The dialects that have something.
var (
	all      = []schema.Dialect{schema.SQLite, schema.Postgres, schema.MySQL, schema.MariaDB}
	mysqls   = []schema.Dialect{schema.MySQL, schema.MariaDB}
	servers  = []schema.Dialect{schema.Postgres, schema.MySQL, schema.MariaDB}
	pg       = []schema.Dialect{schema.Postgres}
	lite     = []schema.Dialect{schema.SQLite}
	pgLite   = []schema.Dialect{schema.SQLite, schema.Postgres}
	notMaria = []schema.Dialect{schema.SQLite, schema.Postgres, schema.MySQL}
	pgMySQL  = []schema.Dialect{schema.Postgres, schema.MySQL}
	pgMaria  = []schema.Dialect{schema.Postgres, schema.MariaDB}
)

// kindsOf says which dialects have objects of a kind.
var kindsOf = map[schema.ObjectKind][]schema.Dialect{
	schema.View: all, schema.Trigger: all, schema.VirtualTable: lite,
	schema.Function: servers, schema.Procedure: servers, schema.Sequence: pgMaria, schema.Event: mysqls,
	schema.Namespace: pg, schema.Extension: pg, schema.Enum: pg, schema.Domain: pg, schema.CompositeType: pg, schema.RangeType: pg, schema.Collation: pg,
	schema.Aggregate: pg, schema.MaterializedView: pg, schema.Exclusion: pg, schema.Rule: pg, schema.Policy: pg, schema.Statistics: pg,
}

// fieldsOf says which dialects have a field of a schema. Nobody compares those
// with none.
var fieldsOf = map[string][]schema.Dialect{
	"Index.Verbatim": nil, "Index.Invalid": nil,
	"TableOptions.Comment": servers, "TableOptions.WithoutRowID": lite, "TableOptions.Strict": lite,
	"Column.Name": all, "Column.Type": all, "Column.NotNull": all, "Column.Default": all, "Column.Generated": all, "Column.AutoIncrement": all,
	"Column.Collation": all, "Column.Comment": servers, "Column.Identity": pg, "Column.OnUpdate": mysqls, "Column.Invisible": mysqls,
	"Column.Storage": pg, "Column.Compression": pg, "Column.Options": servers, "Column.NotNullConflict": lite, "Column.NotNullName": pgLite,
	"PrimaryKey.Name": pgLite, "PrimaryKey.Parts": all, "PrimaryKey.Conflict": lite, "PrimaryKey.Method": mysqls,
	"Unique.Name": all, "Unique.Parts": all, "Unique.Conflict": lite, "Unique.NullsNotDistinct": pg,
	"ConstraintOptions.Include": pg, "ConstraintOptions.Deferrable": pg, "ConstraintOptions.InitiallyDeferred": pg, "ConstraintOptions.WithoutOverlaps": pg,
	"ConstraintOptions.Storage": pg, "ConstraintOptions.Tablespace": pg, "ConstraintOptions.Comment": pg,
	"ForeignKey.Name": all, "ForeignKey.Columns": all, "ForeignKey.RefTable": all, "ForeignKey.RefColumns": all, "ForeignKey.OnDelete": all, "ForeignKey.OnUpdate": all,
	"ForeignKey.Match": pgLite, "ForeignKey.Deferrable": pgLite, "ForeignKey.InitiallyDeferred": pgLite, "ForeignKey.NotValid": pg, "ForeignKey.NotEnforced": pg,
	"ForeignKey.Period": pg, "ForeignKey.SetColumns": pg, "ForeignKey.Comment": pg,
	"Check.Name": all, "Check.Expr": all, "Check.NotEnforced": pgMySQL, "Check.NotValid": pg, "Check.NoInherit": pg, "Check.Comment": pg,
	"Index.Name": all, "Index.Unique": all, "Index.Parts": all, "Index.Where": pgLite, "Index.Method": servers, "Index.Comment": servers, "Index.Invisible": mysqls,
	"Index.Include": pg, "Index.NullsNotDistinct": pg, "Index.Storage": servers, "Index.Tablespace": pg,
	"Part.Column": all, "Part.Expr": notMaria, "Part.Desc": all, "Part.Nulls": pg, "Part.Length": mysqls, "Part.Collation": pgLite, "Part.OpClass": pg,
	"Type.Kind": all, "Type.Size": all, "Type.Precision": all, "Type.Scale": all, "Type.Unsigned": mysqls, "Type.Text": all, "Type.Variants": lite,
	"Identity.Always": pg, "Identity.Options": pg,
}

// A use is what the cases of one dialect make use of.
type use struct {
	ops    map[string]bool // names of operations
	kinds  map[string]bool // operation and kind of object
	fields map[string]bool
	types  map[schema.Kind]bool
}

// TestCoverage holds that the table has a case for every operation, every kind
// of object that is made, changed and dropped, every kind of type and every
// field of a schema, on every dialect that has it.
func TestCoverage(t *testing.T) {
	uses := map[schema.Dialect]*use{}
	for _, d := range everyDialect() {
		name := d.Flavor().Dialect
		u := uses[name]
		if u == nil {
			u = &use{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[schema.Kind]bool{}}
			uses[name] = u
		}
		for _, c := range samples(rulesOf(d)) {
			ops := c.ops
			if ops == nil {
				var err error
				if ops, err = answered(d, c.from, c.to); err != nil {
					t.Errorf("%s, %s: %v", name, c.name, err)
					continue
				}
			}
			full, _, err := replay(c.from, ops)
			if err != nil {
				t.Errorf("%s, %s: %v", name, c.name, err)
				continue
			}
			undo := c.down
			if undo == nil {
				undo, _ = op.InvertAll(full)
			}
			for _, o := range slices.Concat(full, undo) {
				u.note(o)
			}
		}
	}
	for _, name := range operations(t) {
		for _, d := range all {
			if !uses[d].ops[name] {
				t.Errorf("%s: no case of %s", d, name)
			}
		}
	}
	for kind, has := range kindsOf {
		for _, d := range has {
			for _, what := range []string{"CreateObject", "DropObject"} {
				if !uses[d].kinds[what+" "+string(kind)] {
					t.Errorf("%s: no case of %s of a %s", d, what, kind)
				}
			}
			// What is made of tables is not altered but made again.
			if kind.Early() && !uses[d].kinds["AlterObject "+string(kind)] {
				t.Errorf("%s: no case of AlterObject of a %s", d, kind)
			}
		}
	}
	for field, has := range fieldsOf {
		for _, d := range has {
			if !uses[d].fields[field] {
				t.Errorf("%s: no case changes %s", d, field)
			}
		}
	}
	for _, k := range constants(t, "type.go", "Kind") {
		for _, d := range all {
			if !uses[d].types[schema.Kind(k)] {
				t.Errorf("%s: no case of the type %s", d, k)
			}
		}
	}
}

// TestNothingForgotten holds that the lists above name everything there is.
func TestNothingForgotten(t *testing.T) {
	for _, v := range []any{
		schema.TableOptions{},
		schema.Column{},
		schema.PrimaryKey{},
		schema.Unique{},
		schema.ConstraintOptions{},
		schema.ForeignKey{},
		schema.Check{},
		schema.Index{},
		schema.Part{},
		schema.Type{},
		schema.Identity{},
	} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			f := typ.Field(i)
			if _, ok := fieldsOf[typ.Name()+"."+f.Name]; !ok && !f.Anonymous && f.Name != "Postgres" && f.Name != "MySQL" {
				t.Errorf("say in fieldsOf who has %s.%s", typ.Name(), f.Name)
			}
		}
	}
	for _, kind := range constants(t, "object.go", "") {
		if _, ok := kindsOf[schema.ObjectKind(kind)]; !ok {
			t.Errorf("say in kindsOf who has a %s", kind)
		}
	}
}

func (u *use) note(o op.Op) {
	name := reflect.TypeOf(o).Name()
	u.ops[name] = true
	switch o := o.(type) {
	case op.CreateTable:
		u.value(reflect.ValueOf(o.Table))
	case op.AlterTable:
		u.differs(reflect.ValueOf(o.From), reflect.ValueOf(o.To))
	case op.AddColumn:
		u.value(reflect.ValueOf(o.Column))
	case op.AlterColumn:
		u.differs(reflect.ValueOf(o.From), reflect.ValueOf(o.To))
	case op.AlterPrimaryKey:
		u.value(reflect.ValueOf(o.To))
	case op.AddUnique:
		u.value(reflect.ValueOf(o.Unique))
	case op.AddForeignKey:
		u.value(reflect.ValueOf(o.ForeignKey))
	case op.AddCheck:
		u.value(reflect.ValueOf(o.Check))
	case op.CreateIndex:
		u.value(reflect.ValueOf(o.Index))
	case op.CreateObject:
		u.kinds[name+" "+string(o.Object.Kind)] = true
	case op.DropObject:
		u.kinds[name+" "+string(o.Object.Kind)] = true
	case op.AlterObject:
		u.kinds[name+" "+string(o.To.Kind)] = true
	default:
	}
}

// value notes every field that is set in v.
func (u *use) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			u.value(v.Index(i))
		}
	case reflect.Struct:
		u.differs(reflect.Zero(v.Type()), v)
	default:
	}
}

// differs notes every field in which two values differ.
func (u *use) differs(a, b reflect.Value) {
	for i := range b.NumField() {
		f := b.Type().Field(i)
		if reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			continue
		}
		if !f.Anonymous {
			u.fields[b.Type().Name()+"."+f.Name] = true
		}
		if k, ok := b.Field(i).Interface().(schema.Kind); ok {
			u.types[k] = true
		}
		u.value(b.Field(i))
	}
}

// operations returns the names of the operations, read from the source.
func operations(t *testing.T) (names []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../op/op.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "isOp" {
			names = append(names, f.Recv.List[0].Type.(*ast.Ident).Name)
		}
	}
	return names
}

// constants returns the string constants of a file of package schema whose
// names begin with prefix.
func constants(t *testing.T, name, prefix string) (values []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../schema/"+name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 && strings.HasPrefix(v.Names[0].Name, prefix) {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				values = append(values, strings.Trim(lit.Value, `"`))
			}
		}
		return true
	})
	return values
}

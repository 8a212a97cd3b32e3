package bunmodel

import (
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun/dialect/sqltype"
	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// definition is what Bun writes for a column on one dialect.
type definition struct {
	dialect schema.Dialect // MySQL for MariaDB too
	writtenColumn
}

// column maps a column of a model. The neutral type comes from the model; what
// Bun writes on each dialect is kept as a variant where the neutral type, or the
// value of the default, compiles to something else there.
func (l *loader) column(model, at int, t *schema.Table) {
	var on []definition
	for _, m := range l.targets {
		on = append(on, definition{m.dialect, m.models[model].columns[at]})
	}
	bt := l.targets[0].bun[model]
	f := fieldOf(bt, on[0].name)
	name, field := modelName(bt.Type), on[0].name
	if f != nil {
		field = fieldName(bt.Type, f)
	}
	for _, have := range t.Columns {
		for _, d := range on {
			if fold(d.dialect, have.Name) == fold(d.dialect, on[0].name) {
				l.fail(name, field, "column %q and column %q are one on %s: the names differ in case alone", on[0].name, have.Name, d.dialect)
				return
			}
		}
	}
	c := schema.Column{Name: on[0].name, NotNull: on[0].NotNull, AutoIncrement: l.counts(on, name, field), Comment: on[0].Comment}
	for _, d := range on {
		c.NotNull = c.NotNull || d.NotNull
		if d.comment != "" {
			c.Comment = d.comment
		}
		if d.Generated != "" && c.Generated.Expr.IsZero() {
			c.Generated = schema.Generated{Expr: schema.Expr(d.Generated), Stored: d.Stored}
		}
		if d.Identity == "ALWAYS" && c.AutoIncrement {
			c.Identity = schema.Identity{Always: true}
		}
		if d.Collation != "" {
			c.Collation = c.Collation.With(d.dialect, d.Collation)
		}
		if d.Type == "" && d.dialect != schema.SQLite {
			l.fail(name, field, "Bun has no column type for %s on %s: give the field one with type:", goType(f), d.dialect)
		}
	}
	c.Type = columnType(f, on, c.AutoIncrement)
	c.Default = columnDefault(on)
	t.Columns = append(t.Columns, c)
	for _, expr := range on[0].Checks {
		t.Checks = append(t.Checks, schema.Check{Expr: schema.Expr(expr)})
	}
	if on[0].Unique {
		t.Uniques = append(t.Uniques, schema.Unique{Parts: schema.Columns(c.Name)})
	}
	l.lintColumn(on, f, name, field)
}

func goType(f *bs.Field) string {
	if f == nil {
		return "it"
	}
	return f.StructField.Type.String()
}

// fieldOf returns the field of a column, or nil for one that a hook has added.
func fieldOf(t *bs.Table, column string) *bs.Field {
	i := slices.IndexFunc(t.Fields, func(f *bs.Field) bool { return f.Name == column })
	if i < 0 {
		return nil
	}
	return t.Fields[i]
}

// fold returns what a database compares in place of a column name.
func fold(d schema.Dialect, name string) string {
	if d == schema.Postgres { // quoted, as Bun writes every name, it is what it is
		return name
	}
	return strings.ToLower(name)
}

func (d definition) counts() bool {
	return d.AutoIncrement || d.Identity != "" || d.dialect == schema.Postgres && coltype.IsSerial(d.Type)
}

// counts reports whether the database gives out the values of a column. SQLite
// decides where it takes part: there the column must be the whole key. What is
// an identity of PostgreSQL counts on SQLite as every integer key does.
func (l *loader) counts(on []definition, model, field string) bool {
	some := slices.ContainsFunc(on, definition.counts)
	for _, d := range on {
		switch {
		case !some || d.counts():
		case d.dialect == schema.SQLite:
			if strings.EqualFold(d.Type, sqltype.Integer) && slices.ContainsFunc(on, func(o definition) bool { return o.Identity != "" }) {
				continue
			}
			l.warn(model, field, "it counts on no dialect: SQLite counts up a key of one integer column only")
			return false
		case d.dialect == schema.MySQL:
			l.warn(model, field, "identity is PostgreSQL's: on MySQL Bun makes an ordinary column of it, which counts in the tables made here; "+
				"autoincrement,identity counts everywhere")
		}
	}
	return some
}

// columnType returns the neutral type of a column, with Bun's text as a variant
// where that is another one.
func columnType(f *bs.Field, on []definition, counts bool) schema.Type {
	if on[0].Type == "" && on[0].dialect == schema.SQLite && len(on) == 1 { // a column without a type, as SQLite allows
		return schema.NativeType("")
	}
	t := neutral(f, on[0].Type)
	if len(on) == 1 && !says(on[0], t, counts) {
		if written := fromText(on[0].Type); says(on[0], written, counts) {
			return written
		}
	}
	for _, d := range on {
		if !says(d, t, counts) {
			t.Variants = t.Variants.With(d.dialect, d.Type)
		}
	}
	return t
}

func says(d definition, t schema.Type, counts bool) bool {
	if d.dialect == schema.Postgres && counts && t.Kind == schema.KindBigInt {
		t.Unsigned = false // what gives out numbers is a bigint there
	}
	return coltype.Says(d.dialect, t, d.Type)
}

// neutral returns the neutral type of a field. It depends on the model alone,
// never on the dialect, so that one history serves all of them. A column that a
// hook has added is what it says.
func neutral(f *bs.Field, text string) schema.Type {
	if f == nil {
		return fromText(text)
	}
	for _, option := range [...]string{"hstore", "composite", "multirange"} {
		if f.Tag.HasOption(option) {
			return fromText(text)
		}
	}
	if tag, ok := f.Tag.Option("type"); ok {
		return fromText(coltype.Parse(tag).Type)
	}
	switch bs.DiscoverSQLType(f.IndirectType) {
	case sqltype.Boolean:
		return schema.Type{Kind: schema.KindBool}
	case sqltype.SmallInt:
		return schema.Type{Kind: schema.KindSmallInt}
	case sqltype.Integer:
		return schema.Type{Kind: schema.KindInt}
	case sqltype.BigInt:
		return schema.Type{Kind: schema.KindBigInt}
	case sqltype.Real:
		return schema.Type{Kind: schema.KindFloat}
	case sqltype.DoublePrecision:
		return schema.Type{Kind: schema.KindDouble}
	case sqltype.Timestamp:
		return schema.Type{Kind: schema.KindDateTime}
	case sqltype.JSON, sqltype.JSONB:
		return schema.Type{Kind: schema.KindJSON}
	case sqltype.Blob:
		return schema.Type{Kind: schema.KindBytes}
	case sqltype.VarChar:
		if isJSON(f.IndirectType) {
			return schema.Type{Kind: schema.KindJSON}
		}
		return schema.Type{Kind: schema.KindString}
	}
	if f.IndirectType.Kind() == reflect.Array && f.IndirectType.Elem().Kind() == reflect.Uint8 {
		return schema.Type{Kind: schema.KindBytes}
	}
	return fromText(text)
}

// isJSON reports whether Bun writes the values of a type as JSON, where it calls
// its column a text.
func isJSON(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Map, reflect.Slice:
		return true
	case reflect.Struct:
		return t.PkgPath() != "database/sql"
	}
	return false
}

// words are the types of PostgreSQL that people write in tags, and that mean the
// same as a neutral one.
var words = map[string]schema.Kind{
	"jsonb": schema.KindJSON, "bytea": schema.KindBytes, "bool": schema.KindBool, "int2": schema.KindSmallInt, "int4": schema.KindInt,
	"float4": schema.KindFloat, "float8": schema.KindDouble, "serial": schema.KindInt, "bigserial": schema.KindBigInt, "smallserial": schema.KindSmallInt,
}

// fromText returns the neutral type that a type in a tag stands for.
func fromText(text string) schema.Type {
	if kind, ok := words[strings.ToLower(text)]; ok {
		return schema.Type{Kind: kind}
	}
	lower := strings.ToLower(text)
	for _, instant := range [...]string{"timestamptz", "timestamp with time zone"} {
		if lower == instant {
			return schema.Type{Kind: schema.KindDateTime}
		}
	}
	if digits, ok := strings.CutPrefix(lower, "timestamptz("); ok && len(digits) == 2 && digits[0] >= '1' && digits[0] <= '6' {
		return schema.Type{Kind: schema.KindDateTime, Precision: int(digits[0] - '0')}
	}
	return coltype.FromText(text)
}

// columnDefault returns the default, with Bun's text as a variant where that says
// something else than the value.
func columnDefault(on []definition) schema.Default {
	def := coltype.Default(on[0].Default)
	if on[0].Default == "" {
		def = schema.Default{}
	}
	for _, d := range on {
		if d.Default != "" && !coltype.SameDefault(def, d.Default, d.dialect) {
			def.Variants = def.Variants.With(d.dialect, d.Default)
		}
	}
	return def
}

package gormmodel

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/gormmodel/internal/fieldtype"
	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// A definition is what GORM writes for a column on one dialect.
type definition struct {
	target
	coltype.Definition                    // of the type
	rest               coltype.Definition // of what GORM puts behind it, without the default
	own                string             // the default, in SQL
}

// define asks GORM for a column on one dialect.
func (l *loader) define(s *gs.Schema, f *gs.Field, t target) definition {
	// The MySQL driver (1.6.0) writes its own precision into the field, where
	// the next one would find it.
	defer func(precision int) { restore(f, precision) }(f.Precision)
	if f.DataType == gs.Time {
		restore(f, fieldtype.Digits(f))
	}
	raw := t.base.DataTypeOf(f)
	full := strings.TrimSpace(t.db.Migrator().FullDataTypeOf(f).SQL)
	d := definition{target: t, Definition: coltype.Parse(raw), rest: coltype.Definition{NotNull: f.NotNull}}
	if d.Unknown != "" {
		l.fail(modelName(s.ModelType), f.Name, "the column type %q holds %q, which is not part of a type", raw, d.Unknown)
	}
	if d.Type == "" && t.dialect != schema.SQLite {
		l.fail(modelName(s.ModelType), fieldPath(f), "the column has no type: SQLite alone allows that")
	}
	if after, ok := strings.CutPrefix(full, strings.TrimSpace(raw)); ok {
		d.rest = coltype.Parse(keepDefault(after))
	}
	d.own = ownDefault(f, d.Definition, full)
	if t.dialect == schema.MySQL {
		d.own = withDigits(d.own, d.Type)
	}
	d.PrimaryKey = d.PrimaryKey || d.rest.PrimaryKey
	d.Unique = d.Unique || d.rest.Unique
	d.AutoIncrement = d.AutoIncrement || d.rest.AutoIncrement || coltype.IsSerial(d.Type) || d.Identity != ""
	return d
}

// restore writes only what differs: other goroutines may read the field.
func restore(f *gs.Field, precision int) {
	if f.Precision != precision {
		f.Precision = precision
	}
}

// column maps a field. The neutral type comes from the model; what GORM writes
// on each dialect is kept as a variant where the neutral type, or the value of
// the default, compiles to something else there.
func (l *loader) column(s *gs.Schema, f *gs.Field) (schema.Column, []definition) {
	var on []definition
	for _, t := range l.targets {
		on = append(on, l.define(s, f, t))
	}
	d := on[0]
	c := schema.Column{
		Name:          f.DBName,
		NotNull:       d.NotNull || d.rest.NotNull,
		AutoIncrement: counts(on),
		Comment:       cmp.Or(f.Comment, d.Comment),
	}
	for _, d := range on {
		if d.Generated != "" && c.Generated.Expr.IsZero() {
			c.Generated = schema.Generated{Expr: schema.Expr(d.Generated), Stored: d.Stored}
		}
		if d.Identity != "" && c.AutoIncrement {
			c.Identity = schema.Identity{Always: d.Identity == "ALWAYS"}
		}
		c.Collation = l.collation(c.Collation, d.dialect, d.Collation, modelName(s.ModelType), fieldPath(f))
	}
	c.Type = columnType(f, on, c.AutoIncrement)
	c.Default = columnDefault(f, on)
	return c, on
}

// counts reports whether the database gives out the values of a column. SQLite
// decides where it takes part: there the column must be the whole key.
func counts(on []definition) bool {
	if i := slices.IndexFunc(on, func(d definition) bool { return d.dialect == schema.SQLite }); i >= 0 {
		return on[i].AutoIncrement
	}
	return slices.ContainsFunc(on, func(d definition) bool { return d.AutoIncrement })
}

// keepDefault cuts a definition before its default, which is whatever the tag
// says and need not be SQL that can be taken apart.
func keepDefault(text string) string {
	if i := strings.Index(text, " DEFAULT "); i >= 0 {
		return text[:i]
	}
	return text
}

func columnType(f *gs.Field, on []definition, counts bool) schema.Type {
	t := fieldtype.Of(f)
	if on[0].Type == "" { // a column without a type, as SQLite allows
		return schema.NativeType("")
	}
	for _, d := range on {
		as := t
		if d.dialect == schema.Postgres && counts && t.Kind == schema.KindBigInt {
			as.Unsigned = false // what gives out numbers is a bigint there
		}
		if !coltype.Says(d.dialect, as, d.Type) {
			t.Variants = t.Variants.With(d.dialect, d.Type)
		}
	}
	return t
}

// ownDefault returns the default as GORM writes it.
func ownDefault(f *gs.Field, d coltype.Definition, full string) string {
	_, after, ok := strings.Cut(full, " DEFAULT ")
	if d.Default != "" || !ok {
		return d.Default // written into the type
	}
	if i := strings.LastIndex(after, " COMMENT "); i >= 0 && f.Comment != "" { // MySQL has it in the column
		after = after[:i]
	}
	return strings.TrimSpace(after)
}

// withDigits gives CURRENT_TIMESTAMP the digits of its column, which GORM's
// MySQL driver does not. MariaDB does it by itself, MySQL refuses the table.
func withDigits(def, columnType string) string {
	i := strings.IndexByte(columnType, '(')
	if !strings.EqualFold(def, "CURRENT_TIMESTAMP") || i < 0 {
		return def
	}
	return def + columnType[i:]
}

// columnDefault returns the default, with the ORM's own text as a variant
// where that says something else than the value.
func columnDefault(f *gs.Field, on []definition) schema.Default {
	own := on[0].own
	if own == "" {
		return schema.Default{}
	}
	var def schema.Default
	switch v := f.DefaultValueInterface.(type) {
	case bool:
		def = schema.Literal(strconv.FormatBool(v))
	case int64:
		def = schema.Literal(strconv.FormatInt(v, 10))
	case uint64:
		def = schema.Literal(strconv.FormatUint(v, 10))
	case float64:
		def = schema.Literal(strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		def = schema.StringValue(v)
	case time.Time:
		text, _ := coltype.Unquote(own)
		def = schema.StringValue(text)
	default:
		def = coltype.Default(own)
	}
	for _, d := range on {
		if !coltype.SameDefault(def, d.own, d.dialect) {
			def.Variants = def.Variants.With(d.dialect, d.own)
		}
	}
	return def
}

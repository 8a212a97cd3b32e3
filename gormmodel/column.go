package gormmodel

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/gormmodel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// column maps a field. The neutral type comes from the model; the text that
// GORM writes for its dialect decides everything else, and is kept as a
// variant where the neutral type compiles to another.
func (l *loader) column(s *gs.Schema, f *gs.Field) (schema.Column, coltype.Definition) {
	model := modelName(s.ModelType)
	raw := l.base.DataTypeOf(f)
	full := strings.TrimSpace(l.db.Migrator().FullDataTypeOf(f).SQL)
	d := coltype.Parse(raw)
	if d.Unknown != "" {
		l.fail(model, f.Name, "the column type %q holds %q, which is not part of a type", raw, d.Unknown)
	}
	rest := coltype.Definition{NotNull: f.NotNull}
	if after, ok := strings.CutPrefix(full, strings.TrimSpace(raw)); ok {
		rest = coltype.Parse(keepDefault(after))
	}

	c := schema.Column{
		Name:          f.DBName,
		NotNull:       d.NotNull || rest.NotNull,
		AutoIncrement: d.AutoIncrement || rest.AutoIncrement || isSerial(d.Type),
		Comment:       cmp.Or(f.Comment, d.Comment),
	}
	if d.Collation != "" {
		c.Collation = c.Collation.With(l.dialect, d.Collation)
	}
	if d.Generated != "" {
		c.Generated = schema.Generated{Expr: schema.Expr(d.Generated), Stored: d.Stored}
	}
	c.Type = l.columnType(f, d, c.AutoIncrement)
	c.Default = l.columnDefault(f, d, full)
	d.PrimaryKey = d.PrimaryKey || rest.PrimaryKey
	d.Unique = d.Unique || rest.Unique
	return c, d
}

// keepDefault cuts a definition before its default, which is whatever the tag
// says and need not be SQL that can be taken apart.
func keepDefault(text string) string {
	if i := strings.Index(text, " DEFAULT "); i >= 0 {
		return text[:i]
	}
	return text
}

// isSerial reports whether the type is PostgreSQL's word for an integer that
// counts up.
func isSerial(text string) bool {
	switch strings.ToLower(text) {
	case "smallserial", "serial", "bigserial":
		return true
	}
	return false
}

func (l *loader) columnType(f *gs.Field, d coltype.Definition, counts bool) schema.Type {
	t := coltype.Of(f)
	if d.Type == "" { // a column without a type, as SQLite allows
		return schema.NativeType("")
	}
	text, known := coltype.Text(l.dialect, t)
	switch {
	case known && strings.EqualFold(text, d.Type):
	case counts && isSerial(d.Type):
	case t.Kind == schema.KindNative && t.Text == d.Type:
	default:
		t.Variants = t.Variants.With(l.dialect, d.Type)
	}
	return t
}

// columnDefault returns the default, with the ORM's own text as a variant
// where that says something else than the value.
func (l *loader) columnDefault(f *gs.Field, d coltype.Definition, full string) schema.Default {
	own := d.Default // written into the type
	if _, after, ok := strings.Cut(full, " DEFAULT "); ok && own == "" {
		if i := strings.LastIndex(after, " COMMENT "); i >= 0 && f.Comment != "" { // MySQL has it in the column
			after = after[:i]
		}
		own = strings.TrimSpace(after)
	}
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
		return schema.StringValue(text)
	default:
		return defaultFromSQL(own)
	}
	if !sameDefault(def, own) {
		def.Variants = def.Variants.With(l.dialect, own)
	}
	return def
}

// sameDefault reports whether SQL is the value, whichever quotes it has:
// GORM's SQLite driver writes strings in double quotes.
func sameDefault(def schema.Default, sql string) bool {
	if text, ok := coltype.Unquote(sql); ok {
		return def.Kind == schema.StringDefault && text == def.Text
	}
	return def.Kind == schema.LiteralDefault && sql == def.Text
}

// defaultFromSQL tells constants from expressions.
func defaultFromSQL(sql string) schema.Default {
	if strings.HasPrefix(sql, "'") {
		if text, ok := coltype.Unquote(sql); ok {
			return schema.StringValue(text)
		}
	}
	switch strings.ToLower(sql) {
	case "null", "true", "false":
		return schema.Literal(strings.ToLower(sql))
	}
	if isNumber(sql) {
		return schema.Literal(sql)
	}
	return schema.Expression(sql)
}

// isNumber reports whether text is a decimal number. What Go takes for one
// beside that (0x10, 1_000, Inf) is not one to every database.
func isNumber(text string) bool {
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return false
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

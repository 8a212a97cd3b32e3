package script

import (
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// written is a column as source, and what that source builds.
type written struct {
	text string
	def  schema.ColumnDef
}

// then appends a method call.
func (w *written) then(text string, def schema.ColumnDef) {
	w.text += "." + text
	w.def = def
}

// column writes a column with the constructors and methods of package schema.
// Whatever they cannot say exactly is written as a value.
func column(c schema.Column, key bool) written {
	w := typed(c)
	switch {
	case c.NotNullName != "" || c.NotNullConflict != "":
		if c.NotNullName != "" {
			w.then("NotNullNamed("+quote(c.NotNullName)+")", w.def.NotNullNamed(c.NotNullName))
		}
		if c.NotNullConflict != "" {
			w.then("NotNullConflict("+quote(c.NotNullConflict)+")", w.def.NotNullConflict(c.NotNullConflict))
		}
	case c.NotNull:
		w.then("NotNull()", w.def.NotNull())
	}
	if key {
		w.then("PrimaryKey()", w.def.PrimaryKey())
	}
	switch {
	case c.Identity != schema.Identity{}:
		w.then("Identity("+literal(c.Identity)+")", w.def.Identity(c.Identity))
	case c.AutoIncrement:
		w.then("AutoIncrement()", w.def.AutoIncrement())
	}
	w.defaultTo(c.Default)
	switch {
	case c.Generated.Expr.IsZero():
	case c.Generated.Stored:
		w.then("GeneratedStored("+literal(c.Generated.Expr)+")", w.def.GeneratedStored(c.Generated.Expr))
	default:
		w.then("Generated("+literal(c.Generated.Expr)+")", w.def.Generated(c.Generated.Expr))
	}
	for _, v := range variants(c.Collation) {
		w.then("Collate("+literal(v.dialect)+", "+quote(v.text)+")", w.def.Collate(v.dialect, v.text))
	}
	if c.OnUpdate != "" {
		w.then("OnUpdate("+sqlText(c.OnUpdate)+")", w.def.OnUpdate(c.OnUpdate))
	}
	if c.Invisible {
		w.then("Invisible()", w.def.Invisible())
	}
	if c.Storage != "" {
		w.then("Storage("+quote(c.Storage)+")", w.def.Storage(c.Storage))
	}
	if c.Compression != "" {
		w.then("Compression("+quote(c.Compression)+")", w.def.Compression(c.Compression))
	}
	for _, v := range variants(c.Options) {
		w.then("Options("+literal(v.dialect)+", "+sqlText(v.text)+")", w.def.Options(v.dialect, v.text))
	}
	if c.Comment != "" {
		w.then("Comment("+quote(c.Comment)+")", w.def.Comment(c.Comment))
	}
	if w.def.Column() != c {
		w = written{"schema.FromColumn(" + literal(c) + ")", schema.FromColumn(c)}
		if key {
			w.then("PrimaryKey()", w.def.PrimaryKey())
		}
	}
	return w
}

// typed writes the constructor and what belongs to the type.
func typed(c schema.Column) written {
	w := constructor(c.Name, c.Type)
	if t := c.Type; t.Precision != 0 && t.Kind != schema.KindDecimal {
		w.then("Precision("+strconv.Itoa(t.Precision)+")", w.def.Precision(t.Precision))
	}
	if c.Type.Unsigned {
		w.then("Unsigned()", w.def.Unsigned())
	}
	for _, v := range variants(c.Type.Variants) {
		w.then("On("+literal(v.dialect)+", "+quote(v.text)+")", w.def.On(v.dialect, v.text))
	}
	if w.def.Column().Type != c.Type {
		return written{"schema.Typed(" + quote(c.Name) + ", " + literal(c.Type) + ")", schema.Typed(c.Name, c.Type)}
	}
	return w
}

func constructor(name string, t schema.Type) written {
	plain := func(f string, def schema.ColumnDef, args ...string) written {
		return written{"schema." + f + "(" + strings.Join(append([]string{quote(name)}, args...), ", ") + ")", def}
	}
	size := strconv.Itoa(t.Size)
	switch t.Kind {
	case schema.KindBool:
		return plain("Bool", schema.Bool(name))
	case schema.KindTinyInt:
		return plain("TinyInt", schema.TinyInt(name))
	case schema.KindSmallInt:
		return plain("SmallInt", schema.SmallInt(name))
	case schema.KindInt:
		return plain("Int", schema.Int(name))
	case schema.KindBigInt:
		return plain("BigInt", schema.BigInt(name))
	case schema.KindFloat:
		return plain("Float", schema.Float(name))
	case schema.KindDouble:
		return plain("Double", schema.Double(name))
	case schema.KindDecimal:
		return plain("Decimal", schema.Decimal(name, t.Precision, t.Scale), strconv.Itoa(t.Precision), strconv.Itoa(t.Scale))
	case schema.KindString:
		return plain("String", schema.String(name, t.Size), size)
	case schema.KindChar:
		return plain("Char", schema.Char(name, t.Size), size)
	case schema.KindText:
		return plain("Text", schema.Text(name))
	case schema.KindBytes:
		return plain("Bytes", schema.Bytes(name, t.Size), size)
	case schema.KindDate:
		return plain("Date", schema.Date(name))
	case schema.KindTime:
		return plain("Time", schema.Time(name))
	case schema.KindDateTime:
		return plain("DateTime", schema.DateTime(name))
	case schema.KindLocalDateTime:
		return plain("LocalDateTime", schema.LocalDateTime(name))
	case schema.KindJSON:
		return plain("JSON", schema.JSON(name))
	case schema.KindUUID:
		return plain("UUID", schema.UUID(name))
	case schema.KindNative:
		return plain("Native", schema.Native(name, t.Text), quote(t.Text))
	}
	return plain("Typed", schema.Typed(name, t), literal(t))
}

func (w *written) defaultTo(d schema.Default) {
	bare := schema.Default{Kind: d.Kind, Text: d.Text}
	switch d.Kind {
	case schema.NoDefault:
	case schema.StringDefault:
		w.then("Default("+quote(d.Text)+")", w.def.Default(d.Text))
	case schema.LiteralDefault:
		if value, ok := goValue(bare); ok {
			w.text += ".Default(" + value + ")"
			w.def = w.def.DefaultLiteral(d.Text) // goValue says that it is the same
		} else {
			w.then("DefaultLiteral("+quote(d.Text)+")", w.def.DefaultLiteral(d.Text))
		}
	case schema.ExpressionDefault:
		w.then("DefaultExpr("+sqlText(d.Text)+")", w.def.DefaultExpr(d.Text))
	}
	for _, v := range variants(d.Variants) {
		w.then("DefaultOn("+literal(v.dialect)+", "+sqlText(v.text)+")", w.def.DefaultOn(v.dialect, v.text))
	}
}

// goValue returns the Go constant from which schema.Value makes d.
func goValue(d schema.Default) (string, bool) {
	switch {
	case d == schema.StringValue(d.Text):
		return quote(d.Text), true
	case d == schema.Value(nil):
		return "nil", true
	case d == schema.Value(true), d == schema.Value(false):
		return d.Text, true
	}
	// A constant that needs more than 32 bits does not compile everywhere.
	if n, err := strconv.ParseInt(d.Text, 10, 32); err == nil && d == schema.Value(n) {
		return d.Text, true
	}
	// Without a point or an exponent the constant would be an integer.
	if f, err := strconv.ParseFloat(d.Text, 64); err == nil && d == schema.Value(f) && strings.ContainsAny(d.Text, ".e") {
		return d.Text, true
	}
	return "", false
}

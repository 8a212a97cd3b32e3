package schema

import (
	"fmt"
	"strconv"
)

// An Item is a part of a table, for [NewTable] and for op.Script.CreateTable:
// a column definition, a key, a constraint, an index, an option.
type Item interface{ addTo(*Table) }

// NewTable puts a table together.
func NewTable(name string, items ...Item) Table {
	t := Table{Name: name}
	for _, it := range items {
		it.addTo(&t)
	}
	return t
}

// A ColumnDef builds a [Column]. Its methods return a changed copy, so that
// they chain: schema.String("name", 50).NotNull().Default("none").
type ColumnDef struct {
	col Column
	pk  bool
}

// Column returns what was built.
func (c ColumnDef) Column() Column { return c.col }

func (c ColumnDef) addTo(t *Table) {
	t.Columns = append(t.Columns, c.col)
	if c.pk {
		t.PrimaryKey.Parts = append(t.PrimaryKey.Parts, Part{Column: c.col.Name})
	}
}

func column(name string, t Type) ColumnDef { return ColumnDef{col: Column{Name: name, Type: t}} }

// Constructors of columns, one for each neutral kind. A column is nullable
// unless NotNull is called.

// Bool is true or false.
func Bool(name string) ColumnDef { return column(name, Type{Kind: KindBool}) }

// TinyInt is an integer of 8 bits.
func TinyInt(name string) ColumnDef { return column(name, Type{Kind: KindTinyInt}) }

// SmallInt is an integer of 16 bits.
func SmallInt(name string) ColumnDef { return column(name, Type{Kind: KindSmallInt}) }

// Int is an integer of 32 bits.
func Int(name string) ColumnDef { return column(name, Type{Kind: KindInt}) }

// BigInt is an integer of 64 bits.
func BigInt(name string) ColumnDef { return column(name, Type{Kind: KindBigInt}) }

// Float is a floating-point number of 32 bits.
func Float(name string) ColumnDef { return column(name, Type{Kind: KindFloat}) }

// Double is a floating-point number of 64 bits.
func Double(name string) ColumnDef { return column(name, Type{Kind: KindDouble}) }

// Decimal is an exact number. With precision 0 the limits are the database's.
func Decimal(name string, precision, scale int) ColumnDef {
	return column(name, Type{Kind: KindDecimal, Precision: precision, Scale: scale})
}

// String is text of at most size characters. With size 0 no limit is stated.
func String(name string, size int) ColumnDef {
	return column(name, Type{Kind: KindString, Size: size})
}

// Char is text of exactly size characters, padded with blanks where the
// database does so.
func Char(name string, size int) ColumnDef { return column(name, Type{Kind: KindChar, Size: size}) }

// Text is text of any size.
func Text(name string) ColumnDef { return column(name, Type{Kind: KindText}) }

// Bytes is binary data of at most size bytes. With size 0 no limit is stated.
func Bytes(name string, size int) ColumnDef { return column(name, Type{Kind: KindBytes, Size: size}) }

// Date is a day without a time.
func Date(name string) ColumnDef { return column(name, Type{Kind: KindDate}) }

// Time is a time of day.
func Time(name string) ColumnDef { return column(name, Type{Kind: KindTime}) }

// DateTime is an instant: with time zone, where the database knows one.
func DateTime(name string) ColumnDef { return column(name, Type{Kind: KindDateTime}) }

// LocalDateTime is a date and a time of day without time zone.
func LocalDateTime(name string) ColumnDef { return column(name, Type{Kind: KindLocalDateTime}) }

// JSON is a JSON document.
func JSON(name string) ColumnDef { return column(name, Type{Kind: KindJSON}) }

// UUID is a UUID.
func UUID(name string) ColumnDef { return column(name, Type{Kind: KindUUID}) }

// Native is a column whose type is written as one database spells it. Use the
// neutral kinds, with [ColumnDef.On] where needed, to keep a history that runs
// on every dialect.
func Native(name, text string) ColumnDef { return column(name, NativeType(text)) }

// Typed is a column of any type.
func Typed(name string, t Type) ColumnDef { return column(name, t) }

// FromColumn starts from a column that exists.
func FromColumn(c Column) ColumnDef { return ColumnDef{col: c} }

// On gives the text of the type on one dialect.
func (c ColumnDef) On(d Dialect, text string) ColumnDef {
	c.col.Type.Variants = c.col.Type.Variants.With(d, text)
	return c
}

// Precision sets the digits of the second of a time.
func (c ColumnDef) Precision(digits int) ColumnDef { c.col.Type.Precision = digits; return c }

// Unsigned makes an integer unsigned, where the database can.
func (c ColumnDef) Unsigned() ColumnDef { c.col.Type.Unsigned = true; return c }

// NotNull forbids NULL.
func (c ColumnDef) NotNull() ColumnDef { c.col.NotNull = true; return c }

// NotNullNamed is NotNull with a name for the constraint.
func (c ColumnDef) NotNullNamed(name string) ColumnDef {
	c.col.NotNull, c.col.NotNullName = true, name
	return c
}

// NotNullConflict is NotNull with SQLite's ON CONFLICT clause.
func (c ColumnDef) NotNullConflict(action string) ColumnDef {
	c.col.NotNull, c.col.NotNullConflict = true, action
	return c
}

// PrimaryKey makes the column a member of the primary key, in the order of the
// columns. It does not imply NotNull.
func (c ColumnDef) PrimaryKey() ColumnDef { c.pk = true; return c }

// AutoIncrement lets the database give out the values.
func (c ColumnDef) AutoIncrement() ColumnDef { c.col.AutoIncrement = true; return c }

// Identity says how the values are given out, where it is not the usual way,
// and lets the database give them out.
func (c ColumnDef) Identity(i Identity) ColumnDef {
	c.col.AutoIncrement, c.col.Identity = true, i
	return c
}

// OnUpdate sets what an UPDATE that leaves the column out sets it to, in
// MySQL's SQL.
func (c ColumnDef) OnUpdate(sql string) ColumnDef { c.col.OnUpdate = sql; return c }

// Invisible leaves the column out of SELECT *, where the database can.
func (c ColumnDef) Invisible() ColumnDef { c.col.Invisible = true; return c }

// Storage and Compression set how PostgreSQL keeps large values.
func (c ColumnDef) Storage(mode string) ColumnDef       { c.col.Storage = mode; return c }
func (c ColumnDef) Compression(method string) ColumnDef { c.col.Compression = method; return c }

// Options sets other properties on one dialect, as it writes them behind the
// column.
func (c ColumnDef) Options(d Dialect, text string) ColumnDef {
	c.col.Options = c.col.Options.With(d, text)
	return c
}

// Default sets a default that is a value: a string, a number, a bool or nil.
// It panics on anything else, which is a mistake in the program.
func (c ColumnDef) Default(value any) ColumnDef { c.col.Default = Value(value); return c }

// DefaultLiteral sets a default that is a number whose spelling matters: more
// digits than a Go number keeps, or "1.50".
func (c ColumnDef) DefaultLiteral(text string) ColumnDef { c.col.Default = Literal(text); return c }

// DefaultExpr sets a default that the database computes, in SQL.
func (c ColumnDef) DefaultExpr(sql string) ColumnDef { c.col.Default = Expression(sql); return c }

// DefaultOn gives the default on one dialect, in SQL.
func (c ColumnDef) DefaultOn(d Dialect, sql string) ColumnDef {
	c.col.Default.Variants = c.col.Default.Variants.With(d, sql)
	return c
}

// Generated makes the column a generated one, computed when it is read.
func (c ColumnDef) Generated(expr SQL) ColumnDef {
	c.col.Generated = Generated{Expr: expr}
	return c
}

// GeneratedStored makes the column a generated one, computed when a row is
// written.
func (c ColumnDef) GeneratedStored(expr SQL) ColumnDef {
	c.col.Generated = Generated{Expr: expr, Stored: true}
	return c
}

// Collate sets the collation on one dialect.
func (c ColumnDef) Collate(d Dialect, name string) ColumnDef {
	c.col.Collation = c.col.Collation.With(d, name)
	return c
}

// Comment sets the comment.
func (c ColumnDef) Comment(text string) ColumnDef { c.col.Comment = text; return c }

// Value turns a Go value into a default. It panics on a type that is neither
// string, bool, number nor nil.
func Value(v any) Default {
	switch v := v.(type) {
	case nil:
		return Literal("null")
	case string:
		return StringValue(v)
	case bool:
		return Literal(strconv.FormatBool(v))
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
		return Literal(fmt.Sprint(v))
	}
	panic(fmt.Sprintf("schema: a default cannot be a %T: use DefaultExpr", v))
}

func (o TableOptions) addTo(t *Table) { t.Options = o }
func (p PrimaryKey) addTo(t *Table)   { t.PrimaryKey = p }
func (u Unique) addTo(t *Table)       { t.Uniques = append(t.Uniques, u) }
func (f ForeignKey) addTo(t *Table)   { t.ForeignKeys = append(t.ForeignKeys, f) }
func (c Check) addTo(t *Table)        { t.Checks = append(t.Checks, c) }
func (i Index) addTo(t *Table)        { t.Indexes = append(t.Indexes, i) }

// VerbatimSQL is the item that sets [Table.Verbatim] for one dialect.
func VerbatimSQL(d Dialect, text string) Item { return verbatim{d, text} }

type verbatim struct {
	dialect Dialect
	text    string
}

func (v verbatim) addTo(t *Table) { t.Verbatim = t.Verbatim.With(v.dialect, v.text) }

package op

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// Describe says what o does, as a verb ("add") and its object ("column
// products.price").
func Describe(o Op) (verb, object string) {
	switch o := o.(type) {
	case CreateTable:
		return "add", "table " + o.Table.Name
	case DropTable:
		return "drop", "table " + o.Table.Name
	case RenameTable:
		return "rename", "table " + o.From + " to " + o.To
	case AlterTable:
		return "alter", "table " + o.Table + ": options"
	case AddColumn:
		return "add", "column " + o.Table + "." + o.Column.Name
	case DropColumn:
		return "drop", "column " + o.Table + "." + o.Column.Name
	case RenameColumn:
		return "rename", "column " + o.Table + "." + o.From + " to " + o.To
	case AlterColumn:
		return "alter", "column " + o.Table + "." + o.To.Name + ": " + strings.Join(Changes(o.From, o.To), ", ")
	case AlterPrimaryKey:
		return "alter", "primary key of " + o.Table + ": " + parts(o.From.Parts) + " to " + parts(o.To.Parts)
	case AddUnique:
		return "add", "unique constraint " + o.Table + "." + cmp.Or(o.Unique.Name, parts(o.Unique.Parts))
	case DropUnique:
		return "drop", "unique constraint " + o.Table + "." + cmp.Or(o.Unique.Name, parts(o.Unique.Parts))
	case AddForeignKey:
		return "add", "foreign key " + o.Table + "." + foreignKey(o.ForeignKey)
	case DropForeignKey:
		return "drop", "foreign key " + o.Table + "." + foreignKey(o.ForeignKey)
	case AddCheck:
		return "add", "check " + o.Table + "." + cmp.Or(o.Check.Name, "("+o.Check.Expr.Text+")")
	case DropCheck:
		return "drop", "check " + o.Table + "." + cmp.Or(o.Check.Name, "("+o.Check.Expr.Text+")")
	case CreateIndex:
		return "add", "index " + o.Table + "." + o.Index.Name
	case DropIndex:
		return "drop", "index " + o.Table + "." + o.Index.Name
	case CreateObject:
		return "add", o.Object.String()
	case DropObject:
		return "drop", o.Object.String()
	case AlterObject:
		return "alter", o.To.String()
	case Exec:
		return "run", "SQL: " + shorten(cmp.Or(o.SQL.Text, "(variants only)"))
	case Run:
		return "run", "Go: " + o.Name
	}
	panic(unhandled(o))
}

// Changes names the properties in which two columns differ, with both values
// where they are short.
func Changes(from, to schema.Column) []string {
	var out []string
	say := func(differs bool, format string, args ...any) {
		if differs {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(from.Type != to.Type, "type %s", onEach(from.Type.String(), to.Type.String(), from.Type.Variants, to.Type.Variants))
	say(from.NotNull != to.NotNull, "%s to %s", nullable(from), nullable(to))
	say(from.Default != to.Default, "default %s", onEach(defaultText(from.Default), defaultText(to.Default), from.Default.Variants, to.Default.Variants))
	say(from.Generated != to.Generated, "generated expression")
	say(from.AutoIncrement != to.AutoIncrement, "auto-increment")
	say(from.Collation != to.Collation, "collation")
	say(from.Comment != to.Comment, "comment")
	say(from.NotNullConflict != to.NotNullConflict || from.NotNullName != to.NotNullName, "NOT NULL constraint")
	say(from.Identity != to.Identity, "identity")
	say(from.OnUpdate != to.OnUpdate, "on update")
	say(from.Invisible != to.Invisible, "visibility")
	say(from.Storage != to.Storage, "storage")
	say(from.Compression != to.Compression, "compression")
	say(from.Options != to.Options, "options")
	return out
}

// onEach says what a text becomes, and where dialects have one of their own,
// what becomes of that: "on postgres bigint unsigned to bigserial".
func onEach(from, to string, fromOn, toOn schema.Variants) string {
	var out []string
	if from != to {
		out = append(out, from+" to "+to)
	}
	for _, d := range schema.Dialects {
		was, is := fromOn.On(d), toOn.On(d)
		asMySQL := d == schema.MariaDB && was == fromOn.On(schema.MySQL) && is == toOn.On(schema.MySQL)
		if was != is && !asMySQL {
			out = append(out, fmt.Sprintf("on %s %s to %s", d, shorten(cmp.Or(was, from)), shorten(cmp.Or(is, to))))
		}
	}
	if out == nil {
		return to + ", written in another way"
	}
	return strings.Join(out, ", ")
}

func nullable(c schema.Column) string {
	if c.NotNull {
		return "NOT NULL"
	}
	return "NULL"
}

func defaultText(d schema.Default) string {
	switch d.Kind {
	case schema.NoDefault:
		return "none"
	case schema.StringDefault:
		return fmt.Sprintf("%q", shorten(d.Text))
	case schema.LiteralDefault, schema.ExpressionDefault:
		return shorten(d.Text)
	}
	return shorten(d.Text)
}

func parts(ps []schema.Part) string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = cmp.Or(p.Column, "("+p.Expr.Text+")")
	}
	return "(" + strings.Join(names, ", ") + ")"
}

func foreignKey(f schema.ForeignKey) string {
	return cmp.Or(f.Name, "("+strings.Join(f.Columns, ", ")+") to "+f.RefTable)
}

func shorten(s string) string {
	const limit = 60
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}

func unhandled(o Op) string { return fmt.Sprintf("op: unhandled %T", o) }

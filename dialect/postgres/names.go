package postgres

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// maxName is how long an identifier can be, in bytes: NAMEDATALEN - 1. The
// server cuts what is longer without an error, so that two names become one,
// and a DROP hits another table.
const maxName = 63

// named refuses an operation with a name in it that the server would cut or
// not take.
func (c *compiler) named(o op.Op) error {
	var err error
	check := func(what, name string) {
		if why := wrongName(name); err == nil && why != "" {
			err = unsupported(what+" "+fmt.Sprintf("%q", name), "%s", why)
		}
	}
	qualified := func(what, name string) {
		namespace, local := schema.Split(name)
		if namespace != "" {
			check("schema", namespace)
		}
		check(what, local)
	}
	column := func(col schema.Column) {
		check("column", col.Name)
		if col.NotNullName != "" {
			check("constraint", col.NotNullName)
		}
	}
	constraint := func(name string) {
		if name != "" {
			check("constraint", name)
		}
	}
	index := func(i schema.Index) {
		if i.Name != "" {
			check("index", i.Name)
		}
	}
	if table := op.TableOf(o); table != "" {
		qualified("table", table)
	}
	switch o := o.(type) {
	case op.CreateTable:
		for _, col := range o.Table.Columns {
			column(col)
		}
		constraint(o.Table.PrimaryKey.Name)
		for _, u := range o.Table.Uniques {
			constraint(u.Name)
		}
		for _, f := range o.Table.ForeignKeys {
			constraint(f.Name)
			qualified("table", f.RefTable)
		}
		for _, k := range o.Table.Checks {
			constraint(k.Name)
		}
		for _, i := range o.Table.Indexes {
			index(i)
		}
	case op.RenameTable:
		qualified("table", o.To)
	case op.AddColumn:
		column(o.Column)
	case op.DropColumn:
		column(o.Column)
	case op.RenameColumn:
		check("column", o.From)
		check("column", o.To)
	case op.AlterColumn:
		column(o.To)
	case op.AlterPrimaryKey:
		constraint(o.To.Name)
	case op.AddUnique:
		constraint(o.Unique.Name)
	case op.DropUnique:
		constraint(o.Unique.Name)
	case op.AddForeignKey:
		constraint(o.ForeignKey.Name)
		qualified("table", o.ForeignKey.RefTable)
	case op.DropForeignKey:
		constraint(o.ForeignKey.Name)
	case op.AddCheck:
		constraint(o.Check.Name)
	case op.DropCheck:
		constraint(o.Check.Name)
	case op.CreateIndex:
		index(o.Index)
	case op.DropIndex:
		index(o.Index)
	case op.CreateObject:
		c.objectNames(o.Object, check)
	case op.DropObject:
		c.objectNames(o.Object, check)
	case op.AlterObject:
		c.objectNames(o.To, check)
	case op.DropTable, op.AlterTable, op.Exec, op.Run:
	}
	return err
}

// objectNames looks at every identifier in the definition of an object.
func (c *compiler) objectNames(o schema.Object, check func(what, name string)) {
	text := o.Definition.For(schema.Postgres)
	if text == "" && !o.Definition.IsZero() {
		return // of another dialect
	}
	namespace, local, _ := objectName(o)
	if namespace != "" {
		check("schema", namespace)
	}
	check(string(o.Kind), local)
	if len(text) <= maxName {
		return
	}
	for _, t := range tokenize(text) {
		if name, ok := t.name(); ok && len(name) > maxName {
			check("name", name)
		}
	}
}

// wrongName says what is wrong with a name, or "".
func wrongName(name string) string {
	switch {
	case name == "":
		return "a name cannot be empty"
	case len(name) > maxName:
		return fmt.Sprintf("the name has %d bytes, and PostgreSQL cuts names after %d", len(name), maxName)
	case strings.ContainsRune(name, 0):
		return "a name cannot have a zero byte"
	case !utf8.ValidString(name):
		return "the name is not valid UTF-8"
	}
	return ""
}

// objectName returns the parts of the name of an object: its namespace, the
// name itself, and the arguments of a routine in their parentheses.
func objectName(o schema.Object) (namespace, local, args string) {
	namespace, local = schema.Split(o.Name)
	if i := strings.IndexByte(local, '('); i > 0 && isRoutine(o.Kind) {
		return namespace, local[:i], local[i:]
	}
	return namespace, local, ""
}

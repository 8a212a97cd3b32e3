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
	var n nameCheck
	if table := op.TableOf(o); table != "" {
		n.qualified("table", table)
	}
	switch o := o.(type) {
	case op.CreateTable:
		n.table(o.Table)
	case op.RenameTable:
		n.qualified("table", o.To)
	case op.AddColumn:
		n.column(o.Column)
	case op.DropColumn:
		n.column(o.Column)
	case op.RenameColumn:
		n.name("column", o.From)
		n.name("column", o.To)
	case op.AlterColumn:
		n.column(o.To)
	case op.AlterPrimaryKey:
		n.optional("constraint", o.To.Name)
	case op.AddUnique:
		n.optional("constraint", o.Unique.Name)
	case op.DropUnique:
		n.optional("constraint", o.Unique.Name)
	case op.AddForeignKey:
		n.foreignKey(o.ForeignKey)
	case op.DropForeignKey:
		n.optional("constraint", o.ForeignKey.Name)
	case op.AddCheck:
		n.optional("constraint", o.Check.Name)
	case op.DropCheck:
		n.optional("constraint", o.Check.Name)
	case op.CreateIndex:
		n.optional("index", o.Index.Name)
	case op.DropIndex:
		n.optional("index", o.Index.Name)
	case op.CreateObject:
		n.object(o.Object)
	case op.DropObject:
		n.object(o.Object)
	case op.AlterObject:
		n.object(o.To)
	case op.DropTable, op.AlterTable, op.Exec, op.Run:
	}
	return n.err
}

// A nameCheck looks at names, and keeps what is wrong with the first that is.
type nameCheck struct{ err error }

func (n *nameCheck) name(what, name string) {
	if why := wrongName(name); n.err == nil && why != "" {
		n.err = unsupported(what+" "+fmt.Sprintf("%q", name), "%s", why)
	}
}

// optional is name for what may have none.
func (n *nameCheck) optional(what, name string) {
	if name != "" {
		n.name(what, name)
	}
}

func (n *nameCheck) qualified(what, name string) {
	namespace, local := schema.Split(name)
	n.optional("schema", namespace)
	n.name(what, local)
}

func (n *nameCheck) column(col schema.Column) {
	n.name("column", col.Name)
	n.optional("constraint", col.NotNullName)
}

func (n *nameCheck) foreignKey(f schema.ForeignKey) {
	n.optional("constraint", f.Name)
	n.qualified("table", f.RefTable)
}

func (n *nameCheck) table(t schema.Table) {
	for _, col := range t.Columns {
		n.column(col)
	}
	n.optional("constraint", t.PrimaryKey.Name)
	for _, u := range t.Uniques {
		n.optional("constraint", u.Name)
	}
	for _, f := range t.ForeignKeys {
		n.foreignKey(f)
	}
	for _, k := range t.Checks {
		n.optional("constraint", k.Name)
	}
	for _, i := range t.Indexes {
		n.optional("index", i.Name)
	}
}

// object looks at every identifier in the definition of an object.
func (n *nameCheck) object(o schema.Object) {
	text := o.Definition.For(schema.Postgres)
	if text == "" && !o.Definition.IsZero() {
		return // of another dialect
	}
	namespace, local, _ := objectName(o)
	n.optional("schema", namespace)
	n.name(string(o.Kind), local)
	if len(text) <= maxName {
		return
	}
	for _, t := range tokenize(text) {
		if name, ok := t.name(); ok && len(name) > maxName {
			n.name("name", name)
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

package script

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// code is the body of a function that records operations.
type code struct {
	strings.Builder
	usesSchema bool
}

// call writes one statement: m.name(args…).
func (c *code) call(name string, args ...string) {
	c.stmt("m." + name + "(" + strings.Join(args, ", ") + ")")
}

// lines is call with the arguments behind the first on lines of their own.
func (c *code) lines(name, first string, args []string) {
	c.stmt("m." + name + "(" + first + ",\n" + strings.Join(args, ",\n") + ",\n)")
}

// stmt writes a statement. What is in strings could look like a use of package
// schema without being one, so the look-up leaves strings out.
func (c *code) stmt(text string) {
	c.usesSchema = c.usesSchema || usesSchema(text)
	c.WriteString(text + "\n")
}

// add writes an operation as a value, for what no method of Script can say.
func (c *code) add(o op.Op) { c.call("Add", literal(o)) }

func operations(ops []op.Op) (code, error) {
	var c code
	var errs []error
	for i, o := range ops {
		if err := c.operation(o); err != nil {
			errs = append(errs, fmt.Errorf("operation %d: %w", i+1, err))
		}
	}
	return c, errors.Join(errs...)
}

func (c *code) operation(o op.Op) error {
	switch o := o.(type) {
	case op.CreateTable:
		return c.createTable(o)
	case op.DropTable:
		c.call("DropTable", quote(o.Table.Name))
	case op.RenameTable:
		c.call("RenameTable", quote(o.From), quote(o.To))
	case op.AlterTable:
		c.call("AlterTable", quote(o.Table), literal(o.From), literal(o.To))
	case op.AddColumn:
		fill, ok := fillOption(o.Fill)
		if !ok {
			c.add(o)
			return nil
		}
		c.call("AddColumn", append([]string{quote(o.Table), column(o.Column, false).text}, fill...)...)
	case op.DropColumn:
		c.call("DropColumn", quote(o.Table), quote(o.Column.Name))
	case op.RenameColumn:
		c.call("RenameColumn", quote(o.Table), quote(o.From), quote(o.To))
	case op.AlterColumn:
		fill, ok := fillOption(o.Fill)
		if !ok {
			c.add(o)
			return nil
		}
		args := []string{column(o.From, false).text, column(o.To, false).text}
		c.lines("AlterColumn", quote(o.Table), append(args, fill...))
	case op.AlterPrimaryKey:
		c.lines("AlterPrimaryKey", quote(o.Table), []string{literal(o.From), literal(o.To)})
	case op.AddUnique:
		c.call("AddUnique", quote(o.Table), literal(o.Unique))
	case op.DropUnique:
		c.call("DropUnique", quote(o.Table), literal(o.Unique))
	case op.AddForeignKey:
		c.call("AddForeignKey", quote(o.Table), literal(o.ForeignKey))
	case op.DropForeignKey:
		c.call("DropForeignKey", quote(o.Table), literal(o.ForeignKey))
	case op.AddCheck:
		c.call("AddCheck", quote(o.Table), literal(o.Check))
	case op.DropCheck:
		c.call("DropCheck", quote(o.Table), literal(o.Check))
	case op.CreateIndex:
		c.call("CreateIndex", append([]string{quote(o.Table), literal(o.Index)}, indexOption(o.Concurrently)...)...)
	case op.DropIndex:
		c.call("DropIndex", append([]string{quote(o.Table), quote(o.Index.Name)}, indexOption(o.Concurrently)...)...)
	case op.CreateObject:
		c.call("CreateObject", linesLiteral(o.Object))
	case op.DropObject:
		if o.Object.Table != "" {
			c.call("DropObjectOn", quote(o.Object.Table), literal(o.Object.Kind), quote(o.Object.Name))
		} else {
			c.call("DropObject", literal(o.Object.Kind), quote(o.Object.Name))
		}
	case op.AlterObject:
		c.call("AlterObject", linesLiteral(o.From), linesLiteral(o.To))
	case op.Exec:
		c.exec(o)
	case op.Run:
		return fmt.Errorf("run %q: a Go function cannot be written as source", o.Name)
	default:
		panic(fmt.Sprintf("script: unhandled %T", o))
	}
	return nil
}

func indexOption(concurrently bool) []string {
	if concurrently {
		return []string{"op.Concurrently"}
	}
	return nil
}

// exec uses ExecOn for a statement of one dialect.
func (c *code) exec(o op.Exec) {
	if o.SQL == schema.Expr(o.SQL.Text) {
		c.call("Exec", sqlText(o.SQL.Text))
		return
	}
	for _, d := range schema.Dialects {
		if only := o.SQL.Variants.On(d); only != "" && o.SQL == (schema.SQL{}).On(d, only) {
			c.call("ExecOn", literal(d), sqlText(only))
			return
		}
	}
	c.add(o)
}

// fillOption returns the option that sets a fill, if one can.
func fillOption(d schema.Default) ([]string, bool) {
	switch {
	case d.IsZero():
		return nil, true
	case d == schema.Expression(d.Text):
		return []string{"op.FillExpr(" + sqlText(d.Text) + ")"}, true
	}
	if value, ok := goValue(d); ok {
		return []string{"op.Fill(" + value + ")"}, true
	}
	return nil, false
}

// createTable writes one item for each line. The items are built at the same
// time, to see that they make the table again.
func (c *code) createTable(o op.CreateTable) error {
	t := withoutEmpty(o.Table)
	if t.Unsupported != "" {
		return fmt.Errorf("table %q cannot be written: %s", t.Name, t.Unsupported)
	}
	var args []string
	var items []schema.Item
	put := func(text string, it schema.Item) {
		args, items = append(args, text), append(items, it)
	}
	inKey, plain := plainKey(t)
	for i, col := range t.Columns {
		w := column(col, plain && inKey[i])
		put(w.text, w.def)
	}
	if !plain && !reflect.DeepEqual(t.PrimaryKey, schema.PrimaryKey{}) {
		put(literal(t.PrimaryKey), t.PrimaryKey)
	}
	for _, u := range t.Uniques {
		put(literal(u), u)
	}
	for _, f := range t.ForeignKeys {
		put(literal(f), f)
	}
	for _, ch := range t.Checks {
		put(literal(ch), ch)
	}
	for _, ix := range t.Indexes {
		put(literal(ix), ix)
	}
	if t.Options != (schema.TableOptions{}) {
		put(literal(t.Options), t.Options)
	}
	for _, v := range variants(t.Verbatim) {
		put("schema.VerbatimSQL("+literal(v.dialect)+", "+sqlText(v.text)+")", schema.VerbatimSQL(v.dialect, v.text))
	}
	if len(args) == 0 || !reflect.DeepEqual(schema.NewTable(t.Name, items...), t) {
		c.add(op.CreateTable{Table: t})
		return nil
	}
	c.lines("CreateTable", quote(t.Name), args)
	return nil
}

// plainKey reports which columns are the primary key, where the key can be
// said by marking them: unnamed, plain, in the order of the columns.
func plainKey(t schema.Table) (map[int]bool, bool) {
	in := map[int]bool{}
	next := 0
	for _, p := range t.PrimaryKey.Parts {
		for next < len(t.Columns) && t.Columns[next].Name != p.Column {
			next++
		}
		if next == len(t.Columns) || p != (schema.Part{Column: p.Column}) {
			return nil, false
		}
		in[next] = true
		next++
	}
	key := t.PrimaryKey
	key.Parts = nil
	return in, reflect.DeepEqual(key, schema.PrimaryKey{})
}

// withoutEmpty makes empty slices nil: the two mean the same.
func withoutEmpty(t schema.Table) schema.Table {
	t.Needs = nil // they are not written
	t.Columns, t.PrimaryKey.Parts = orNil(t.Columns), orNil(t.PrimaryKey.Parts)
	t.Uniques, t.ForeignKeys = orNil(t.Uniques), orNil(t.ForeignKeys)
	t.Checks, t.Indexes = orNil(t.Checks), orNil(t.Indexes)
	return t
}

func orNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

func quote(s string) string { return strconv.Quote(s) }

package sqlite

import (
	"errors"
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A compiler carries one call of Compile.
type compiler struct {
	flavor  dialect.Flavor
	assumed bool // the version is a guess
	state   *op.State
	out     []dialect.Stmt
	dropped []string // tables that this call dropped
}

// An item is an operation and its index in the slice that Compile was given.
type item struct {
	op    op.Op
	index int
}

// Compile returns the statements for ops, and applies ops to state.
//
// Consecutive operations on one table become one rebuild if any of them needs
// one, and none at all if SQLite would not see a difference.
func (d Dialect) Compile(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	c := &compiler{flavor: d.Flavor(), assumed: d.assumed, state: state}
	items := gather(arrange(ops))
	for len(items) > 0 {
		n := group(items)
		if err := c.compile(items[:n]); err != nil {
			return nil, err
		}
		items = items[n:]
	}
	if err := c.dangling(); err != nil {
		return nil, err
	}
	return c.out, nil
}

// arrange moves the constraints of a table that ops create next to its
// CreateTable, so that they become part of it. SQLite lets a foreign key name
// a table that does not exist yet. Nothing moves across an operation that could
// put rows into the table.
func arrange(ops []op.Op) []item {
	items := make([]item, 0, len(ops))
	moved := make([]bool, len(ops))
	for i, o := range ops {
		if moved[i] {
			continue
		}
		items = append(items, item{o, i})
		create, ok := o.(op.CreateTable)
		if !ok {
			continue
		}
		for j := i + 1; j < len(ops); j++ {
			r := roleOf(ops[j])
			if r != creates && r != indexes && r != constrains {
				break
			}
			if r == constrains && !moved[j] && op.TableOf(ops[j]) == create.Table.Name {
				items = append(items, item{ops[j], j})
				moved[j] = true
			}
		}
	}
	return items
}

// A role is what an operation is to the grouping.
type role int

const (
	creates    role = iota // CREATE TABLE
	drops                  // DROP TABLE
	renames                // stands alone: only SQLite's own rename takes triggers and views along
	constrains             // adds a constraint
	indexes                // creates an index
	alters                 // anything else on one table
	elsewhere              // not on one table
)

func roleOf(o op.Op) role {
	switch o.(type) {
	case op.CreateTable:
		return creates
	case op.DropTable:
		return drops
	case op.RenameTable, op.RenameColumn:
		return renames
	case op.AddUnique, op.AddForeignKey, op.AddCheck:
		return constrains
	case op.CreateIndex:
		return indexes
	case op.AlterTable, op.AddColumn, op.DropColumn, op.AlterColumn, op.AlterPrimaryKey,
		op.DropUnique, op.DropForeignKey, op.DropCheck, op.DropIndex:
		return alters
	case op.CreateObject, op.DropObject, op.AlterObject, op.Exec, op.Run:
		return elsewhere
	}
	panic(fmt.Sprintf("unhandled %T", o))
}

// group returns how many items at the start are compiled together: the
// operations that follow each other on one table.
func group(items []item) int {
	switch roleOf(items[0].op) {
	case drops, renames, elsewhere:
		return 1
	case creates, constrains, indexes, alters:
	}
	n := 1
	for n < len(items) && op.TableOf(items[n].op) == op.TableOf(items[0].op) {
		if r := roleOf(items[n].op); r != constrains && r != indexes && r != alters {
			break
		}
		n++
	}
	return n
}

// compile compiles one group.
func (c *compiler) compile(items []item) error {
	first := items[0]
	switch o := first.op.(type) {
	case op.CreateTable:
		return c.createTable(items)
	case op.DropTable:
		return c.dropTable(o, first.index)
	case op.RenameTable:
		return c.renameTable(o, first.index)
	case op.RenameColumn:
		return c.renameColumn(o, first.index)
	case op.AlterTable, op.AddColumn, op.DropColumn, op.AlterColumn, op.AlterPrimaryKey, op.AddUnique, op.DropUnique,
		op.AddForeignKey, op.DropForeignKey, op.AddCheck, op.DropCheck, op.CreateIndex, op.DropIndex:
		return c.alter(items)
	case op.CreateObject:
		return c.createObject(o, first.index)
	case op.DropObject:
		return c.dropObject(o, first.index)
	case op.AlterObject:
		if err := c.dropObject(op.DropObject{Object: o.From}, first.index); err != nil {
			return err
		}
		return c.createObject(op.CreateObject{Object: o.To}, first.index)
	case op.Exec:
		return c.exec(o, first.index)
	case op.Run:
		return errors.New("a Go step has no SQL")
	}
	panic(fmt.Sprintf("unhandled %T", first.op))
}

func (c *compiler) emit(stmts ...dialect.Stmt) { c.out = append(c.out, stmts...) }

// createTable compiles a CreateTable with everything that follows on the same
// table: what the table is in the end is what is created.
func (c *compiler) createTable(items []item) error {
	for _, it := range items {
		if _, err := c.apply(it.op); err != nil {
			return err
		}
	}
	t, _ := c.state.Table(op.TableOf(items[0].op))
	if err := c.possible(t); err != nil {
		return err
	}
	c.emit(dialect.Stmt{SQL: createTable(t), Op: items[0].index, Object: t.Name})
	for _, ix := range t.Indexes {
		c.emit(dialect.Stmt{SQL: createIndex(t.Name, ix), Op: indexOp(items, ix.Name), Object: t.Name})
	}
	return nil
}

// indexOp returns the operation that an index came with.
func indexOp(items []item, name string) int {
	for _, it := range items {
		if o, ok := it.op.(op.CreateIndex); ok && o.Index.Name == name {
			return it.index
		}
	}
	return items[0].index
}

// possible says why this SQLite cannot have such a table.
func (c *compiler) possible(t schema.Table) error {
	if t.Options.Strict && !c.assumed && !c.flavor.Can(dialect.StrictTables) {
		return &dialect.UnsupportedError{
			Object: fmt.Sprintf("table %q", t.Name),
			Why:    "it is STRICT, which SQLite " + c.flavor.Version.String() + " does not know",
		}
	}
	return nil
}

func (c *compiler) renameTable(o op.RenameTable, index int) error {
	if err := c.understood(o.From); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	rename := func(from, to string) {
		sql := "ALTER TABLE " + quoteIdent(from) + " RENAME TO " + quoteIdent(to)
		c.emit(dialect.Stmt{SQL: sql, Op: index, Object: from})
	}
	if sameName(o.From, o.To) { // only the case changes, which SQLite takes for a collision
		between := c.freeName("_whim_new_" + o.To)
		rename(o.From, between)
		rename(between, o.To)
		return nil
	}
	rename(o.From, o.To)
	return nil
}

func (c *compiler) renameColumn(o op.RenameColumn, index int) error {
	if err := c.understood(o.Table); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	c.emit(dialect.Stmt{
		SQL: "ALTER TABLE " + quoteIdent(o.Table) + " RENAME COLUMN " + quoteIdent(o.From) + " TO " + quoteIdent(o.To),
		Op:  index, Object: o.Table,
	})
	return c.renameInObjects(o)
}

func (c *compiler) createObject(o op.CreateObject, index int) error {
	if _, err := c.apply(o); err != nil {
		return err
	}
	sql := o.Object.Definition.For(schema.SQLite)
	if sql == "" {
		return nil
	}
	if dropWords[o.Object.Kind] == "" {
		return &dialect.UnsupportedError{
			Object: o.Object.String(),
			Why:    "SQLite has none; where only other dialects shall have it, give its definition for those: schema.SQL{}.On(…)",
		}
	}
	c.emit(dialect.Stmt{SQL: sql, Op: index, Object: o.Object.Name})
	return nil
}

// dropWords are what stands behind DROP, for the objects that SQLite has.
var dropWords = map[schema.ObjectKind]string{schema.View: "VIEW", schema.Trigger: "TRIGGER", schema.VirtualTable: "TABLE"}

func (c *compiler) dropObject(o op.DropObject, index int) error {
	if c.foreign(o.Object) {
		return nil
	}
	full, err := c.apply(o)
	if err != nil {
		return err
	}
	o = full.(op.DropObject)
	if o.Object.Definition.For(schema.SQLite) == "" {
		return nil
	}
	c.emit(dialect.Stmt{SQL: "DROP " + dropWords[o.Object.Kind] + " " + quoteIdent(o.Object.Name), Op: index, Object: o.Object.Name})
	return nil
}

// foreign reports whether an object is one of other dialects only, which a
// state that was read from a database does not have.
func (c *compiler) foreign(ob schema.Object) bool {
	_, there := c.state.Schema().Object(ob.ID())
	return !there && !ob.Definition.IsZero() && ob.Definition.For(schema.SQLite) == ""
}

// understood refuses a table that the inspector could not represent.
func (c *compiler) understood(table string) error {
	if t, ok := c.state.Table(table); ok && t.Unsupported != "" {
		return &dialect.UnsupportedError{Object: fmt.Sprintf("table %q", table), Why: t.Unsupported}
	}
	return nil
}

// freeName returns a name like want that nothing in the schema has.
func (c *compiler) freeName(want string) string {
	s := c.state.Schema()
	taken := map[string]bool{}
	for _, t := range s.Tables {
		taken[fold(t.Name)] = true
		for _, i := range t.Indexes {
			taken[fold(i.Name)] = true
		}
	}
	for _, o := range s.Objects {
		taken[fold(o.Name)] = true
	}
	for taken[fold(want)] {
		want += "_"
	}
	return want
}

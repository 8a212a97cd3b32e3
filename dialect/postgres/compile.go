package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A compiler carries one call of Compile.
type compiler struct {
	d     Dialect
	state *op.State
	ops   []op.Op
	then  []op.Op // what comes behind a Go step
	at    int     // index of the operation that is compiled
	out   []dialect.Stmt

	waiting []waiting               // what needs something that a later operation makes
	away    []schema.Object         // dropped for a change, and to be created again
	users   []*pieces               // what of tables is away, because it calls a routine that is
	grants  map[schema.ObjectID]int // of objects that are away: where their grants are kept
	kept    int                     // how many grants are kept
	keeping []keeping               // where
	early   map[partOf]bool         // foreign keys that were dropped before their turn; see dropEarly
	renamed map[string][]string     // columns that were renamed here, under their new names, by table
	lost    map[partOf]bool         // defaults that a type could not take any more

	sequences map[partOf]string                  // those of serial columns that have another name than serial gives
	disowned  map[string]bool                    // sequences that were taken from a table which is gone
	released  map[partOf]bool                    // serial columns whose sequence is an object now; see takeOver
	replaced  map[schema.ObjectID]*schema.Object // sequences that are another now, or a column's; see takeIn
}

// A partOf is a column or a constraint of a table.
type partOf struct{ table, name string }

// Compile returns the statements for ops, and applies ops to state.
func (d Dialect) Compile(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	return d.CompileBefore(ops, nil, state)
}

// CompileBefore is Compile where the transaction goes on, with a Go step and
// what follows it.
func (d Dialect) CompileBefore(ops, then []op.Op, state *op.State) ([]dialect.Stmt, error) {
	c := &compiler{
		d: d, state: state, ops: ops, then: then,
		grants: map[schema.ObjectID]int{}, early: map[partOf]bool{},
		renamed: map[string][]string{}, lost: map[partOf]bool{}, sequences: map[partOf]string{},
		released: map[partOf]bool{}, disowned: map[string]bool{}, replaced: map[schema.ObjectID]*schema.Object{},
	}
	for i, o := range ops {
		if _, ok := o.(op.AlterColumn); !ok {
			c.bringBack()
		}
		c.at = i
		if err := c.compile(o); err != nil {
			return nil, err
		}
		c.settle(false)
	}
	c.bringBack()
	c.settle(true)
	c.holdGrants()
	return c.out, nil
}

func (c *compiler) compile(o op.Op) error {
	if err := c.named(o); err != nil {
		return err
	}
	if err := c.understood(o); err != nil {
		return err
	}
	switch o := o.(type) {
	case op.CreateTable:
		return c.createTable(o)
	case op.DropTable:
		return c.dropTable(o)
	case op.RenameTable:
		return c.renameTable(o)
	case op.AlterTable:
		return c.alterTable(o)
	case op.AddColumn:
		return c.addColumn(o)
	case op.DropColumn:
		return c.dropColumn(o)
	case op.RenameColumn:
		return c.renameColumn(o)
	case op.AlterColumn:
		return c.alterColumn(o)
	case op.AlterPrimaryKey:
		return c.alterPrimaryKey(o)
	case op.AddUnique:
		return c.addUnique(o)
	case op.DropUnique:
		return c.dropUnique(o)
	case op.AddForeignKey:
		return c.addForeignKey(o)
	case op.DropForeignKey:
		return c.dropForeignKey(o)
	case op.AddCheck:
		return c.addCheck(o)
	case op.DropCheck:
		return c.dropCheck(o)
	case op.CreateIndex:
		return c.createIndex(o)
	case op.DropIndex:
		return c.dropIndex(o)
	case op.CreateObject:
		return c.createObject(o)
	case op.DropObject:
		return c.dropObject(o)
	case op.AlterObject:
		return c.alterObject(o)
	case op.Exec:
		return c.exec(o)
	case op.Run:
		return errors.New("a Go step has no SQL")
	}
	panic(fmt.Sprintf("unhandled %T", o))
}

// emit adds statements on object to the operation at hand.
func (c *compiler) emit(object string, sql ...string) {
	for _, s := range sql {
		c.out = append(c.out, dialect.Stmt{SQL: s, Op: c.at, Object: object})
	}
}

// none adds a query that must find nothing.
func (c *compiler) none(object, must, query string) {
	c.out = append(c.out, dialect.Stmt{SQL: query, Kind: dialect.None, Must: must, Op: c.at, Object: object})
}

// alter adds one ALTER TABLE with all actions: the server reads and rewrites
// the table once for all of them.
func (c *compiler) alter(table string, actions ...string) {
	switch len(actions) {
	case 0:
	case 1:
		c.emit(table, "ALTER TABLE "+quoteName(c.d, table)+" "+actions[0])
	default:
		c.emit(table, "ALTER TABLE "+quoteName(c.d, table)+"\n  "+strings.Join(actions, ",\n  "))
	}
}

// later returns the operations that are still to come.
func (c *compiler) later() []op.Op { return c.ops[c.at+1:] }

func unsupported(object, why string, args ...any) error {
	return &dialect.UnsupportedError{Object: object, Why: fmt.Sprintf(why, args...)}
}

func tableObject(table string) string { return fmt.Sprintf("table %q", table) }

// understood refuses to touch a table that the inspector could not represent,
// other than to drop it.
func (c *compiler) understood(o op.Op) error {
	if _, drop := o.(op.DropTable); drop {
		return nil
	}
	if t, ok := c.state.Table(op.TableOf(o)); ok && t.Unsupported != "" {
		return unsupported(tableObject(t.Name), "%s", t.Unsupported)
	}
	return nil
}

// Something waiting is a foreign key to a table, or to a key of it, that a
// later operation makes; or a sequence whose owner comes later.
type waiting struct {
	op       int
	table    string
	key      schema.ForeignKey
	column   string // where it is about a sequence of it
	sequence string // the statement, then
}

// settle adds what was waiting and can be done now, or at the end all of it:
// what never comes is for the server to refuse.
func (c *compiler) settle(all bool) {
	at := c.at
	c.waiting = slices.DeleteFunc(c.waiting, func(w waiting) bool {
		if !all && !c.ready(w) {
			return false
		}
		c.at = w.op
		if w.sequence != "" {
			c.emit(w.table, w.sequence)
			return true
		}
		c.alter(w.table, "ADD "+c.d.foreignKeyText(w.key))
		if w.key.Comment != "" {
			c.emit(w.table, c.d.commentConstraint(w.table, foreignKeyName(w.table, w.key), w.key.Comment))
		}
		return true
	})
	c.at = at
}

func (c *compiler) ready(w waiting) bool {
	if w.sequence != "" {
		return c.hasColumn(w.table, w.column)
	}
	return c.referable(w.key)
}

// referable reports whether what f refers to is there, or never comes.
func (c *compiler) referable(f schema.ForeignKey) bool {
	t, ok := c.state.Table(f.RefTable)
	if !ok {
		return !slices.ContainsFunc(c.later(), func(o op.Op) bool { return makesTable(o) == f.RefTable })
	}
	if keyed(t, f.RefColumns) {
		return true
	}
	return !slices.ContainsFunc(c.later(), func(o op.Op) bool { return op.TableOf(o) == f.RefTable && makesKey(o) })
}

func makesTable(o op.Op) string {
	switch o := o.(type) {
	case op.CreateTable:
		return o.Table.Name
	case op.RenameTable:
		return o.To
	default:
		return ""
	}
}

func makesKey(o op.Op) bool {
	switch o := o.(type) {
	case op.AlterPrimaryKey, op.AddUnique:
		return true
	case op.CreateIndex:
		return o.Index.Unique
	default:
		return false
	}
}

// keyed reports whether columns are a key of t that a foreign key can refer
// to; no columns are the primary key.
func keyed(t schema.Table, columns []string) bool {
	if len(columns) == 0 {
		return len(t.PrimaryKey.Parts) > 0
	}
	if sameColumns(t.PrimaryKey.Parts, columns) {
		return true
	}
	for _, u := range t.Uniques {
		if sameColumns(u.Parts, columns) {
			return true
		}
	}
	return slices.ContainsFunc(t.Indexes, func(i schema.Index) bool {
		return i.Unique && i.Where.IsZero() && sameColumns(i.Parts, columns)
	})
}

// sameColumns reports whether parts are these columns, in any order.
func sameColumns(parts []schema.Part, columns []string) bool {
	return len(parts) == len(columns) && !slices.ContainsFunc(parts, func(p schema.Part) bool {
		return !slices.Contains(columns, p.Column)
	})
}

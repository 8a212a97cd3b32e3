package mysql

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A compiler carries one call of Compile.
type compiler struct {
	d     Dialect
	name  schema.Dialect
	state *op.State
	ops   []op.Op
	index int // of the operation at hand
	out   []dialect.Stmt
	ahead []dialect.Stmt // what is asked before all of out

	held    map[string][]string // clauses that a later operation on the table must join
	giving  map[string]bool     // a column of the table is to begin to give out values
	pending []foreignKeyOf      // whose tables do not exist yet
	bare    map[string]bool     // tables without their partitions, which change later
	rich    map[string]bool     // tables that have the engine already which they get later
	last    []lastClause        // what an ALTER TABLE says when its columns and keys are as they shall be
	relink  []foreignKeyOf      // dropped for a while, since the type of a column changes
	gone    []foreignKeyOf      // dropped before their operation comes
	made    map[string]string   // the names of indexes that the server made, by table and foreign key
	refers  map[string][]string // the tables that have a foreign key to one; nil: not looked up
}

// A foreignKeyOf is a foreign key and the table that has it.
type foreignKeyOf struct {
	table string
	key   schema.ForeignKey
	index int // of the operation that it belongs to
}

// Compile returns the statements for ops, and applies ops to state.
func (d Dialect) Compile(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	c := &compiler{d: d, name: d.flavor.Dialect, state: state, ops: ops, held: map[string][]string{}, giving: map[string]bool{}, made: map[string]string{}, bare: map[string]bool{}, rich: map[string]bool{}}
	for i, o := range ops {
		c.index = i
		if err := c.compile(o); err != nil {
			return nil, err
		}
		c.sayLast()
	}
	if err := c.finish(); err != nil {
		return nil, err
	}
	return append(c.ahead, c.out...), nil
}

// compile compiles one operation.
func (c *compiler) compile(o op.Op) error {
	if table := op.TableOf(o); table != "" {
		if _, drop := o.(op.DropTable); !drop {
			if err := c.understood(table); err != nil {
				return err
			}
			if err := c.unlist(table); err != nil {
				return err
			}
			c.clearAhead(table, o)
		}
	}
	switch o := c.asListed(o).(type) {
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

// emit adds a statement of the operation at hand.
func (c *compiler) emit(object, sql string) {
	c.out = append(c.out, dialect.Stmt{SQL: sql, Op: c.index, Object: object})
}

// alter adds one ALTER TABLE of all clauses.
//
// Where the table could not be what it is after them, because a column that
// gives out values would have no key, they are held back and become part of the
// statement that makes it so. What comes in between on the table stands alone.
func (c *compiler) alter(table string, clauses ...string) {
	if len(clauses) == 0 {
		return
	}
	t, ok := c.state.Table(table)
	held := c.held[table]
	switch {
	case ok && !stands(t) && len(held) == 0 && c.later(table):
		c.held[table] = clauses
	case ok && !stands(t) && len(held) > 0 && !joins(held, clauses):
		c.emitAlter(table, clauses...)
	case ok && !stands(t) && len(held) > 0 && c.later(table):
		c.held[table] = append(held, clauses...)
	default:
		delete(c.held, table)
		c.emitAlter(table, append(held, clauses...)...)
	}
}

// emitAlter emits an ALTER TABLE statement. A column that begins to give out
// values would give one to the row that has 0, unless the session says not to.
func (c *compiler) emitAlter(table string, clauses ...string) {
	begins := c.giving[table] && slices.ContainsFunc(clauses, func(s string) bool {
		return strings.HasPrefix(s, "MODIFY COLUMN ") && strings.Contains(s, " AUTO_INCREMENT")
	})
	if begins {
		delete(c.giving, table)
	}
	if begins {
		c.session(table, "SET sql_mode = "+quoteString(c.d.sessionMode()+",NO_AUTO_VALUE_ON_ZERO"))
	}
	c.emit(table, c.alterText(table, clauses...))
	if begins {
		c.session(table, "SET sql_mode = "+quoteString(c.d.sessionMode()))
	}
}

// joins reports whether clauses must wait together with those that are held
// back: what is about the primary key, about the values that are given out, or
// about a column that is not there yet.
func joins(held, clauses []string) bool {
	return slices.ContainsFunc(clauses, func(clause string) bool {
		about := func(h string) bool {
			rest, add := strings.CutPrefix(h, "ADD COLUMN ")
			name, _, _ := strings.Cut(strings.TrimPrefix(rest, "`"), "` ")
			return add && strings.Contains(clause, "`"+name+"`")
		}
		return strings.Contains(clause, "PRIMARY KEY") || strings.Contains(clause, " AUTO_INCREMENT") || slices.ContainsFunc(held, about)
	})
}

// alterText returns an ALTER TABLE statement. A system-versioned table is not
// altered unless the session says what shall become of its history: it stays.
func (c *compiler) alterText(table string, clauses ...string) string {
	sql := "ALTER TABLE " + quoteName(table) + " " + joinClauses(clauses)
	if t, ok := c.state.Table(table); ok && versioned(t.Options) {
		return "SET STATEMENT system_versioning_alter_history = KEEP FOR " + sql
	}
	return sql
}

// stands reports whether the servers take the table as it is: a column that
// gives out values must lead a key, in the same statement that makes it one.
func stands(t schema.Table) bool {
	for _, col := range t.Columns {
		if col.AutoIncrement && !leadsKey(t, col.Name) {
			return false
		}
	}
	return true
}

func leadsKey(t schema.Table, column string) bool {
	return slices.ContainsFunc(keys(t), func(parts []schema.Part) bool { return len(parts) > 0 && sameName(parts[0].Column, column) })
}

// keys returns the parts of every key and index of a table that can be searched
// by a leading column.
func keys(t schema.Table) [][]schema.Part {
	out := [][]schema.Part{t.PrimaryKey.Parts}
	for _, u := range t.Uniques {
		out = append(out, u.Parts)
	}
	for _, i := range t.Indexes {
		if m := i.Method; m.MySQL == "" && m.MariaDB == "" || isTree(m.MySQL) || isTree(m.MariaDB) {
			out = append(out, i.Parts)
		}
	}
	return out
}

// later reports whether an operation on the table comes later.
func (c *compiler) later(table string) bool {
	return slices.ContainsFunc(c.ops[c.index+1:], func(o op.Op) bool { return op.TableOf(o) == table })
}

// finish adds what had to wait until everything else is there.
func (c *compiler) finish() error {
	for _, table := range slices.Sorted(maps.Keys(c.held)) {
		c.emit(table, c.alterText(table, c.held[table]...)) // which the server refuses, and says why
	}
	for _, p := range c.pending {
		return &dialect.UnsupportedError{
			Object: fmt.Sprintf("table %q", p.table),
			Why:    fmt.Sprintf("its foreign key %s refers to table %q, which does not exist", p.key.Name, p.key.RefTable),
		}
	}
	return c.linkAgain()
}

// understood refuses a table that the inspector could not represent.
func (c *compiler) understood(table string) error {
	if t, ok := c.state.Table(table); ok && t.Unsupported != "" {
		return &dialect.UnsupportedError{Object: fmt.Sprintf("table %q", table), Why: t.Unsupported}
	}
	return nil
}

// needs refuses what this server cannot do.
func (c *compiler) needs(f dialect.Feature, object, what string) error {
	if c.d.can(f) {
		return nil
	}
	return &dialect.UnsupportedError{
		Object: object,
		Why:    fmt.Sprintf("%s %s has no %s", vendorName(c.name), c.d.flavor.Version, what),
	}
}

// cannot refuses what neither server can do.
func (c *compiler) cannot(object, why string, args ...any) error {
	return &dialect.UnsupportedError{Object: object, Why: vendorName(c.name) + " " + fmt.Sprintf(why, args...)}
}

// can reports whether the server can do f. One that nobody has asked can do what
// any of its kind can: what is asked for by name is refused by nobody too early.
func (d Dialect) can(f dialect.Feature) bool {
	flavor := d.flavor
	if d.settings.assumed {
		flavor.Version = dialect.Version{999}
	}
	return flavor.Can(f)
}

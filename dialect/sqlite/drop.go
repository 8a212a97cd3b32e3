package sqlite

import (
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// dropTable compiles DROP TABLE. With foreign_keys on SQLite first deletes every
// row, and the rows that refer to them with ON DELETE CASCADE; so a table that
// another refers to goes only in a session where they are off.
func (c *compiler) dropTable(o op.DropTable, index int) error {
	name := o.Table.Name
	s := c.state.Schema()
	if t, ok := s.Table(name); ok {
		name = t.Name
	}
	for _, u := range users(s.Objects, name) {
		if u.Kind == schema.Trigger && sameName(u.Table, name) || u.Definition.For(schema.SQLite) == "" {
			continue // goes with the table
		}
		return &dialect.UnsupportedError{
			Object: fmt.Sprintf("table %q", name),
			Why:    fmt.Sprintf("%s %q uses it: drop that first", u.Kind, u.Name),
		}
	}
	referred := len(children(s, name)) > 0
	if t, ok := s.Table(name); ok { // a row can stand in the way of another, too
		referred = referred || slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return sameName(f.RefTable, name) })
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	if referred {
		c.emit(foreignKeysOff(name, index))
	}
	c.emit(dialect.Stmt{SQL: "DROP TABLE " + quoteIdent(name), Op: index, Object: name, Rebuild: referred})
	c.dropped = append(c.dropped, name)
	return nil
}

// foreignKeysOff is the statement that makes sure of the session, also where
// somebody runs a printed script by hand.
func foreignKeysOff(table string, index int) dialect.Stmt {
	return dialect.Stmt{
		SQL:  "SELECT 1 FROM pragma_foreign_keys WHERE foreign_keys <> 0",
		Kind: dialect.None,
		Must: fmt.Sprintf("foreign_keys is on: dropping the old %q would delete or change rows that refer to it", table),
		Op:   index, Object: table, Rebuild: true,
	}
}

// children returns the tables other than the named one that refer to it.
func children(s schema.Schema, name string) []schema.Table {
	var out []schema.Table
	for _, t := range s.Tables {
		if sameName(t.Name, name) {
			continue
		}
		for _, f := range t.ForeignKeys {
			if sameName(f.RefTable, name) {
				out = append(out, t)
				break
			}
		}
	}
	return out
}

// dangling refuses to leave a foreign key without its table: SQLite would then
// refuse every write to the table that has it.
func (c *compiler) dangling() error {
	if len(c.dropped) == 0 {
		return nil
	}
	s := c.state.Schema()
	for _, name := range c.dropped {
		if _, back := s.Table(name); back {
			continue
		}
		for _, child := range children(s, name) {
			return &dialect.UnsupportedError{
				Object: fmt.Sprintf("table %q", name),
				Why:    fmt.Sprintf("table %q has a foreign key to it: drop that first", child.Name),
			}
		}
	}
	return nil
}

package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// alterPrimaryKey changes the primary key: its name or its comment alone where
// it stays the same key, else the constraint, in one statement.
func (c *compiler) alterPrimaryKey(o op.AlterPrimaryKey) error {
	if err := c.possible(schema.Table{Name: o.Table, PrimaryKey: o.To}); err != nil {
		return err
	}
	t, _ := c.state.Table(o.Table)
	before := t.PrimaryKey
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	after := o.To
	was, is := keyName(t), after.Name
	if is == "" {
		is = automaticName(o.Table, "", "pkey")
	}
	same := before
	same.Comment, same.Conflict = after.Comment, after.Conflict
	if len(before.Parts) > 0 && same.Same(after) {
		if was != is {
			c.alter(o.Table, "RENAME CONSTRAINT "+quoteIdent(was)+" TO "+quoteIdent(is))
		}
		if before.Comment != after.Comment {
			c.emit(o.Table, c.d.commentConstraint(o.Table, is, after.Comment))
		}
		return nil
	}
	foreign := c.referring(t, before.Parts)
	for _, f := range foreign {
		c.alter(f.table, "DROP CONSTRAINT "+quoteIdent(foreignKeyName(f.table, f.key)))
	}
	var actions []string
	if len(before.Parts) > 0 {
		actions = append(actions, "DROP CONSTRAINT "+quoteIdent(was))
	}
	left, _ := c.state.Table(o.Table)
	for _, col := range left.Columns {
		// Out of the key, a column stays NOT NULL unless it is told.
		if isMember(before.Parts, col.Name) && !isMember(after.Parts, col.Name) && !col.NotNull && !isSerial(col) && !isIdentity(col) {
			actions = append(actions, "ALTER COLUMN "+quoteIdent(col.Name)+" DROP NOT NULL")
		}
	}
	if len(after.Parts) > 0 {
		actions = append(actions, "ADD "+c.d.primaryKeyText(after))
	}
	c.alter(o.Table, actions...)
	if after.Comment != "" {
		c.emit(o.Table, c.d.commentConstraint(o.Table, is, after.Comment))
	}
	for _, f := range foreign {
		c.wait(f.table, f.key)
	}
	return nil
}

func isMember(parts []schema.Part, column string) bool {
	return slices.ContainsFunc(parts, func(p schema.Part) bool { return p.Column == column })
}

// referring returns the foreign keys to a key of t that is about to go. Those
// that a later operation drops go now, for good.
func (c *compiler) referring(t schema.Table, key []schema.Part) []foreign {
	var out []foreign
	if len(key) == 0 {
		return nil
	}
	for _, other := range c.state.Schema().Tables {
		for _, f := range other.ForeignKeys {
			primary := len(f.RefColumns) == 0 && slices.Equal(key, t.PrimaryKey.Parts)
			if f.RefTable != t.Name || !primary && !sameColumns(key, f.RefColumns) {
				continue
			}
			if c.goes(other.Name, f) {
				c.dropEarly(other.Name, f)
			} else {
				out = append(out, foreign{other.Name, f})
			}
		}
	}
	return out
}

func (c *compiler) addUnique(o op.AddUnique) error {
	if err := c.possible(schema.Table{Name: o.Table, Uniques: []schema.Unique{o.Unique}}); err != nil {
		return err
	}
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	c.alter(o.Table, "ADD "+c.d.uniqueText(o.Unique))
	if o.Unique.Comment != "" {
		c.emit(o.Table, c.d.commentConstraint(o.Table, uniqueName(o.Table, o.Unique), o.Unique.Comment))
	}
	return nil
}

// dropUnique drops a unique constraint, and before it the foreign keys to it
// that a later operation drops.
func (c *compiler) dropUnique(o op.DropUnique) error {
	t, _ := c.state.Table(o.Table)
	full, err := c.state.Apply(o)
	if err != nil {
		return err
	}
	u := full.(op.DropUnique).Unique
	if after, _ := c.state.Table(o.Table); !slices.ContainsFunc(after.Uniques, u.Same) {
		for _, other := range c.state.Schema().Tables {
			for _, f := range other.ForeignKeys {
				if f.RefTable == t.Name && sameColumns(u.Parts, f.RefColumns) && c.goes(other.Name, f) {
					c.dropEarly(other.Name, f)
				}
			}
		}
	}
	c.alter(o.Table, "DROP CONSTRAINT "+quoteIdent(uniqueName(o.Table, u)))
	return nil
}

func (c *compiler) addForeignKey(o op.AddForeignKey) error {
	if err := c.possible(schema.Table{Name: o.Table, ForeignKeys: []schema.ForeignKey{o.ForeignKey}}); err != nil {
		return err
	}
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	c.wait(o.Table, o.ForeignKey) // settled at once, where nothing is missing
	return nil
}

func (c *compiler) dropForeignKey(o op.DropForeignKey) error {
	full, err := c.state.Apply(o)
	if err != nil {
		return err
	}
	f := full.(op.DropForeignKey).ForeignKey
	if c.forget(func(w waiting) bool { return w.table == o.Table && w.sequence == "" && w.key.Equal(f) }) {
		return nil
	}
	name := foreignKeyName(o.Table, f)
	key := partOf{o.Table, name}
	if c.early[key] {
		delete(c.early, key)
		return nil
	}
	c.alter(o.Table, "DROP CONSTRAINT "+quoteIdent(name))
	return nil
}

func (c *compiler) addCheck(o op.AddCheck) error {
	if err := c.possible(schema.Table{Name: o.Table, Checks: []schema.Check{o.Check}}); err != nil {
		return err
	}
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	c.alter(o.Table, "ADD "+c.d.checkText(o.Check))
	if o.Check.Comment != "" {
		t, _ := c.state.Table(o.Table)
		c.emit(o.Table, c.d.commentConstraint(o.Table, checkName(t, o.Check), o.Check.Comment))
	}
	return nil
}

func (c *compiler) dropCheck(o op.DropCheck) error {
	t, _ := c.state.Table(o.Table)
	full, err := c.state.Apply(o)
	if err != nil {
		return err
	}
	c.alter(o.Table, "DROP CONSTRAINT "+quoteIdent(checkName(t, full.(op.DropCheck).Check)))
	return nil
}

// createIndex creates an index. Building one CONCURRENTLY can fail and leave an
// index behind that is not used: that goes first.
func (c *compiler) createIndex(o op.CreateIndex) error {
	if err := c.possible(schema.Table{Name: o.Table, Indexes: []schema.Index{o.Index}}); err != nil {
		return err
	}
	t, _ := c.state.Table(o.Table)
	concurrently := o.Concurrently && !c.d.scratch.active()
	if concurrently && t.Options.Postgres.PartitionBy != "" {
		return unsupported(fmt.Sprintf("index %q", o.Index.Name), "PostgreSQL cannot build the index of a partitioned table concurrently")
	}
	if old, ok := t.Index(o.Index.Name); ok && old.Invalid {
		if _, err := c.state.Apply(op.DropIndex{Table: o.Table, Index: old}); err != nil {
			return err
		}
		c.dropIndexNow(o.Table, old.Name, concurrently)
	}
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	c.emitIndex(o.Table, c.d.createIndex(o.Table, o.Index, concurrently), concurrently)
	if concurrently && o.Index.Name != "" {
		i := slices.IndexFunc(c.out, func(s dialect.Stmt) bool { return s.Op == c.at && strings.HasPrefix(s.SQL, "CREATE ") })
		c.out[i].Again = dropInvalid(c.d.indexName(o.Table, o.Index.Name))
	}
	if o.Index.Comment != "" {
		c.emit(o.Table, c.d.commentIndex(o.Table, o.Index))
	}
	return nil
}

// dropInvalid drops an index that is not valid, as a deadlock leaves it (40P01),
// without waiting for long: whoever wants the table meanwhile waits behind it.
func dropInvalid(index string) string {
	return "DO $whim$ BEGIN\n  PERFORM set_config('lock_timeout', '" + lockTimeout + "', true);\n" +
		"  IF EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(" + quoteString(index) + ") AND NOT indisvalid) THEN\n" +
		"    DROP INDEX " + index + ";\n  END IF;\nEND $whim$"
}

func (c *compiler) dropIndexNow(table, name string, concurrently bool) {
	s := "DROP INDEX "
	if concurrently {
		s += "CONCURRENTLY "
	}
	c.emitIndex(table, s+c.d.indexName(table, name), concurrently)
}

func (c *compiler) emitIndex(table, sql string, concurrently bool) {
	if concurrently {
		c.patiently(dialect.Stmt{SQL: sql, Op: c.at, Object: table, NoTx: true})
	} else {
		c.emit(table, sql)
	}
}

func (c *compiler) dropIndex(o op.DropIndex) error {
	t, _ := c.state.Table(o.Table)
	full, err := c.state.Apply(o)
	if err != nil {
		return err
	}
	i := full.(op.DropIndex).Index
	concurrently := o.Concurrently && !c.d.scratch.active()
	if concurrently && t.Options.Postgres.PartitionBy != "" {
		return unsupported(fmt.Sprintf("index %q", i.Name), "PostgreSQL cannot drop the index of a partitioned table concurrently")
	}
	if i.Unique {
		for _, other := range c.state.Schema().Tables {
			for _, f := range other.ForeignKeys {
				if f.RefTable == t.Name && sameColumns(i.Parts, f.RefColumns) && c.goes(other.Name, f) {
					c.dropEarly(other.Name, f)
				}
			}
		}
	}
	c.dropIndexNow(o.Table, i.Name, concurrently)
	return nil
}

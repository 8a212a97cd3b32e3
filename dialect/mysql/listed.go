package mysql

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A schema that was read from a database lists what a history does not say, and
// calls by one name what a history calls by two. What follows reconciles them
// before an operation is applied.

// unlist takes out of a state that was read from a database the indexes that
// the server made for foreign keys of the table: no history has them. One that
// an operation of this call drops by its name is one that the history has.
//
// The server calls such an index by the name of the key, or by the first column
// where nobody named the key. A person may have called an index so, or a
// database that a history began with: only an operation that knows of no name,
// or that makes an index which is there, says that it is the server's.
func (c *compiler) unlist(table string) error {
	t, ok := c.state.Table(table)
	if !ok || !c.state.Live() || len(t.ForeignKeys) == 0 {
		return nil
	}
	for _, x := range t.Indexes {
		var key schema.ForeignKey
		implied := isImplied(t, x, func(f schema.ForeignKey) bool {
			key = f
			return sameName(f.Name, x.Name) || sameName(f.Columns[0], x.Name) && c.knowsNot(table, f, x)
		})
		if !implied || c.dropsIndex(table, x.Name) {
			continue
		}
		c.made[table+"\x00"+key.Name] = x.Name
		if _, err := c.state.Apply(op.DropIndex{Table: table, Index: x}); err != nil {
			return err
		}
	}
	return nil
}

// knowsNot reports whether the operations show that their history has the
// foreign key without a name, or that it does not have the index.
func (c *compiler) knowsNot(table string, f schema.ForeignKey, x schema.Index) bool {
	return slices.ContainsFunc(c.ops[c.index:], func(o op.Op) bool {
		switch o := o.(type) {
		case op.DropForeignKey:
			return o.Table == table && o.ForeignKey.Name == "" && o.ForeignKey.Same(f)
		case op.CreateIndex:
			return o.Table == table && sameName(o.Index.Name, x.Name)
		default:
			return false
		}
	})
}

func (c *compiler) dropsIndex(table, name string) bool {
	return slices.ContainsFunc(c.ops[c.index:], func(o op.Op) bool {
		switch o := o.(type) {
		case op.DropIndex:
			return o.Table == table && sameName(o.Index.Name, name)
		case op.DropUnique:
			return o.Table == table && sameName(o.Unique.Name, name)
		default:
			return false
		}
	})
}

// asListed returns the operation on a unique constraint as one on the index
// that a database lists instead, and the other way round where only the
// constraint is there.
func (c *compiler) asListed(o op.Op) op.Op {
	t, _ := c.state.Table(op.TableOf(o))
	switch o := o.(type) {
	case op.DropUnique:
		u := o.Unique
		if slices.ContainsFunc(t.Uniques, func(v schema.Unique) bool { return v.Name == u.Name && u.Name != "" || v.Same(u) }) {
			return o
		}
		for _, x := range t.Indexes {
			if x.Unique && (x.Name == u.Name && u.Name != "" || slices.Equal(x.Parts, u.Parts)) {
				return op.DropIndex{Table: o.Table, Index: x}
			}
		}
	case op.DropIndex:
		if _, ok := t.Index(o.Index.Name); ok {
			return o
		}
		for _, u := range t.Uniques {
			if u.Name == o.Index.Name && u.Name != "" {
				return op.DropUnique{Table: o.Table, Unique: u}
			}
		}
	default:
	}
	return o
}

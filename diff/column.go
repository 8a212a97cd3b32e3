package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// sameLetters renames the columns of from whose names differ from those of to in
// upper and lower case only. MySQL and SQLite take both for one name, so that
// neither could be added beside the other; and nowhere is another spelling a
// reason to throw away what a column holds.
func sameLetters(from, to schema.Schema) (*op.State, []op.Op) {
	var ops []op.Op
	find := to.Finder()
	for _, t := range from.Tables {
		want, ok := find(t.Name)
		if !ok {
			continue
		}
		for _, c := range t.Columns {
			if name, ok := otherCase(c.Name, t, want); ok {
				ops = append(ops, op.RenameColumn{Table: t.Name, From: c.Name, To: name})
			}
		}
	}
	if ops == nil {
		return nil, nil
	}
	state := op.NewState(from)
	ops = slices.DeleteFunc(ops, func(o op.Op) bool {
		_, err := state.Apply(o)
		return err != nil
	})
	return state, ops
}

// otherCase returns the one name in want that a column of t, which want does
// not have, could only be another spelling of.
func otherCase(name string, t, want schema.Table) (string, bool) {
	if _, there := want.Column(name); there {
		return "", false
	}
	alike := func(c schema.Column) bool { return strings.EqualFold(c.Name, name) }
	i := slices.IndexFunc(want.Columns, alike)
	if i < 0 || slices.ContainsFunc(want.Columns[i+1:], alike) || count(t.Columns, alike) > 1 {
		return "", false // with two of them nobody knows which became which
	}
	return want.Columns[i].Name, true
}

func count[T any](items []T, is func(T) bool) (n int) {
	for _, item := range items {
		if is(item) {
			n++
		}
	}
	return n
}

// computedFirst returns columns so that a generated one stands before those that
// it is computed from. Where a name is in an expression for another reason, the
// order is another one and as good.
func computedFirst(columns []schema.Column) []schema.Column {
	var out []schema.Column
	rest := slices.Clone(columns)
	for len(rest) > 0 {
		i := slices.IndexFunc(rest, func(c schema.Column) bool {
			return !slices.ContainsFunc(rest, func(other schema.Column) bool { return other.Name != c.Name && computedFrom(other, c.Name) })
		})
		i = max(i, 0)
		out = append(out, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	return out
}

func computedFrom(c schema.Column, name string) bool {
	if c.Generated.Expr.IsZero() {
		return false
	}
	return strings.Contains(strings.ToLower(fmt.Sprint(c.Generated.Expr)), strings.ToLower(name))
}

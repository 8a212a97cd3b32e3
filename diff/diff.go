// Package diff finds the operations that turn one schema into another, and the
// questions that only a person can answer.
//
// It is pure: it reads no database, changes neither input, and gives equal
// output for equal input. Both schemas must be in the same spelling: two
// results of one model provider and of replay, or two results of one dialect's
// Normalize. [Diff] is the comparison, [Ask] adds the decisions of a person.
package diff

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Diff returns the operations that turn from into to, in an order that a
// database accepts. It never takes two things of different names for one, with
// two exceptions: a constraint or index that does the same under another name
// is dropped and added again, and a column whose name differs in upper and
// lower case only is renamed.
//
// The order is this, and TestOrder holds it to that:
//
//  1. what is made of tables and goes or changes: views, triggers; then tables
//     leave parents
//  2. foreign keys that go, then indexes, checks and unique constraints
//  3. tables that go, referring ones first, and what only they were made of
//  4. what tables are made of, and tables that come, referred ones first; foreign
//     keys in a circle after them
//  5. what tables are made of, changed: types, functions
//  6. table options, new columns, changed columns, primary keys, columns that go
//  7. unique constraints, checks and indexes that come, then foreign keys; then
//     tables get parents
//  8. what tables were made of that have changed, and goes
//  9. what is made of tables and comes
//
// Before all that, columns change the case of their names.
func Diff(from, to schema.Schema) []op.Op {
	ops, _ := compare(from, to, false)
	return ops
}

// Structural is [Diff] for a schema that was read from a database: what has
// another name, or is written another way without doing anything else, is no
// operation but a line of noise.
func Structural(from, to schema.Schema) (ops []op.Op, noise []string) {
	return compare(from, to, true)
}

// phases collects operations by the step of the order they belong to.
type phases struct {
	dropLate, leave, dropForeignKeys, dropParts []op.Op
	drop                                        []op.Op
	create, alterObjects, alter, dropColumns    []op.Op
	addParts, addForeignKeys, join              []op.Op
	dropEarly, createLate                       []op.Op

	alterGiven []op.Op // columns that come from parents

	structural bool
	noise      []string

	from, to      schema.Schema
	before, after func(string) (schema.Table, bool) // tables of from and of to; see find
}

func compare(from, to schema.Schema, structural bool) ([]op.Op, []string) {
	state, renames := sameLetters(from, to)
	if len(renames) == 0 {
		return compareNamed(from, to, structural)
	}
	rest, noise := compareNamed(state.Schema(), follow(from, to, state), structural)
	return aroundObjects(from, renames, rest), noise
}

// compareNamed compares schemas whose columns differ in more than case.
func compareNamed(from, to schema.Schema, structural bool) ([]op.Op, []string) {
	p := &phases{structural: structural, from: from, to: to}
	gone, added, kept := match(from.Tables, to.Tables)
	p.parents(kept)
	for _, pair := range kept {
		p.table(pair.from, pair.to)
	}
	p.foreignKeys(kept)
	goneObjects, addedObjects := p.objects(from, to)
	var stay, become schema.Schema
	for _, pair := range kept {
		stay.Tables, become.Tables = append(stay.Tables, pair.from), append(become.Tables, pair.to)
	}
	for _, o := range p.alterObjects {
		stay.Objects, become.Objects = append(stay.Objects, o.(op.AlterObject).From), append(become.Objects, o.(op.AlterObject).To)
	}
	p.dropAll(gone, goneObjects, stay)
	p.createAll(added, addedObjects, become)
	return slices.Concat(p.dropLate, p.leave, p.dropForeignKeys, p.dropParts, p.drop, p.create, p.alterObjects, p.alter, p.alterGiven,
		p.dropColumns, p.addParts, p.addForeignKeys, p.join, p.dropEarly, p.createLate), p.noise
}

func (p *phases) table(from, to schema.Table) {
	name := to.Name
	if from.Options != to.Options {
		p.alter = append(p.alter, op.AlterTable{Table: name, From: from.Options, To: to.Options})
	}
	p.columns(name, from, to)
	if !from.PrimaryKey.Equal(to.PrimaryKey) {
		if p.structural && from.PrimaryKey.Same(to.PrimaryKey) {
			p.renamed("primary key of "+name, from.PrimaryKey.Name, to.PrimaryKey.Name)
		} else {
			p.alter = append(p.alter, op.AlterPrimaryKey{Table: name, From: from.PrimaryKey, To: to.PrimaryKey})
		}
	}
	constraints(p, "unique constraint", name, from.Uniques, to.Uniques,
		func(u schema.Unique) op.Op { return op.DropUnique{Table: name, Unique: u} },
		func(u schema.Unique) op.Op { return op.AddUnique{Table: name, Unique: u} },
		&p.dropParts, &p.addParts)
	constraints(p, "check", name, from.Checks, to.Checks,
		func(c schema.Check) op.Op { return op.DropCheck{Table: name, Check: c} },
		func(c schema.Check) op.Op { return op.AddCheck{Table: name, Check: c} },
		&p.dropParts, &p.addParts)
	constraints(p, "index", name, from.Indexes, to.Indexes,
		func(i schema.Index) op.Op { return op.DropIndex{Table: name, Index: i} },
		func(i schema.Index) op.Op { return op.CreateIndex{Table: name, Index: i} },
		&p.dropParts, &p.addParts)
	constraints(p, "foreign key", name, from.ForeignKeys, to.ForeignKeys,
		func(f schema.ForeignKey) op.Op { return op.DropForeignKey{Table: name, ForeignKey: f} },
		func(f schema.ForeignKey) op.Op { return op.AddForeignKey{Table: name, ForeignKey: f} },
		&p.dropForeignKeys, &p.addForeignKeys)
}

func (p *phases) columns(table string, from, to schema.Table) {
	if slices.Equal(from.Columns, to.Columns) {
		return
	}
	if to.Options.Parents() != nil {
		from, to = p.given(from, to)
	}
	gone, added, kept := match(from.Columns, to.Columns)
	// A generated column comes after those that it is computed from.
	plain := func(c schema.Column) bool { return c.Generated.Expr.IsZero() }
	for _, generated := range []bool{false, true} {
		for _, c := range added {
			if plain(c) != generated {
				p.alter = append(p.alter, op.AddColumn{Table: table, Column: c})
			}
		}
	}
	for _, c := range kept {
		if c.from == c.to {
			continue
		}
		// Whether a row's id can be given out twice is no difference that
		// anybody sees in the data; old ORMs left the keyword out. That is so
		// for SQLite's rowid alone, which is the one key that may be NULL: it
		// gives out numbers in any case.
		if p.structural && c.from.AutoIncrement != c.to.AutoIncrement && isKey(from, c.to.Name) && !c.from.NotNull && !c.to.NotNull {
			p.noise = append(p.noise, "auto-increment of "+table+"."+c.to.Name+" is written another way")
			c.from.AutoIncrement = c.to.AutoIncrement
			if c.from == c.to {
				continue
			}
		}
		if p.structural && c.from.NotNull && c.to.NotNull && c.from.NotNullName != c.to.NotNullName {
			p.renamed("NOT NULL of "+table+"."+c.to.Name, c.from.NotNullName, c.to.NotNullName)
			c.from.NotNullName = c.to.NotNullName
			if c.from == c.to {
				continue
			}
		}
		p.alter = append(p.alter, op.AlterColumn{Table: table, From: c.from, To: c.to})
	}
	for _, c := range computedFirst(gone) {
		p.dropColumns = append(p.dropColumns, op.DropColumn{Table: table, Column: c})
	}
}

func isKey(t schema.Table, column string) bool {
	return len(t.PrimaryKey.Parts) == 1 && t.PrimaryKey.Parts[0].Column == column
}

func (p *phases) renamed(what, from, to string) {
	if from == "" {
		from = "(no name)"
	}
	if to == "" {
		to = "(no name)"
	}
	p.noise = append(p.noise, what+": named "+to+", not "+from)
}

// A constraint is anything of a table that is known by what it does first, and
// by its name second.
type constraint[T any] interface {
	GetName() string
	Same(T) bool
	Equal(T) bool
}

func constraints[T constraint[T]](p *phases, what, table string, from, to []T, drop, create func(T) op.Op, drops, creates *[]op.Op) {
	if slices.EqualFunc(from, to, T.Equal) {
		return
	}
	from, to = slices.Clone(from), slices.Clone(to)
	pairOff(&from, &to, func(a, b T) bool { return a.Equal(b) }, func(T, T) {})
	if p.structural {
		pairOff(&from, &to, func(a, b T) bool { return a.Same(b) }, func(a, b T) {
			p.renamed(what+" on "+table, a.GetName(), b.GetName())
		})
	}
	for _, c := range from {
		*drops = append(*drops, drop(c))
	}
	for _, c := range to {
		*creates = append(*creates, create(c))
	}
}

// pairOff removes the pairs that fit from both slices.
func pairOff[T any](from, to *[]T, fits func(a, b T) bool, found func(a, b T)) {
	*from = slices.DeleteFunc(*from, func(a T) bool {
		i := slices.IndexFunc(*to, func(b T) bool { return fits(a, b) })
		if i < 0 {
			return false
		}
		found(a, (*to)[i])
		*to = slices.Delete(*to, i, i+1)
		return true
	})
}

type pair[T any] struct{ from, to T }

// match pairs items by name, keeping the order of the side each came from.
func match[T interface{ GetName() string }](from, to []T) (gone, added []T, kept []pair[T]) {
	old := make(map[string]int, len(from))
	for i, t := range from {
		old[t.GetName()] = i
	}
	seen := make([]bool, len(from))
	for _, t := range to {
		if i, ok := old[t.GetName()]; ok {
			seen[i] = true
			kept = append(kept, pair[T]{from[i], t})
		} else {
			added = append(added, t)
		}
	}
	for i, t := range from {
		if !seen[i] {
			gone = append(gone, t)
		}
	}
	return gone, added, kept
}

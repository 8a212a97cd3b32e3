package op

import (
	"context"

	"github.com/whimbreldb/whimbrel/schema"
)

// A Script records the operations of one direction of one revision. Its
// methods change no database: they only write down what shall be done, so one
// script serves the live run, offline SQL, plans and replay.
//
// An operation that takes something away needs only its name here; replay
// fills in what it was.
type Script struct{ ops []Op }

// Record returns what f records. A nil f records nothing.
func Record(f func(*Script)) []Op {
	var s Script
	if f != nil {
		f(&s)
	}
	return s.ops
}

// Add records operations that exist as values.
func (s *Script) Add(ops ...Op) { s.ops = append(s.ops, ops...) }

// CreateTable creates a table of columns, keys, constraints and indexes.
func (s *Script) CreateTable(name string, items ...schema.Item) {
	s.Add(CreateTable{Table: schema.NewTable(name, items...)})
}

// DropTable drops a table with all its rows.
func (s *Script) DropTable(name string) { s.Add(DropTable{Table: schema.Table{Name: name}}) }

// RenameTable renames a table. What refers to it follows.
func (s *Script) RenameTable(from, to string) { s.Add(RenameTable{From: from, To: to}) }

// AlterTable changes the options of a table.
func (s *Script) AlterTable(table string, from, to schema.TableOptions) {
	s.Add(AlterTable{Table: table, From: from, To: to})
}

// An Option is a detail of AddColumn or AlterColumn.
type Option func(*options)

type options struct{ fill schema.Default }

// Fill gives existing rows this value: a string, a number or a bool. It is
// needed to add a NOT NULL column without default to a table that has rows,
// and to make a column NOT NULL that has NULLs.
func Fill(value any) Option { return func(o *options) { o.fill = schema.Value(value) } }

// FillExpr is [Fill] with an SQL expression.
func FillExpr(sql string) Option {
	return func(o *options) { o.fill = schema.Expression(sql) }
}

func collect(opts []Option) (o options) {
	for _, f := range opts {
		f(&o)
	}
	return o
}

// AddColumn adds a column behind the others.
func (s *Script) AddColumn(table string, c schema.ColumnDef, opts ...Option) {
	s.Add(AddColumn{Table: table, Column: c.Column(), Fill: collect(opts).fill})
}

// DropColumn drops a column with all its values.
func (s *Script) DropColumn(table, column string) {
	s.Add(DropColumn{Table: table, Column: schema.Column{Name: column}})
}

// RenameColumn renames a column. What refers to it follows.
func (s *Script) RenameColumn(table, from, to string) {
	s.Add(RenameColumn{Table: table, From: from, To: to})
}

// AlterColumn changes a column from one definition to another of the same name.
func (s *Script) AlterColumn(table string, from, to schema.ColumnDef, opts ...Option) {
	s.Add(AlterColumn{Table: table, From: from.Column(), To: to.Column(), Fill: collect(opts).fill})
}

// AlterPrimaryKey adds, replaces or (with an empty to) drops the primary key.
func (s *Script) AlterPrimaryKey(table string, from, to schema.PrimaryKey) {
	s.Add(AlterPrimaryKey{Table: table, From: from, To: to})
}

// AddUnique adds a unique constraint.
func (s *Script) AddUnique(table string, u schema.Unique) {
	s.Add(AddUnique{Table: table, Unique: u})
}

// DropUnique drops a unique constraint: by its name, or, where it has none, by
// what it is.
func (s *Script) DropUnique(table string, u schema.Unique) {
	s.Add(DropUnique{Table: table, Unique: u})
}

// AddForeignKey adds a foreign key.
func (s *Script) AddForeignKey(table string, f schema.ForeignKey) {
	s.Add(AddForeignKey{Table: table, ForeignKey: f})
}

// DropForeignKey drops a foreign key: by its name, or, where it has none, by
// what it is.
func (s *Script) DropForeignKey(table string, f schema.ForeignKey) {
	s.Add(DropForeignKey{Table: table, ForeignKey: f})
}

// AddCheck adds a check constraint.
func (s *Script) AddCheck(table string, c schema.Check) { s.Add(AddCheck{Table: table, Check: c}) }

// DropCheck drops a check constraint: by its name, or, where it has none, by
// its expression.
func (s *Script) DropCheck(table string, c schema.Check) { s.Add(DropCheck{Table: table, Check: c}) }

// An IndexOption is a detail of CreateIndex or DropIndex.
type IndexOption func(*bool)

// Concurrently leaves the table open to writers while the index is built or
// dropped. On PostgreSQL that cannot be part of a transaction: a revision that
// is stopped then may be half done. Other dialects take no notice.
func Concurrently(concurrently *bool) { *concurrently = true }

func concurrently(opts []IndexOption) (c bool) {
	for _, f := range opts {
		f(&c)
	}
	return c
}

// CreateIndex creates an index.
func (s *Script) CreateIndex(table string, i schema.Index, opts ...IndexOption) {
	s.Add(CreateIndex{Table: table, Index: i, Concurrently: concurrently(opts)})
}

// DropIndex drops an index.
func (s *Script) DropIndex(table, name string, opts ...IndexOption) {
	s.Add(DropIndex{Table: table, Index: schema.Index{Name: name}, Concurrently: concurrently(opts)})
}

// CreateObject creates an object that is known by its definition: a view, a
// trigger, a function, an enum.
func (s *Script) CreateObject(o schema.Object) { s.Add(CreateObject{Object: o}) }

// DropObject drops an object. Where several of that kind and name are there,
// on different tables, use DropObjectOn.
func (s *Script) DropObject(kind schema.ObjectKind, name string) {
	s.Add(DropObject{Object: schema.Object{Kind: kind, Name: name}})
}

// DropObjectOn drops an object on a table: a trigger, a policy, a rule.
func (s *Script) DropObjectOn(table string, kind schema.ObjectKind, name string) {
	s.Add(DropObject{Object: schema.Object{Kind: kind, Name: name, Table: table}})
}

// AlterObject changes what an object is.
func (s *Script) AlterObject(from, to schema.Object) { s.Add(AlterObject{From: from, To: to}) }

// Exec runs SQL that changes data: one statement, or several. It may not begin
// or end a transaction.
func (s *Script) Exec(sql string) { s.Add(Exec{SQL: schema.Expr(sql)}) }

// ExecOn is [Script.Exec] for one dialect only. As everywhere, what is for MySQL
// is for MariaDB too, where nothing else is said for that in the same operation:
// two calls are two operations.
func (s *Script) ExecOn(d schema.Dialect, sql string) {
	s.Add(Exec{SQL: schema.SQL{}.On(d, sql)})
}

// Run calls f when the revision runs, never during replay. The name says in
// logs what it does.
func (s *Script) Run(name string, f func(ctx context.Context, db DB) error) {
	s.Add(Run{Name: name, Func: f})
}

// Package op holds the operations: what can change in a schema, as data.
//
// The set is closed. An operation carries both sides of its change, so that it
// can be inverted ([Invert]), applied to a schema in memory ([State.Apply]),
// described ([Describe]), stored as JSON ([Marshal]), compiled by a dialect
// and written as Go source (package script). No operation touches a database.
//
// A revision is Go code that records operations on a [Script]; [History] is
// the list of the revisions of one application.
package op

import (
	"context"
	"database/sql"
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// An Op is one change, as data. The set is closed: a type added here must
// break every switch that does not handle it (make check runs
// go-check-sumtype).
//
//sumtype:decl
type Op interface{ isOp() }

type (
	// CreateTable and DropTable carry the whole table, so that each is the
	// inverse of the other. Triggers on the table are operations of their own.
	CreateTable struct {
		Table schema.Table `json:"table"`
	}
	// DropTable carries the whole table; see CreateTable.
	DropTable struct {
		Table schema.Table `json:"table"`
	}
	// RenameTable renames a table. What refers to it follows.
	RenameTable struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	// AlterTable changes the options of a table.
	AlterTable struct {
		Table string              `json:"table"`
		From  schema.TableOptions `json:"from"`
		To    schema.TableOptions `json:"to"`
	}

	// AddColumn adds a column behind the others. Fill is the value that
	// existing rows get where the column has no default of its own; the
	// database does not keep it.
	AddColumn struct {
		Table  string         `json:"table"`
		Column schema.Column  `json:"column"`
		Fill   schema.Default `json:"fill,omitzero"`
	}
	// DropColumn carries the whole column, so that it can be brought back: without its values.
	DropColumn struct {
		Table  string        `json:"table"`
		Column schema.Column `json:"column"`
	}
	// RenameColumn renames a column. What refers to it follows.
	RenameColumn struct {
		Table string `json:"table"`
		From  string `json:"from"`
		To    string `json:"to"`
	}
	// AlterColumn changes properties of a column, never its name. Compilers
	// change only what differs between From and To. Fill replaces the NULLs of
	// a column that becomes NOT NULL.
	AlterColumn struct {
		Table string         `json:"table"`
		From  schema.Column  `json:"from"`
		To    schema.Column  `json:"to"`
		Fill  schema.Default `json:"fill,omitzero"`
	}

	// AlterPrimaryKey adds, replaces or (To without parts) drops the primary key.
	// Nullable are the columns that leave the key and may be NULL then: a
	// database has its key columns NOT NULL, and does not know whether anybody
	// said so. Replay fills it in.
	AlterPrimaryKey struct {
		Table    string            `json:"table"`
		From     schema.PrimaryKey `json:"from"`
		To       schema.PrimaryKey `json:"to"`
		Nullable []string          `json:"nullable,omitempty"`
	}
	// AddUnique adds a unique constraint.
	AddUnique struct {
		Table  string        `json:"table"`
		Unique schema.Unique `json:"unique"`
	}
	// DropUnique drops a unique constraint.
	DropUnique struct {
		Table  string        `json:"table"`
		Unique schema.Unique `json:"unique"`
	}
	// AddForeignKey adds a foreign key.
	AddForeignKey struct {
		Table      string            `json:"table"`
		ForeignKey schema.ForeignKey `json:"foreign_key"`
	}
	// DropForeignKey drops a foreign key.
	DropForeignKey struct {
		Table      string            `json:"table"`
		ForeignKey schema.ForeignKey `json:"foreign_key"`
	}
	// AddCheck adds a check constraint.
	AddCheck struct {
		Table string       `json:"table"`
		Check schema.Check `json:"check"`
	}
	// DropCheck drops a check constraint.
	DropCheck struct {
		Table string       `json:"table"`
		Check schema.Check `json:"check"`
	}
	// CreateIndex and DropIndex can leave the table open to writers meanwhile,
	// where the dialect has a way that cannot be part of a transaction:
	// PostgreSQL's CONCURRENTLY.
	CreateIndex struct {
		Table        string       `json:"table"`
		Index        schema.Index `json:"index"`
		Concurrently bool         `json:"concurrently,omitempty"`
	}
	// DropIndex drops an index; see CreateIndex.
	DropIndex struct {
		Table        string       `json:"table"`
		Index        schema.Index `json:"index"`
		Concurrently bool         `json:"concurrently,omitempty"`
	}

	// CreateObject makes an object that is no table: a view, a type, a function.
	CreateObject struct {
		Object schema.Object `json:"object"`
	}
	// DropObject carries the whole object, so that it can be made again.
	DropObject struct {
		Object schema.Object `json:"object"`
	}
	// AlterObject changes what an object is, never its kind, name or table.
	// What depends on it stays.
	AlterObject struct {
		From schema.Object `json:"from"`
		To   schema.Object `json:"to"`
	}

	// Exec is SQL written by hand. It changes data; what it does to the schema
	// is not seen by replay, so a schema change belongs in the other
	// operations. It has no inverse.
	Exec struct {
		SQL schema.SQL `json:"sql"`
	}
	// Run is Go code over data, deferred until the revision runs. It has no
	// inverse, and offline mode refuses it.
	Run struct {
		Name string                          `json:"name"`
		Func func(context.Context, DB) error `json:"-"`
	}
)

// DB is the connection that a Run function works on: inside the revision's
// transaction, where the dialect has transactional DDL. The function must not
// begin, commit or roll back, nor keep it after it returns: rows that it leaves
// open are closed. *sql.Conn and *sql.Tx implement the interface, and it is
// enough for gorm.ConnPool and bun.IConn.
type DB interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (CreateTable) isOp()     {}
func (DropTable) isOp()       {}
func (RenameTable) isOp()     {}
func (AlterTable) isOp()      {}
func (AddColumn) isOp()       {}
func (DropColumn) isOp()      {}
func (RenameColumn) isOp()    {}
func (AlterColumn) isOp()     {}
func (AlterPrimaryKey) isOp() {}
func (AddUnique) isOp()       {}
func (DropUnique) isOp()      {}
func (AddForeignKey) isOp()   {}
func (DropForeignKey) isOp()  {}
func (AddCheck) isOp()        {}
func (DropCheck) isOp()       {}
func (CreateIndex) isOp()     {}
func (DropIndex) isOp()       {}
func (CreateObject) isOp()    {}
func (DropObject) isOp()      {}
func (AlterObject) isOp()     {}
func (Exec) isOp()            {}
func (Run) isOp()             {}

// Invert returns the operation that undoes o. It reports false when nothing
// can, which is so for Exec and Run.
func Invert(o Op) (Op, bool) {
	switch o := o.(type) {
	case CreateTable:
		return DropTable(o), true
	case DropTable:
		return CreateTable(o), true
	case RenameTable:
		return RenameTable{From: o.To, To: o.From}, true
	case AlterTable:
		return AlterTable{Table: o.Table, From: o.To, To: o.From}, true
	case AddColumn:
		return DropColumn{Table: o.Table, Column: o.Column}, true
	case DropColumn:
		return AddColumn{Table: o.Table, Column: o.Column}, true
	case RenameColumn:
		return RenameColumn{Table: o.Table, From: o.To, To: o.From}, true
	case AlterColumn:
		return AlterColumn{Table: o.Table, From: o.To, To: o.From}, true
	case AlterPrimaryKey:
		return AlterPrimaryKey{Table: o.Table, From: o.To, To: o.From}, true
	case AddUnique:
		return DropUnique(o), true
	case DropUnique:
		return AddUnique(o), true
	case AddForeignKey:
		return DropForeignKey(o), true
	case DropForeignKey:
		return AddForeignKey(o), true
	case AddCheck:
		return DropCheck(o), true
	case DropCheck:
		return AddCheck(o), true
	case CreateIndex:
		return DropIndex(o), true
	case DropIndex:
		return CreateIndex(o), true
	case CreateObject:
		return DropObject(o), true
	case DropObject:
		return CreateObject(o), true
	case AlterObject:
		return AlterObject{From: o.To, To: o.From}, true
	case Exec, Run:
		return nil, false
	}
	panic(unhandled(o))
}

// InvertAll returns the operations that undo ops, last first. It reports false
// when one of them cannot be undone.
func InvertAll(ops []Op) ([]Op, bool) {
	out := make([]Op, 0, len(ops))
	for _, o := range slices.Backward(ops) {
		inv, ok := Invert(o)
		if !ok {
			return nil, false
		}
		out = append(out, inv)
	}
	return out, true
}

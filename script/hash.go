package script

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// hashVersion changes when the same operations get another hash.
const hashVersion = "v1:"

// Hash returns a short text that is the same for the same operations, in every
// build and on every machine. The function of a Run does not count, nor does
// what source does not say: see [Source].
func Hash(ops []op.Op) string {
	said := make([]op.Op, len(ops))
	for i, o := range ops {
		said[i] = asWritten(o)
	}
	data, err := op.Marshal(said)
	if err != nil {
		panic("script: operations are always JSON: " + err.Error())
	}
	sum := sha256.Sum256(data)
	return hashVersion + hex.EncodeToString(sum[:16])
}

// asWritten returns o as it is recorded when its source runs: what an inspector
// or replay has found out beside it is not there.
func asWritten(o op.Op) op.Op {
	switch o := o.(type) {
	case op.CreateTable:
		return op.CreateTable{Table: withoutEmpty(o.Table)}
	case op.DropTable:
		return op.DropTable{Table: schema.Table{Name: o.Table.Name}}
	case op.DropColumn:
		return op.DropColumn{Table: o.Table, Column: schema.Column{Name: o.Column.Name}}
	case op.DropIndex:
		return op.DropIndex{Table: o.Table, Index: schema.Index{Name: o.Index.Name}, Concurrently: o.Concurrently}
	case op.DropObject:
		return op.DropObject{Object: schema.Object{Kind: o.Object.Kind, Name: o.Object.Name, Table: o.Object.Table}}
	case op.CreateObject:
		o.Object.Needs = nil
		return o
	case op.AlterObject:
		o.From.Needs, o.To.Needs = nil, nil
		return o
	case op.AlterPrimaryKey:
		o.Nullable = nil
		return o
	case op.RenameTable, op.AlterTable, op.AddColumn, op.RenameColumn, op.AlterColumn, op.AddUnique, op.DropUnique,
		op.AddForeignKey, op.DropForeignKey, op.AddCheck, op.DropCheck, op.CreateIndex, op.Exec, op.Run:
	}
	return o
}

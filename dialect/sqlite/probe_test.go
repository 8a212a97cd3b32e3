package sqlite

import (
	"context"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestProbe holds what the laws of Compile do not come across.
func TestProbe(t *testing.T) {
	db := openFile(t,
		"CREATE TABLE p (x UNIQUE, y UNIQUE)", "CREATE TABLE q (id INTEGER PRIMARY KEY)",
		"CREATE TABLE c (b REFERENCES q, a REFERENCES p(y))",
		"CREATE TABLE s (code TEXT PRIMARY KEY) STRICT")
	foreign := func(column string) op.Op {
		return op.AddForeignKey{Table: "c", ForeignKey: schema.ForeignKey{Columns: []string{"a"}, RefTable: "p", RefColumns: []string{column}}}
	}
	strict := schema.NewTable("s", schema.Text("code").PrimaryKey())
	strict.Options.Strict = true
	for name, tt := range map[string]struct {
		op   op.Op
		want dialect.Outcome
	}{
		"a foreign key beside one to the primary key": {foreign("y"), dialect.Applied},
		"one to another column":                       {foreign("x"), dialect.Absent},
		"a key that STRICT makes NOT NULL":            {op.CreateTable{Table: strict}, dialect.Applied},
	} {
		if got, err := New("3.53.4").Probe(context.Background(), db, tt.op); err != nil || got != tt.want {
			t.Errorf("%s: %v %v, want %v", name, got, err, tt.want)
		}
	}
}

package runner_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
)

// What a step would do, without doing it: statements, and Go functions between
// them.
func ExampleCompile() {
	step := runner.Step{Revision: "7ad34929a0f2", Ops: op.Record(func(m *op.Script) {
		m.CreateTable("products", schema.BigInt("id").NotNull().PrimaryKey())
		m.Exec("INSERT INTO products (id) VALUES (1)")
	})}
	work, err := runner.Compile(sqlite.New("3.50.0"), step, op.NewState(schema.Schema{}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, part := range work {
		for _, stmt := range part.Stmts {
			fmt.Println(stmt.Object, len(stmt.SQL) > 0)
		}
	}
	// Output:
	// products true
	//  true
}

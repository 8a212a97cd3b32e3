package postgres

import (
	"errors"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
)

// Compile returns the statements for ops, and applies ops to state.
func (d Dialect) Compile(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	return nil, errors.New("not there yet")
}

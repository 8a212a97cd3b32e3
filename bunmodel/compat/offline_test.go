package compat

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	bs "github.com/uptrace/bun/schema"
)

// nothing never connects.
type nothing struct{}

var errNothing = errors.New("there is no database")

func (nothing) Connect(context.Context) (driver.Conn, error) { return nil, errNothing }
func (nothing) Driver() driver.Driver                        { return nothing{} }
func (nothing) Open(string) (driver.Conn, error)             { return nil, errNothing }

// A quiet dialect asks no server when it is opened.
type quiet struct{ bs.Dialect }

func (quiet) Init(*sql.DB) {}

package bunmodel_test

import (
	"context"
	"database/sql/driver"
	"errors"
)

var errRefused = errors.New("connection refused")

// refuses never connects.
type refuses struct{}

func (refuses) Connect(context.Context) (driver.Conn, error) { return nil, errRefused }
func (refuses) Driver() driver.Driver                        { return refuses{} }
func (refuses) Open(string) (driver.Conn, error)             { return nil, errRefused }

package gormmodel

import (
	"context"
	"database/sql/driver"
)

// connector never connects.
type connector struct{}

func (connector) Connect(context.Context) (driver.Conn, error) { return nil, errOffline }
func (connector) Driver() driver.Driver                        { return connector{} }
func (connector) Open(string) (driver.Conn, error)             { return nil, errOffline }

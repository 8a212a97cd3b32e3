//go:build !whim_debug

package app

import (
	"context"
	"database/sql/driver"
	"io"
	"io/fs"
	"net/http"

	"github.com/whimbreldb/whimbrel/internal/socket"
)

// What debug_on.go has, in a program without it. The debug features are in
// internal/devapp, which only that file imports.

func (a *App) runDebug(context.Context, http.Handler, socket.Address, io.Writer) error {
	return a.notDebug()
}

func observed(c driver.Connector) driver.Connector { return c }

func fromDisk(fs.FS, string) (fs.FS, bool) { return nil, false }

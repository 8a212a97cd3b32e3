//go:build whim_debug

package app

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync"

	"github.com/whimbreldb/whimbrel/internal/devapp"
	"github.com/whimbreldb/whimbrel/internal/devpage"
	"github.com/whimbreldb/whimbrel/internal/socket"
)

// The debug features: this file is compiled only with the tag that whim run
// --debug sets, and does nothing unless whim has started the process.

// link is the connection of this process to whim. A process has one.
var link = sync.OnceValue(devapp.Open)

func (a *App) runDebug(ctx context.Context, h http.Handler, ad socket.Address, w io.Writer) error {
	l := link()
	if l == nil {
		return a.notDebug()
	}
	ln, err := l.Listener()
	if err != nil {
		return err
	}
	if ln == nil { // --no-reload: nobody hands over a socket
		if ln, err = ad.Listen(ctx); err != nil {
			return err
		}
		fmt.Fprintf(w, " * Serving app '%s'\n * Debug mode: on (without reloading)\n", a.name)
		fmt.Fprintln(w, "WARNING: This is a development server. Do not use it in production: use serve.")
		if warning := devapp.Exposed(ln.Addr()); warning != "" {
			fmt.Fprintln(w, warning)
		}
		fmt.Fprintf(w, " * Running on %s://%s\nPress CTRL+C to quit\n", ad.Scheme(), ln.Addr())
	}
	var warned sync.WaitGroup
	warned.Go(func() { a.warnPending(ctx, w) }) // a restart does not wait for it
	defer warned.Wait()
	handler := l.Handler(h, devapp.Options{Log: w, Pending: func(ctx context.Context) []devpage.Fix {
		var fixes []devpage.Fix
		for _, g := range a.gaps(ctx) {
			fixes = append(fixes, devpage.Fix{Why: g.what(), Command: g.command})
		}
		return fixes
	}})
	quiet := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, devpage.Prefix) {
			handler.ServeHTTP(rw, r)
			return
		}
		logged(handler, w).ServeHTTP(rw, r)
	})
	return l.Serve(ctx, ln, server(quiet, w), ad.Cert, ad.Key)
}

// observed returns a connector that keeps the SQL of each request.
func observed(c driver.Connector) driver.Connector {
	if l := link(); l != nil {
		return l.Connector(c)
	}
	return c
}

// fromDisk returns the folder that files were embedded from, when they shall be
// read from there.
func fromDisk(embedded fs.FS, source string) (fs.FS, bool) {
	if l := link(); l != nil {
		return l.FromDisk(embedded, source)
	}
	return nil, false
}

package app

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
)

// A route is a pattern with its handler, and where it was added.
type route struct {
	pattern string
	handler http.Handler
	source  string // "main.go:12"
}

// newRoute remembers the line that called Handle or HandleFunc.
func newRoute(pattern string, h http.Handler) route {
	r := route{pattern: pattern, handler: h}
	if _, file, line, ok := runtime.Caller(2); ok {
		r.source = filepath.Base(file) + ":" + strconv.Itoa(line)
	}
	return r
}

// mux makes the server's mux. http.ServeMux panics on a bad pattern, and names
// the line of its caller, which would be here: so the panic is caught, and the
// lines of the app are named.
func mux(routes []route) (*http.ServeMux, error) {
	m := http.NewServeMux()
	for i, r := range routes {
		if why := add(m, r); why != "" {
			return nil, badRoute(routes[:i], r, why)
		}
	}
	return m, nil
}

// add returns why a route was refused.
func add(m *http.ServeMux, r route) (why string) {
	defer func() {
		if p := recover(); p != nil {
			why = fmt.Sprint(p)
		}
	}()
	m.Handle(r.pattern, r.handler)
	return ""
}

func badRoute(before []route, r route, why string) error {
	for _, other := range before {
		m := http.NewServeMux()
		if add(m, other) == "" && add(m, r) != "" && add(http.NewServeMux(), r) == "" {
			return &whimbrel.Error{
				Code: whimbrel.BadRoute, Msg: "two routes answer the same requests",
				Detail: []string{
					fmt.Sprintf("%s: %q", other.source, other.pattern),
					fmt.Sprintf("%s: %q", r.source, r.pattern),
				},
			}
		}
	}
	if r.handler == nil {
		why = "the handler is nil"
	}
	return &whimbrel.Error{
		Code: whimbrel.BadRoute, Msg: "a route cannot be used",
		Detail: []string{fmt.Sprintf("%s: %q", r.source, r.pattern), why},
	}
}

// name returns the function behind a handler, or its type.
func (r route) name() string {
	if f, ok := r.handler.(http.HandlerFunc); ok && f != nil {
		if fn := runtime.FuncForPC(reflect.ValueOf(f).Pointer()); fn != nil {
			return fn.Name()[strings.LastIndex(fn.Name(), "/")+1:]
		}
	}
	return fmt.Sprintf("%T", r.handler)
}

func (a *App) routesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "routes",
		Short: "List the routes of the app",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := mux(a.routes); err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "METHOD\tPATTERN\tHANDLER\tSOURCE")
			for _, r := range a.routes {
				method, pattern, ok := strings.Cut(r.pattern, " ")
				if !ok {
					method, pattern = "any", r.pattern
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", method, strings.TrimSpace(pattern), r.name(), r.source)
			}
			if err := w.Flush(); !errors.Is(err, syscall.EPIPE) { // "… | head -1" has enough
				return err
			}
			return nil
		},
	}
}

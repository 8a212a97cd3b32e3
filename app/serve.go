package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	stack "runtime/debug"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
)

// Limits of a server. No client may hold a connection for nothing; the time of
// an answer is the handler's own business.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = time.Minute
	idleTimeout   = 2 * time.Minute
	shutdownWait  = 10 * time.Second // for requests that are being answered

	pendingTimeout = 2 * time.Second // to look how far the database is
)

func (a *App) serveCommand() *cobra.Command {
	var host string
	var port int
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the app",
		Long: `Serves the app until it is told to stop (SIGINT or SIGTERM). Requests that are
being answered then have ten seconds to end. It listens on this machine only,
unless --host says otherwise.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := mux(a.routes)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), h, host, port, cmd.ErrOrStderr(), func(url string) {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s is served on %s\n", a.name, url)
			})
		},
	}
	addressFlags(cmd, &host, &port)
	return cmd
}

func (a *App) runCommand() *cobra.Command {
	var host string
	var port int
	var debug bool
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Serve the app while it is developed",
		Long: `Serves the app on this machine and logs each request.

It does not yet rebuild and restart when a file changes: stop it with Ctrl-C and
start it again. In production, use serve.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := mux(a.routes)
			if err != nil {
				return err
			}
			w := cmd.ErrOrStderr()
			fmt.Fprintf(w, " * Serving app '%s'\n * Debug mode: %s\n", a.name, onOff(debug))
			fmt.Fprintln(w, "This is a server for development. In production, use: serve")
			a.warnPending(cmd.Context(), w)
			return serve(cmd.Context(), logged(recovered(h, debug, w), w), host, port, w, func(url string) {
				fmt.Fprintf(w, " * Running on %s\nPress Ctrl-C to quit\n", url)
			})
		},
	}
	addressFlags(cmd, &host, &port)
	cmd.Flags().BoolVar(&debug, "debug", false, "show the text of a panic in the browser")
	return cmd
}

func addressFlags(cmd *cobra.Command, host *string, port *int) {
	cmd.Flags().StringVar(host, "host", "127.0.0.1", "the address to listen on")
	cmd.Flags().IntVarP(port, "port", "p", 5000, "the port to listen on; 0 takes a free one")
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// warnPending says when the database is behind the program. It is only a
// warning: a database that cannot be read is the business of the handlers, and
// one that does not answer is not waited for.
func (a *App) warnPending(ctx context.Context, w io.Writer) {
	ctx, cancel := context.WithTimeout(ctx, pendingTimeout)
	defer cancel()
	p, err := a.Project()
	if err != nil || a.own.history == nil {
		return
	}
	if pending, err := p.Pending(ctx); err == nil && len(pending) > 0 {
		fmt.Fprintf(w, "%d revision(s) are not applied to the database: %s db upgrade\n", len(pending), a.prog)
	}
}

// serve answers requests until ctx is done, and then lets those that are being
// answered finish.
func serve(ctx context.Context, h http.Handler, host string, port int, w io.Writer, started func(url string)) error {
	addr := net.JoinHostPort(host, strconv.Itoa(port))
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return &whimbrel.Error{
			Code: whimbrel.CannotListen, Msg: "the server cannot listen on " + addr, Detail: []string{cause(err)}, Err: err,
			Hint: []string{"to use another port: --port 5001"},
		}
	}
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		ErrorLog: log.New(w, "", log.LstdFlags),
	}
	started("http://" + l.Addr().String())
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWait)
	defer cancel()
	if err := srv.Shutdown(wait); err != nil {
		srv.Close()
		<-failed
		return fmt.Errorf("requests were still being answered after %s, and were cut off", shutdownWait)
	}
	<-failed // http.ErrServerClosed: Serve has returned, nothing of ours goes on
	return nil
}

// cause returns the innermost reason of a network error, in the system's words.
func cause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// recovered answers a panic with an error page, and logs where it was. Only
// with debug does the page say what happened: it may name what no stranger
// should read.
func recovered(h http.Handler, debug bool, w io.Writer) http.Handler {
	out := log.New(w, "", log.LstdFlags)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // net/http's own way to cut a connection
			}
			text := fmt.Sprintf("panic: %v\n\n%s", p, stack.Stack())
			out.Print(text)
			if !debug {
				text = http.StatusText(http.StatusInternalServerError)
			}
			http.Error(rw, text, http.StatusInternalServerError)
		}()
		h.ServeHTTP(rw, r)
	})
}

// logged writes a line for each request.
func logged(h http.Handler, w io.Writer) http.Handler {
	out := log.New(w, "", log.LstdFlags)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: rw, status: http.StatusOK}
		defer func() { out.Printf("%s %q %d", clientOf(r), r.Method+" "+r.URL.Path, rec.status) }()
		h.ServeHTTP(rec, r)
	})
}

func clientOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// A recorder remembers the status of a response.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

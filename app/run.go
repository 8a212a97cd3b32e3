package app

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	stack "runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/socket"
)

func (a *App) runCommand() *cobra.Command {
	var ad socket.Address
	var debug bool
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Serve the app while it is developed",
		Long: `Serves the app on this machine and logs each request.

With whim run --debug, whim builds the app again and restarts it whenever a file
changes, and shows mistakes in the browser; whim run --debug --help has the flags
of that. In production, use serve.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.misconfigured(); err != nil {
				return err
			}
			if err := ad.Complete(cmd.Flags(), os.Getenv); err != nil && !debug { // whim has read it, and says where
				return err
			}
			h, err := mux(a.routes)
			if err != nil {
				return err
			}
			w := cmd.ErrOrStderr()
			if debug {
				return a.runDebug(cmd.Context(), h, ad, w)
			}
			fmt.Fprintf(w, " * Serving app '%s'\n * Debug mode: off\n", a.name)
			fmt.Fprintln(w, "This is a server for development. In production, use: serve")
			a.warnPending(cmd.Context(), w)
			return serve(cmd.Context(), logged(recovered(h, w), w), ad, w, func(url string) {
				fmt.Fprintf(w, " * Running on %s\nPress CTRL+C to quit\n", url)
			})
		},
	}
	ad.Flags(cmd.Flags())
	cmd.Flags().BoolVar(&debug, "debug", false, "rebuild, restart and show mistakes in the browser; needs whim")
	return cmd
}

// notDebug says that a program has no debug features: they are linked only into
// what whim builds for them.
func (a *App) notDebug() error {
	whim := "whim"
	if strings.HasPrefix(a.prog, "whim ") { // --app DIR
		whim = a.prog
	}
	return &whimbrel.Error{
		Code: whimbrel.BadUsage, Msg: "this program was built without the debug features",
		Hint: []string{"whim builds it with them, in the folder of the app: " + whim + " run --debug", "to serve it without: " + a.prog + " run"},
	}
}

// recovered answers a panic with an error page that says nothing, and logs where
// it was: the text may name what no stranger should read.
func recovered(h http.Handler, w io.Writer) http.Handler {
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
			out.Printf("panic: %v\n\n%s", p, stack.Stack())
			http.Error(rw, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}()
		h.ServeHTTP(rw, r)
	})
}

// logged writes a line for each request, in the shape that log readers know. A
// request is no reason to print a line of the client's own making, so what could
// steer a terminal is quoted.
func logged(h http.Handler, w io.Writer) http.Handler {
	out := log.New(w, "", 0)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: rw}
		defer func() {
			at := clock().Format("02/Jan/2006 15:04:05")
			out.Printf("%s - - [%s] %q %d -", clientOf(r), at, r.Method+" "+r.URL.RequestURI()+" "+r.Proto, cmp.Or(rec.status, http.StatusOK))
		}()
		h.ServeHTTP(rec, r)
	})
}

func clock() time.Time { return time.Now() } //nolint:forbidigo // the time of a line in a log, and the age of an answer

// A recorder remembers the status of a response.
type recorder struct {
	http.ResponseWriter
	status int // 0: not said yet
}

func (r *recorder) WriteHeader(status int) {
	if r.status < http.StatusOK { // the ones before are informational
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.status = cmp.Or(r.status, http.StatusOK)
	return r.ResponseWriter.Write(b)
}

// Flush is for handlers that ask for http.Flusher.
func (r *recorder) Flush() { _ = http.NewResponseController(r.ResponseWriter).Flush() }

// Hijack is for handlers that ask for http.Hijacker.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

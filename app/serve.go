package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/socket"
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
	var ad socket.Address
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the app",
		Long: `Serves the app until it is told to stop (SIGINT or SIGTERM). Requests that are
being answered then have ten seconds to end. It listens on this machine only,
unless --host says otherwise.

When revisions are not applied to the database, it says so and serves anyway:
nothing but "db upgrade" changes a database. a.Health() is a handler that tells
what sends requests here.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.misconfigured(); err != nil {
				return err
			}
			if err := ad.Complete(cmd.Flags(), os.Getenv); err != nil {
				return err
			}
			h, err := mux(a.routes)
			if err != nil {
				return err
			}
			w := cmd.ErrOrStderr()
			a.warnPending(cmd.Context(), w)
			return serve(cmd.Context(), h, ad, w, func(url string) {
				fmt.Fprintf(w, "%s is served on %s\n", a.name, url)
			})
		},
	}
	ad.Flags(cmd.Flags())
	return cmd
}

// A gap is how far a database is behind the program.
type gap struct {
	pending int
	command string // that applies the revisions
}

// what says so in words.
func (g gap) what() string {
	if g.pending == 1 {
		return "1 revision is not applied to the database:"
	}
	return fmt.Sprintf("%d revisions are not applied to the database:", g.pending)
}

// gaps returns which databases are behind the program. One that does not answer
// is not waited for: the handlers will meet the error.
func (a *App) gaps(ctx context.Context) []gap {
	ctx, cancel := context.WithTimeout(ctx, pendingTimeout)
	defer cancel()
	var all []gap
	for _, b := range a.Databases() {
		if b.history == nil {
			continue
		}
		if n, err := b.pending(ctx); err == nil && n > 0 {
			all = append(all, gap{n, a.prog + " " + b.word() + " upgrade"})
		}
	}
	return all
}

// misconfigured returns why nothing can be served: where the app listens, and
// what its handlers do, may be in the settings that cannot be read.
func (a *App) misconfigured() error {
	for _, b := range a.Databases() {
		if whimbrel.CodeOf(b.broken) == whimbrel.BadConfig {
			return b.broken
		}
	}
	return nil
}

// warnPending says when a database is behind the program, or can never be opened.
// It is only a warning: what needs no database is served.
func (a *App) warnPending(ctx context.Context, w io.Writer) {
	for _, b := range a.Databases() {
		if b.broken != nil {
			fmt.Fprintf(w, "WARNING: %v\n", b.broken)
		}
	}
	for _, g := range a.gaps(ctx) {
		fmt.Fprintf(w, "WARNING: %s %s\n", g.what(), g.command)
	}
}

// server returns a server with its limits set.
func server(h http.Handler, w io.Writer) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout,
		ErrorLog: log.New(w, "", log.LstdFlags),
	}
}

// serve answers requests until ctx is done, and then lets those that are being
// answered finish.
func serve(ctx context.Context, h http.Handler, ad socket.Address, w io.Writer, started func(url string)) error {
	l, err := ad.Listen(ctx)
	if err != nil {
		return err
	}
	err = socket.Serve(ctx, server(h, w), l, socket.Options{
		Cert: ad.Cert, Key: ad.Key, Grace: shutdownWait,
		Begun: func() { started(ad.Scheme() + "://" + l.Addr().String()) },
	})
	if errors.Is(err, socket.ErrCut) {
		return &whimbrel.Error{
			Code: whimbrel.CutOff, Msg: fmt.Sprintf("requests were still being answered after %s, and were cut off", shutdownWait), Err: err,
			Hint: []string{"an answer that takes longer has to look at the context of its request, or to be asked for again"},
		}
	}
	return err
}

func clientOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

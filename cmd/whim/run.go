package main

import (
	"cmp"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/build"
	"github.com/whimbreldb/whimbrel/internal/devapp"
	"github.com/whimbreldb/whimbrel/internal/devserver"
	"github.com/whimbreldb/whimbrel/internal/dotenv"
	"github.com/whimbreldb/whimbrel/internal/socket"
)

// wantsDebug reports whether a command line is for the dev server, which is
// whim's: "run" without --debug is the app's own.
func wantsDebug(args []string) bool {
	if len(args) == 0 || args[0] != "run" {
		return false
	}
	for _, a := range args[1:] {
		switch a {
		case "--":
			return false
		case "--debug", "--debug=true":
			return true
		}
	}
	return false
}

// debugCommand is "run --debug" for the app in a folder.
func debugCommand(dir string) *cobra.Command {
	var c devserver.Config
	var hosts []string
	var noReload bool
	cmd := &cobra.Command{
		Use:   "run --debug",
		Short: "Serve the app, and build and restart it whenever a file changes",
		Long: `Builds the app of this folder with its debug features and serves it on this
machine. When a file changes that the build reads, it is built and restarted:
requests wait meanwhile, none is refused and none gets an old answer. What does
not compile, crashes or panics is shown in the browser, with the source; pages
reload by themselves.

It listens on this machine only, unless --host says otherwise, and answers only
for localhost, addresses, and the names of --allow-host.

An app that listens by itself is served through --proxy:

  whim run --debug --proxy 127.0.0.1:8080 -- serve --addr :8080`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && c.Proxy == "" {
				return &whimbrel.Error{
					Code: whimbrel.BadUsage, Msg: "run --debug takes no arguments",
					Detail: []string{"arguments are for an app that listens by itself"},
					Hint:   []string{"for such an app: --proxy ADDRESS -- ARGUMENTS"},
				}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := build.Find(orHere(dir))
			if err != nil {
				return err
			}
			c.App, c.Args, c.AllowHosts = app, args, strings.Join(hosts, ",")
			c.Out, c.Err = cmd.OutOrStdout(), cmd.ErrOrStderr()
			c.Env = environment(dir, app.Dir)
			c.Prog = prog(dir)
			if err := c.Complete(cmd.Flags(), settings(app.Dir)); err != nil {
				return err
			}
			if err := certificate(&c); err != nil {
				return err
			}
			c.Announce = func(w io.Writer, app *build.App) (io.Writer, func()) {
				a := build.Announce(w, app)
				return a, a.Stop
			}
			if noReload {
				return debugOnce(cmd, c)
			}
			return devserver.Run(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.Bool("debug", true, "serve for development: what this help is about")
	f.BoolVar(&noReload, "no-reload", false, "build once, and do not look at the files")
	c.Flags(f)
	f.StringSliceVar(&hosts, "allow-host", nil, "answer for this host name too; .example.com is all below it")
	f.StringVar(&c.Proxy, "proxy", "", "the address on which the app listens by itself")
	f.BoolVar(&c.NoSQL, "no-sql", false, "leave the database driver alone: error pages have no SQL")
	return cmd
}

// settings returns the environment as the app in a folder will find it. What is
// wrong with its .env, the app says.
func settings(dir string) func(string) string {
	file, _ := dotenv.Read(filepath.Join(dir, ".env"))
	return func(name string) string { return cmp.Or(os.Getenv(name), file[name]) }
}

// certificate makes the paths absolute, since the app works in its own folder,
// and says at once when they lead to nothing that can be used.
func certificate(c *devserver.Config) error {
	for _, path := range []*string{&c.Cert, &c.Key} {
		if *path == "" {
			continue
		}
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = abs
	}
	return socket.CheckCertificate(c.Cert, c.Key)
}

// debugOnce builds the app with its debug features and becomes it.
func debugOnce(cmd *cobra.Command, c devserver.Config) error {
	if c.Proxy != "" {
		return &whimbrel.Error{Code: whimbrel.BadUsage, Msg: "--proxy and --no-reload exclude each other", Hint: []string{"without --no-reload: whim run --debug --proxy ADDRESS -- ARGUMENTS"}}
	}
	c.App.Tags = devapp.Tag
	w, done := c.Announce(c.Err, &c.App)
	built, err := c.App.Build(cmd.Context(), w)
	done()
	if err != nil {
		return err
	}
	if err := os.Chdir(c.App.Dir); err != nil {
		return err
	}
	args, env := c.Once()
	_, err = built.Exec(args, env, cmd.InOrStdin(), c.Out, c.Err)
	return err
}

package cli_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	_ "modernc.org/sqlite"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/cli"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/model"
)

// The scripts run "shop", a program like those that people write: a history
// and models that are compiled in, a SQLite file in the current folder, and
// the db tree. What is compiled in is chosen by SHOP.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"shop": func() {
		code := shop()
		if file := os.Getenv("SHOP_EXIT"); file != "" {
			if os.WriteFile(file, []byte(strconv.Itoa(code)), 0o666) != nil {
				os.Exit(99)
			}
		}
		os.Exit(code)
	}})
}

// shop is the program.
func shop() int {
	var events cli.Events
	file := "shop.db"
	if f := os.Getenv("SHOP_DB"); f != "" {
		file = f
	}
	open := func() (*whimbrel.Project, error) {
		if os.Getenv("SHOP") == "unopened" {
			return nil, errors.New("the shop is closed")
		}
		db, err := sql.Open("sqlite", file)
		if err != nil {
			return nil, err
		}
		history, models := compiled(os.Getenv("SHOP"))
		absolute, err := filepath.Abs(file)
		if err != nil {
			return nil, err
		}
		cfg := whimbrel.Config{
			History:  history,
			Models:   []model.Source{models},
			DB:       db,
			Dialect:  sqlite.New(libraryVersion),
			Script:   sqlite.New("3.35"),
			Database: absolute,
			Missing:  func() bool { _, err := os.Stat(file); return errors.Is(err, os.ErrNotExist) },
			Dir:      "migrations",
			Now:      func() time.Time { return time.Date(2026, 11, 22, 16, 40, 12, 0, time.UTC) },
			OnEvent:  events.On,
		}
		if os.Getenv("SHOP_WAIT") != "" {
			cfg.LockWait, err = time.ParseDuration(os.Getenv("SHOP_WAIT"))
			if err != nil {
				return nil, err
			}
		}
		return whimbrel.Open(cfg)
	}
	options := []cli.Option{cli.WithEvents(&events), cli.Folder("migrations")}
	if prog := os.Getenv("SHOP_PROG"); prog != "" {
		options = append(options, cli.Prog(prog))
	}
	root := &cobra.Command{Use: "shop", Short: "A shop"}
	root.AddCommand(cli.DB(open, options...))

	stderr := os.Stderr
	if os.Getenv("SHOP_TTY") != "" {
		// The scripts can give a program a terminal as stdin only.
		if tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
			defer tty.Close()
			stderr = tty
		}
	}
	return cli.Run(context.Background(), root, os.Args[1:], os.Stdin, os.Stdout, stderr)
}

const libraryVersion = "3.53.4"

package cli_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	_ "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/cli"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// history is empty until the first "db migrate". From then on it is
// migrations.History, imported from the package that "db init" made.
var history op.History

// models says what shall be in the database. With an ORM they come from its
// structs: gormmodel.Models(db, &Product{}).
var models = model.Static{Tables: []schema.Table{
	schema.NewTable("products",
		schema.BigInt("id").PrimaryKey().AutoIncrement(),
		schema.String("name", 50).NotNull(),
	),
}}

// run runs a command line of a program that has other commands too.
func run(ctx context.Context, file string, args ...string) int {
	var events cli.Events // so that steps are shown while they run
	open := func() (*whimbrel.Project, error) {
		db, err := sql.Open("sqlite", file)
		if err != nil {
			return nil, err
		}
		return whimbrel.Open(whimbrel.Config{
			History:  &history,
			Models:   []model.Source{models},
			DB:       db,
			Dialect:  sqlite.New(sqlite3.SQLITE_VERSION), // of the driver that is linked
			Script:   sqlite.New("3.35"),                 // the oldest that has to take upgrade --sql
			Database: file,                               // as people know it; never with a password
			Missing: func() bool { // without it, a look at the database would make it
				_, err := os.Stat(file)
				return errors.Is(err, fs.ErrNotExist)
			},
			Dir:     "migrations",
			OnEvent: events.On,
		})
	}
	root := &cobra.Command{Use: "shop", Short: "A shop"}
	root.AddCommand(&cobra.Command{
		Use: "hello",
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), "Hello, World!") },
	})
	root.AddCommand(cli.DB(open, cli.WithEvents(&events), cli.Folder("migrations")))
	return cli.Run(ctx, root, args, os.Stdin, os.Stdout, os.Stderr)
}

func Example() {
	file := os.DevNull + ".none" // there is no database, and none is needed
	fmt.Println("exit code", run(context.Background(), file, "hello"))
	fmt.Println("exit code", run(context.Background(), file, "db", "check"))
	fmt.Println("exit code", run(context.Background(), file, "db", "check", "--quiet", "--wrong"))
	// Output:
	// Hello, World!
	// exit code 0
	// You changed the models, and no revision says it yet:
	//   add table products
	// exit code 3
	// exit code 2
}

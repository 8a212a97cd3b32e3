package cli

import (
	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/shellword"
)

func (t *tree) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Make the folder for revision files",
		Long: `Makes the folder for revision files, with what it needs to be compiled into the
program. A file that is there already is never overwritten. It touches no
database.

For a program that has registered no models, it also looks through the Go files
for structs that look like models, and lists them in whim_models.go: those that
it is not sure of as comments.`,
		Example: `PROG init`,
		Args:    atMost(0, ""),
		RunE:    t.run((*call).initialize),
	}
}

func (c *call) initialize([]string) error {
	files, err := c.project.Init()
	var list whimbrel.Registration
	if err == nil {
		list, err = c.project.Register()
	}
	if list.Path != "" {
		files = append(files, list.Path)
	}
	c.result = InitResult{Files: append([]string{}, files...), Models: list.Models, Doubts: list.Doubts}
	for _, f := range files { // also with an error: these are there now
		c.written(f)
	}
	if err != nil {
		return err
	}
	if len(files) == 0 {
		c.did("The folder for revision files is there already; nothing to write.")
		return nil
	}
	if list.Path != "" {
		c.noteModels(list)
	}
	c.note("Next: %s migrate -m %s", prefix(c.cmd), shellword.Quote("initial migration"))
	if list.Path != "" { // an app that is there already, and its database perhaps
		c.note("Where the database has its tables already: %s baseline", prefix(c.cmd))
	}
	return nil
}

// noteModels says which models a list was made of, and what to do with it.
func (c *call) noteModels(list whimbrel.Registration) {
	c.note("%s look like models, and are listed in %s. To register them, where the project is made:",
		plural(len(list.Models), "struct", "structs"), list.Path)
	switch list.ORM {
	case "bun":
		c.note("    bunmodel.Models(db, %s()...)", list.Function)
	case "ddl":
		c.note("    model.Structs(%s()...)", list.Function)
	default:
		c.note("    gormmodel.Models(db, %s()...)", list.Function)
	}
	for _, d := range list.Doubts {
		c.note("note: left as a comment there: %s", d)
	}
}

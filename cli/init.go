package cli

import "github.com/spf13/cobra"

func (t *tree) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Make the folder for revision files",
		Long: `Makes the folder for revision files, with what it needs to be compiled into the
program. A file that is there already is never overwritten. It touches no
database.`,
		Example: `PROG init`,
		Args:    atMost(0, ""),
		RunE:    t.run((*call).initialize),
	}
}

func (c *call) initialize([]string) error {
	files, err := c.project.Init()
	c.result = InitResult{Files: append([]string{}, files...)}
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
	c.note("Next: %s migrate -m %s", prefix(c.cmd), quote("initial migration"))
	return nil
}

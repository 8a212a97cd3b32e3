package app

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// A setting is a variable of the environment that an app reads: what it stands
// in for, and what it says.
type setting struct{ variable, instead, meaning string }

// settings are all of them. docs/settings.md is made from here.
var settings = []setting{
	{"DATABASE_URL", "Config.Database", "the URL of the database"},
	{"NAME_DATABASE_URL", "Config.Database of App.Bind", "the same for the further database NAME"},
	{"TEST_DATABASE_URL", "what is given to apptest.New", "the server on which tests make their databases"},
	{"TEST_NAME_DATABASE_URL", "Config.Database of App.Bind", "the same for the further database NAME, in tests"},
	{"WHIM_INSTANCE", "Config.Instance", "the folder of data of this machine, instance; relative SQLite paths are in it"},
	{"WHIM_HOST", "--host", "the address on which run and serve listen, 127.0.0.1"},
	{"WHIM_PORT", "--port", "the port on which they listen, 5000"},
}

// settingsTopic is a page of help.
func settingsTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("What this program reads from its environment, and what it stands in for. The\ncommand line comes first, then the environment, then the file .env in the\nworking directory, then the code.\n")
	for _, s := range settings {
		fmt.Fprintf(&b, "\n  %-24s %s\n  %-24s instead of %s\n", s.variable, s.meaning, "", s.instead)
	}
	return &cobra.Command{Use: "settings", Short: "The variables of the environment", Long: strings.TrimRight(b.String(), "\n")}
}

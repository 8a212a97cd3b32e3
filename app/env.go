package app

import (
	"cmp"
	"errors"
	"io/fs"
	"os"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dotenv"
)

// envFile is the file of settings of this machine, in the working directory.
const envFile = ".env"

// readEnv adds the settings of a file to the environment of the process. What
// is set there already stays, so that who starts the program has the last word.
// The file is in no message: it holds secrets.
func readEnv(name string) error {
	values, err := dotenv.Read(cmp.Or(name, envFile))
	if name == "" && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for key, value := range values {
		if os.Getenv(key) != "" { // what is set to nothing counts as not set
			continue
		}
		if serr := os.Setenv(key, value); serr != nil {
			return &whimbrel.Error{
				Code: whimbrel.BadConfig, Msg: "the settings in " + cmp.Or(name, envFile) + " cannot be set", Detail: []string{serr.Error()}, Err: serr,
			}
		}
	}
	return err
}

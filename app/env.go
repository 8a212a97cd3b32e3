package app

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/joho/godotenv"

	"github.com/whimbreldb/whimbrel"
)

// envFile is the file of settings of this machine, in the working directory.
const envFile = ".env"

// envName are the characters of a setting's name.
const envName = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

// readEnv adds the settings of a file to the environment of the process. What
// is set there already stays, so that who starts the program has the last word.
// The file is in no message: it holds secrets.
func readEnv(name string) error {
	b, err := os.ReadFile(cmp.Or(name, envFile))
	switch {
	case name == "" && errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return badEnv(cmp.Or(name, envFile), err.Error(), err)
	}
	text := strings.TrimPrefix(string(b), "\ufeff") // some editors of Windows begin a file so
	values, err := godotenv.Unmarshal(text)
	if err != nil {
		return badEnv(cmp.Or(name, envFile), fmt.Sprintf("line %d is not NAME=value", badLine(text)), nil)
	}
	for key, value := range values {
		if strings.Trim(key, envName) != "" {
			return badEnv(cmp.Or(name, envFile), fmt.Sprintf("line %d has no name of a setting before its =", lineOf(text, key)), nil)
		}
		if os.Getenv(key) != "" { // what is set to nothing counts as not set
			continue
		}
		if err := os.Setenv(key, value); err != nil {
			return badEnv(cmp.Or(name, envFile), fmt.Sprintf("line %d cannot be set", lineOf(text, key)), err)
		}
	}
	return nil
}

// badLine finds the line of a file that cannot be read: the one from which on
// every beginning of the file is bad. (A value in quotes may have many lines, so
// that a beginning alone proves nothing. The error of the package repeats the
// text, which may be a password.)
func badLine(text string) int {
	lines := strings.SplitAfter(text, "\n")
	for n := len(lines) - 1; n > 0; n-- {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:n], "")); err == nil {
			return n + 1
		}
	}
	return 1
}

// lineOf finds the line of a setting. Its name may be the rest of a secret.
func lineOf(text, key string) int {
	before, _, _ := strings.Cut(text, key)
	return strings.Count(before, "\n") + 1
}

func badEnv(name, why string, err error) error {
	return &whimbrel.Error{
		Code: whimbrel.BadConfig, Msg: "the settings in " + name + " cannot be read", Detail: []string{why}, Err: err,
		Hint: []string{"each line is NAME=value, or a comment after #; a value with spaces or # stands in quotes"},
	}
}

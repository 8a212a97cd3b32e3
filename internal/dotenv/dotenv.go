// Package dotenv reads files of settings, NAME=value, as many tools do: with
// quotes, export, comments, values of many lines, and $NAME for a setting that
// the file has above. It says what is wrong with one by the number of the line,
// since the text is full of secrets. Start at [Read].
package dotenv

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/joho/godotenv"

	"github.com/whimbreldb/whimbrel"
)

// names are the characters of a setting's name.
const names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

// Read returns the settings in a file. One that is not there is an error that
// wraps [io/fs.ErrNotExist].
func Read(file string) (map[string]string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, bad(file, err.Error(), err)
	}
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) { // PowerShell's >
		return nil, bad(file, "it is not text in UTF-8", nil)
	}
	text := strings.TrimPrefix(string(b), "\ufeff") // some editors of Windows begin a file so
	values, err := godotenv.Unmarshal(text)
	if err != nil {
		return nil, bad(file, fmt.Sprintf("line %d is not NAME=value", badLine(text)), nil)
	}
	for name, value := range values {
		why := ""
		switch line := lineOf(text, name); {
		case name == "":
			why = fmt.Sprintf("line %d is not NAME=value", nameless(text))
		case strings.Trim(name, names) != "":
			why = fmt.Sprintf("line %d has no name of a setting before its =", line)
		case strings.ContainsRune(value, 0):
			why = fmt.Sprintf("line %d has a NUL byte", line)
		}
		if why != "" {
			return nil, bad(file, why, nil)
		}
	}
	if name, ok := lost(text, values); ok {
		return nil, bad(file, fmt.Sprintf("line %d has a $ that would stand for a setting, and none of that name is in the file", lineOf(text, name)), nil,
			"where a $ means itself, in a password perhaps, the value stands in single quotes: NAME='…'")
	}
	return values, nil
}

// reference is what godotenv 1.5 takes for a setting in a value.
var reference = regexp.MustCompile(`(\\?)\$\(?\{?([A-Z0-9_]+)`)

// lost finds a setting in which a $ and what follows it have become nothing: the
// name behind it is none of the file. It compares what the file says with what it
// would say if a $ had no meaning.
func lost(text string, values map[string]string) (name string, yes bool) {
	const dollar = "\ue000" // a character that nobody has
	plain, err := godotenv.Unmarshal(strings.ReplaceAll(text, "$", dollar))
	if err != nil {
		return "", false
	}
	for name, value := range plain {
		value = strings.ReplaceAll(value, dollar, "$")
		if value == values[name] {
			continue
		}
		for _, m := range reference.FindAllStringSubmatch(value, -1) {
			if _, known := values[m[2]]; m[1] == "" && !known {
				return name, true
			}
		}
	}
	return "", false
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

// nameless finds the line with which a setting without a name comes in.
func nameless(text string) int {
	lines := strings.SplitAfter(text, "\n")
	for n := range lines {
		values, err := godotenv.Unmarshal(strings.Join(lines[:n+1], ""))
		if _, ok := values[""]; ok && err == nil {
			return n + 1
		}
	}
	return len(lines)
}

// lineOf finds the line of a setting. Its name may be the rest of a secret.
func lineOf(text, name string) int {
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "export "))
		if after, ok := strings.CutPrefix(line, name); ok && strings.IndexAny(strings.TrimSpace(after), "=:") == 0 {
			return n + 1
		}
	}
	before, _, _ := strings.Cut(text, name)
	return strings.Count(before, "\n") + 1
}

func bad(file, why string, err error, hint ...string) error {
	if hint == nil {
		hint = []string{"each line is NAME=value, or a comment after #; a value with spaces or # stands in quotes"}
	}
	return &whimbrel.Error{
		Code: whimbrel.BadConfig, Msg: "the settings in " + file + " cannot be read", Detail: []string{why}, Err: err, Hint: hint,
	}
}

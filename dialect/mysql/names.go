package mysql

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// longestName is the limit of every name, in characters, not bytes.
const longestName = 64

// checkName says why no server of this family takes a name. Some they refuse
// with less to say, and one kind they change: MySQL 9.7 turns a character
// outside the basic plane into a question mark, with a warning.
func checkName(object, name string) error {
	why := ""
	switch {
	case name == "":
		why = "it has no name"
	case utf8.RuneCountInString(name) > longestName:
		why = fmt.Sprintf("its name has %d characters, and %d is the limit", utf8.RuneCountInString(name), longestName)
	case strings.HasSuffix(name, " "):
		why = "its name ends with a space"
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		why = "its name is not text"
	case strings.ContainsFunc(name, outsidePlane):
		why = fmt.Sprintf("its name has the character %q, which needs four bytes, and names take only those of three", firstOutside(name))
	default:
		return nil
	}
	return &dialect.UnsupportedError{Object: object, Why: why}
}

// checkQualified is checkName for a name that may have a namespace.
func checkQualified(object, name string) error {
	namespace, local := schema.Split(name)
	if namespace != "" {
		if err := checkName(object, namespace); err != nil {
			return err
		}
	}
	return checkName(object, local)
}

// checkCase refuses a name of a table or a view that the server would keep as
// another one: with lower_case_table_names 1, as on Windows, what is made as
// Products is products, and would be missed ever after.
func (c *compiler) checkCase(object, name string) error {
	if _, local := schema.Split(name); c.d.settings.lowerCase == 1 && local != strings.ToLower(local) {
		return &dialect.UnsupportedError{Object: object, Why: fmt.Sprintf(
			"this server keeps the names of tables in lower case (lower_case_table_names is 1), so that it would be %q", strings.ToLower(local))}
	}
	return nil
}

// checkText refuses a comment with a character that the servers' own tables
// cannot hold: both turn it into a question mark without an error.
func (c *compiler) checkText(object, text string) error {
	if strings.ContainsFunc(text, outsidePlane) {
		return &dialect.UnsupportedError{
			Object: object,
			Why:    fmt.Sprintf("%s would keep the character %q, which needs four bytes, as a question mark", vendorName(c.name), firstOutside(text)),
		}
	}
	return nil
}

func outsidePlane(r rune) bool { return r > 0xffff }

func firstOutside(s string) rune { return []rune(s[strings.IndexFunc(s, outsidePlane):])[0] }

// sameName reports whether two names of columns, indexes or constraints are the
// same to the servers, which compare them without case.
func sameName(a, b string) bool { return strings.EqualFold(a, b) }

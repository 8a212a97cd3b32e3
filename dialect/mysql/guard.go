package mysql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// guard demands that no value of a column changes with its type, wherever the
// servers would change it without an error, strict as the session is.
//
// Seen on MariaDB 10.11 and MySQL 9.7 with STRICT_ALL_TABLES: what does not fit
// is refused (1264, 1265, 1292, 1366, 1406), but digits behind the decimal point
// and behind the second go with a note at most, a date loses its time, a number
// becomes the nearest double, text becomes the number that it begins with.
func (c *compiler) guard(table string, was, is schema.Column) {
	lost := func(column string) string {
		return lossyValue(column, parseType(c.d.typeText(was.Type)), parseType(c.d.typeText(is.Type)))
	}
	if lost("") == "" {
		return
	}
	c.none(table, was.Name, func(t, col string) string { return "SELECT " + col + " FROM " + t + " WHERE " + lost(col) + " LIMIT 5" },
		fmt.Sprintf("column %q of table %q has values that %s cannot hold and the server would change: change them first",
			was.Name, table, c.d.typeText(is.Type)))
}

// A family is a kind of value.
type family int

const (
	otherFamily family = iota
	integers
	decimals
	floats
	texts // ends as it is written
	fixedText
	bytesFamily
	fixedBytes
	labels // ENUM and SET
	dates
	times
	datetimes
	years
)

func (t columnType) family() family {
	switch t.base {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "serial":
		return integers
	case "decimal":
		return decimals
	case "float", "double":
		return floats
	case "varchar", "tinytext", "text", "mediumtext", "longtext":
		return texts
	case "char":
		return fixedText
	case "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		return bytesFamily
	case "binary":
		return fixedBytes
	case "enum", "set":
		return labels
	case "date":
		return dates
	case "time":
		return times
	case "datetime", "timestamp":
		return datetimes
	case "year":
		return years
	}
	return otherFamily
}

// arg returns the i-th number in parentheses, or what holds without it.
func (t columnType) arg(i, without int) int {
	if i < len(t.args) {
		if n, err := strconv.Atoi(t.args[i]); err == nil {
			return n
		}
	}
	return without
}

// exact is a number of any type as a decimal, by the digits that it shows: a
// float is not what its double would be.
func exact(col string) string { return "CAST(CAST(" + col + " AS CHAR) AS DECIMAL(65,30))" }

// lossyValue returns the condition for a value that changes on the way from one type
// to another; "" where none does, or the server refuses those that would.
func lossyValue(col string, from, to columnType) string {
	f, t := from.family(), to.family()
	digits := func(ct columnType) int { return ct.arg(0, 0) }
	switch {
	case f == otherFamily || t == otherFamily:
		return ""
	case f == labels && (t == integers || t == decimals || t == floats || t == years),
		t == labels && (f == integers || f == decimals || f == floats || f == years):
		return col + " IS NOT NULL" // a number there is a place in the list
	case f == dates && t == times, f == datetimes && t == times, f == times && (t == dates || t == datetimes || t == years),
		(f == dates || f == datetimes) && t == years:
		return col + " IS NOT NULL" // half of it goes, or comes from today
	case t == years && (f == integers || f == decimals || f == floats || f == texts || f == fixedText):
		return col + " IS NOT NULL AND " + col + " <> 0 AND " + col + " NOT BETWEEN 1901 AND 2155" // 20 is 2020
	case f == times && t == times, f == datetimes && t == datetimes:
		if digits(to) < digits(from) {
			return fraction(col, digits(to))
		}
		return ""
	case f == datetimes && t == dates:
		return "DATE(" + col + ") <> " + col
	case (f == times || f == datetimes) && (t == integers || t == decimals || t == floats):
		if digits(from) > 0 {
			return fraction(col, 0)
		}
		return ""
	case f == texts || f == fixedText:
		return lossyText(col, from, to)
	case t == integers && (f == decimals || f == floats):
		return exact(col) + " <> ROUND(" + exact(col) + ")"
	case t == decimals && (f == floats || f == decimals):
		if scale := to.arg(1, 0); f == floats || scale < from.arg(1, 0) {
			return exact(col) + " <> ROUND(" + exact(col) + ", " + strconv.Itoa(scale) + ")"
		}
		return ""
	case t == floats && (f == integers || f == decimals || f == floats && from.base == "double" && to.base == "float"):
		return exact(col) + " <> " + exact(asFloat(col, to.base))
	case t == fixedText && f == bytesFamily:
		return endsInBlank(col)
	case t == fixedBytes && f != fixedBytes, t == fixedBytes && digits(to) != digits(from):
		return "LENGTH(" + col + ") <> " + strconv.Itoa(to.arg(0, 1)) // filled up with zeros
	}
	return ""
}

// asFloat is a number as a column of FLOAT or DOUBLE has it. (CAST AS DOUBLE is in
// MySQL since 8.0.17.)
func asFloat(col, base string) string {
	if base == "float" {
		return "CAST(" + col + " AS FLOAT)"
	}
	return "(" + col + " + 0e0)"
}

// fraction is the condition for a time with more digits behind the second.
func fraction(col string, digits int) string {
	unit := "1" + strings.Repeat("0", 6-digits)
	if digits == 0 {
		return "MICROSECOND(" + col + ") <> 0"
	}
	return "MICROSECOND(" + col + ") % " + unit + " <> 0"
}

// endsInBlank is the condition for a value whose last character is a blank: by
// LIKE, for which the empty string is none. (For = it is, in most collations.)
func endsInBlank(col string) string { return "RIGHT(" + col + ", 1) LIKE ' '" }

// lossyText is lossyValue for text.
func lossyText(col string, from, to columnType) string {
	switch to.family() {
	case fixedText:
		if from.family() != fixedText {
			return endsInBlank(col) // CHAR loses blanks at the end
		}
	case integers:
		return "TRIM(" + col + ") NOT REGEXP '^[-+]?[0-9]+$'"
	case decimals:
		return exact(col) + " <> ROUND(" + exact(col) + ", " + strconv.Itoa(to.arg(1, 0)) + ")"
	case dates:
		return "DATE(CAST(" + col + " AS DATETIME(6))) <> CAST(" + col + " AS DATETIME(6))"
	case datetimes, times:
		return fraction(col, to.arg(0, 0))
	case fixedBytes:
		return "LENGTH(" + col + ") <> " + strconv.Itoa(to.arg(0, 1))
	case otherFamily, floats, texts, bytesFamily, labels, years:
	}
	return ""
}

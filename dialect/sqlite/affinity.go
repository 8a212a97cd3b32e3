package sqlite

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// An affinity is what SQLite does to a value that is stored in a column.
type affinity int

const (
	blobAffinity affinity = iota // nothing
	textAffinity                 // numbers become text
	numericAffinity
	integerAffinity // as numeric, for stored values
	realAffinity    // and integers become floating point
)

// affinityOf follows "Determination Of Column Affinity" of the SQLite manual.
func affinityOf(t schema.Table, c schema.Column) affinity {
	text := fold(typeText(c.Type))
	has := func(s string) bool { return strings.Contains(text, s) }
	switch {
	case text == "" || t.Options.Strict && text == "any":
		return blobAffinity
	case has("int"):
		return integerAffinity
	case has("char"), has("clob"), has("text"):
		return textAffinity
	case has("blob"):
		return blobAffinity
	case has("real"), has("floa"), has("doub"):
		return realAffinity
	}
	return numericAffinity
}

// losing returns the condition under which copying a value of col, a quoted
// column, into a column of another affinity loses something: the value that
// comes back would not be written as it was, or not be the same number. '007'
// becomes 7, '1e3' becomes 1000, and the integer 9007199254740993 a nearby
// real. '7' to 7 and back is no loss, nor is 'abc', which stays text. It is
// empty when nothing can be lost.
func losing(col string, from, to affinity) string {
	if from == to {
		return ""
	}
	// A text that is a number compares equal to its CAST; one that is not
	// stays as it is in the new column.
	number := "typeof(" + col + ") = 'text' AND " + col + " = CAST(" + col + " AS NUMERIC)"
	asNumeric := "CAST(CAST(" + col + " AS NUMERIC) AS TEXT)"
	asReal := "CAST(CAST(" + col + " AS REAL) AS TEXT)"
	bytes := "CAST(" + col + " AS BLOB)"
	other := func(text string) string { return "CAST(" + text + " AS BLOB) <> " + bytes }
	// Comparing an integer with a real is exact; a CAST back would be clamped.
	integer := "typeof(" + col + ") = 'integer' AND CAST(" + col + " AS REAL) <> " + col
	rounded := "CAST(" + col + " AS REAL) <> CAST(" + col + " AS NUMERIC)"
	switch to {
	case blobAffinity:
		return ""
	case textAffinity:
		return "typeof(" + col + ") = 'real' AND CAST(CAST(" + col + " AS TEXT) AS REAL) <> " + col
	case realAffinity:
		return "(" + number + " AND (" + other(asNumeric) + " OR " + rounded + ") AND " + other(asReal) + ") OR (" + integer + ")"
	case numericAffinity, integerAffinity:
		return "(" + number + " AND " + other(asNumeric) + ")"
	}
	return ""
}

package mysql

import (
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/schema"
)

// typeWord returns the first word of a type that a server spelled: "int" of
// "int(11) unsigned".
func typeWord(text string) string {
	i := strings.IndexAny(text, " (")
	if i < 0 {
		i = len(text)
	}
	return strings.ToLower(text[:i])
}

func isType(text string, words ...string) bool { return slices.Contains(words, typeWord(text)) }

// isNumeric reports whether the defaults of a type are numbers.
func isNumeric(text string) bool {
	return isType(text, "tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "year", "bit")
}

// isBinary reports whether the defaults of a type are bytes, which no server
// writes into information_schema as they are.
func isBinary(text string) bool { return isType(text, "binary", "varbinary") }

// bitNumber returns the number that b'101' stands for.
func bitNumber(text string) string {
	var n big.Int
	if _, ok := n.SetString(strings.Trim(text, "bB'"), 2); !ok {
		return "0"
	}
	return n.String()
}

// bytesDefault returns a default of bytes, given in hexadecimal: as a string
// where it is text. What binary(n) is filled up with is no part of it.
func bytesDefault(typ, digits string) schema.Default {
	bytes, err := hex.DecodeString(digits)
	if err != nil {
		return schema.Expression("x'" + digits + "'")
	}
	text := string(bytes)
	if isType(typ, "binary") {
		text = strings.TrimRight(text, "\x00")
	}
	if utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl) {
		return schema.StringValue(text)
	}
	return schema.Expression("x'" + strings.ToUpper(hex.EncodeToString([]byte(text))) + "'")
}

// charset returns the character set of a collation: what stands in front of
// the first underscore, since every server names them so.
func charset(collation string) string {
	name, _, _ := strings.Cut(collation, "_")
	return name
}

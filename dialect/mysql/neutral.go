package mysql

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// Neutral returns t with neutral types where this server writes them the same.
//
// The index that the server makes by itself for a foreign key is left out:
// the foreign key brings it back.
func (d Dialect) Neutral(t schema.Table) schema.Table {
	t = t.Clone()
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Type.Kind == schema.KindNative && c.Type.Variants == (schema.Variants{}) {
			c.Type = neutral(c.Type.Text)
		}
		d.neutralValues(c)
	}
	all := t
	t.Indexes = slices.DeleteFunc(slices.Clone(t.Indexes), func(x schema.Index) bool {
		return isImplied(all, x, func(f schema.ForeignKey) bool { return f.Name == x.Name })
	})
	return t
}

// neutralValues writes what is the same everywhere as it is written everywhere:
// the clock, with as many digits as the column has anyway, and true and false.
func (d Dialect) neutralValues(c *schema.Column) {
	if c.Type.Kind == schema.KindNative {
		return
	}
	clock := func(text string) string {
		toks := significant(text)
		if !isClock(toks) {
			return text
		}
		digits := 0
		for _, t := range toks {
			if t.kind == tokNumber {
				digits, _ = strconv.Atoi(t.text)
			}
		}
		if digits != c.Type.Precision {
			return text
		}
		return "CURRENT_TIMESTAMP"
	}
	if c.Default.Kind == schema.ExpressionDefault {
		c.Default.Text = clock(c.Default.Text)
	}
	c.OnUpdate = clock(c.OnUpdate)
	if c.Type.Kind == schema.KindBool && c.Default.Kind == schema.LiteralDefault {
		switch c.Default.Text {
		case "0":
			c.Default.Text = "false"
		case "1":
			c.Default.Text = "true"
		}
	}
}

// neutral is the inverse of typeText, as far as it has one: what a server
// spells becomes the widest kind that it spells so again.
func neutral(text string) schema.Type {
	native := schema.NativeType(text)
	t := parseType(text)
	if t.zerofill || len(t.rest) > 0 || len(t.args) > 2 {
		return native
	}
	var n [2]int
	for i, a := range t.args {
		v, err := strconv.Atoi(a)
		if err != nil {
			return native
		}
		n[i] = v
	}
	of := func(k schema.Kind) schema.Type { return schema.Type{Kind: k, Unsigned: t.unsigned} }
	if k, ok := integerKinds[t.base]; ok {
		if text == "tinyint(1)" {
			return of(schema.KindBool)
		}
		if len(t.args) > 0 && n[0] != usualWidth(t) {
			return native
		}
		return of(k)
	}
	switch t.base {
	case "float", "double":
		if len(t.args) > 0 {
			return native
		}
		if t.base == "float" {
			return of(schema.KindFloat)
		}
		return of(schema.KindDouble)
	case "decimal":
		if n[0] > 0 {
			d := of(schema.KindDecimal)
			d.Precision, d.Scale = n[0], n[1]
			return d
		}
	}
	if t.unsigned {
		return native
	}
	sized := func(k schema.Kind) schema.Type {
		if n[0] == 0 {
			return native
		}
		return schema.Type{Kind: k, Size: n[0]}
	}
	switch t.base {
	case "varchar":
		return sized(schema.KindString)
	case "char":
		return sized(schema.KindChar)
	case "varbinary":
		return sized(schema.KindBytes)
	case "longtext":
		return schema.Type{Kind: schema.KindText}
	case "longblob":
		return schema.Type{Kind: schema.KindBytes}
	case "json":
		return schema.Type{Kind: schema.KindJSON}
	case "date":
		return schema.Type{Kind: schema.KindDate}
	case "time":
		return schema.Type{Kind: schema.KindTime, Precision: n[0]}
	case "datetime":
		return schema.Type{Kind: schema.KindDateTime, Precision: n[0]}
	}
	return native
}

var integerKinds = map[string]schema.Kind{
	"tinyint": schema.KindTinyInt, "smallint": schema.KindSmallInt, "int": schema.KindInt, "bigint": schema.KindBigInt,
}

// usualWidth returns the display width that MariaDB, and MySQL before 8.0.19,
// give an integer that does not say: the digits of its smallest value with
// the sign. It changes nothing but what an old client program prints.
func usualWidth(t columnType) int {
	width := map[string]int{"tinyint": 4, "smallint": 6, "mediumint": 9, "int": 11, "bigint": 20}[t.base]
	if t.unsigned && t.base != "bigint" {
		width--
	}
	return width
}

// withoutWidth returns a type that the server spelled without the width of an
// integer, which is all that old servers and new ones spell another way.
// tinyint(1) is a type of its own to every driver, and with ZEROFILL the width
// is what is filled up.
func withoutWidth(text string) string {
	i := strings.IndexByte(text, '(')
	if i < 0 || text == "tinyint(1)" || strings.HasSuffix(text, "zerofill") {
		return text
	}
	end := strings.IndexByte(text, ')')
	switch typeWord(text) {
	case "tinyint", "smallint", "mediumint", "int", "bigint", "year":
		if end > i {
			return text[:i] + text[end+1:]
		}
	}
	return text
}

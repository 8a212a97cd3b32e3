package script

import (
	"fmt"
	"go/scanner"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/schema"
)

// names are the constants of package schema, by value.
var names = map[any]string{
	schema.SQLite: "SQLite", schema.Postgres: "Postgres", schema.MySQL: "MySQL", schema.MariaDB: "MariaDB",

	schema.Restrict: "Restrict", schema.Cascade: "Cascade", schema.SetNull: "SetNull", schema.SetDefault: "SetDefault",

	schema.View: "View", schema.Trigger: "Trigger", schema.VirtualTable: "VirtualTable", schema.Function: "Function",
	schema.Procedure: "Procedure", schema.Sequence: "Sequence", schema.Event: "Event", schema.Namespace: "Namespace",
	schema.Extension: "Extension", schema.Enum: "Enum", schema.Domain: "Domain", schema.CompositeType: "CompositeType",
	schema.RangeType: "RangeType", schema.Collation: "Collation", schema.Aggregate: "Aggregate",
	schema.MaterializedView: "MaterializedView", schema.Exclusion: "Exclusion", schema.Rule: "Rule", schema.Policy: "Policy",
	schema.Statistics: "Statistics",

	schema.StringDefault: "StringDefault", schema.LiteralDefault: "LiteralDefault", schema.ExpressionDefault: "ExpressionDefault",

	schema.KindBool: "KindBool", schema.KindTinyInt: "KindTinyInt", schema.KindSmallInt: "KindSmallInt",
	schema.KindInt: "KindInt", schema.KindBigInt: "KindBigInt", schema.KindFloat: "KindFloat", schema.KindDouble: "KindDouble",
	schema.KindDecimal: "KindDecimal", schema.KindString: "KindString", schema.KindChar: "KindChar", schema.KindText: "KindText",
	schema.KindBytes: "KindBytes", schema.KindDate: "KindDate", schema.KindTime: "KindTime", schema.KindDateTime: "KindDateTime",
	schema.KindLocalDateTime: "KindLocalDateTime", schema.KindJSON: "KindJSON", schema.KindUUID: "KindUUID", schema.KindNative: "KindNative",
}

// literal returns a Go expression whose value is v: a value of package schema
// or an operation. Fields that are zero are left out, so a field added to one
// of these types needs no change here.
func literal(v any) string { return expression(reflect.ValueOf(v)) }

// linesLiteral is literal with each field of a struct on a line of its own.
func linesLiteral(v any) string {
	return typeName(reflect.TypeOf(v)) + "{\n" + strings.Join(fields(reflect.ValueOf(v)), ",\n") + ",\n}"
}

func expression(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case schema.SQL:
		return sqlExpression(x)
	case schema.Default:
		if text, ok := defaultExpression(x); ok {
			return text
		}
	case []schema.Part:
		if text, ok := plainParts(x); ok {
			return text
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			return sqlText(v.String())
		}
		if name, ok := names[v.Interface()]; ok {
			return "schema." + name
		}
		return typeName(v.Type()) + "(" + quote(v.String()) + ")"
	case reflect.Slice:
		if v.IsNil() {
			return "nil"
		}
		items := make([]string, v.Len())
		for i := range items {
			items[i] = expression(v.Index(i))
			if elem := v.Type().Elem(); elem.Kind() == reflect.Struct { // gofmt -s leaves the type out
				items[i] = strings.TrimPrefix(items[i], typeName(elem))
			}
		}
		return typeName(v.Type()) + "{" + strings.Join(items, ", ") + "}"
	case reflect.Struct:
		return typeName(v.Type()) + "{" + strings.Join(fields(v), ", ") + "}"
	}
	panic(fmt.Sprintf("script: unhandled %s", v.Type()))
}

func fields(v reflect.Value) []string {
	var out []string
	for i := range v.NumField() {
		if v.Type().Field(i).Name == "Needs" {
			continue // what is needed is found again in the definition
		}
		if f := v.Field(i); !f.IsZero() {
			out = append(out, v.Type().Field(i).Name+": "+expression(f))
		}
	}
	return out
}

func typeName(t reflect.Type) string { return t.String() } // "schema.Index", "[]string"

func sqlExpression(s schema.SQL) string {
	text := "schema.SQL{}"
	if s.Text != "" {
		text = "schema.Expr(" + sqlText(s.Text) + ")"
	}
	for _, v := range variants(s.Variants) {
		text += ".On(" + literal(v.dialect) + ", " + sqlText(v.text) + ")"
	}
	return text
}

func defaultExpression(d schema.Default) (string, bool) {
	switch d {
	case schema.StringValue(d.Text):
		return "schema.StringValue(" + quote(d.Text) + ")", true
	case schema.Literal(d.Text):
		return "schema.Literal(" + quote(d.Text) + ")", true
	case schema.Expression(d.Text):
		return "schema.Expression(" + sqlText(d.Text) + ")", true
	}
	return "", false
}

func plainParts(parts []schema.Part) (string, bool) {
	if parts == nil {
		return "", false
	}
	columns := make([]string, len(parts))
	for i, p := range parts {
		columns[i] = p.Column
	}
	return "schema.Columns(" + quoteAll(columns) + ")", slices.Equal(parts, schema.Columns(columns...))
}

type variant struct {
	dialect schema.Dialect
	text    string
}

// variants returns the texts that are set, in the order of schema.Dialects.
func variants(v schema.Variants) []variant {
	var out []variant
	for _, d := range schema.Dialects {
		own := v.On(d)
		if d == schema.MariaDB {
			own = v.MariaDB // On falls back to MySQL
		}
		if own != "" {
			out = append(out, variant{d, own})
		}
	}
	return out
}

// sqlText returns a string constant: a raw one for text of several lines,
// where such a string holds it exactly.
func sqlText(s string) string {
	if !strings.Contains(s, "\n") || !utf8.ValidString(s) {
		return quote(s)
	}
	for _, r := range s {
		// A raw string loses carriage returns; what cannot be seen is escaped.
		if r == '`' || r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			return quote(s)
		}
	}
	return "`" + s + "`"
}

// usesSchema reports whether a statement refers to package schema.
func usesSchema(text string) bool {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", -1, len(text)), []byte(text), nil, 0)
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return false
		case tok == token.IDENT && lit == "schema":
			return true
		}
	}
}

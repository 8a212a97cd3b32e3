package conformance

import (
	"maps"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A kind is a type that generated columns have, and what goes with it.
type kind struct {
	typ      schema.Type
	key      bool // can be in a key or an index
	text     bool // can have a collation
	defaults []schema.Default
	become   []schema.Type // what it can be changed to, and back from
}

var stringDefaults = []schema.Default{
	schema.StringValue(""), schema.StringValue("plain"), schema.StringValue("it's"), schema.StringValue(`back\slash`), schema.StringValue(`"quoted" %s`),
	schema.StringValue("ünï 日本"), schema.StringValue("two\nlines"), schema.StringValue("NULL"), schema.StringValue("CURRENT_DATE"), schema.StringValue("1"),
	schema.StringValue("-- /* ;"), schema.StringValue(" blank "), schema.Literal("null"),
}

var (
	tinyInt  = schema.Type{Kind: schema.KindTinyInt}
	smallInt = schema.Type{Kind: schema.KindSmallInt}
	plainInt = schema.Type{Kind: schema.KindInt}
	bigInt   = schema.Type{Kind: schema.KindBigInt}
)

func stringOf(n int) schema.Type { return schema.Type{Kind: schema.KindString, Size: n} }

func decimalOf(p, s int) schema.Type {
	return schema.Type{Kind: schema.KindDecimal, Precision: p, Scale: s}
}

// kinds returns the types that a server has.
func kinds(r rules, enums map[string][]string) []kind {
	numbers := func(texts ...string) (out []schema.Default) {
		for _, t := range texts {
			out = append(out, schema.Literal(t))
		}
		return append(out, schema.Literal("null"))
	}
	texts := func(values ...string) (out []schema.Default) {
		for _, v := range values {
			out = append(out, schema.StringValue(v))
		}
		return out
	}
	now := schema.Expression("CURRENT_TIMESTAMP")
	out := []kind{
		{typ: plainInt, key: true, defaults: numbers("0", "-1", "2147483647", "-2147483648"), become: []schema.Type{bigInt, smallInt, stringOf(30), decimalOf(12, 0)}},
		{typ: stringOf(50), key: true, text: true, defaults: stringDefaults, become: []schema.Type{stringOf(100), stringOf(40), {Kind: schema.KindText}}},
		{typ: bigInt, key: true, defaults: numbers("0", "9223372036854775807", "-9223372036854775808"), become: []schema.Type{plainInt, decimalOf(30, 0)}},
		{typ: schema.Type{Kind: schema.KindBool}, key: true, defaults: []schema.Default{schema.Value(true), schema.Value(false)}},
		{typ: tinyInt, key: true, defaults: numbers("127"), become: []schema.Type{plainInt, smallInt}},
		{typ: smallInt, key: true, defaults: numbers("32767", "-32768"), become: []schema.Type{bigInt}},
		{typ: schema.Type{Kind: schema.KindFloat}, defaults: numbers("1.5", "-0.25"), become: []schema.Type{{Kind: schema.KindDouble}}},
		{typ: schema.Type{Kind: schema.KindDouble}, defaults: numbers("1.5", "1e10", "-2.5e-3")},
		{typ: decimalOf(8, 2), key: true, defaults: numbers("1.50", "-999999.99", "0"), become: []schema.Type{decimalOf(10, 2), decimalOf(6, 2), decimalOf(12, 4)}},
		{typ: decimalOf(20, 0), key: true, defaults: numbers("12345678901234567890")},
		{typ: stringOf(1), key: true, text: true, defaults: texts("", "'", `\`)},
		{typ: schema.Type{Kind: schema.KindString}, text: true, defaults: stringDefaults[1:5]},
		{typ: schema.Type{Kind: schema.KindChar, Size: 10}, key: true, text: true, defaults: texts("a", "it's"), become: []schema.Type{stringOf(20), {Kind: schema.KindChar, Size: 12}}},
		{typ: schema.Type{Kind: schema.KindText}, text: true, defaults: stringDefaults[:6], become: []schema.Type{stringOf(200)}},
		{typ: schema.Type{Kind: schema.KindBytes}},
		{typ: schema.Type{Kind: schema.KindBytes, Size: 16}, become: []schema.Type{{Kind: schema.KindBytes, Size: 32}}},
		{typ: schema.Type{Kind: schema.KindDate}, key: true, defaults: texts("2001-02-03", "1000-01-01", "9999-12-31")},
		{typ: schema.Type{Kind: schema.KindTime}, key: true, defaults: texts("04:05:06")},
		{typ: schema.Type{Kind: schema.KindDateTime}, key: true, defaults: []schema.Default{now, schema.StringValue("2001-02-03 04:05:06")}},
		{typ: schema.Type{Kind: schema.KindDateTime, Precision: 3}, key: true},
		{typ: schema.Type{Kind: schema.KindLocalDateTime}, key: true, defaults: []schema.Default{now}, become: []schema.Type{{Kind: schema.KindLocalDateTime, Precision: 6}}},
		{typ: schema.Type{Kind: schema.KindJSON}, defaults: texts("{}", `{"a": "it's"}`, "[]")},
		{typ: schema.Type{Kind: schema.KindUUID}, key: true, defaults: texts("00000000-0000-0000-0000-000000000000")},
	}
	add := func(text string, key bool, defaults []schema.Default, become ...string) {
		k := kind{typ: schema.NativeType(text), key: key, defaults: defaults}
		for _, b := range become {
			k.become = append(k.become, schema.NativeType(b))
		}
		out = append(out, k)
	}
	switch r.name {
	case schema.SQLite:
		add("varchar(10)", true, texts("x'"), "varchar(20)")
		add("", true, numbers("1"))
		add("INT", true, numbers("7"))
		add("DOUBLE PRECISION", true, numbers("0.1"))
		add("blob", true, []schema.Default{schema.Expression("x'00ff'")})
	case schema.Postgres:
		for _, text := range []string{"inet", "cidr", "macaddr", "interval", "bit(5)", "integer[]", "text[]", "int4range", "tstzrange", "tsvector", "money", "oid", "name", "pg_lsn", "uuid[]", "numeric[]"} {
			add(text, true, nil)
		}
		for _, text := range []string{"xml", "point", "box", "json", "jsonpath"} {
			add(text, false, nil)
		}
		add("interval", true, []schema.Default{schema.Expression("'1 day'::interval")})
		add("text[]", true, []schema.Default{schema.Expression("'{}'::text[]"), schema.Expression("ARRAY['a', 'it''s']")})
		add("timestamp(3) without time zone", true, []schema.Default{schema.Expression("now()")}, "timestamp(6) without time zone")
		add("character varying(30)", true, []schema.Default{schema.Expression("upper('x'::text)")}, "text", "character varying(60)")
		for _, name := range slices.Sorted(maps.Keys(enums)) {
			list := enums[name]
			if strings.HasPrefix(name, `"`) {
				continue // the same one, quoted
			}
			_, name = schema.Split(name)
			name = strings.ReplaceAll(name, `"`, `""`)
			k := kind{typ: schema.NativeType(`"` + name + `"`), key: true}
			if len(list) > 0 {
				k.defaults = []schema.Default{schema.Expression(list[0] + `::"` + name + `"`)}
			}
			out = append(out, k)
		}
	case schema.MySQL, schema.MariaDB:
		unsigned := schema.Type{Kind: schema.KindInt, Unsigned: true}
		out = append(out, kind{typ: unsigned, key: true, defaults: numbers("4294967295"), become: []schema.Type{{Kind: schema.KindBigInt, Unsigned: true}, bigInt}})
		add("enum('a','b''c','ünï')", true, texts("a", "b'c"), "enum('a','b''c','ünï','more')")
		add("set('a','b','c d')", true, texts("", "a,b"))
		add("mediumint", true, numbers("8388607"), "int")
		add("tinytext", false, nil, "mediumtext")
		add("mediumblob", false, nil)
		add("bit(8)", true, []schema.Default{schema.Expression("b'101'")})
		add("year", true, numbers("2024"))
		add("timestamp", true, []schema.Default{schema.Expression("CURRENT_TIMESTAMP")})
		add("datetime(3)", true, []schema.Default{schema.Expression("CURRENT_TIMESTAMP(3)")}, "datetime(6)")
		add("binary(4)", true, nil)
		add("point", false, nil)
		if r.name == schema.MariaDB {
			add("inet6", true, nil)
			add("uuid", true, nil)
		}
	}
	return out
}

// kindOf returns what goes with a type. Of one that columns get by changes
// alone, little is known.
func kindOf(r rules, t schema.Type, enums map[string][]string) kind {
	for _, k := range kinds(r, enums) {
		if k.typ == t {
			return k
		}
	}
	key := false
	switch t.Kind {
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt, schema.KindDecimal:
		key = true
	case schema.KindString, schema.KindChar:
		key = t.Size > 0
	default:
	}
	return kind{typ: t, key: key}
}

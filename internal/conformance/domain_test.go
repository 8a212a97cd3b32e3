package conformance

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/schema"
)

// A family is a kind of values that a column can hold.
type family string

const (
	unknown  family = "" // nothing is known to fit
	booleans family = "bool"
	ints     family = "int"     // size: bits
	decimals family = "decimal" // size: digits, scale
	floats   family = "float"   // size: bits
	words    family = "string"  // size: characters, 0 is plenty
	blobs    family = "bytes"   // size: bytes, 0 is plenty
	dates    family = "date"
	times    family = "time" // scale: digits of the second
	moments  family = "datetime"
	stamps   family = "timestamp" // from 1970 to 2038
	jsons    family = "json"
	uuids    family = "uuid"
	listed   family = "list" // list: SQL constants
)

// A domain is the set of values that rows are made of. It depends on the type
// of a column alone, so two columns of one type have the same values in the
// same rows: that is how references come out right.
type domain struct {
	family      family
	size, scale int
	unsigned    bool
	ascii       bool
	zone        bool // shown with a time zone
	list        []string
}

// distinct is how many rows can have a value of their own.
func (m domain) distinct() int {
	switch m.family {
	case booleans:
		return 2
	case listed:
		return len(m.list)
	case unknown:
		return 0
	default:
		return mostRows
	}
}

// mostRows is how many rows a table gets.
const mostRows = 4

// domainOf returns the domain of a type. enums has the values of the
// enumerations that are objects.
func domainOf(d schema.Dialect, t schema.Type, enums map[string][]string) domain {
	if v := t.Variants.On(d); v != "" {
		t = schema.NativeType(v)
	}
	switch t.Kind {
	case schema.KindBool:
		return domain{family: booleans}
	case schema.KindTinyInt:
		return domain{family: ints, size: 8, unsigned: t.Unsigned && isMySQL(d)}
	case schema.KindSmallInt:
		return domain{family: ints, size: 16, unsigned: t.Unsigned && isMySQL(d)}
	case schema.KindInt:
		return domain{family: ints, size: 32, unsigned: t.Unsigned && isMySQL(d)}
	case schema.KindBigInt:
		return domain{family: ints, size: 64, unsigned: t.Unsigned && isMySQL(d)}
	case schema.KindFloat:
		return domain{family: floats, size: 24}
	case schema.KindDouble:
		return domain{family: floats, size: 53}
	case schema.KindDecimal:
		if t.Precision == 0 {
			return domain{family: decimals, size: 30, scale: 10}
		}
		return domain{family: decimals, size: t.Precision, scale: t.Scale}
	case schema.KindString, schema.KindChar, schema.KindText:
		return domain{family: words, size: t.Size}
	case schema.KindBytes:
		return domain{family: blobs, size: t.Size}
	case schema.KindDate:
		return domain{family: dates}
	case schema.KindTime:
		return domain{family: times, scale: t.Precision}
	case schema.KindDateTime, schema.KindLocalDateTime:
		return domain{family: moments, scale: t.Precision, zone: d == schema.Postgres && t.Kind == schema.KindDateTime}
	case schema.KindJSON:
		return domain{family: jsons}
	case schema.KindUUID:
		return domain{family: uuids}
	case schema.KindNative:
		return native(d, t.Text, enums)
	}
	panic("unhandled " + string(t.Kind))
}

func isMySQL(d schema.Dialect) bool { return d == schema.MySQL || d == schema.MariaDB }

// native returns the domain of a type as a dialect spells it.
func native(d schema.Dialect, text string, enums map[string][]string) domain {
	word := strings.ToLower(strings.TrimSpace(text))
	if list, ok := enums[text]; ok {
		return domain{family: listed, list: list}
	}
	name, args, rest := word, []int(nil), ""
	if i := strings.IndexByte(word, '('); i >= 0 {
		if j := strings.IndexByte(word[i:], ')'); j > 0 {
			name, rest = word[:i], strings.TrimSpace(word[i+j+1:])
			for _, a := range strings.Split(word[i+1:i+j], ",") {
				n, _ := strconv.Atoi(strings.TrimSpace(a))
				args = append(args, n)
			}
		}
	}
	name, unsigned := strings.CutSuffix(strings.TrimSuffix(name, " zerofill"), " unsigned")
	m := domain{unsigned: unsigned || strings.Contains(rest, "unsigned")}
	if strings.Contains(word, "zerofill") {
		m.scale = 1 // it reads in another way
	}
	arg := func(i int) int {
		if i < len(args) {
			return args[i]
		}
		return 0
	}
	if name == "enum" {
		return domain{family: listed, list: quotedList(text)}
	}
	if list, ok := odd[d][word]; ok {
		return domain{family: listed, list: list}
	}
	switch name {
	case "tinyint":
		m.family, m.size = ints, 8
	case "smallint", "int2", "smallserial", "mediumint", "year":
		m.family, m.size = ints, 16
		if name == "year" {
			return domain{family: listed, list: []string{"1901", "2155", "2024", "1999"}}
		}
	case "int", "integer", "int4", "serial":
		m.family, m.size = ints, 32
	case "bigint", "int8", "bigserial", "unsigned big int":
		m.family, m.size = ints, 64
	case "numeric", "decimal", "number":
		m.family, m.size, m.scale = decimals, arg(0), arg(1)
		if m.size == 0 {
			m.size, m.scale = 30, 10
			if isMySQL(d) {
				m.size, m.scale = 10, 0
			}
		}
	case "real", "float", "double", "double precision":
		m.family, m.size = floats, 53
		if name == "real" || name == "float" {
			m.size = 24
		}
	case "character varying", "varchar", "character", "char", "text", "tinytext", "mediumtext", "longtext", "citext", "bpchar", "string", "clob":
		m.family, m.size = words, arg(0)
		m.ascii = strings.Contains(rest, "latin1") || strings.Contains(rest, "ascii")
		if name == "character" || name == "char" {
			m.size = max(m.size, 1)
		}
	case "bytea", "blob", "tinyblob", "mediumblob", "longblob", "varbinary":
		m.family, m.size = blobs, arg(0)
	case "boolean":
		m.family = booleans
	case "date":
		m.family = dates
	case "time":
		m.family, m.scale = times, arg(0)
	case "datetime":
		m.family, m.scale = moments, arg(0)
	case "timestamp", "timestamptz":
		m.family, m.scale = stamps, arg(0)
	case "json", "jsonb":
		m.family = jsons
	case "uuid":
		m.family = uuids
	case "":
		if d == schema.SQLite {
			m.family = words
		}
	}
	return m
}

// odd are values of types that have no family.
var odd = map[schema.Dialect]map[string][]string{
	schema.Postgres: {
		"inet":         {"'10.0.0.1/8'", "'::1'", "'192.168.0.1'", "'0.0.0.0'"},
		"cidr":         {"'10.0.0.0/8'", "'::/0'", "'192.168.0.0/24'", "'0.0.0.0/0'"},
		"macaddr":      {"'08:00:2b:01:02:03'", "'ff:ff:ff:ff:ff:ff'", "'00:00:00:00:00:00'", "'00:00:00:00:00:01'"},
		"interval":     {"'1 day'", "'-178000000 years'", "'1 year 2 mons 3 days 04:05:06'", "'0'"},
		"bit(5)":       {"B'00000'", "B'11111'", "B'10101'", "B'00001'"},
		"bit varying":  {"B''", "B'1'", "B'10101010101'", "B'0'"},
		"integer[]":    {"'{}'", "'{1,NULL,-2147483648}'", "'{{1,2},{3,4}}'", "'{7}'"},
		"text[]":       {"'{}'", `ARRAY['it''s', 'a"b', E'back\\slash', '']`, "ARRAY[NULL, 'NULL']", "'{ü}'"},
		"int4range":    {"'empty'", "'[1,10)'", "'(,)'", "'[20,30)'"},
		"tstzrange":    {"'empty'", "'[2020-01-01,2021-01-01)'", "'(,)'", "'[2022-01-01,)'"},
		"tsvector":     {"''", "'a:1 b:2'", "'cat'", "'dog'"},
		"xml":          {"'<a/>'", "'<b>it''s</b>'", "'<c x=\"1\"/>'", "'<d/>'"},
		"money":        {"'0'", "'1.50'", "'-2.25'", "'100'"},
		"oid":          {"'0'", "'4294967295'", "'1'", "'2'"},
		"point":        {"'(0,0)'", "'(1.5,-2)'", "'(3,4)'", "'(5,6)'"},
		"box":          {"'(1,1),(0,0)'", "'(2,2),(0,0)'", "'(3,3),(0,0)'", "'(4,4),(0,0)'"},
		"name":         {"'a'", "'b c'", "'ü'", "''"},
		"timetz":       {"'00:00:00+00'", "'23:59:59-12'", "'12:00:00+05:30'", "'01:00:00+00'"},
		"pg_lsn":       {"'0/0'", "'FFFFFFFF/FFFFFFFF'", "'16/B374D848'", "'0/1'"},
		"jsonpath":     {"'$.a'", "'$[*]'", "'$'", "'$.b'"},
		`"char"`:       {"'a'", "'b'", "'c'", "'d'"},
		"uuid[]":       {"'{}'", "'{00000000-0000-0000-0000-000000000000}'", "'{NULL}'", "'{ffffffff-ffff-ffff-ffff-ffffffffffff}'"},
		"numeric[]":    {"'{}'", "'{1.50}'", "'{NaN}'", "'{0}'"},
		"timestamp(3)": {"'2020-01-01 00:00:00.123'", "'1970-01-01'", "'infinity'", "'4000-01-01 BC'"},
	},
	schema.MySQL:   mysqlOdd,
	schema.MariaDB: mysqlOdd,
}

var mysqlOdd = map[string][]string{
	"bit(1)":             {"b'0'", "b'1'"},
	"bit(8)":             {"b'0'", "b'11111111'", "b'101'", "b'1'"},
	"set('a','b','c d')": {"''", "'a,b,c d'", "'a'", "'c d'"},
	"binary(4)":          {"x'00000000'", "x'ffffffff'", "'abcd'", "'1234'"},
	"point":              {"ST_GeomFromText('POINT(0 0)')", "ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('POINT(3 4)')", "ST_GeomFromText('POINT(-1 -1)')"},
	"geometry":           {"ST_GeomFromText('POINT(0 0)')", "ST_GeomFromText('LINESTRING(0 0,1 1)')", "ST_GeomFromText('POINT(3 4)')", "ST_GeomFromText('POINT(-1 -1)')"},
	"inet6":              {"'::'", "'::1'", "'2001:db8::1'", "'ffff::'"},
}

// quotedList returns the SQL constants in a text, as they stand there.
func quotedList(text string) []string {
	var out []string
	for i := 0; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		j := i + 1
		for j < len(text) && (text[j] != '\'' || j+1 < len(text) && text[j+1] == '\'') {
			if text[j] == '\'' {
				j++
			}
			j++
		}
		out = append(out, text[i:min(j+1, len(text))])
		i = j
	}
	return out
}

// both returns the domain of the values that two domains have in common, and
// whether such a value reads the same in both.
func both(a, b domain) (m domain, alike bool) {
	if b.family == ints && a.family != ints || b.family == words && a.family == listed {
		m, _ = both(b, a)
		return m, false
	}
	switch {
	case a.family != b.family:
		switch {
		case a.family == ints && b.family == words && (b.size == 0 || b.size >= 21):
			return a, true
		case a.family == ints && b.family == decimals:
			return domain{family: listed, list: smallInts(min(a.size, 3*(b.size-b.scale)))}, b.scale == 0
		case a.family == ints && b.family == floats:
			return domain{family: listed, list: smallInts(a.size)}, false
		case a.family == listed && b.family == words:
			return a, false
		case a.family == moments && b.family == stamps, a.family == stamps && b.family == moments:
			return domain{family: stamps, scale: min(a.scale, b.scale)}, false
		}
		return domain{}, false
	case a.family == listed:
		return domain{family: listed, list: slices.DeleteFunc(slices.Clone(a.list), func(v string) bool { return !slices.Contains(b.list, v) })}, true
	case a.family == decimals:
		whole, scale := min(a.size-a.scale, b.size-b.scale), min(a.scale, b.scale)
		return domain{family: decimals, size: whole + scale, scale: scale}, a.scale == b.scale
	}
	m = a
	m.unsigned, m.ascii = a.unsigned || b.unsigned, a.ascii || b.ascii
	m.scale = min(a.scale, b.scale)
	switch {
	case a.size == 0:
		m.size = b.size
	case b.size != 0:
		m.size = min(a.size, b.size)
	}
	if a.family == ints && a.unsigned != b.unsigned {
		m.size-- // what both can hold has no sign and one bit less
	}
	return m, a.scale == b.scale && a.ascii == b.ascii && a.zone == b.zone && (a.family != floats || a.size == b.size)
}

func smallInts(bits int) []string {
	if bits < 8 {
		return []string{"0", "1", "2", "3"}
	}
	return []string{"0", "1", "7", "100"}
}

// value returns the value of a row, as SQL. Values of different rows differ,
// as long as the domain has so many.
func (m domain) value(d quoter, name schema.Dialect, row int) string {
	switch m.family {
	case booleans:
		return []string{"false", "true"}[row%2]
	case ints:
		return m.integer(row)
	case decimals:
		return m.decimal(row)
	case floats:
		return []string{"0", "-1.5", "1024.25", "1e10"}[row%4]
	case words:
		return d.Literal(m.text(row))
	case blobs:
		hex := cut([]string{"", "00", "ff27005c", "deadbeef"}[row%4], 2*m.size)
		if name == schema.Postgres {
			return `'\x` + hex + "'"
		}
		return "x'" + hex + "'"
	case dates:
		return []string{"'1000-01-01'", "'9999-12-31'", "'2024-02-29'", "'1970-01-01'"}[row%4]
	case times:
		return []string{"'00:00:00", "'23:59:59", "'12:30:00", "'01:02:03"}[row%4] + second(m.scale) + "'"
	case moments:
		return []string{"'1000-01-01 00:00:00", "'9999-12-30 23:59:59", "'2024-02-29 12:30:00", "'1970-01-01 00:00:00"}[row%4] + second(m.scale) + "'"
	case stamps:
		return []string{"'1970-01-02 00:00:01", "'2038-01-18 03:14:07", "'2024-02-29 12:30:00", "'2000-01-01 00:00:00"}[row%4] + second(m.scale) + "'"
	case jsons:
		return d.Literal([]string{"{}", `{"a": "it's", "b": [1, 2.50, null]}`, `["\\", "\"", "ü"]`, `"x"`}[row%4])
	case uuids:
		return fmt.Sprintf("'%08x-0000-4000-8000-%012x'", row, 0xffffffffff-row)
	case listed:
		if len(m.list) > 0 {
			return m.list[row%len(m.list)]
		}
	case unknown:
	}
	return "NULL"
}

// A quoter is what a dialect has for it.
type quoter interface {
	Quote(string) string
	Literal(string) string
}

func second(digits int) string {
	if digits == 0 {
		return ""
	}
	return "." + "987654"[:min(digits, 6)]
}

func cut(s string, n int) string {
	if n > 0 && len(s) > n {
		return s[:n]
	}
	return s
}

// decimal is 0, the highest value, the lowest, and the one next to 0.
func (m domain) decimal(row int) string {
	digits := strings.Repeat("9", m.size)
	switch row % 4 {
	case 0:
		return "0"
	case 3:
		digits = strings.Repeat("0", m.size-1) + "1"
	}
	text := "0" + digits[:m.size-m.scale]
	if m.scale > 0 {
		text += "." + digits[m.size-m.scale:]
	}
	if row%4 == 2 {
		return "-" + text
	}
	return text
}

func (m domain) integer(row int) string {
	low, high := new(big.Int), new(big.Int)
	if m.unsigned {
		high.Lsh(big.NewInt(1), uint(m.size)).Sub(high, big.NewInt(1))
	} else {
		high.Lsh(big.NewInt(1), uint(m.size-1)).Sub(high, big.NewInt(1))
		low.Neg(high).Sub(low, big.NewInt(1))
	}
	if row%4 == 0 {
		return low.String()
	}
	return []string{"", high.String(), "1", "7"}[row%4]
}

// text is a string that begins with the number of its row, so that no prefix
// and no collation makes two of them one; but for the empty one.
func (m domain) text(row int) string {
	s := []string{"", `1'"` + "`" + `\%_;--/*`, "2 ünï 日本 😀", "3" + strings.Repeat("x", 59)}[row%4]
	if m.ascii && row%4 == 2 { // and in latin1
		s = "2 ünï"
	}
	if n := utf8.RuneCountInString(s); m.size > 0 && n > m.size {
		s = string([]rune(s)[:m.size])
	}
	return strings.TrimRight(s, " ")
}

// fillValue is an answer to the question what existing rows of a column get.
func fillValue(t schema.Type) string {
	switch t.Kind {
	case schema.KindBool:
		return "true"
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt, schema.KindFloat, schema.KindDouble, schema.KindDecimal:
		return "5"
	case schema.KindDate:
		return "2001-02-03"
	case schema.KindTime:
		return "04:05:06"
	case schema.KindDateTime, schema.KindLocalDateTime:
		return "2001-02-03 04:05:06"
	case schema.KindJSON:
		return `{"fill": "it's"}`
	case schema.KindUUID:
		return "11111111-2222-4333-8444-555555555555"
	case schema.KindString, schema.KindChar, schema.KindText, schema.KindBytes:
		return cut("f'\\l", t.Size)
	case schema.KindNative:
	}
	return "1"
}

package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A sqlType is the text of a type, taken apart: "character varying(50)[]".
type sqlType struct {
	base  string // as format_type writes it; of a type of the user: its name, as written
	mods  []int  // what stands in the parentheses, where that is numbers
	array bool
	named bool // base is not a type that we know
}

// typeWords are the other names of built-in types.
var typeWords = map[string]string{
	"bool": "boolean", "int": "integer", "int4": "integer", "int2": "smallint", "int8": "bigint",
	"serial": "integer", "serial4": "integer", "bigserial": "bigint", "serial8": "bigint", "smallserial": "smallint", "serial2": "smallint",
	"float4": "real", "float8": "double precision", "float": "double precision", "decimal": "numeric", "dec": "numeric",
	"varchar": "character varying", "char varying": "character varying", "char": "character", "bpchar": "character",
	"nchar": "character", "nchar varying": "character varying", "national character": "character",
	"national char": "character", "national character varying": "character varying", "national char varying": "character varying",
	"varbit": "bit varying", "timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone",
	"time": "time without time zone", "timetz": "time with time zone",
}

// builtin are the types that we know something about.
var builtin = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Split(`boolean,integer,smallint,bigint,real,double precision,numeric,money,oid,text,character varying,character,`+
		`name,"char",bytea,date,timestamp without time zone,timestamp with time zone,time without time zone,time with time zone,interval,`+
		`json,jsonb,uuid,xml,inet,cidr,macaddr,macaddr8,bit,bit varying,point,line,lseg,box,path,polygon,circle,tsvector,tsquery,`+
		`int4range,int8range,numrange,tsrange,tstzrange,daterange,int4multirange,int8multirange,nummultirange,tsmultirange,`+
		`tstzmultirange,datemultirange,jsonpath,pg_lsn,citext`, ",") {
		m[w] = true
	}
	return m
}()

// parseType takes the text of a type apart.
func parseType(text string) sqlType {
	var t sqlType
	var words []string
	toks := significant(tokenize(text))
	plain := true // all words
	for i := 0; i < len(toks); i++ {
		switch tok := toks[i]; {
		case tok.is("("):
			for i++; i < len(toks) && !toks[i].is(")"); i++ {
				if n, err := strconv.Atoi(toks[i].text); err == nil {
					t.mods = append(t.mods, n)
				}
			}
		case tok.is("["):
			t.array = true
			for i < len(toks) && !toks[i].is("]") {
				i++
			}
		case tok.word("array"):
			t.array = true
		case tok.kind == tokWord:
			words = append(words, foldWord(tok.text))
		default:
			plain = false
			words = append(words, tok.text)
		}
	}
	if !plain {
		t.base = strings.ReplaceAll(strings.Join(words, " "), " . ", ".")
		t.base = strings.TrimPrefix(t.base, "pg_catalog.")
		if builtin[t.base] || typeWords[t.base] != "" {
			words = []string{t.base}
		} else {
			t.named = true
			return t
		}
	}
	zone := ""
	if i := slices.Index(words, "with"); i > 0 && strings.Join(words[i:], " ") == "with time zone" {
		words, zone = words[:i], " with time zone"
	} else if i := slices.Index(words, "without"); i > 0 && strings.Join(words[i:], " ") == "without time zone" {
		words, zone = words[:i], " without time zone"
	}
	t.base = strings.Join(words, " ")
	if zone != "" {
		t.base += zone
	} else if w := typeWords[t.base]; w != "" {
		t.base = w
	}
	switch {
	case t.base == "double precision" && len(t.mods) == 1 && words[0] == "float":
		if t.mods[0] <= 24 {
			t.base = "real"
		}
		t.mods = nil
	case (t.base == "character" || t.base == "bit") && len(t.mods) == 0:
		if len(words) != 1 || words[0] != "bpchar" { // which alone of them has no limit
			t.mods = []int{1}
		}
	case t.base == "numeric" && len(t.mods) == 1:
		t.mods = append(t.mods, 0)
	case strings.HasPrefix(t.base, "interval "):
		t.base = "interval" // its fields (YEAR TO MONTH) are in the text only
	}
	t.named = !builtin[t.base]
	return t
}

// sameType reports whether two texts are the same type to the server.
func sameType(a, b string) bool {
	if a == b {
		return true
	}
	x, y := parseType(a), parseType(b)
	if x.base == "interval" || y.base == "interval" {
		return sameTokens(a, b)
	}
	return x.base == y.base && x.array == y.array && slices.Equal(x.mods, y.mods)
}

// assignable are the casts that the server makes by itself when it assigns a
// value, from pg_cast of 15 and 18, which are the same. Anything can be
// assigned to text and its kin.
var assignable = map[string]string{
	"bigint":                      "double precision,numeric,money,oid,integer,smallint,real",
	"bit varying":                 "bit",
	"bit":                         "bit varying",
	"box":                         "polygon",
	"cidr":                        "inet",
	"date":                        "timestamp without time zone,timestamp with time zone",
	"double precision":            "integer,real,smallint,bigint,numeric",
	"inet":                        "cidr",
	"integer":                     "smallint,bigint,real,double precision,numeric,money,oid",
	"interval":                    "time without time zone",
	"json":                        "jsonb",
	"jsonb":                       "json",
	"macaddr8":                    "macaddr",
	"macaddr":                     "macaddr8",
	"money":                       "numeric",
	"numeric":                     "double precision,real,integer,bigint,smallint,money",
	"oid":                         "integer,bigint",
	"path":                        "polygon",
	"point":                       "box",
	"polygon":                     "path",
	"real":                        "smallint,numeric,double precision,bigint,integer",
	"smallint":                    "bigint,real,double precision,numeric,oid,integer",
	"time with time zone":         "time without time zone",
	"time without time zone":      "interval,time with time zone",
	"timestamp with time zone":    "date,time without time zone,timestamp without time zone,time with time zone",
	"timestamp without time zone": "date,timestamp with time zone,time without time zone",
}

// isString reports whether any value can be assigned to the type, as text.
func isString(base string) bool {
	switch base {
	case "text", "character varying", "character", "name", "citext", `"char"`:
		return true
	}
	return false
}

// assigns reports whether the server converts from one type to another by
// itself.
func assigns(from, to sqlType) bool {
	if to.base == `"char"` && from.base != to.base {
		return !from.array && !to.array && (from.base == "text" || strings.HasPrefix(from.base, "character"))
	}
	if from.array != to.array {
		return !to.array && isString(to.base)
	}
	if from.base == to.base || isString(to.base) {
		return true
	}
	return slices.Contains(strings.Split(assignable[from.base], ","), to.base)
}

// using returns the expression that converts column, or "" where the server
// does it by itself. There it must: an assignment refuses a string that is too
// long, and an explicit cast cuts it without a word.
func (c *compiler) using(column, from, to string) string {
	f, t := parseType(c.baseType(from)), parseType(c.baseType(to))
	if assigns(f, t) {
		return ""
	}
	name := quoteIdent(column)
	text := name + "::text"
	switch {
	case isJSON(t.base) && !t.array && !isJSON(f.base) && (f.array || !isString(f.base)):
		return "to_" + t.base + "(" + name + ")"
	case isJSON(f.base) && !f.array && t.array:
		return jsonToArray(name) + "::" + c.d.sql(to)
	case f.array && t.array:
		if casts(f, t) {
			return name + "::" + c.d.sql(to)
		}
		text = name + "::text[]"
	case casts(f, t) || isString(f.base) && f.base != `"char"` && !f.array:
		return name + "::" + c.d.sql(to)
	case isJSON(f.base) && !f.array:
		text = "(" + name + " #>> '{}')"
	}
	return text + "::" + c.d.sql(to) // where there is no cast, each value has a text
}

func isJSON(base string) bool { return base == "json" || base == "jsonb" }

// jsonToArray turns a JSON array into the text of an array. What is in it may
// not survive that; see lossy.
func jsonToArray(name string) string { return "translate(" + name + "::text, '[]', '{}')" }

// explicit are the casts that the server makes when it is asked to, from
// pg_cast of 15. (18 has more, to bytea and from it.)
var explicit = map[string]string{
	`"char"`:            "integer",
	"bigint":            "bit",
	"bit":               "bigint,integer",
	"boolean":           "integer",
	"box":               "circle,lseg,point",
	"character":         "xml",
	"character varying": "xml",
	"circle":            "box,point,polygon",
	"daterange":         "datemultirange",
	"int4range":         "int4multirange",
	"int8range":         "int8multirange",
	"integer":           `"char",bit,boolean`,
	"jsonb":             "bigint,boolean,double precision,integer,numeric,real,smallint",
	"lseg":              "point",
	"numrange":          "nummultirange",
	"polygon":           "box,circle,point",
	"text":              "xml",
	"tsrange":           "tsmultirange",
	"tstzrange":         "tstzmultirange",
}

// casts reports whether the server has a cast from one type to another, or
// between their elements.
func casts(from, to sqlType) bool {
	has := func(of map[string]string) bool { return slices.Contains(strings.Split(of[from.base], ","), to.base) }
	return from.array == to.array && !from.named && !to.named && (from.base == to.base || has(assignable) || has(explicit))
}

// baseType returns the type that a domain is made of, or the type itself.
func (c *compiler) baseType(text string) string {
	for range 8 { // a domain can be made of a domain
		t := parseType(text)
		if !t.named || t.array {
			return text
		}
		def, ok := c.domain(text)
		if !ok {
			return text
		}
		text = def.base
	}
	return text
}

// domain returns the definition of the domain of that name.
func (c *compiler) domain(text string) (domainDef, bool) {
	for _, ob := range c.state.Objects() {
		if ob.Kind == schema.Domain && c.isNamed(text, ob.Name) {
			return parseDomain(ob.Definition.For(schema.Postgres))
		}
	}
	return domainDef{}, false
}

// isNamed reports whether the text of a type, array or not, is the type of the
// user with that name.
func (c *compiler) isNamed(text, name string) bool {
	var parts []string
	for _, t := range significant(tokenize(text)) {
		if t.is("[") {
			break
		}
		if n, ok := t.name(); ok {
			parts = append(parts, n)
		} else if !t.is(".") {
			return false
		}
	}
	namespace, local := schema.Split(name)
	switch len(parts) {
	case 1:
		return namespace == "" && parts[0] == local
	case 2:
		return parts[0] == namespace && parts[1] == local
	}
	return false
}

// lossy returns a query that finds the rows whose value a conversion would
// change without an error, or "" where there can be none. Values are converted
// there and back.
func (c *compiler) lossy(table, column, from, to string) string {
	f, t := parseType(c.baseType(from)), parseType(c.baseType(to))
	name := quoteIdent(column)
	cast := func(expr string, types ...string) string {
		for _, typ := range types {
			expr += "::" + c.d.sql(typ)
		}
		return expr
	}
	where := ""
	switch {
	case isJSON(f.base) && !f.array && t.array:
		where = "to_jsonb(" + jsonToArray(name) + "::" + c.d.sql(to) + ") IS DISTINCT FROM " + name + "::jsonb"
	case t.base == `"char"` && !t.array && f.base != "integer" && (f.base != t.base || f.array):
		where = cast(name, "text", to, "text") + " IS DISTINCT FROM " + cast(name, "text")
	case f.array || t.array:
		if f.array && t.array && loses(f, t) {
			where = cast(name, to, from) + " IS DISTINCT FROM " + name
		}
	case isString(f.base) && isString(t.base):
		if shorter(f, t) {
			where = cast(name, to, "text") + " IS DISTINCT FROM " + cast(name, "text")
		}
	case isString(f.base) && f.base != `"char"`:
		// What has a text is parsed, and what is no such text is refused. The
		// digits behind the limit and the time behind a date are not.
		switch {
		case t.base == "numeric" && len(t.mods) > 0:
			where = cast(name, to) + " IS DISTINCT FROM " + cast(name, "numeric")
		case t.base == "date":
			where = cast(name, to, "timestamp") + " IS DISTINCT FROM " + cast(name, "timestamp")
		case strings.HasPrefix(t.base, "timestamp") && len(t.mods) > 0:
			where = cast(name, to) + " IS DISTINCT FROM " + cast(name, t.base)
		}
	case noWayBack(f, t):
		where = name + " IS NOT NULL"
	case loses(f, t):
		where = cast(name, to, from) + " IS DISTINCT FROM " + name
	}
	if where == "" {
		return ""
	}
	return "SELECT " + shown(name) + " FROM " + quoteName(c.d, table) + " WHERE " + where + " LIMIT 6"
}

// shown is a column in the result of a query: as text that never is of another
// type or collation. A driver may keep the plan of a query, which does not
// survive that ("cached plan must not change result type").
func shown(name string) string { return name + `::text COLLATE "default"` }

// shorter reports whether a string type takes less than another one.
func shorter(from, to sqlType) bool {
	if to.base == "name" || to.base == `"char"` {
		return from.base != to.base
	}
	if len(to.mods) == 0 {
		return false
	}
	return len(from.mods) == 0 || from.mods[0] > to.mods[0] || to.base == "character" && from.base != "character"
}

// noWayBack reports whether part of the value goes and nothing can be
// converted back to see which.
func noWayBack(from, to sqlType) bool {
	return strings.HasPrefix(from.base, "timestamp") && strings.HasPrefix(to.base, "time ")
}

// loses reports whether a conversion may round, or leave something out.
func loses(from, to sqlType) bool {
	integer := func(t sqlType) bool { return t.base == "smallint" || t.base == "integer" || t.base == "bigint" }
	float := func(t sqlType) bool { return t.base == "real" || t.base == "double precision" }
	switch {
	case float(from):
		return integer(to) || to.base == "numeric" || from.base == "double precision" && to.base == "real"
	case from.base == "numeric" && to.base == "numeric":
		return len(to.mods) > 1 && (len(from.mods) < 2 || from.mods[1] > to.mods[1])
	case from.base == "numeric":
		return integer(to) || float(to) || to.base == "money"
	case integer(from):
		return to.base == "real" && from.base != "smallint" || to.base == "double precision" && from.base == "bigint" || to.base == "boolean"
	case from.base == "interval" && to.base == "time without time zone":
		return true
	case from.base == "time with time zone" && to.base == "time without time zone":
		return true
	case from.base == "inet" && to.base == "cidr":
		return true
	case strings.HasPrefix(from.base, "timestamp") && to.base == "date":
		return true
	case strings.HasPrefix(from.base, "time"), from.base == "interval":
		return len(to.mods) == 1 && (len(from.mods) == 0 || from.mods[0] > to.mods[0])
	}
	return false
}

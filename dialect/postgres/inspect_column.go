package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A column is a row of pg_attribute, with what belongs to it.
type column struct {
	schema.Column
	number    int
	typeOID   int64
	collation int64
	local     bool // declared by the table itself
	inherited bool // has it from a parent
	text      string
}

// readColumns reads the columns of tables, views and composite types: there are
// more of them than of anything else. What few columns have is one text, which
// is empty for the others. An expression without columns, as a default is, is
// written much faster when the server is not told of a table.
//
// The columns of indexes are here for the few that have more than a name: the
// parameters of an operator class, or statistics. The rows come in no order,
// which is cheaper to put right here.
func (in *inspector) readColumns() error {
	compression := "''"
	if in.d.version[0] >= 14 {
		compression = "a.attcompression"
	}
	in.defaults = map[[2]string]schema.Default{}
	var (
		relation   int64
		c          column
		expr, rare string
	)
	return in.query(`SELECT a.attrelid, a.attnum, a.attname, CASE WHEN a.atttypmod = -1 AND a.atttypid IN (`+plainTypeList+`) THEN '' ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END, a.atttypid, a.attcollation, a.attnotnull,
		CASE WHEN a.atthasdef THEN coalesce(pg_catalog.pg_get_expr(d.adbin, CASE WHEN a.attgenerated = '' THEN 0 ELSE d.adrelid END), '') ELSE '' END,
		CASE WHEN a.attidentity = '' AND a.attgenerated = '' AND a.attcollation = t.typcollation AND a.attstorage = t.typstorage AND `+compression+` = ''
			AND coalesce(a.attstattarget, -1) < 0 AND (a.attoptions IS NULL OR a.attoptions[2] IS NULL AND a.attoptions[1] LIKE 'pg_attver=%') AND a.attislocal AND a.attinhcount = 0 THEN ''
		ELSE pg_catalog.concat_ws(E'\x1f', a.attidentity, a.attgenerated, CASE WHEN a.attcollation <> t.typcollation THEN 'x' ELSE '' END,
			CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::pg_catalog.text ELSE '' END, `+compression+`, coalesce(a.attstattarget, -1),
			coalesce(`+options("a.attoptions")+`, ''), a.attislocal, a.attinhcount > 0) END
		FROM pg_catalog.pg_attribute a
		JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
		JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_catalog.pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE {path} AND c.relnamespace IN ({spaces}) AND (c.relkind IN ('r', 'p', 'v', 'm', 'c') OR c.relkind IN ('i', 'I') AND (a.attoptions IS NOT NULL OR a.attstattarget >= 0))
		AND a.attnum > 0 AND NOT a.attisdropped`,
		[]any{&relation, &c.number, &c.Name, &c.Type.Text, &c.typeOID, &c.collation, &c.NotNull, &expr, &rare}, func() error {
			r := in.relations[relation]
			if r == nil {
				in.indexColumn(relation, c.number, strings.Split(rare, "\x1f"))
				return nil // of an index, or of what was made while we read
			}
			own := in.newColumn()
			*own = c
			own.Type.Kind = schema.KindNative
			if own.Type.Text == "" {
				own.Type.Text = plainTypes[c.typeOID]
			}
			own.text, own.local = expr, true
			if len(in.comments) > 0 {
				own.Comment = in.comments[address{classRelation, relation, c.number}]
			}
			own.Default = in.defaultOf(expr, own.Type.Text)
			if rare != "" {
				in.rareColumn(r, own, strings.Split(rare, "\x1f"))
			}
			r.addColumn(own)
			return nil
		})
}

// defaultOf is the function of that name, which is asked once for each text.
func (in *inspector) defaultOf(text, columnType string) schema.Default {
	if text == "" {
		return schema.Default{}
	}
	key := [2]string{text, columnType}
	d, ok := in.defaults[key]
	if !ok {
		d = defaultOf(text, columnType)
		in.defaults[key] = d
	}
	return d
}

// newColumn returns an empty column. They are made in blocks.
func (in *inspector) newColumn() *column {
	if len(in.columns) == cap(in.columns) {
		in.columns = make([]column, 0, 256)
	}
	in.columns = append(in.columns, column{})
	return &in.columns[len(in.columns)-1]
}

func (r *relation) addColumn(c *column) {
	r.columns = append(r.columns, c)
	for i := len(r.columns) - 1; i > 0 && r.columns[i-1].number > c.number; i-- {
		r.columns[i-1], r.columns[i] = c, r.columns[i-1]
	}
	for len(r.byNumber) <= c.number {
		r.byNumber = append(r.byNumber, nil)
	}
	r.byNumber[c.number] = c
}

// number returns the column of a number, nil where there is none.
func (r *relation) number(n int) *column {
	if n < 0 || n >= len(r.byNumber) {
		return nil
	}
	return r.byNumber[n]
}

// rareColumn adds what few columns have; see readColumns.
func (in *inspector) rareColumn(r *relation, c *column, rare []string) {
	if len(rare) != 9 {
		r.refuse("column %q has something that is not understood: %q", c.Name, rare)
		return
	}
	identity, generated, storage, compression := rare[0], rare[1], rare[3], rare[4]
	c.Collation.Postgres = rare[2] // resolved in readCollations
	c.Options.Postgres = columnOptions(rare[5], rare[6])
	c.local, c.inherited = rare[7] == "t", rare[8] == "t"
	var known bool
	if c.Storage, known = storages[storage]; !known {
		r.refuse("column %q has storage %q", c.Name, storage)
	}
	if c.Compression, known = compressions[compression]; !known {
		r.refuse("column %q has compression %q", c.Name, compression)
	}
	switch identity {
	case "":
	case "a", "d":
		c.AutoIncrement, c.Identity.Always = true, identity == "a"
	default:
		r.refuse("column %q has an identity of kind %q", c.Name, identity)
	}
	switch generated {
	case "":
	case "s", "v":
		c.Default = schema.Default{}
		c.Generated = schema.Generated{Expr: schema.Expr(strip(c.text)), Stored: generated == "s"}
	default:
		r.refuse("column %q is generated in a way %q", c.Name, generated)
	}
}

// indexColumn notes what a column of an index has beyond a name.
func (in *inspector) indexColumn(index int64, number int, rare []string) {
	if len(rare) != 9 {
		return
	}
	in.indexOptions[address{classRelation, index, number}] = rare[6]
	if !strings.HasPrefix(rare[5], "-") {
		in.indexOptions[address{classAttribute, index, number}] = rare[5]
	}
}

// plainTypes are the names of the most usual types, by their oids, which never
// change. The server is not asked for them again and again.
var plainTypes = map[int64]string{
	16: "boolean", 17: "bytea", 20: "bigint", 21: "smallint", 23: "integer", 25: "text", 114: "json", 700: "real", 701: "double precision",
	1082: "date", 1114: "timestamp without time zone", 1184: "timestamp with time zone", 2950: "uuid", 3802: "jsonb",
}

const plainTypeList = "16, 17, 20, 21, 23, 25, 114, 700, 701, 1082, 1114, 1184, 2950, 3802"

var compressions = map[string]string{"": "", "p": "pglz", "l": "lz4"}

var storages = map[string]string{"": "", "p": "PLAIN", "e": "EXTERNAL", "x": "EXTENDED", "m": "MAIN"}

// columnOptions are what ALTER COLUMN sets, one action in a line.
func columnOptions(statistics, attributes string) string {
	var lines []string
	if !strings.HasPrefix(statistics, "-") {
		lines = append(lines, "SET STATISTICS "+statistics)
	}
	if attributes != "" {
		lines = append(lines, "SET ("+attributes+")")
	}
	return strings.Join(lines, "\n")
}

// tableColumn returns a column of a table as the table lists it, and whether it
// does. A column from a parent or a type is listed only where the table has
// something to add to it, and without its type where the definition of the
// table cannot repeat that.
func (in *inspector) tableColumn(r *relation, c *column, inherited map[string]*column) (schema.Column, bool) {
	own := c.Column
	typed := r.options.Postgres.OfType != ""
	if !typed && (!c.inherited || c.local && !r.partition) {
		if p := inherited[c.Name]; c.inherited && p != nil && p.text != "" && c.text == "" {
			own.Default = schema.Literal("null") // else it would get that of its parent
		}
		return own, true
	}
	from := schema.Column{Name: own.Name}
	if p := inherited[c.Name]; p != nil {
		from = p.Column
		if p.text == c.text && (c.text != "" || p.AutoIncrement == own.AutoIncrement) { // of a serial, or of one identity
			from.Default, from.AutoIncrement, from.Identity = own.Default, own.AutoIncrement, own.Identity
		}
	}
	bare := own
	bare.Type, bare.Collation = schema.Type{}, schema.Variants{}
	from.Type, from.Collation, from.Comment, from.Options = schema.Type{}, schema.Variants{}, "", schema.Variants{}
	from.NotNullName, bare.NotNullName = "", ""
	if bare == from {
		return own, false
	}
	if bare.NotNull && from.NotNull {
		own.NotNull, own.NotNullName = false, ""
	}
	if bare.Default == from.Default {
		own.Default = schema.Default{}
	} else if bare.Default.IsZero() {
		own.Default = schema.Literal("null") // the parent has one
	}
	if bare.Generated == from.Generated {
		own.Generated = schema.Generated{}
	}
	if bare.Storage == from.Storage {
		own.Storage = ""
	}
	if bare.Compression == from.Compression {
		own.Compression = ""
	}
	if bare.AutoIncrement == from.AutoIncrement {
		own.AutoIncrement, own.Identity = false, schema.Identity{}
	}
	if r.partition || typed {
		own.Type, own.Collation = schema.NativeType(""), schema.Variants{}
	}
	return own, true
}

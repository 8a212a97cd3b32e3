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

// readColumns reads the columns of tables, views and composite types.
func (in *inspector) readColumns() error {
	compression := "''"
	if in.d.version[0] >= 14 {
		compression = "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' ELSE a.attcompression::pg_catalog.text END"
	}
	var (
		relation                                   int64
		c                                          column
		expr, identity, generated, collation, kind string
		statistics                                 int
		attributes                                 string
		inherited                                  int
	)
	return in.query(`SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid, a.attnotnull,
		CASE WHEN a.atthasdef THEN coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') ELSE '' END, a.attidentity, a.attgenerated,
		a.attcollation, CASE WHEN a.attcollation <> t.typcollation THEN 'x' ELSE '' END,
		CASE WHEN a.attstorage = t.typstorage THEN '' ELSE a.attstorage::pg_catalog.text END, `+compression+`,
		coalesce(a.attstattarget, -1), CASE WHEN a.attoptions IS NULL OR a.attoptions[2] IS NULL AND a.attoptions[1] LIKE 'pg_attver=%' THEN '' ELSE coalesce(`+options("a.attoptions")+`, '') END, a.attislocal, a.attinhcount
		FROM pg_catalog.pg_attribute a
		JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
		JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
		LEFT JOIN pg_catalog.pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE {path} AND c.relnamespace IN ({spaces}) AND c.relkind IN ('r', 'p', 'v', 'm', 'c') AND a.attnum > 0 AND NOT a.attisdropped
		ORDER BY a.attrelid, a.attnum`,
		[]any{
			&relation, &c.number, &c.Name, &c.Type.Text, &c.typeOID, &c.NotNull, &expr, &identity, &generated, &c.collation, &collation,
			&kind, &c.Compression, &statistics, &attributes, &c.local, &inherited,
		}, func() error {
			r := in.relations[relation]
			if r == nil {
				return nil // made while we read
			}
			own := c
			own.Type.Kind = schema.KindNative
			own.inherited = inherited > 0
			own.text = expr
			own.Comment = in.comments[address{classRelation, relation, c.number}]
			own.Collation.Postgres = collation // resolved in readCollations
			own.Options.Postgres = columnOptions(statistics, attributes)
			var known bool
			if own.Storage, known = storages[kind]; !known {
				r.refuse("column %q has storage %q", c.Name, kind)
			}
			switch identity {
			case "":
			case "a", "d":
				own.AutoIncrement, own.Identity.Always = true, identity == "a"
			default:
				r.refuse("column %q has an identity of kind %q", c.Name, identity)
			}
			switch generated {
			case "":
				own.Default = defaultOf(expr, own.Type.Text)
			case "s", "v":
				own.Generated = schema.Generated{Expr: schema.Expr(strip(expr)), Stored: generated == "s"}
			default:
				r.refuse("column %q is generated in a way %q", c.Name, generated)
			}
			r.columns = append(r.columns, &own)
			r.byNumber[own.number] = &own
			return nil
		})
}

var storages = map[string]string{"": "", "p": "PLAIN", "e": "EXTERNAL", "x": "EXTENDED", "m": "MAIN"}

// columnOptions are what ALTER COLUMN sets, one action in a line.
func columnOptions(statistics int, attributes string) string {
	var lines []string
	if statistics >= 0 {
		lines = append(lines, "SET STATISTICS "+itoa(statistics))
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
		return own, true
	}
	var from schema.Column
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

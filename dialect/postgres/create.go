package postgres

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// createTable returns the CREATE TABLE statement of t, without what cannot be
// part of it; see afterCreate.
func (d Dialect) createTable(t schema.Table) string {
	o := t.Options.Postgres
	var lines []string
	for _, c := range t.Columns {
		lines = append(lines, d.columnDef(c, o.PartitionOf == "" && o.OfType == ""))
	}
	if len(t.PrimaryKey.Parts) > 0 {
		lines = append(lines, d.primaryKeyText(t.PrimaryKey))
	}
	for i, u := range t.Uniques {
		if !repeated(t, i) {
			lines = append(lines, d.uniqueText(u))
		}
	}
	for _, c := range t.Checks {
		if !c.NotValid || c.NotEnforced {
			lines = append(lines, d.checkText(c))
		}
	}
	for _, f := range t.ForeignKeys {
		if !f.NotValid || f.NotEnforced {
			lines = append(lines, d.foreignKeyText(f))
		}
	}
	s := "CREATE "
	if o.Unlogged {
		s += "UNLOGGED "
	}
	s += "TABLE " + quoteName(d, t.Name)
	body := " ()"
	if len(lines) > 0 {
		body = " (\n  " + strings.Join(lines, ",\n  ") + "\n)"
	} else if o.PartitionOf != "" || o.OfType != "" {
		body = "" // there, empty parentheses are an error
	}
	switch {
	case o.PartitionOf != "":
		s += " PARTITION OF " + quoteName(d, o.PartitionOf) + body + " " + d.bound(o.Bound)
	case o.OfType != "":
		s += " OF " + d.sql(o.OfType) + body
	default:
		s += body
	}
	if o.Inherits != "" {
		s += " INHERITS (" + d.sql(o.Inherits) + ")"
	}
	if o.PartitionBy != "" {
		s += " PARTITION BY " + d.sql(o.PartitionBy)
	}
	if o.AccessMethod != "" {
		s += " USING " + quoteIdent(o.AccessMethod)
	}
	if o.Storage != "" {
		s += " WITH (" + o.Storage + ")"
	}
	if o.Tablespace != "" {
		s += " TABLESPACE " + quoteIdent(o.Tablespace)
	}
	return s
}

// repeated reports whether a unique constraint has the columns of a key before
// it: CREATE TABLE throws such a one away, and ALTER TABLE does not.
func repeated(t schema.Table, i int) bool {
	same := func(parts []schema.Part) bool { return slices.Equal(parts, t.Uniques[i].Parts) }
	return same(t.PrimaryKey.Parts) || slices.ContainsFunc(t.Uniques[:i], func(u schema.Unique) bool { return same(u.Parts) })
}

// bound is the place of a partition. One that nobody states is the default.
func (d Dialect) bound(text string) string {
	if text == "" {
		return "DEFAULT"
	}
	return d.sql(text)
}

// afterCreate returns the statements that belong to a table and cannot be part
// of CREATE TABLE: indexes, comments, what is not valid (CREATE TABLE takes NOT
// VALID, and makes it valid), row security, and the storage of columns, which
// it takes from PostgreSQL 16 on only.
func (d Dialect) afterCreate(t schema.Table) []string {
	name := quoteName(d, t.Name)
	var out, alter []string
	for _, c := range t.Columns {
		for _, action := range columnActions(c) {
			alter = append(alter, "ALTER COLUMN "+quoteIdent(c.Name)+" "+action)
		}
	}
	for i, u := range t.Uniques {
		if repeated(t, i) {
			alter = append(alter, "ADD "+d.uniqueText(u))
		}
	}
	for _, c := range t.Checks {
		if c.NotValid && !c.NotEnforced {
			alter = append(alter, "ADD "+d.checkText(c))
		}
	}
	for _, f := range t.ForeignKeys {
		if f.NotValid && !f.NotEnforced {
			alter = append(alter, "ADD "+d.foreignKeyText(f))
		}
	}
	alter = append(alter, rowSecurity("", t.Options.Postgres.RowSecurity)...)
	if len(alter) > 0 {
		out = append(out, "ALTER TABLE "+name+"\n  "+strings.Join(alter, ",\n  "))
	}
	for _, i := range t.Indexes {
		out = append(out, d.createIndex(t.Name, i, false))
	}
	if r := t.Options.Postgres.ReplicaIdentity; r != "" {
		out = append(out, "ALTER TABLE "+name+" REPLICA IDENTITY "+r)
	}
	if i := t.Options.Postgres.ClusterOn; i != "" {
		out = append(out, "ALTER TABLE "+name+" CLUSTER ON "+quoteIdent(i))
	}
	return append(out, d.comments(t)...)
}

// comments returns the statements that comment on a table and its parts.
func (d Dialect) comments(t schema.Table) (out []string) {
	if t.Options.Comment != "" {
		out = append(out, "COMMENT ON TABLE "+quoteName(d, t.Name)+" IS "+quoteString(t.Options.Comment))
	}
	for _, c := range t.Columns {
		if c.Comment != "" {
			out = append(out, d.commentColumn(t.Name, c.Name, c.Comment))
		}
	}
	comment := func(constraint, text string) {
		if text != "" {
			out = append(out, d.commentConstraint(t.Name, constraint, text))
		}
	}
	comment(keyName(t), t.PrimaryKey.Comment)
	for _, u := range t.Uniques {
		comment(uniqueName(t.Name, u), u.Comment)
	}
	for _, c := range t.Checks {
		comment(checkName(t, c), c.Comment)
	}
	for _, f := range t.ForeignKeys {
		comment(foreignKeyName(t.Name, f), f.Comment)
	}
	for _, i := range t.Indexes {
		if i.Comment != "" {
			out = append(out, d.commentIndex(t.Name, i))
		}
	}
	return out
}

// columnActions are the properties of a column that ALTER COLUMN sets.
func columnActions(c schema.Column) []string {
	actions := lines(c.Options.Postgres)
	if c.Storage != "" {
		actions = append([]string{"SET STORAGE " + c.Storage}, actions...)
	}
	return actions
}

func (d Dialect) commentColumn(table, column, text string) string {
	return "COMMENT ON COLUMN " + quoteName(d, table) + "." + quoteIdent(column) + " IS " + commentText(text)
}

func (d Dialect) commentConstraint(table, name, text string) string {
	return "COMMENT ON CONSTRAINT " + quoteIdent(name) + " ON " + quoteName(d, table) + " IS " + commentText(text)
}

func (d Dialect) commentIndex(table string, i schema.Index) string {
	return "COMMENT ON INDEX " + d.indexName(table, i.Name) + " IS " + commentText(i.Comment)
}

func commentText(text string) string {
	if text == "" {
		return "NULL"
	}
	return quoteString(text)
}

// indexName returns the name of an index, which is in the namespace of its
// table.
func (d Dialect) indexName(table, index string) string {
	namespace, _ := schema.Split(table)
	return quoteIn(d, namespace, index)
}

// sql returns a text in SQL with the names in it where they really are.
func (d Dialect) sql(text string) string { return d.scratch.sql(text) }

// columnDef returns a column as CREATE TABLE and ADD COLUMN take it. A column
// of a partition, and one of a table of a type, has its type from there.
func (d Dialect) columnDef(c schema.Column, typed bool) string {
	s := quoteIdent(c.Name)
	if typed {
		s += " " + d.sql(columnType(c))
		if c.Collation.Postgres != "" {
			s += " COLLATE " + quoteName(d, c.Collation.Postgres)
		}
		if c.Compression != "" {
			s += " COMPRESSION " + c.Compression
		}
	}
	if text := defaultText(c); text == "" && isNull(c.Default) {
		s += " DEFAULT NULL" // a parent's default ends here
	} else if text != "" {
		s += " DEFAULT " + d.sql(text)
	}
	if expr := c.Generated.Expr.For(schema.Postgres); expr != "" {
		s += " GENERATED ALWAYS AS (" + endLine(d.sql(expr)) + ") " + generatedKind(c)
	}
	if isIdentity(c) {
		s += " " + d.identityText(c)
	}
	if c.NotNull {
		s += d.notNullName(c) + " NOT NULL"
	}
	return s
}

// generatedKind always says what it means: PostgreSQL 18 changed what it is
// where nothing is said.
func generatedKind(c schema.Column) string {
	if c.Generated.Stored {
		return "STORED"
	}
	return "VIRTUAL"
}

func (d Dialect) identityText(c schema.Column) string {
	s := "GENERATED BY DEFAULT AS IDENTITY"
	if c.Identity.Always {
		s = "GENERATED ALWAYS AS IDENTITY"
	}
	if c.Identity.Options != "" {
		s += " (" + d.sql(c.Identity.Options) + ")"
	}
	return s
}

// serials are the words that stand for a number, a sequence and a default.
var serials = map[string]string{
	"serial": "integer", "serial4": "integer", "bigserial": "bigint", "serial8": "bigint", "smallserial": "smallint", "serial2": "smallint",
}

// isSerial reports whether the type of c is one of the serial words.
func isSerial(c schema.Column) bool { return serials[foldWord(typeText(c.Type))] != "" }

// isIdentity reports whether c gives out values without being a serial.
func isIdentity(c schema.Column) bool { return c.AutoIncrement && !isSerial(c) }

// columnType returns the type of c as CREATE TABLE takes it.
func columnType(c schema.Column) string {
	if isIdentity(c) && c.Type.Unsigned && c.Type.Kind == schema.KindBigInt {
		return "bigint" // an identity cannot be numeric, which unsigned numbers of 64 bits are otherwise
	}
	return typeText(c.Type)
}

// storedType returns the type that the column has in the catalog.
func storedType(c schema.Column) string {
	if t := serials[foldWord(typeText(c.Type))]; t != "" {
		return t
	}
	return columnType(c)
}

// defaultText returns what stands behind DEFAULT, or "". A default of NULL is
// none to PostgreSQL.
func defaultText(c schema.Column) string {
	d := c.Default
	if d.Variants.Postgres != "" {
		return defaultExpr(d.Variants.Postgres)
	}
	switch d.Kind {
	case schema.StringDefault:
		return quoteString(d.Text)
	case schema.LiteralDefault, schema.ExpressionDefault:
		if isNull(d) {
			return ""
		}
		return defaultExpr(d.Text)
	case schema.NoDefault:
	}
	return ""
}

func isNull(d schema.Default) bool {
	return d.Kind == schema.LiteralDefault && strings.EqualFold(strings.TrimSpace(d.Text), "null") && d.Variants.Postgres == ""
}

// defaultExpr puts parentheses around what DEFAULT does not take without them:
// expressions with words between the operands, as AND, IS, AT TIME ZONE.
func defaultExpr(text string) string {
	depth := 0
	for _, t := range significant(tokenize(text)) {
		switch {
		case t.is("(") || t.is("["):
			depth++
		case t.is(")") || t.is("]"):
			depth--
		case depth == 0 && t.kind == tokWord && infix[foldWord(t.text)]:
			return "(" + endLine(text) + ")"
		}
	}
	return endLine(text)
}

var infix = map[string]bool{
	"and": true, "or": true, "not": true, "is": true, "isnull": true, "notnull": true, "in": true, "like": true, "ilike": true,
	"similar": true, "between": true, "overlaps": true, "at": true, "collate": true, "operator": true,
}

// endLine ends a text that closes with a line comment, which would otherwise
// swallow what is written behind it.
func endLine(text string) string {
	if !strings.Contains(text, "--") {
		return text
	}
	toks := tokenize(text)
	if last := toks[len(toks)-1]; last.kind == tokComment && strings.HasPrefix(last.text, "--") {
		return text + "\n"
	}
	return text
}

package mysql

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// Normalize returns s in the canonical spelling. It is for comparing: the
// result may not be executed. Both sides of a comparison come from the same
// server, so there is little to do:
//
//   - a unique constraint is a unique index;
//   - the index that the server makes for a foreign key is no index of the
//     table, unless it was given a name of its own or serves more than that key;
//   - RESTRICT is no action;
//   - a check that is part of a column is a check like others;
//   - the primary key that MySQL makes for a table without one is none;
//   - display widths of integers, ROW_FORMAT=DYNAMIC and the strictness of the
//     session in which a trigger was created make no difference.
//
// A collation of a column is compared as far as it is not its table's: Inspect
// lists no other. When the default of a table changes and its columns stay as
// they are, they have collations of their own from then on.
func (d Dialect) Normalize(s schema.Schema) schema.Schema {
	out := schema.Schema{}
	for _, t := range s.Tables {
		out.Tables = append(out.Tables, d.normalTable(t))
	}
	for _, o := range s.Objects {
		if text := o.Definition.For(d.flavor.Dialect); text != "" {
			o.Definition = schema.Expr(withoutStrictness(text))
		}
		out.Objects = append(out.Objects, o)
	}
	return out
}

func (d Dialect) normalTable(t schema.Table) schema.Table {
	t = t.Clone()
	t.Verbatim, t.Needs, t.Unsupported = schema.Variants{}, nil, ""
	o := &t.Options.MySQL
	if strings.EqualFold(o.Engine, "InnoDB") {
		o.Engine = ""
	}
	if o.Engine == "" && o.RowFormat == "DYNAMIC" || o.RowFormat == "DEFAULT" {
		o.RowFormat = ""
	}
	for i := range t.Columns {
		d.normalColumn(&t, &t.Columns[i])
	}
	for _, u := range t.Uniques {
		t.Indexes = append(t.Indexes, schema.Index{Name: u.Name, Unique: true, Parts: u.Parts, Comment: u.Comment})
	}
	t.Uniques = nil
	t.PrimaryKey.Name = ""
	if !strings.EqualFold(o.Engine, "MEMORY") {
		t.PrimaryKey.Method = schema.Variants{}
	}
	for i := range t.Indexes {
		x := &t.Indexes[i]
		x.Verbatim = schema.Variants{}
		if isTree(x.Method.On(d.flavor.Dialect)) && !strings.EqualFold(o.Engine, "MEMORY") {
			x.Method = schema.Variants{}
		}
	}
	all := t
	t.Indexes = slices.DeleteFunc(slices.Clone(t.Indexes), func(x schema.Index) bool {
		return isImplied(all, x, func(f schema.ForeignKey) bool {
			return sameName(f.Name, x.Name) || sameName(f.Columns[0], x.Name)
		})
	})
	for i := range t.ForeignKeys {
		f := &t.ForeignKeys[i]
		f.OnDelete, f.OnUpdate = normalAction(f.OnDelete), normalAction(f.OnUpdate)
	}
	d.withoutGeneratedKey(&t)
	return t
}

func (d Dialect) normalColumn(t *schema.Table, c *schema.Column) {
	c.Type = schema.NativeType(withoutWidth(d.typeText(c.Type)))
	if c.Default.Kind == schema.ExpressionDefault {
		c.Default.Text = normalClock(c.Default.Text)
	}
	c.OnUpdate = normalClock(c.OnUpdate)
	if inParts(t.PrimaryKey.Parts, c.Name) {
		c.NotNull = true
	}
	text := c.Options.On(d.flavor.Dialect)
	if i := strings.Index(text, "CHECK ("); i >= 0 && strings.HasSuffix(text, ")") {
		t.Checks = append(t.Checks, schema.Check{Name: c.Name, Expr: schema.Expr(text[i+len("CHECK (") : len(text)-1])})
		text = strings.TrimSpace(text[:i])
	}
	c.Options = schema.Variants{}.With(d.flavor.Dialect, text)
}

// normalClock writes current_timestamp(), as MariaDB has it, like
// CURRENT_TIMESTAMP.
func normalClock(text string) string {
	if !isClock(significant(text)) {
		return text
	}
	i := strings.IndexByte(text, '(')
	if i < 0 || strings.TrimSpace(text[i:]) == "()" {
		return "CURRENT_TIMESTAMP"
	}
	return "CURRENT_TIMESTAMP" + text[i:]
}

func normalAction(a schema.Action) schema.Action {
	if a == schema.Restrict || a == "NO ACTION" {
		return schema.NoAction
	}
	return a
}

// isImplied reports whether an index of t is one that the server would make by
// itself for a foreign key: of its columns and nothing else, called as the
// server calls it, and the only one that serves the key.
func isImplied(t schema.Table, x schema.Index, called func(schema.ForeignKey) bool) bool {
	for _, f := range t.ForeignKeys {
		if plainIndex(x, f.Columns) && called(f) {
			t.Indexes = slices.DeleteFunc(slices.Clone(t.Indexes), func(y schema.Index) bool { return y.Name == x.Name })
			return !coveredBy(keys(t), f.Columns)
		}
	}
	return false
}

// withoutGeneratedKey takes out the invisible primary key that MySQL ≥ 8.0.30
// makes for a table without one, where sql_generate_invisible_primary_key says
// so: whoever wrote the table does not know of it.
func (d Dialect) withoutGeneratedKey(t *schema.Table) {
	if d.flavor.Dialect != schema.MySQL || len(t.Columns) == 0 || len(t.PrimaryKey.Parts) != 1 {
		return
	}
	if isGeneratedKey(t.Columns[0]) && t.PrimaryKey.Parts[0] == (schema.Part{Column: t.Columns[0].Name}) {
		t.Columns, t.PrimaryKey = t.Columns[1:], schema.PrimaryKey{}
	}
}

// isGeneratedKey reports whether c is as the server makes the column of such a
// key.
func isGeneratedKey(c schema.Column) bool {
	return c == schema.Column{Name: "my_row_id", Type: schema.NativeType("bigint unsigned"), NotNull: true, AutoIncrement: true, Invisible: true}
}

// withoutStrictness takes out of a definition the sql_mode that changes
// nothing of what it says.
func withoutStrictness(definition string) string {
	settings, statement := splitSettings(definition)
	list, ok := strings.CutPrefix(settings, "SET sql_mode = '")
	if !ok {
		return definition
	}
	mode, rest, _ := strings.Cut(list, "'")
	if hasOwnMode(mode) {
		return definition
	}
	if rest = strings.TrimPrefix(rest, ", "); rest == "" {
		return statement
	}
	return "SET " + rest + ";\n" + statement
}

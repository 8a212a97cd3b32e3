package bunmodel

import (
	"reflect"
	"slices"
	"strings"

	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/internal/near"
	"github.com/whimbreldb/whimbrel/schema"
)

// known are the options of a field that Bun reads (1.3.0).
var known = []string{
	"alt", "array", "autoincrement", "column", "composite", "default", "embed", "extend", "hstore", "identity", "inherit", "join", "join_on",
	"json_use_number", "m2m", "msgpack", "multirange", "notnull", "nullzero", "on_delete", "on_update", "pk", "polymorphic", "rel",
	"scanonly", "skipupdate", "soft_delete", "type", "unique",
}

// ofTables are the options of bun.BaseModel.
var ofTables = []string{"alias", "select", "table"}

// lint warns about what a model does not do although it seems to.
func (l *loader) lint(i int) {
	t := l.targets[0].bun[i]
	model := modelName(t.Type)
	seen := map[*bs.Field]bool{}
	for _, f := range t.FieldMap {
		if !seen[f] {
			seen[f] = true
			l.lintTag(model, fieldName(t.Type, f), f)
		}
	}
	for _, rel := range t.Relations {
		l.lintTag(model, fieldName(t.Type, rel.Field), rel.Field)
		l.lintRelation(i, model, rel)
	}
	l.lintBase(model, t.Type)
}

func (l *loader) lintTag(model, field string, f *bs.Field) {
	for option := range f.Tag.Options {
		if !slices.Contains(known, option) {
			l.unknown(model, field, option, known)
		}
	}
	for _, option := range [...]string{"type", "default"} {
		if lost := beforeQuote(f.StructField.Tag.Get("bun"), option); lost != "" {
			l.warn(model, field, "of %s Bun reads what stands in the double quotes alone, and %q is lost: without them, or within parentheses, nothing is", option, lost)
		}
	}
	if slices.Contains(known, f.Tag.Name) {
		l.warn(model, field, "the first word of a tag is the name of the column, so it is called %q: write %q", f.Tag.Name, ","+f.Tag.Name)
	}
}

// beforeQuote returns what stands before a double quote in the value of an option.
// Bun takes the quotes for those around a value, wherever they begin.
func beforeQuote(tag, option string) string {
	_, value, ok := strings.Cut(","+tag, ","+option+":")
	if !ok {
		return ""
	}
	depth := 0
	for i, c := range value {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth > 0:
		case c == ',':
			return ""
		case c == '"':
			return strings.TrimSpace(value[:i])
		}
	}
	return ""
}

func (l *loader) unknown(model, field, option string, known []string) {
	best, meant := 3, ""
	for _, k := range known {
		if d := near.Distance(strings.ToLower(strings.ReplaceAll(option, "_", "")), strings.ReplaceAll(k, "_", ""), 2); d < best {
			best, meant = d, k
		}
	}
	if meant != "" {
		l.warn(model, field, "unknown option %q: did you mean %q?", option, meant)
		return
	}
	switch strings.ToLower(option) {
	case "index", "check", "comment", "generated", "size", "primarykey":
		l.warn(model, field, "unknown option %q: no tag of Bun says that; a hook AfterCreateTable can", option)
		return
	}
	l.warn(model, field, "unknown option %q", option)
}

// lintBase looks at the tag of bun.BaseModel.
func (l *loader) lintBase(model string, t reflect.Type) {
	f, ok := t.FieldByName("BaseModel")
	if !ok || f.Type != reflect.TypeFor[bs.BaseModel]() {
		return
	}
	for i, part := range strings.Split(f.Tag.Get("bun"), ",") {
		option, _, isOption := strings.Cut(part, ":")
		option = strings.TrimSpace(option)
		switch {
		case option == "" || i == 0 && !isOption && !slices.Contains(ofTables, option):
		case !isOption && i == 0:
			l.warn(model, "BaseModel", "the first word of the tag is the name of the table, so it is called %q", option)
		case !slices.Contains(ofTables, option):
			l.unknown(model, "BaseModel", option, ofTables)
		}
	}
}

// lintRelation looks at a relation: its rules, and whether its tables are there.
func (l *loader) lintRelation(i int, model string, rel *bs.Relation) {
	field := fieldName(l.targets[0].bun[i].Type, rel.Field)
	for _, option := range [...]string{"on_delete", "on_update"} {
		rule, ok := rel.Field.Tag.Option(option)
		if !ok {
			continue
		}
		switch strings.ToUpper(rule) {
		case "CASCADE", "RESTRICT", "SET NULL", "SET DEFAULT", "NO ACTION":
		default:
			l.fail(model, field, "%s:%s is no rule: the rules are cascade, restrict, set null, set default, no action", option, rule)
			continue
		}
		switch {
		case rel.Type != bs.BelongsToRelation:
			l.warn(model, field, "%s does nothing here: Bun reads it on belongs-to", option)
		case !l.hasForeignKey(i, rel):
			l.warn(model, field, "%s does nothing: there is no foreign key without WithForeignKeys", option)
		}
	}
	if rel.M2MTable != nil && !l.isListed(rel.M2MTable.Type) {
		l.fail(model, field, "the model of the join table %q is not listed", rel.M2MTable.Name)
	}
}

func (l *loader) isListed(t reflect.Type) bool {
	return slices.ContainsFunc(l.targets[0].bun, func(b *bs.Table) bool { return b.Type == t })
}

func (l *loader) hasForeignKey(i int, rel *bs.Relation) bool {
	var columns []string
	for _, f := range rel.BasePKs {
		columns = append(columns, f.Name)
	}
	return slices.ContainsFunc(l.targets[0].models[i].foreignKeys, func(f schema.ForeignKey) bool { return slices.Equal(f.Columns, columns) })
}

// lintColumn looks at what Bun has written for a column.
func (l *loader) lintColumn(on []definition, f *bs.Field, model, field string) {
	if f == nil {
		return
	}
	for _, d := range on {
		_, typed := f.Tag.Option("type")
		if d.dialect == schema.MySQL && !typed && isJSON(f.IndirectType) && strings.EqualFold(d.Type, "VARCHAR(255)") {
			l.warn(model, field, "on MySQL Bun makes a VARCHAR(255) of it, which takes no longer JSON: give the field type:json")
		}
	}
}

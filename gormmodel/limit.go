package gormmodel

import (
	"strings"
	"unicode/utf8"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/schema"
)

const (
	// longestName is how many bytes of a name PostgreSQL keeps.
	longestName = 63
	// longestLetters is how many letters of a name MySQL takes.
	longestLetters = 64
)

// shorter returns the naming strategy with PostgreSQL's limit, or nil where the
// application's own has it or is not one of GORM's. GORM shortens the names that
// it makes to 64 letters, and since postgres 1.5.5 to 63 there: one history
// needs one name, which every dialect takes.
func shorter(n gs.Namer) *gs.NamingStrategy {
	var own gs.NamingStrategy
	switch v := n.(type) {
	case gs.NamingStrategy:
		own = v
	case *gs.NamingStrategy:
		own = *v
	default:
		return nil
	}
	if own.IdentifierMaxLength > 0 && own.IdentifierMaxLength <= longestName {
		return nil
	}
	own.IdentifierMaxLength = longestName
	return &own
}

// namer is what makes names.
func (l *loader) namer() gs.Namer {
	if l.short != nil {
		return l.short
	}
	return l.db.NamingStrategy
}

// checkLength refuses the name of a table or a column that a server does not
// take. PostgreSQL would cut it, so that what it has is called otherwise.
func (l *loader) checkLength(model, field, what, name string) {
	switch {
	case l.speaks(schema.Postgres) && len(name) > longestName:
		l.fail(model, field, "the name of the %s %q is longer than the %d bytes that PostgreSQL takes", what, name, longestName)
	case l.speaks(schema.MySQL) && utf8.RuneCountInString(name) > longestLetters:
		l.fail(model, field, "the name of the %s %q is longer than the %d letters that MySQL takes", what, name, longestLetters)
	}
}

// name returns the name of a constraint or an index. Where GORM has made it,
// which made tells, and it is too long for PostgreSQL, it is made again.
func (l *loader) name(s *gs.Schema, f *gs.Field, name string, made func(gs.Namer) string) string {
	if len(name) <= longestName || !l.speaks(schema.Postgres) {
		return name
	}
	if l.short != nil && made(l.db.NamingStrategy) == name {
		name = made(l.short)
	}
	if len(name) > longestName {
		l.warn(modelName(s.ModelType), fieldPath(f), "the name %q is longer than the %d bytes that PostgreSQL keeps of it", name, longestName)
	}
	return name
}

// indexName is name for an index, which is called after its field or after what
// composite says.
func (l *loader) indexName(s *gs.Schema, ix parsedIndex) string {
	for _, o := range ix.Fields {
		for _, after := range append(composites(o.Field), o.Field.Name) {
			if made := func(n gs.Namer) string { return n.IndexName(s.Table, after) }; made(l.db.NamingStrategy) == ix.Name {
				return l.name(s, o.Field, ix.Name, made)
			}
		}
	}
	return l.name(s, ix.Fields[0].Field, ix.Name, func(gs.Namer) string { return "" })
}

// composites returns the values of composite in the index tags of a field.
func composites(f *gs.Field) (names []string) {
	for part := range strings.SplitSeq(f.Tag.Get("gorm"), ";") {
		_, value, _ := strings.Cut(part, ":")
		for _, s := range splitTag(value, ",") {
			if strings.EqualFold(s.key, "composite") && s.value != "" {
				names = append(names, s.value)
			}
		}
	}
	return names
}

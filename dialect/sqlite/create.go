package sqlite

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// createTable returns the CREATE TABLE statement of t, without its indexes.
//
// Constraints are written at table level, so that reading the statement back
// gives the same fields whatever the original looked like. Two keys must be
// inline, because only there they mean what they mean: AUTOINCREMENT, and
// INTEGER PRIMARY KEY DESC, which is not the rowid (at table level it is).
func createTable(t schema.Table) string {
	if t.Verbatim.SQLite != "" {
		return t.Verbatim.SQLite
	}
	inline := inlineKey(t)
	var lines []string
	for _, c := range t.Columns {
		line := columnDef(c)
		if inline && sameName(c.Name, t.PrimaryKey.Parts[0].Column) {
			line = columnText(c, inlineKeyText(t.PrimaryKey, c))
		}
		lines = append(lines, line)
	}
	if len(t.PrimaryKey.Parts) > 0 && !inline {
		lines = append(lines, primaryKeyText(t.PrimaryKey))
	}
	for _, u := range t.Uniques {
		lines = append(lines, uniqueText(u))
	}
	for _, c := range t.Checks {
		lines = append(lines, checkText(c))
	}
	for _, f := range t.ForeignKeys {
		lines = append(lines, foreignKeyText(f))
	}
	s := "CREATE TABLE " + quoteIdent(t.Name) + " (\n  " + strings.Join(lines, ",\n  ") + "\n)"
	var options []string
	if t.Options.WithoutRowID {
		options = append(options, "WITHOUT ROWID")
	}
	if t.Options.Strict {
		options = append(options, "STRICT")
	}
	if len(options) > 0 {
		s += " " + strings.Join(options, ", ")
	}
	return s
}

// inlineKey reports whether the primary key must be part of its column.
func inlineKey(t schema.Table) bool {
	if len(t.PrimaryKey.Parts) != 1 {
		return false
	}
	p := t.PrimaryKey.Parts[0]
	for _, c := range t.Columns {
		if sameName(c.Name, p.Column) {
			return c.AutoIncrement || p.Desc && !t.Options.WithoutRowID && isInteger(c.Type)
		}
	}
	return false
}

func inlineKeyText(k schema.PrimaryKey, c schema.Column) string {
	s := constraintName(k.Name) + "PRIMARY KEY"
	if k.Parts[0].Desc {
		s += " DESC"
	}
	s += onConflict(k.Conflict)
	if c.AutoIncrement {
		s += " AUTOINCREMENT"
	}
	return s
}

// isInteger reports whether a column of that type, alone in the primary key,
// is the rowid. INT is not.
func isInteger(t schema.Type) bool { return sameName(unquoteType(typeText(t)), "integer") }

// rowidColumn returns the index of the column that is another name for the
// rowid, or -1.
func rowidColumn(t schema.Table) int {
	if t.Options.WithoutRowID || len(t.PrimaryKey.Parts) != 1 || t.PrimaryKey.Parts[0].Desc {
		return -1
	}
	for i, c := range t.Columns {
		if sameName(c.Name, t.PrimaryKey.Parts[0].Column) && isInteger(c.Type) {
			return i
		}
	}
	return -1
}

// columnDef returns the definition of a column that is not an inline primary
// key, as CREATE TABLE and ADD COLUMN take it. AUTOINCREMENT there is an error
// to SQLite, and is written, so that it is refused and not lost.
func columnDef(c schema.Column) string {
	if c.AutoIncrement {
		return columnText(c, "AUTOINCREMENT")
	}
	return columnText(c, "")
}

func columnText(c schema.Column, key string) string {
	parts := []string{quoteIdent(c.Name)}
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	add(typeText(c.Type))
	add(key)
	if name := c.Collation.SQLite; name != "" {
		add("COLLATE " + wordOrQuoted(name))
	}
	if c.NotNull {
		add(constraintName(c.NotNullName) + "NOT NULL" + onConflict(c.NotNullConflict))
	}
	if text := defaultText(c.Default); text != "" {
		add("DEFAULT " + text)
	}
	if expr := c.Generated.Expr.For(schema.SQLite); expr != "" {
		kind := "VIRTUAL"
		if c.Generated.Stored {
			kind = "STORED"
		}
		add("GENERATED ALWAYS AS (" + endLine(expr) + ") " + kind)
	}
	return strings.Join(parts, " ")
}

// defaultText returns what stands after DEFAULT, or "".
func defaultText(d schema.Default) string {
	if d.Variants.SQLite != "" {
		return defaultExpr(d.Variants.SQLite)
	}
	switch d.Kind {
	case schema.NoDefault:
		return ""
	case schema.StringDefault:
		return quoteString(d.Text)
	case schema.LiteralDefault:
		return d.Text
	case schema.ExpressionDefault:
		return defaultExpr(d.Text)
	}
	panic(fmt.Sprintf("unhandled schema.DefaultKind %q", d.Kind))
}

// defaultExpr puts an expression into parentheses, which DEFAULT wants around
// everything but constants and the CURRENT_ words.
func defaultExpr(text string) string {
	toks := significant(tokenize(text))
	if isBareDefault(toks) || isParenthesized(toks) {
		return endLine(text)
	}
	return "(" + endLine(text) + ")"
}

// isBareDefault reports whether DEFAULT takes the tokens without parentheses:
// a constant with or without a sign, or CURRENT_DATE and its like.
func isBareDefault(toks []token) bool {
	if len(toks) == 2 && (toks[0].is("+") || toks[0].is("-")) {
		return toks[1].kind == tokNumber
	}
	if len(toks) != 1 {
		return false
	}
	switch t := toks[0]; t.kind {
	case tokNumber, tokString, tokBlob:
		return true
	case tokWord:
		switch fold(t.text) {
		case "null", "true", "false", "current_time", "current_date", "current_timestamp":
			return true
		}
	}
	return false
}

// endLine ends a text that closes with a line comment, which would otherwise
// swallow what is written after it.
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

func constraintName(name string) string {
	if name == "" {
		return ""
	}
	return "CONSTRAINT " + quoteIdent(name) + " "
}

func onConflict(action string) string {
	if action == "" {
		return ""
	}
	return " ON CONFLICT " + action
}

func primaryKeyText(k schema.PrimaryKey) string {
	return constraintName(k.Name) + "PRIMARY KEY (" + partsText(k.Parts) + ")" + onConflict(k.Conflict)
}

func uniqueText(u schema.Unique) string {
	return constraintName(u.Name) + "UNIQUE (" + partsText(u.Parts) + ")" + onConflict(u.Conflict)
}

func checkText(c schema.Check) string {
	return constraintName(c.Name) + "CHECK (" + endLine(c.Expr.For(schema.SQLite)) + ")"
}

func foreignKeyText(f schema.ForeignKey) string {
	return constraintName(f.Name) + "FOREIGN KEY (" + quoteIdents(f.Columns) + ") " + referencesText(f)
}

// referencesText is what a foreign key has from REFERENCES on; ADD COLUMN
// takes it inline.
func referencesText(f schema.ForeignKey) string {
	s := "REFERENCES " + quoteIdent(f.RefTable)
	if len(f.RefColumns) > 0 {
		s += " (" + quoteIdents(f.RefColumns) + ")"
	}
	if f.OnDelete != schema.NoAction {
		s += " ON DELETE " + string(f.OnDelete)
	}
	if f.OnUpdate != schema.NoAction {
		s += " ON UPDATE " + string(f.OnUpdate)
	}
	if f.Match != "" {
		s += " MATCH "
		if isPlainWord(f.Match) && keywordClass(f.Match) != reserved {
			s += f.Match
		} else {
			s += quoteIdent(f.Match)
		}
	}
	switch {
	case f.InitiallyDeferred:
		s += " DEFERRABLE INITIALLY DEFERRED"
	case f.Deferrable:
		s += " DEFERRABLE"
	}
	return s
}

// createIndex returns the CREATE INDEX statement of i.
func createIndex(table string, i schema.Index) string {
	if i.Verbatim.SQLite != "" {
		return i.Verbatim.SQLite
	}
	s := "CREATE "
	if i.Unique {
		s += "UNIQUE "
	}
	s += "INDEX " + quoteIdent(i.Name) + " ON " + quoteIdent(table) + " (" + partsText(i.Parts) + ")"
	if where := i.Where.For(schema.SQLite); where != "" {
		s += " WHERE " + endLine(where)
	}
	return s
}

func partsText(parts []schema.Part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		text := quoteIdent(p.Column)
		if !p.Expr.IsZero() && p.Column == "" { // "" is a name too
			text = endLine(p.Expr.For(schema.SQLite))
			if p.Collation.SQLite != "" && !isOperand(significant(tokenize(text))) {
				text = "(" + text + ")" // COLLATE would bind to the last operand only
			}
		}
		if p.Collation.SQLite != "" {
			text += " COLLATE " + wordOrQuoted(p.Collation.SQLite)
		}
		if p.Desc {
			text += " DESC"
		}
		if p.Nulls != "" && (p.Nulls == "LAST") != p.Desc {
			text += " NULLS " + p.Nulls // SQLite refuses it: better than to lose it
		}
		texts[i] = text
	}
	return strings.Join(texts, ", ")
}

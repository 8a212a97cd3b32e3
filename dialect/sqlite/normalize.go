package sqlite

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// normalize returns s in the canonical spelling. It is for comparing: the
// result may not be executed.
func normalize(s schema.Schema) schema.Schema {
	byName := make(map[string]*schema.Table, len(s.Tables))
	for i := range s.Tables {
		byName[fold(s.Tables[i].Name)] = &s.Tables[i]
	}
	out := schema.Schema{}
	for _, t := range s.Tables {
		t = normalTable(t)
		for i := range t.ForeignKeys {
			resolveReference(&t.ForeignKeys[i], byName)
		}
		out.Tables = append(out.Tables, t)
	}
	if len(s.Objects) == 0 {
		return out
	}
	known := knownNames(s)
	for _, o := range s.Objects {
		text := o.Definition.For(schema.SQLite)
		if text != "" {
			text = canonStatement(text, known)
		}
		o.Definition = schema.Expr(text)
		out.Objects = append(out.Objects, o)
	}
	return out
}

// normalTable normalises everything that needs no other table.
func normalTable(t schema.Table) schema.Table {
	t = t.Clone()
	t.Verbatim = schema.Variants{}
	t.Options.Comment = ""
	columns := newNames(t.Columns)
	rowid := rowidColumn(t)
	collations := make(map[string]string, len(t.Columns))
	for i := range t.Columns {
		c := &t.Columns[i]
		normalColumn(c, columns)
		collations[c.Name] = c.Collation.SQLite
		if i == rowid {
			// The rowid is never NULL, and a NULL given to it means "the next
			// number", whatever the declaration says.
			c.NotNull, c.NotNullName, c.NotNullConflict = false, "", ""
		} else if isKeyColumn(t, c.Name) && keyImpliesNotNull(t, i) {
			c.NotNull = true
		}
	}
	normalParts := func(parts []schema.Part) {
		for i := range parts {
			normalPart(&parts[i], columns, collations)
		}
	}
	normalParts(t.PrimaryKey.Parts)
	if rowid >= 0 {
		t.PrimaryKey.Parts[0].Collation = schema.Variants{}
	}
	t.PrimaryKey.Conflict = normalConflict(t.PrimaryKey.Conflict)
	for i := range t.Uniques {
		normalParts(t.Uniques[i].Parts)
		t.Uniques[i].Conflict = normalConflict(t.Uniques[i].Conflict)
	}
	for i := range t.Checks {
		t.Checks[i].Expr = normalExpr(t.Checks[i].Expr, columns)
	}
	for i := range t.ForeignKeys {
		normalForeignKey(&t.ForeignKeys[i])
	}
	for i := range t.Indexes {
		x := &t.Indexes[i]
		x.Verbatim, x.Method, x.Comment = schema.Variants{}, schema.Variants{}, ""
		x.Where = normalExpr(x.Where, columns)
		normalParts(x.Parts)
	}
	return t
}

func isKeyColumn(t schema.Table, name string) bool {
	return slices.ContainsFunc(t.PrimaryKey.Parts, func(p schema.Part) bool { return p.Column == name })
}

func normalColumn(c *schema.Column, columns nameMap) {
	c.Type = schema.NativeType(canonType(typeText(c.Type)))
	c.Default = canonDefault(c.Default)
	c.Generated.Expr = normalExpr(c.Generated.Expr, columns)
	c.Generated.Stored = c.Generated.Stored && !c.Generated.Expr.IsZero()
	c.Collation = normalCollation(c.Collation)
	c.Comment = ""
	c.NotNullConflict = normalConflict(c.NotNullConflict)
	if !c.NotNull {
		c.NotNullName, c.NotNullConflict = "", ""
	}
}

// normalCollation makes BINARY, the default, none.
func normalCollation(v schema.Variants) schema.Variants {
	name := fold(v.SQLite)
	if name == "binary" {
		name = ""
	}
	return schema.Variants{SQLite: name}
}

// normalPart drops a collation that the column has anyway. A part that asks
// for BINARY on a column of another collation keeps it.
func normalPart(p *schema.Part, columns nameMap, collations map[string]string) {
	p.Expr = normalExpr(p.Expr, columns)
	if (p.Nulls == "LAST") == p.Desc {
		p.Nulls = "" // what SQLite does by itself: NULL is the smallest value
	}
	if p.Column == "" {
		p.Collation = schema.Variants{SQLite: fold(p.Collation.SQLite)}
		return
	}
	if p.Collation.SQLite == "" {
		p.Collation = schema.Variants{}
		return
	}
	switch own := normalCollation(p.Collation).SQLite; own {
	case collations[p.Column]:
		p.Collation = schema.Variants{}
	case "":
		p.Collation = schema.Variants{SQLite: "binary"}
	default:
		p.Collation = schema.Variants{SQLite: own}
	}
}

func normalConflict(action string) string {
	action = strings.ToUpper(action)
	if action == "ABORT" {
		return ""
	}
	return action
}

func normalExpr(e schema.SQL, columns nameMap) schema.SQL {
	text := e.For(schema.SQLite)
	if text == "" {
		return schema.SQL{}
	}
	return schema.Expr(canonExpr(text, columns))
}

func normalForeignKey(f *schema.ForeignKey) {
	f.OnDelete = normalAction(f.OnDelete)
	f.OnUpdate = normalAction(f.OnUpdate)
	f.Match = strings.ToUpper(f.Match)
	if f.Match == "SIMPLE" || f.Match == "NONE" {
		f.Match = ""
	}
	f.Deferrable = f.Deferrable || f.InitiallyDeferred
}

func normalAction(a schema.Action) schema.Action {
	a = schema.Action(strings.ToUpper(string(a)))
	if a == "NO ACTION" {
		return schema.NoAction
	}
	return a
}

// resolveReference spells the referenced table and columns as they are
// declared, and names the columns where the key left that to the primary key.
func resolveReference(f *schema.ForeignKey, byName map[string]*schema.Table) {
	t, ok := byName[fold(f.RefTable)]
	if !ok {
		return
	}
	f.RefTable = t.Name
	if len(f.RefColumns) == 0 && len(t.PrimaryKey.Parts) == len(f.Columns) {
		for _, p := range t.PrimaryKey.Parts {
			f.RefColumns = append(f.RefColumns, p.Column)
		}
		return
	}
	if len(f.RefColumns) == 0 {
		return
	}
	columns := newNames(t.Columns)
	for i, name := range f.RefColumns {
		if declared, ok := columns.declared(name); ok {
			f.RefColumns[i] = declared
		}
	}
}

// knownNames returns every name in the schema, and those that a statement has
// without declaring them.
func knownNames(s schema.Schema) nameMap {
	n := nameMap{}
	for _, name := range [...]string{"new", "old", "rowid", "oid", "_rowid_", "main", "temp", "excluded"} {
		n[name] = name
	}
	for _, t := range s.Tables {
		n[fold(t.Name)] = t.Name
		for _, c := range t.Columns {
			n[fold(c.Name)] = c.Name
		}
		for _, x := range t.Indexes {
			n[fold(x.Name)] = x.Name
		}
	}
	for _, o := range s.Objects {
		n[fold(o.Name)] = o.Name
	}
	return n
}

// canonStatement returns a CREATE statement in canonical spelling, without
// TEMP, IF NOT EXISTS and closing semicolons.
func canonStatement(text string, known nameMap) string {
	toks := significant(tokenize(text))
	for len(toks) > 0 && toks[len(toks)-1].is(";") {
		toks = toks[:len(toks)-1]
	}
	drop := func(at int, words ...string) {
		if len(toks) < at+len(words) {
			return
		}
		for i, w := range words {
			if !toks[at+i].isWord(w) {
				return
			}
		}
		toks = slices.Delete(toks, at, at+len(words))
	}
	drop(1, "temp")
	drop(1, "temporary")
	drop(2, "if", "not", "exists")
	drop(3, "if", "not", "exists")
	if len(toks) > 3 && toks[1].isWord("virtual") {
		// The arguments belong to the module, which may read every letter.
		return canonVirtual(toks, known)
	}
	return canonTokens(toks, exprNames{columns: known, open: true})
}

// canonVirtual spells the statement of a virtual table canonically up to the
// name of the module, and keeps the tokens of the arguments.
func canonVirtual(toks []token, known nameMap) string {
	args := slices.IndexFunc(toks, func(t token) bool { return t.is("(") })
	if args < 1 {
		args = len(toks)
	}
	n := exprNames{columns: known, open: true}
	parts := []string{canonTokens(toks[:args-1], n), fold(toks[args-1].name())}
	for _, t := range toks[args:] {
		parts = append(parts, t.text)
	}
	return strings.Join(parts, " ")
}

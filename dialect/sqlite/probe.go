package sqlite

import (
	"context"
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Probe looks whether the database is as o leaves it, at the one object that o
// is about.
//
// Tables, columns and indexes are asked for by pragma, which SQLite answers
// from a hash table. sqlite_schema has no index on the name, so it is read only
// where nothing else says what is needed: constraints, options, definitions.
func (d Dialect) Probe(ctx context.Context, q dialect.Queryer, o op.Op) (dialect.Outcome, error) {
	p := prober{ctx, q}
	switch o := o.(type) {
	case op.CreateTable:
		return p.table(o.Table)
	case op.DropTable:
		return inverse(p.table(o.Table))
	case op.RenameTable:
		return p.renamed(p.tableExists, o.From, o.To)
	case op.AddColumn:
		return p.column(o.Table, o.Column)
	case op.DropColumn:
		return inverse(p.column(o.Table, o.Column))
	case op.RenameColumn:
		return p.renamed(func(name string) (bool, error) { return p.columnExists(o.Table, name) }, o.From, o.To)
	case op.AlterTable:
		return p.change(o.Table, func(t *schema.Table) { t.Options = o.From }, func(t *schema.Table) { t.Options = o.To })
	case op.AlterColumn:
		o = visible(o)
		set := func(c schema.Column) func(*schema.Table) {
			return func(t *schema.Table) {
				for i := range t.Columns {
					if sameName(t.Columns[i].Name, c.Name) {
						t.Columns[i] = op.Merge(t.Columns[i], other(o, c), c)
					}
				}
			}
		}
		return p.change(o.Table, set(o.From), set(o.To))
	case op.AlterPrimaryKey:
		return p.change(o.Table, func(t *schema.Table) { t.PrimaryKey = o.From }, func(t *schema.Table) { t.PrimaryKey = o.To })
	case op.AddUnique:
		return p.constraint(o.Table, schema.Table{Uniques: []schema.Unique{o.Unique}})
	case op.DropUnique:
		return inverse(p.constraint(o.Table, schema.Table{Uniques: []schema.Unique{o.Unique}}))
	case op.AddForeignKey:
		return p.constraint(o.Table, schema.Table{ForeignKeys: []schema.ForeignKey{o.ForeignKey}})
	case op.DropForeignKey:
		return inverse(p.constraint(o.Table, schema.Table{ForeignKeys: []schema.ForeignKey{o.ForeignKey}}))
	case op.AddCheck:
		return p.constraint(o.Table, schema.Table{Checks: []schema.Check{o.Check}})
	case op.DropCheck:
		return inverse(p.constraint(o.Table, schema.Table{Checks: []schema.Check{o.Check}}))
	case op.CreateIndex:
		return p.index(o.Table, o.Index)
	case op.DropIndex:
		return inverse(p.index(o.Table, o.Index))
	case op.CreateObject:
		return p.object(o.Object)
	case op.DropObject:
		if o.Object.Definition.For(schema.SQLite) == "" {
			return dialect.Applied, nil
		}
		return inverse(p.object(o.Object))
	case op.AlterObject:
		return p.object(o.To)
	case op.Exec, op.Run:
		return dialect.Unknown, nil
	}
	panic(fmt.Sprintf("unhandled %T", o))
}

// inverse turns the outcome of an operation into that of its inverse.
func inverse(o dialect.Outcome, err error) (dialect.Outcome, error) {
	switch o {
	case dialect.Applied:
		return dialect.Absent, err
	case dialect.Absent:
		return dialect.Applied, err
	case dialect.Other, dialect.Unknown:
	}
	return o, err
}

func outcome(applied bool, err error) (dialect.Outcome, error) {
	switch {
	case err != nil:
		return dialect.Unknown, err
	case applied:
		return dialect.Applied, nil
	}
	return dialect.Other, nil
}

// other returns the side of o that is not c.
func other(o op.AlterColumn, c schema.Column) schema.Column {
	if c == o.From {
		return o.To
	}
	return o.From
}

type prober struct {
	ctx context.Context
	q   dialect.Queryer
}

// A columnInfo is a column as table_xinfo has it.
type columnInfo struct {
	Name    string
	Type    string // canonical
	NotNull bool
	Default schema.Default // canonical
	Key     int            // place in the primary key
}

func (p prober) columns(table string) (facts []columnInfo, err error) {
	var f columnInfo
	var value *string
	var cid, hidden int
	// The pragma itself, not its table-valued form: that is half the work.
	err = query(p.ctx, p.q, `PRAGMA main.table_xinfo(`+quoteIdent(table)+`)`,
		[]any{&cid, &f.Name, &f.Type, &f.NotNull, &value, &f.Key, &hidden}, func() {
			if hidden == 1 {
				return // a column that a virtual table does not show
			}
			f.Type, f.Default = canonType(f.Type), schema.Default{}
			if value != nil {
				f.Default = canonDefaultText(*value)
			}
			facts = append(facts, f)
		})
	return facts, err
}

// wanted is what table_xinfo would say of the columns of t.
func wanted(t schema.Table) []columnInfo {
	facts := make([]columnInfo, len(t.Columns))
	for i, c := range t.Columns {
		facts[i] = columnInfo{
			Name: c.Name, Type: canonType(typeText(c.Type)), NotNull: c.NotNull, Default: canonDefault(c.Default),
			Key: 1 + slices.IndexFunc(t.PrimaryKey.Parts, func(k schema.Part) bool { return sameName(k.Column, c.Name) }),
		}
		facts[i].NotNull = facts[i].NotNull || facts[i].Key > 0 && keyImpliesNotNull(t, i)
	}
	return facts
}

// sameFact compares what is known of a column. The type of a generated one is in
// table_xinfo with more than what was declared.
func sameFact(c schema.Column) func(a, b columnInfo) bool {
	return func(a, b columnInfo) bool {
		if isGenerated(c) {
			a.Type, b.Type = "", ""
		}
		return a == b
	}
}

func (p prober) table(t schema.Table) (dialect.Outcome, error) {
	facts, err := p.columns(t.Name)
	if err != nil || len(facts) == 0 {
		return dialect.Absent, err
	}
	want := wanted(t)
	if len(want) != len(facts) {
		return dialect.Other, nil
	}
	for i, c := range t.Columns {
		if !sameFact(c)(want[i], facts[i]) {
			return dialect.Other, nil
		}
	}
	for _, i := range t.Indexes {
		if o, err := p.index(t.Name, i); err != nil || o != dialect.Applied {
			return dialect.Other, err
		}
	}
	return dialect.Applied, nil
}

func (p prober) column(table string, c schema.Column) (dialect.Outcome, error) {
	facts, err := p.columns(table)
	if err != nil {
		return dialect.Unknown, err
	}
	i := slices.IndexFunc(facts, func(f columnInfo) bool { return sameName(f.Name, c.Name) })
	if i < 0 {
		return dialect.Absent, nil
	}
	want := wanted(schema.Table{Columns: []schema.Column{c}})[0]
	want.Key = facts[i].Key
	return outcome(sameFact(c)(want, facts[i]), nil)
}

func (p prober) tableExists(name string) (bool, error) {
	n, err := dialect.One[string](p.ctx, p.q, "SELECT name FROM pragma_table_list("+quoteString(name)+") WHERE schema = 'main'")
	if isMissing(err) { // before SQLite 3.37
		n, err = dialect.One[string](p.ctx, p.q, "SELECT name FROM sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')", name)
	}
	return n == name, err
}

func (p prober) columnExists(table, name string) (bool, error) {
	facts, err := p.columns(table)
	return slices.ContainsFunc(facts, func(f columnInfo) bool { return f.Name == name }), err
}

func (p prober) renamed(exists func(string) (bool, error), from, to string) (dialect.Outcome, error) {
	old, err := exists(from)
	if err != nil {
		return dialect.Unknown, err
	}
	new, err := exists(to)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case new && !old:
		return dialect.Applied, nil
	case old && !new:
		return dialect.Absent, nil
	}
	return dialect.Other, nil
}

// read returns a table as it is, constraints included.
func (p prober) read(table string) (schema.Table, bool, error) {
	sql, err := dialect.One[string](p.ctx, p.q, "SELECT coalesce(sql, '') FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE", table)
	if err != nil || sql == "" {
		return schema.Table{}, false, err
	}
	t, err := parseTable(sql)
	return t, err == nil, err
}

// change compares a table with what it would be on each side of a change.
func (p prober) change(table string, from, to func(*schema.Table)) (dialect.Outcome, error) {
	t, ok, err := p.read(table)
	if err != nil || !ok {
		return dialect.Other, err
	}
	is := func(set func(*schema.Table)) bool {
		want := t.Clone()
		set(&want)
		return equalTables(normalTable(want), normalTable(t))
	}
	switch {
	case is(to):
		return dialect.Applied, nil
	case is(from):
		return dialect.Absent, nil
	}
	return dialect.Other, nil
}

// constraint looks for the one constraint of want in a table.
func (p prober) constraint(table string, want schema.Table) (dialect.Outcome, error) {
	t, ok, err := p.read(table)
	if err != nil || !ok {
		return dialect.Other, err
	}
	want.Columns = t.Columns
	want, t = normalTable(want), normalTable(t)
	found := false
	for _, w := range want.Uniques {
		found = slices.ContainsFunc(t.Uniques, w.Same)
	}
	for _, w := range want.Checks {
		found = slices.ContainsFunc(t.Checks, w.Same)
	}
	for _, w := range want.ForeignKeys {
		found = slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool {
			g := w
			if len(f.RefColumns) == 0 || len(g.RefColumns) == 0 { // one of them means the primary key
				f.RefColumns, g.RefColumns = nil, nil
			}
			f.RefTable, g.RefTable = fold(f.RefTable), fold(g.RefTable)
			return f.Same(g)
		})
	}
	if found {
		return dialect.Applied, nil
	}
	return dialect.Absent, nil
}

func (p prober) index(table string, want schema.Index) (dialect.Outcome, error) {
	type part struct {
		column *string
		desc   bool
	}
	var unique, partial, found bool
	err := query(p.ctx, p.q, `SELECT "unique", partial FROM pragma_index_list(`+quoteString(table)+`) WHERE name = `+
		quoteString(want.Name), []any{&unique, &partial}, func() { found = true })
	if err != nil || !found {
		return dialect.Absent, err
	}
	where := want.Where.For(schema.SQLite)
	same, plain := unique == want.Unique && partial == (where != ""), where == ""
	var parts []part
	var next part
	err = query(p.ctx, p.q, `SELECT name, "desc" FROM pragma_index_xinfo(`+quoteString(want.Name)+`) WHERE key`,
		[]any{&next.column, &next.desc}, func() { parts = append(parts, next) })
	same = same && len(parts) == len(want.Parts)
	for i := 0; same && i < len(parts); i++ {
		w := want.Parts[i]
		plain = plain && w.Column != "" && w.Collation.SQLite == ""
		same = parts[i].desc == w.Desc && (w.Column != "") == (parts[i].column != nil) &&
			(w.Column == "" || sameName(w.Column, *parts[i].column))
	}
	if err != nil || !same || plain {
		return outcome(same, err)
	}
	return p.indexText(table, want)
}

// indexText compares expressions, which only the statement has.
func (p prober) indexText(table string, want schema.Index) (dialect.Outcome, error) {
	sql, err := dialect.One[string](p.ctx, p.q, "SELECT coalesce(sql, '') FROM sqlite_schema WHERE type = 'index' AND name = ?", want.Name)
	if err != nil {
		return dialect.Unknown, err
	}
	t, ok, err := p.read(table)
	if err != nil || !ok {
		return dialect.Unknown, err
	}
	_, is, err := parseIndex(sql, newNames(t.Columns))
	if err != nil {
		return dialect.Unknown, err
	}
	is.Name = want.Name
	a, b := t, t
	a.Indexes, b.Indexes = []schema.Index{is}, []schema.Index{want}
	return outcome(normalTable(a).Indexes[0].Same(normalTable(b).Indexes[0]), nil)
}

func (p prober) object(o schema.Object) (dialect.Outcome, error) {
	want := o.Definition.For(schema.SQLite)
	if want == "" {
		return dialect.Applied, nil
	}
	kind := string(o.Kind)
	if o.Kind == schema.VirtualTable {
		kind = "table"
	}
	sql, err := dialect.One[string](p.ctx, p.q, "SELECT coalesce(sql, '') FROM sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE", kind, o.Name)
	if err != nil || sql == "" {
		return dialect.Absent, err
	}
	known := knownNames(schema.Schema{Objects: []schema.Object{o}})
	return outcome(canonStatement(sql, known) == canonStatement(want, known), nil)
}

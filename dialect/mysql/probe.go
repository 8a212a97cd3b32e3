package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Probe looks whether the database is as o leaves it, at the one object that o
// is about.
func (d Dialect) Probe(ctx context.Context, q dialect.Queryer, o op.Op) (dialect.Outcome, error) {
	p := prober{ctx: ctx, q: q, d: d, name: d.flavor.Dialect}
	switch o := o.(type) {
	case op.CreateTable:
		return p.table(o.Table)
	case op.DropTable:
		return gone(p.exists(o.Table.Name))
	case op.RenameTable:
		return renamed(p.exists(o.From))(p.exists(o.To))
	case op.AlterTable:
		return p.options(o)
	case op.AddColumn:
		return p.column(o.Table, o.Column)
	case op.DropColumn:
		return gone(p.hasColumn(o.Table, o.Column.Name))
	case op.RenameColumn:
		if sameName(o.From, o.To) {
			return p.renamedCase(o)
		}
		return renamed(p.hasColumn(o.Table, o.From))(p.hasColumn(o.Table, o.To))
	case op.AlterColumn:
		return p.changed(o)
	case op.AlterPrimaryKey:
		return p.primaryKey(o)
	case op.AddUnique:
		return p.index(o.Table, schema.Index{Name: o.Unique.Name, Unique: true, Parts: o.Unique.Parts})
	case op.DropUnique:
		return gone(p.hasIndex(o.Table, o.Unique.Name))
	case op.AddForeignKey:
		return p.foreignKey(o.Table, o.ForeignKey)
	case op.DropForeignKey:
		return gone(p.hasConstraint(o.Table, o.ForeignKey.Name, "FOREIGN KEY"))
	case op.AddCheck:
		return p.check(o.Table, o.Check)
	case op.DropCheck:
		return gone(p.hasConstraint(o.Table, o.Check.Name, "CHECK"))
	case op.CreateIndex:
		return p.index(o.Table, o.Index)
	case op.DropIndex:
		if needed, err := p.hasConstraint(o.Table, o.Index.Name, "FOREIGN KEY"); err != nil || needed {
			return dialect.Applied, err // the index that is there now is the foreign key's own
		}
		return gone(p.hasIndex(o.Table, o.Index.Name))
	case op.CreateObject:
		return p.object(o.Object)
	case op.DropObject:
		if o.Object.Definition.For(p.name) == "" {
			return dialect.Applied, nil
		}
		return gone(p.hasObject(o.Object))
	case op.AlterObject:
		if o.To.Definition.For(p.name) == "" {
			return gone(p.hasObject(o.To))
		}
		return p.altered(o)
	case op.Exec, op.Run:
		return dialect.Unknown, nil
	}
	panic(fmt.Sprintf("unhandled %T", o))
}

type prober struct {
	ctx  context.Context
	q    dialect.Queryer
	d    Dialect
	name schema.Dialect
}

// gone is the outcome of an operation that takes something away.
func gone(there bool, err error) (dialect.Outcome, error) {
	switch {
	case err != nil:
		return dialect.Unknown, err
	case there:
		return dialect.Absent, nil
	}
	return dialect.Applied, nil
}

// renamed is the outcome of a rename, from whether the old name is there and
// whether the new one is.
func renamed(old bool, err error) func(bool, error) (dialect.Outcome, error) {
	return func(is bool, failed error) (dialect.Outcome, error) {
		switch {
		case err != nil:
			return dialect.Unknown, err
		case failed != nil:
			return dialect.Unknown, failed
		case is && !old:
			return dialect.Applied, nil
		case old && !is:
			return dialect.Absent, nil
		}
		return dialect.Other, nil
	}
}

// place is the condition for a table in information_schema, whose columns begin
// with prefix.
func place(prefix, table string) string {
	namespace, local := schema.Split(table)
	database := "DATABASE()"
	if namespace != "" {
		database = quoteString(namespace)
	}
	return prefix + "SCHEMA = " + database + " AND " + prefix + "NAME = " + quoteString(local)
}

// in is place for the lists of what tables have.
func in(table string) string { return place("table_", table) }

// counts reports whether a query that begins behind SELECT counts anything.
func (p prober) counts(from string) (bool, error) {
	n, err := one[int](p.ctx, p.q, "SELECT count(*) FROM information_schema."+from)
	return n > 0, err
}

func (p prober) exists(table string) (bool, error) { return p.counts("tables WHERE " + in(table)) }

func (p prober) hasColumn(table, column string) (bool, error) {
	return p.counts("columns WHERE " + in(table) + " AND column_name = " + quoteString(column))
}

func (p prober) hasIndex(table, index string) (bool, error) {
	return p.counts("statistics WHERE " + in(table) + " AND index_name = " + quoteString(index))
}

func (p prober) hasConstraint(table, name, kind string) (bool, error) {
	return p.counts("table_constraints WHERE " + in(table) + " AND constraint_name = " + quoteString(name) + " AND constraint_type = '" + kind + "'")
}

func (p prober) renamedCase(o op.RenameColumn) (dialect.Outcome, error) {
	is, err := one[string](p.ctx, p.q, "SELECT column_name FROM information_schema.columns WHERE "+in(o.Table)+" AND column_name = "+quoteString(o.To))
	switch {
	case err != nil:
		return dialect.Unknown, err
	case is == o.To:
		return dialect.Applied, nil
	case is == o.From:
		return dialect.Absent, nil
	}
	return dialect.Other, nil
}

// inspector returns what reads the tables of the current database.
func (p prober) columns(table string) ([]schema.Column, error) {
	var out []schema.Column
	rows, err := p.q.QueryContext(p.ctx, "SELECT column_name, column_type, is_nullable, column_default, extra, generation_expression, column_comment,"+
		" collation_name FROM information_schema.columns WHERE "+in(table)+" ORDER BY ordinal_position")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	reader := newInspector(p.ctx, p.d, p.q)
	for rows.Next() {
		var name, typ, nullable, extra string
		var value, expr, comment, collation sql.NullString
		if err := rows.Scan(&name, &typ, &nullable, &value, &extra, &expr, &comment, &collation); err != nil {
			return nil, err
		}
		c := schema.Column{Name: name, Type: schema.NativeType(typ), NotNull: nullable == "NO", Comment: comment.String}
		generated, _ := reader.extra(&c, extra)
		c.Generated.Expr.Text = reader.expr(expr.String, ignore)
		if value.Valid && expr.String == "" {
			c.Default = reader.columnDefault(typ, value.String, generated, ignore)
		}
		if collation.Valid {
			c.Collation = schema.Variants{}.With(p.name, collation.String)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// A match says whether two definitions are one. Expressions are written in
// another way by each server, so of two that differ only in those nobody can
// say.
type match int

const (
	differs match = iota
	perhaps
	equal
)

// sameColumn compares a column as it is with one as it was wanted, in a table
// whose primary key has it or not.
func (p prober) sameColumn(is, want schema.Column, key bool) match {
	wantType, isType := canonType(p.d.typeText(want.Type)), canonType(is.Type.Text)
	if p.name == schema.MariaDB && wantType == "json" {
		wantType = "longtext"
	}
	collation := want.Collation.On(p.name)
	switch {
	case wantType != isType && !strings.HasPrefix(wantType, isType+" "), // CHARACTER SET …
		p.notNullDiffers(is, want, key),
		is.AutoIncrement != want.AutoIncrement, is.Invisible != want.Invisible, is.Comment != want.Comment,
		collation != "" && !strings.EqualFold(collation, is.Collation.On(p.name)),
		isGenerated(is, p.name) != isGenerated(want, p.name), isGenerated(want, p.name) && is.Generated.Stored != want.Generated.Stored,
		(is.OnUpdate == "") != (want.OnUpdate == ""):
		return differs
	}
	if isGenerated(want, p.name) {
		return sameText(is.Generated.Expr.For(p.name), want.Generated.Expr.For(p.name))
	}
	want.Type = is.Type
	return p.sameDefault(p.d.defaultText(is), p.d.defaultText(want))
}

func (p prober) sameDefault(is, want string) match {
	none := func(s string) bool { return s == "" || strings.EqualFold(s, "NULL") }
	if none(is) || none(want) {
		if none(is) && none(want) {
			return equal
		}
		return differs
	}
	a, b := bareTokens(is), bareTokens(want)
	if isConstant(a) && isConstant(b) {
		return sameConstant(a, b)
	}
	if isConstant(a) != isConstant(b) {
		return differs
	}
	return sameText(is, want)
}

// bareTokens returns the tokens without the parentheses around them.
func bareTokens(text string) []token {
	toks := significant(text)
	for isParenthesized(toks) {
		toks = toks[1 : len(toks)-1]
	}
	if len(toks) == 2 && toks[0].kind == tokWord && toks[1].kind == tokString && strings.HasPrefix(strings.ToLower(toks[0].text), "_utf8") {
		toks = toks[1:]
	}
	return toks
}

func sameConstant(a, b []token) match {
	value := func(toks []token) string {
		s := ""
		for _, t := range toks {
			switch {
			case t.kind == tokString:
				s += stringValue(t.text)
			case t.isWord("true"):
				s += "1"
			case t.isWord("false"):
				s += "0"
			case t.is("+"):
			default:
				s += strings.ToLower(t.text)
			}
		}
		return trimNumber(s)
	}
	if value(a) == value(b) {
		return equal
	}
	return perhaps // b'1' and 1, '2020-1-1' and '2020-01-01'
}

// trimNumber takes off zeros behind a decimal point: 1.50 is 1.5.
func trimNumber(s string) string {
	if strings.Trim(s, "-0123456789.") == "" && strings.Count(s, ".") == 1 {
		return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// sameText compares expressions without what a server adds or takes away:
// parentheses, quotes of names, introducers, the case of words.
func sameText(is, want string) match {
	words := func(text string) []string {
		var out []string
		for _, t := range significant(text) {
			switch {
			case t.is("("), t.is(")"), t.kind == tokWord && strings.HasPrefix(t.text, "_utf8"):
			case t.isName():
				out = append(out, strings.ToLower(t.name()))
			default:
				out = append(out, strings.ToLower(t.text))
			}
		}
		return out
	}
	if slices.Equal(words(is), words(want)) {
		return equal
	}
	return perhaps
}

func (p prober) find(table, column string) (schema.Column, bool, error) {
	all, err := p.columns(table)
	for _, c := range all {
		if sameName(c.Name, column) {
			return c, true, err
		}
	}
	return schema.Column{}, false, err
}

func (p prober) column(table string, want schema.Column) (dialect.Outcome, error) {
	is, ok, err := p.find(table, want.Name)
	if err != nil || !ok {
		return dialect.Absent, err
	}
	if p.sameColumn(is, want, is.NotNull && !want.NotNull && want.AutoIncrement) == differs {
		return dialect.Other, nil
	}
	return dialect.Applied, nil
}

// changed compares a column with both sides of a change, as far as the sides
// differ.
func (p prober) changed(o op.AlterColumn) (dialect.Outcome, error) {
	o = p.d.visible(o)
	is, ok, err := p.find(o.Table, o.To.Name)
	if err != nil || !ok {
		return dialect.Other, err
	}
	as := func(from, to schema.Column) match {
		if was, now := from.Collation.On(p.name), to.Collation.On(p.name); was != now && now == "" && strings.EqualFold(was, is.Collation.On(p.name)) {
			return differs // the collation of the table is not asked for
		}
		// What is the same on both sides is as it is, whatever that may be.
		return p.sameColumn(is, op.Merge(is, from, to), is.NotNull && from.NotNull == to.NotNull)
	}
	if o.From == o.To {
		return dialect.Applied, nil
	}
	to, from := as(o.From, o.To), as(o.To, o.From)
	switch {
	case to == equal, to == perhaps && from == differs:
		return dialect.Applied, nil
	case from == equal, from == perhaps && to == differs:
		return dialect.Absent, nil
	case to == differs && from == differs:
		return dialect.Other, nil
	}
	return dialect.Unknown, nil
}

func (p prober) table(want schema.Table) (dialect.Outcome, error) {
	is, err := p.columns(want.Name)
	if err != nil || len(is) == 0 {
		return dialect.Absent, err
	}
	made := false // a key that nobody asked for
	if len(want.PrimaryKey.Parts) == 0 && len(is) == len(want.Columns)+1 && isGeneratedKey(is[0]) {
		has, err := p.hasPrimaryKey(want.Name)
		if err != nil {
			return dialect.Unknown, err
		}
		if made = !has; made {
			is = is[1:]
		}
	}
	if len(is) != len(want.Columns) {
		return dialect.Other, nil
	}
	for i, c := range want.Columns {
		if !sameName(is[i].Name, c.Name) || p.sameColumn(is[i], c, inParts(want.PrimaryKey.Parts, c.Name)) == differs {
			return dialect.Other, nil
		}
	}
	names := map[string]bool{}
	rows, err := p.q.QueryContext(p.ctx, "SELECT DISTINCT index_name FROM information_schema.statistics WHERE "+in(want.Name)+
		" UNION SELECT constraint_name FROM information_schema.table_constraints WHERE "+in(want.Name))
	if err != nil {
		return dialect.Unknown, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return dialect.Unknown, err
		}
		names[strings.ToLower(name)] = true
	}
	has := func(name string) bool { return name == "" || names[strings.ToLower(name)] }
	lacks := slices.ContainsFunc(want.Uniques, func(u schema.Unique) bool { return !has(u.Name) }) ||
		slices.ContainsFunc(want.Indexes, func(i schema.Index) bool { return !has(i.Name) }) ||
		slices.ContainsFunc(want.Checks, func(c schema.Check) bool { return !has(c.Name) })
	if lacks || len(want.PrimaryKey.Parts) > 0 != (names["primary"] && !made) {
		return dialect.Other, rows.Err()
	}
	return dialect.Applied, rows.Err()
}

// hasPrimaryKey reports whether a table has a primary key, other than the one
// that MySQL has made for it (see withoutGeneratedKey).
func (p prober) hasPrimaryKey(table string) (bool, error) {
	on, err := one[string](p.ctx, p.q, "SELECT coalesce(group_concat(column_name), '') FROM information_schema.statistics WHERE "+in(table)+" AND index_name = 'PRIMARY'")
	if err != nil || on != "my_row_id" {
		return on != "", err
	}
	c, _, err := p.find(table, on)
	return !isGeneratedKey(c), err
}

func (p prober) primaryKey(o op.AlterPrimaryKey) (dialect.Outcome, error) {
	if o.To.Same(o.From) {
		return dialect.Applied, nil
	}
	as := func(k schema.PrimaryKey) (dialect.Outcome, error) {
		if len(k.Parts) == 0 {
			return gone(p.hasPrimaryKey(o.Table))
		}
		return p.index(o.Table, schema.Index{Name: "PRIMARY", Unique: true, Parts: k.Parts, Comment: k.Comment})
	}
	if to, err := as(o.To); err != nil || to == dialect.Applied {
		return to, err
	}
	from, err := as(o.From)
	if err == nil && from == dialect.Applied {
		return dialect.Absent, nil
	}
	return dialect.Other, err
}

// index compares an index by its columns, their lengths and directions.
func (p prober) index(table string, want schema.Index) (dialect.Outcome, error) {
	visible := "is_visible"
	if p.name == schema.MariaDB {
		visible = "IF(ignored = 'YES', 'NO', 'YES')"
	}
	rows, err := p.q.QueryContext(p.ctx, "SELECT index_name, non_unique, coalesce(column_name, ''), coalesce(sub_part, 0), coalesce(collation, 'A'), index_type, index_comment, "+
		visible+" FROM information_schema.statistics WHERE "+in(table)+" ORDER BY index_name, seq_in_index")
	if err != nil {
		return dialect.Unknown, err
	}
	defer rows.Close()
	found := map[string]*schema.Index{}
	var names []string
	for rows.Next() {
		var name, column, order, method, comment, visible string
		var nonUnique, length int
		if err := rows.Scan(&name, &nonUnique, &column, &length, &order, &method, &comment, &visible); err != nil {
			return dialect.Unknown, err
		}
		x := found[name]
		if x == nil {
			x = &schema.Index{Name: name, Unique: nonUnique == 0, Comment: comment, Invisible: visible == "NO"}
			x.Method = x.Method.With(p.name, strings.ToLower(method))
			found[name] = x
			names = append(names, name)
		}
		x.Parts = append(x.Parts, schema.Part{Column: column, Length: length, Desc: order == "D"})
	}
	if err := rows.Err(); err != nil {
		return dialect.Unknown, err
	}
	for _, name := range names {
		if want.Name != "" && sameName(name, want.Name) {
			if p.sameIndex(*found[name], want) {
				return dialect.Applied, nil
			}
			// Perhaps it is the one that came with a foreign key of that name, in whose
			// place this one shall be.
			if made, err := p.hasConstraint(table, name, "FOREIGN KEY"); err != nil || made {
				return dialect.Absent, err
			}
			return dialect.Other, nil
		}
		if want.Name == "" && p.sameIndex(*found[name], want) {
			return dialect.Applied, nil
		}
	}
	return dialect.Absent, nil
}

func (p prober) sameIndex(is, want schema.Index) bool {
	if is.Unique != want.Unique || len(is.Parts) != len(want.Parts) || is.Comment != want.Comment || is.Invisible != want.Invisible {
		return false
	}
	special := func(m string) string {
		if m == "fulltext" || m == "spatial" {
			return m
		}
		return ""
	}
	method := special(strings.ToLower(want.Method.On(p.name)))
	if special(is.Method.On(p.name)) != method {
		return false
	}
	for i, w := range want.Parts {
		part := is.Parts[i]
		if !sameName(part.Column, w.Column) || method == "" && (part.Desc != w.Desc || w.Column != "" && part.Length != w.Length) {
			return false
		}
	}
	return true
}

func (p prober) foreignKey(table string, want schema.ForeignKey) (dialect.Outcome, error) {
	rows, err := p.q.QueryContext(p.ctx, "SELECT k.column_name, k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule"+
		" FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r"+
		" ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name AND r.constraint_name = k.constraint_name"+
		" WHERE "+place("k.table_", table)+" AND k.constraint_name = "+quoteString(want.Name)+" ORDER BY k.ordinal_position")
	if err != nil {
		return dialect.Unknown, err
	}
	defer rows.Close()
	is := schema.ForeignKey{}
	for rows.Next() {
		var column, ref, onDelete, onUpdate string
		if err := rows.Scan(&column, &is.RefTable, &ref, &onDelete, &onUpdate); err != nil {
			return dialect.Unknown, err
		}
		is.Columns, is.RefColumns = append(is.Columns, column), append(is.RefColumns, ref)
		is.OnDelete, is.OnUpdate = schema.Action(onDelete), schema.Action(onUpdate)
	}
	_, refTable := schema.Split(want.RefTable)
	switch {
	case rows.Err() != nil:
		return dialect.Unknown, rows.Err()
	case is.Columns == nil:
		return dialect.Absent, nil
	case !slices.EqualFunc(is.Columns, want.Columns, sameName), !strings.EqualFold(is.RefTable, refTable),
		len(want.RefColumns) > 0 && !slices.EqualFunc(is.RefColumns, want.RefColumns, sameName),
		normalAction(is.OnDelete) != normalAction(want.OnDelete), normalAction(is.OnUpdate) != normalAction(want.OnUpdate):
		return dialect.Other, nil
	}
	return dialect.Applied, nil
}

// check looks for a check constraint. MariaDB lists those of a table and of its
// columns in one table, MySQL has the names of tables in another.
func (p prober) check(table string, want schema.Check) (dialect.Outcome, error) {
	namespace, local := schema.Split(table)
	database := "DATABASE()"
	if namespace != "" {
		database = quoteString(namespace)
	}
	query := "SELECT check_clause FROM information_schema.check_constraints WHERE constraint_schema = " + database + " AND constraint_name = " + quoteString(want.Name)
	if p.name == schema.MariaDB {
		query += " AND level = 'Table' AND table_name = " + quoteString(local)
	}
	text, err := one[sql.NullString](p.ctx, p.q, query)
	if err != nil || !text.Valid {
		return dialect.Absent, err
	}
	return dialect.Applied, nil
}

// options compares the options of a table that an operation changes.
func (p prober) options(o op.AlterTable) (dialect.Outcome, error) {
	rows, err := p.q.QueryContext(p.ctx, "SELECT table_type, coalesce(engine, ''), coalesce(table_collation, ''), coalesce(create_options, ''), table_comment"+
		" FROM information_schema.tables WHERE "+in(o.Table))
	if err != nil {
		return dialect.Unknown, err
	}
	defer rows.Close()
	var kind, engineName, collation, options, comment string
	found := false
	for rows.Next() {
		found = true
		if err := rows.Scan(&kind, &engineName, &collation, &options, &comment); err != nil {
			return dialect.Unknown, err
		}
	}
	if rows.Err() != nil || !found {
		return dialect.Other, rows.Err()
	}
	from, to := o.From, o.To
	is := func(side, other schema.TableOptions) bool {
		m, n := side.MySQL, other.MySQL
		return (side.Comment == other.Comment || side.Comment == comment) &&
			(engine(m) == engine(n) || strings.EqualFold(engine(m), engineName)) &&
			(m.Collation == n.Collation || m.Collation == "" || strings.EqualFold(m.Collation, collation)) &&
			(m.Charset == n.Charset || m.Charset == "" || strings.EqualFold(m.Charset, charset(collation))) &&
			(m.RowFormat == n.RowFormat || hasOption(options, "row_format", m.RowFormat)) &&
			((m.PartitionBy == "") == (n.PartitionBy == "") || (m.PartitionBy != "") == strings.Contains(options, "partitioned")) &&
			(versioned(side) == versioned(other) || versioned(side) == (kind == "SYSTEM VERSIONED"))
	}
	isTo, isFrom := is(to, from), is(from, to)
	switch {
	case isTo && !isFrom, from == to:
		return dialect.Applied, nil
	case isFrom && !isTo:
		return dialect.Absent, nil
	case isTo && isFrom: // what differs is in no table that says so
		return dialect.Unknown, nil
	}
	return dialect.Other, nil
}

// hasOption: a row format that is the default is not listed everywhere.
func hasOption(options, name, value string) bool {
	for _, o := range parseOptions(options) {
		if strings.EqualFold(o.name, name) {
			return strings.EqualFold(o.value, value) || value == "" || strings.EqualFold(value, "default")
		}
	}
	return value == "" || strings.EqualFold(value, "default") || strings.EqualFold(value, "dynamic")
}

// lists says where the objects of each kind are listed.
var lists = map[schema.ObjectKind]struct{ table, prefix, where string }{
	schema.View:      {"views", "table_", ""},
	schema.Trigger:   {"triggers", "trigger_", ""},
	schema.Function:  {"routines", "routine_", " AND routine_type = 'FUNCTION'"},
	schema.Procedure: {"routines", "routine_", " AND routine_type = 'PROCEDURE'"},
	schema.Event:     {"events", "event_", ""},
	schema.Sequence:  {"tables", "table_", " AND table_type = 'SEQUENCE'"},
}

func (p prober) hasObject(o schema.Object) (bool, error) {
	l, ok := lists[o.Kind]
	if !ok {
		return false, nil
	}
	return p.counts(l.table + " WHERE " + place(l.prefix, o.Name) + l.where)
}

// object looks for an object. The servers keep routines, triggers and events
// as they were written, so their bodies can be compared; a view is written
// anew.
func (p prober) object(o schema.Object) (dialect.Outcome, error) {
	want := o.Definition.For(p.name)
	if want == "" {
		return dialect.Applied, nil
	}
	there, err := p.hasObject(o)
	if err != nil || !there {
		return dialect.Absent, err
	}
	l := lists[o.Kind]
	column := map[schema.ObjectKind]string{
		schema.Trigger: "action_statement", schema.Function: "routine_definition", schema.Procedure: "routine_definition", schema.Event: "event_definition",
	}[o.Kind]
	if column == "" {
		return dialect.Applied, nil // a view is written anew by the server, and CREATE fails where there is one
	}
	body, err := one[sql.NullString](p.ctx, p.q, "SELECT "+column+" FROM information_schema."+l.table+" WHERE "+place(l.prefix, o.Name)+l.where)
	if err != nil || !body.Valid || mangled(body.String) {
		return dialect.Applied, err
	}
	_, statement := splitSettings(want)
	if !endsWith(statement, body.String) {
		return dialect.Other, nil
	}
	return dialect.Applied, nil
}

// endsWith reports whether a definition has that body, white space apart.
func endsWith(definition, body string) bool {
	a, b := significant(strings.TrimRight(definition, "; \n\t")), significant(strings.TrimRight(body, "; \n\t"))
	if len(b) > len(a) {
		return false
	}
	return slices.EqualFunc(a[len(a)-len(b):], b, func(x, y token) bool { return x.text == y.text })
}

// notNullDiffers: a member of the primary key is NOT NULL whatever was wanted.
func (p prober) notNullDiffers(is, want schema.Column, key bool) bool {
	if key && is.NotNull {
		return false
	}
	return is.NotNull != (want.NotNull || want.AutoIncrement)
}

// altered compares an object with both sides of a change. Of a view that the
// server writes in another way than both, and of a sequence, nobody can say.
func (p prober) altered(o op.AlterObject) (dialect.Outcome, error) {
	if o.To.Kind != schema.View && o.To.Kind != schema.Sequence {
		return p.object(o.To)
	}
	there, err := p.hasObject(o.To)
	if err != nil || !there || o.To.Kind == schema.Sequence {
		if there {
			return dialect.Unknown, err
		}
		return dialect.Absent, err
	}
	reader := newInspector(p.ctx, p.d, p.q)
	if err := reader.session(); err != nil {
		return dialect.Unknown, err
	}
	text, err := one[sql.NullString](p.ctx, p.q, "SELECT view_definition FROM information_schema.views WHERE "+in(o.To.Name))
	if err != nil {
		return dialect.Unknown, err
	}
	is := reader.canonical(text.String, ignore)
	switch {
	case isBody(o.To.Definition.For(p.name), is):
		return dialect.Applied, nil
	case isBody(o.From.Definition.For(p.name), is):
		return dialect.Absent, nil
	}
	return dialect.Unknown, nil
}

// isBody reports whether a view with that definition has that body.
func isBody(definition, body string) bool {
	toks := significant(definition)
	for i, t := range toks {
		if t.isWord("as") {
			rest := definition[toks[i].pos+len(t.text):]
			return sameText(strings.TrimSpace(rest), body) == equal
		}
	}
	return false
}

package sqlite

import (
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// An alteration is what happens to one table: what it was, what it becomes,
// and both ways there.
type alteration struct {
	before, after schema.Table
	index         int             // operation that the rebuild belongs to
	fresh         map[string]bool // columns whose old values, if any, are not theirs
	fills         map[string]fill
	checks        []dialect.Stmt // what must hold before a row is touched
	native        []dialect.Stmt // with ALTER TABLE, unless rebuild is set
	rebuild       bool
}

// A fill is the value of a column in the rows that have none.
type fill struct {
	sql   string
	nulls bool // only instead of NULL, in a column that has values
}

// alter compiles operations on one table that exists.
func (c *compiler) alter(items []item) error {
	table := op.TableOf(items[0].op)
	if err := c.understood(table); err != nil {
		return err
	}
	before, _ := c.state.Table(table)
	a := &alteration{before: before, index: items[0].index, fresh: map[string]bool{}, fills: map[string]fill{}}
	for items = inline(items); len(items) > 0; {
		n, err := c.step(a, items)
		if err != nil {
			return err
		}
		items = items[n:]
	}
	a.after, _ = c.state.Table(table)
	if err := c.possible(a.after); err != nil {
		return err
	}
	if err := c.keysStay(a); err != nil {
		return err
	}
	switch {
	case a.unchanged():
		return nil
	case !a.rebuild:
		c.emit(a.checks...)
		c.emit(a.native...)
		return nil
	}
	return c.rebuild(a)
}

// keysStay refuses to take away the key that a foreign key of another table
// refers to: SQLite would then refuse every write to that table.
func (c *compiler) keysStay(a *alteration) error {
	if keepsKeys(a.before, a.after) {
		return nil // as nearly always: nobody need be asked
	}
	for _, child := range children(c.state.Schema(), a.before.Name) {
		for _, f := range child.ForeignKeys {
			if sameName(f.RefTable, a.before.Name) && isKey(a.before, f) && !isKey(a.after, f) {
				return &dialect.UnsupportedError{
					Object: fmt.Sprintf("table %q", a.before.Name),
					Why:    fmt.Sprintf("table %q has a foreign key to what would be no key any more: drop that first", child.Name),
				}
			}
		}
	}
	return nil
}

// keepsKeys reports whether all keys of before are keys of after.
func keepsKeys(before, after schema.Table) bool {
	if !before.PrimaryKey.Same(after.PrimaryKey) {
		return false
	}
	for _, u := range before.Uniques {
		if !slices.ContainsFunc(after.Uniques, u.Same) {
			return false
		}
	}
	for _, i := range before.Indexes {
		if i.Unique && !slices.ContainsFunc(after.Indexes, i.Same) {
			return false
		}
	}
	return true
}

// inline moves the foreign key of a new column next to the column, where ADD
// COLUMN can take it along, past operations to which the order is nothing.
func inline(items []item) []item {
	out := slices.Clone(items)
	for j := range out {
		f, ok := out[j].op.(op.AddForeignKey)
		if !ok || len(f.ForeignKey.Columns) != 1 {
			continue
		}
		for i := j - 1; i >= 0 && roleOf(out[i].op) != alters || i >= 0 && isAdd(out[i].op); i-- {
			if add, ok := out[i].op.(op.AddColumn); ok && add.Column.Name == f.ForeignKey.Columns[0] {
				it := out[j]
				copy(out[i+2:j+1], out[i+1:j])
				out[i+1] = it
				break
			}
		}
	}
	return out
}

func isAdd(o op.Op) bool { _, ok := o.(op.AddColumn); return ok }

// unchanged reports whether SQLite would see no difference.
func (a *alteration) unchanged() bool {
	if len(a.native) > 0 || len(a.fresh) > 0 {
		return false
	}
	return written(a.before) == written(a.after)
}

// written is the CREATE TABLE statement that the fields of t make.
func written(t schema.Table) string {
	t.Verbatim = schema.Variants{}
	return createTable(t)
}

// step applies the first of items, decides how it is done, and returns how
// many items that took.
func (c *compiler) step(a *alteration, items []item) (int, error) {
	it := items[0]
	before, _ := c.state.Table(op.TableOf(it.op))
	if o, ok := it.op.(op.DropColumn); ok {
		if err := c.unused(before, o.Column.Name); err != nil {
			return 0, err
		}
	}
	full, err := c.apply(it.op) // which knows the name that things have here
	if err != nil {
		return 0, err
	}
	table := quoteIdent(before.Name)
	native := func(sql string) {
		a.native = append(a.native, dialect.Stmt{SQL: sql, Op: it.index, Object: before.Name})
	}
	switch o := full.(type) {
	case op.AddColumn:
		return c.addColumn(a, o, items)
	case op.DropColumn:
		delete(a.fresh, o.Column.Name)
		delete(a.fills, o.Column.Name)
		native("ALTER TABLE " + table + " DROP COLUMN " + quoteIdent(o.Column.Name))
	case op.AlterColumn:
		c.alterColumn(a, before, o, it.index)
	case op.DropCheck:
		if name := o.Check.Name; c.flavor.Can(dialect.DropNamedCheck) && onlyConstraint(before, name) {
			native("ALTER TABLE " + table + " DROP CONSTRAINT " + quoteIdent(name))
		} else {
			a.rebuild = true
		}
	case op.CreateIndex:
		if s, ok := twice(before.Name, o.Index.Parts, o.Index.Where); ok && o.Index.Unique {
			s.Op = it.index
			a.native = append(a.native, s)
		}
		native(createIndex(before.Name, o.Index))
	case op.DropIndex:
		native("DROP INDEX " + quoteIdent(o.Index.Name))
	case op.AlterTable:
		after, _ := c.state.Table(before.Name)
		a.rebuild = a.rebuild || written(before) != written(after)
	case op.AlterPrimaryKey, op.AddUnique, op.DropUnique, op.AddForeignKey, op.DropForeignKey, op.AddCheck:
		// AddCheck too: ADD CONSTRAINT … CHECK of SQLite 3.53.4 refuses rows
		// for which the expression is NULL, which a check constraint allows.
		a.rebuild = true
	case op.CreateTable, op.DropTable, op.RenameTable, op.RenameColumn, op.CreateObject, op.DropObject, op.AlterObject, op.Exec, op.Run:
		panic(fmt.Sprintf("not an alteration: %T", it.op))
	default:
		panic(fmt.Sprintf("unhandled %T", it.op))
	}
	return 1, nil
}

// addColumn adds a column with ADD COLUMN where SQLite takes that whatever
// rows there are, together with its foreign key where that is among items.
func (c *compiler) addColumn(a *alteration, o op.AddColumn, items []item) (int, error) {
	col, name := o.Column, o.Column.Name
	a.fresh[name] = true
	none := isNull(col.Default)
	switch value := defaultText(o.Fill); {
	case isGenerated(col):
		a.rebuild = a.rebuild || col.Generated.Stored || col.NotNull
	case none && !isNull(o.Fill):
		a.fills[name] = fill{sql: value}
		a.rebuild = true
	case none && col.NotNull:
		a.rebuild = true
		a.noRows(name, items[0].index)
	case !none && !isConstant(col.Default):
		a.rebuild = true // ADD COLUMN has one value for all rows, and refuses the rest
	}
	sql := "ALTER TABLE " + quoteIdent(a.before.Name) + " ADD COLUMN " + columnDef(col)
	taken := 1
	if len(items) > 1 && none && !isGenerated(col) {
		// With foreign_keys on, REFERENCES needs a column whose default is NULL.
		if f, ok := items[1].op.(op.AddForeignKey); ok && len(f.ForeignKey.Columns) == 1 && f.ForeignKey.Columns[0] == name {
			if _, err := c.apply(f); err != nil {
				return 0, err
			}
			sql += " " + constraintName(f.ForeignKey.Name) + referencesText(f.ForeignKey)
			taken = 2
		}
	}
	a.native = append(a.native, dialect.Stmt{SQL: sql, Op: items[0].index, Object: a.before.Name})
	return taken, nil
}

// noRows demands that the table is empty, because nothing says what its rows
// would have in a new column.
func (a *alteration) noRows(column string, index int) {
	table := a.before.Name
	a.checks = append(a.checks, dialect.Stmt{
		SQL: "SELECT 1 FROM " + quoteIdent(table) + " LIMIT 1", Kind: dialect.None,
		Must: fmt.Sprintf("table %q has rows, and the new column %q is NOT NULL without default: "+
			"give it a default, or with op.Fill(…) a value for these rows", table, column),
		Op: index, Object: table,
	})
}

// alterColumn decides how a column that is before.Column becomes what it is in
// the state now.
func (c *compiler) alterColumn(a *alteration, before schema.Table, o op.AlterColumn, index int) {
	name := o.To.Name
	after, _ := c.state.Table(before.Name)
	was, _ := before.Column(name)
	is, _ := after.Column(name)
	if columnDef(was) == columnDef(is) {
		return
	}
	stricter := is.NotNull && !was.NotNull && !isGenerated(is)
	if stricter && !isNull(o.Fill) {
		a.fills[name] = fill{sql: defaultText(o.Fill), nulls: true}
		a.rebuild = true
		return
	}
	if stricter && a.fresh[name] && isNull(is.Default) {
		a.noRows(name, index)
	}
	if stricter && !a.fresh[name] {
		a.checks = append(a.checks, dialect.Stmt{
			SQL:  "SELECT 1 FROM " + quoteIdent(a.before.Name) + " WHERE " + quoteIdent(name) + " IS NULL LIMIT 1",
			Kind: dialect.None,
			Must: fmt.Sprintf("column %q of table %q has NULLs, and becomes NOT NULL: give with op.Fill(…) a value for them",
				name, before.Name),
			Op: index, Object: before.Name,
		})
	}
	if !c.flavor.Can(dialect.AlterNotNull) || !onlyNotNull(was, is) {
		a.rebuild = true
		return
	}
	what := " DROP NOT NULL"
	if is.NotNull {
		what = " SET NOT NULL"
	}
	a.native = append(a.native, dialect.Stmt{
		SQL: "ALTER TABLE " + quoteIdent(before.Name) + " ALTER COLUMN " + quoteIdent(name) + what,
		Op:  index, Object: before.Name,
	})
}

// onlyNotNull reports whether two columns differ in a plain NOT NULL and in
// nothing else that SQLite writes.
func onlyNotNull(a, b schema.Column) bool {
	if a.NotNullName != "" || a.NotNullConflict != "" || b.NotNullName != "" || b.NotNullConflict != "" {
		return false
	}
	if a.NotNull == b.NotNull || isGenerated(a) || isGenerated(b) {
		return false
	}
	b.NotNull = a.NotNull
	return a.AutoIncrement == b.AutoIncrement && columnDef(a) == columnDef(b)
}

// onlyConstraint reports whether exactly one constraint of t has that name, so
// that DROP CONSTRAINT can mean no other.
func onlyConstraint(t schema.Table, name string) bool {
	n := 0
	count := func(other string) {
		if other != "" && sameName(other, name) {
			n++
		}
	}
	count(t.PrimaryKey.Name)
	for _, c := range t.Columns {
		count(c.NotNullName)
	}
	for _, u := range t.Uniques {
		count(u.Name)
	}
	for _, f := range t.ForeignKeys {
		count(f.Name)
	}
	for _, k := range t.Checks {
		count(k.Name)
	}
	return n == 1
}

func isGenerated(c schema.Column) bool { return c.Generated.Expr.For(schema.SQLite) != "" }

// isNull reports whether a default is none, or NULL.
func isNull(d schema.Default) bool {
	toks := significant(tokenize(defaultText(d)))
	for isParenthesized(toks) {
		toks = toks[1 : len(toks)-1]
	}
	return len(toks) == 0 || len(toks) == 1 && toks[0].isWord("null")
}

// isConstant reports whether a default has the same value for every row, in
// the eyes of ADD COLUMN.
func isConstant(d schema.Default) bool {
	toks := significant(tokenize(defaultText(d)))
	for isParenthesized(toks) {
		toks = toks[1 : len(toks)-1]
	}
	if !isBareDefault(toks) {
		return false
	}
	switch fold(toks[0].text) {
	case "current_time", "current_date", "current_timestamp":
		return false
	}
	return true
}

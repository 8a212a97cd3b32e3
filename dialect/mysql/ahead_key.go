package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// early demands that a query finds no row before anything is done, where that is
// more than what refuses the rows by itself: a constraint that is the first
// statement of its revision. The query gets the names of before.
func (c *compiler) early(table string, columns []string, kept func(op.AlterColumn) bool, query func(table string, columns []string) string, must func(columns []string) string) {
	if len(c.out) == 0 {
		return
	}
	before := make([]string, len(columns))
	name := table
	for i, column := range columns {
		t, col, ok := asBefore(c.ops[:c.index], table, column, kept)
		if !ok {
			return
		}
		name, before[i] = t, col
	}
	c.ahead = append(c.ahead, dialect.Stmt{
		SQL: query(name, before), Kind: dialect.None, Op: c.index, Object: table,
		Must: fmt.Sprintf("rows of table %q %s", name, must(before)),
	})
}

// uniqueEarly demands that no two rows are the same where they shall differ.
func (c *compiler) uniqueEarly(table string, parts []schema.Part) {
	var columns []string
	for _, p := range parts {
		if p.Column == "" || p.Length > 0 || p.Collation.On(c.name) != "" {
			return
		}
		columns = append(columns, p.Column)
	}
	if len(columns) == 0 {
		return
	}
	c.early(table, columns, c.keepsSame, func(table string, columns []string) string {
		names, there := make([]string, len(columns)), make([]string, len(columns))
		for i, col := range columns {
			names[i] = quoteIdent(col)
			there[i] = names[i] + " IS NOT NULL"
		}
		list := strings.Join(names, ", ")
		return "SELECT " + list + ", count(*) FROM " + quoteName(table) + " WHERE " + strings.Join(there, " AND ") +
			" GROUP BY " + list + " HAVING count(*) > 1 LIMIT 5"
	}, func(columns []string) string { return "have the same " + strings.Join(columns, ", ") })
}

// keepsSame reports whether values of a column that are the same are so when
// its type is another one: texts are, in the same collation.
func (c *compiler) keepsSame(o op.AlterColumn) bool {
	was, is := parseType(c.d.typeText(o.From.Type)).family(), parseType(c.d.typeText(o.To.Type)).family()
	return o.From.Collation.On(c.name) == o.To.Collation.On(c.name) && o.From.Options.On(c.name) == o.To.Options.On(c.name) &&
		(was == is || isText(was) && isText(is)) && !isGenerated(o.From, c.name) && !isGenerated(o.To, c.name)
}

func isText(f family) bool { return f == texts || f == fixedText }

// checkEarly demands that every row meets a condition.
func (c *compiler) checkEarly(table string, k schema.Check) {
	text := k.Expr.For(c.name)
	if k.NotEnforced || text == "" {
		return
	}
	t, ok := c.state.Table(table)
	if !ok {
		return
	}
	var columns []string
	for _, col := range t.Columns {
		if mentions(text, col.Name) {
			columns = append(columns, col.Name)
		}
	}
	took := func(o op.Op) bool { r, ok := o.(op.RenameColumn); return ok && slices.Contains(columns, r.From) }
	if len(columns) == 0 || slices.ContainsFunc(c.ops[:c.index], took) {
		return // a name in the condition may be that of two columns
	}
	c.early(table, columns, nil, func(table string, before []string) string {
		cond := text
		for i, col := range columns {
			if before[i] != col {
				cond = renameNames(cond, col, before[i])
			}
		}
		return "SELECT " + quoteIdents(before) + " FROM " + quoteName(table) + " WHERE NOT (" + endLine(cond) + ") LIMIT 5"
	}, func([]string) string { return "do not meet " + oneLine(text) })
}

// keyEarly demands that every row refers to one that is there.
func (c *compiler) keyEarly(table string, f schema.ForeignKey) {
	ref := c.refColumns(table, f)
	if len(ref) != len(f.Columns) || len(ref) == 0 {
		return
	}
	parent := f.RefTable
	names := make([]string, len(ref))
	for i, col := range ref {
		t, before, ok := asBefore(c.ops[:c.index], f.RefTable, col, nil)
		if !ok {
			return
		}
		parent, names[i] = t, before
	}
	if _, ok := c.state.Table(f.RefTable); !ok {
		return
	}
	c.early(table, f.Columns, nil, func(table string, columns []string) string {
		there, on := make([]string, len(columns)), make([]string, len(columns))
		for i, col := range columns {
			there[i] = "c." + quoteIdent(col) + " IS NOT NULL"
			on[i] = "p." + quoteIdent(names[i]) + " = c." + quoteIdent(col)
		}
		return "SELECT " + quoteIdents(columns) + " FROM " + quoteName(table) + " c WHERE " + strings.Join(there, " AND ") +
			" AND NOT EXISTS (SELECT 1 FROM " + quoteName(parent) + " p WHERE " + strings.Join(on, " AND ") + ") LIMIT 5"
	}, func([]string) string { return "refer to no row of " + parent })
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

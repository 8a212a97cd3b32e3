package mysql

import (
	"database/sql"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// hasPrimaryKey reports whether a table has a primary key, other than the one
// that MySQL has made for it (see withoutGeneratedKey).
func (p prober) hasPrimaryKey(table string) (bool, error) {
	on, err := dialect.One[string](p.ctx, p.q, "SELECT coalesce(group_concat(column_name), '') FROM information_schema.statistics WHERE "+in(table)+" AND index_name = 'PRIMARY'")
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
	if only := o.To; only.Method != o.From.Method {
		if only.Method = o.From.Method; only.Same(o.From) {
			return dialect.Unknown, nil // how a key in memory is searched: not looked at
		}
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
	name := quoteString(want.Name)
	if want.Name == "" {
		// The server has given one, with a number that only goes up: the newest
		// of those on the column.
		name = "(SELECT n.constraint_name FROM information_schema.key_column_usage n WHERE " + place("n.table_", table) +
			" AND n.referenced_table_name IS NOT NULL AND n.ordinal_position = 1 AND n.column_name = " + quoteString(want.Columns[0]) +
			" ORDER BY length(n.constraint_name) DESC, n.constraint_name DESC LIMIT 1)"
	}
	rows, err := p.q.QueryContext(p.ctx, "SELECT k.column_name, k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule"+
		" FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r"+
		" ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name AND r.constraint_name = k.constraint_name"+
		" WHERE "+place("k.table_", table)+" AND k.constraint_name = "+name+" ORDER BY k.ordinal_position")
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
	text, err := dialect.One[sql.NullString](p.ctx, p.q, query)
	if err != nil || !text.Valid {
		return dialect.Absent, err
	}
	return dialect.Applied, nil
}

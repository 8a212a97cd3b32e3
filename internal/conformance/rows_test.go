package conformance

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

// A cell is a column of a table, by the names that it has in the schema to
// begin with.
type cell struct{ table, column string }

// A track is what becomes of a cell.
type track struct {
	cell
	from, to schema.Column
	toTable  string // empty: it is dropped
	domain   domain // of the values that both have
	alike    bool   // which read the same in both
	filled   bool   // its NULLs are replaced
	required bool   // somebody refers to it
	empty    bool   // it refers to rows that are not there in both schemas
}

// tracks follows every column from one schema to the other.
func tracks(d schema.Dialect, from, to schema.Schema, ops []op.Op) []*track {
	var all []*track
	for _, t := range from.Tables {
		for _, c := range t.Columns {
			all = append(all, &track{cell: cell{t.Name, c.Name}, from: c, to: c, toTable: t.Name})
		}
	}
	of := func(table, column string, f func(*track)) {
		for _, k := range all {
			if k.toTable == table && (column == "" || k.to.Name == column) {
				f(k)
			}
		}
	}
	for _, o := range ops {
		switch o := o.(type) {
		case op.DropTable:
			of(o.Table.Name, "", func(k *track) { k.toTable = "" })
		case op.RenameTable:
			of(o.From, "", func(k *track) { k.toTable = o.To })
		case op.DropColumn:
			of(o.Table, o.Column.Name, func(k *track) { k.toTable = "" })
		case op.RenameColumn:
			of(o.Table, o.From, func(k *track) { k.to.Name = o.To })
		case op.AlterColumn:
			of(o.Table, o.To.Name, func(k *track) { k.filled = k.filled || o.To.NotNull && !o.From.NotNull })
		default:
		}
	}
	before, after := enumerations(from), enumerations(to)
	for _, k := range all {
		k.domain = domainOf(d, k.from.Type, before)
		k.domain.ascii = k.domain.ascii || narrow(d, from, k.table, k.from)
		if k.toTable == "" {
			continue
		}
		t, _ := to.Table(k.toTable)
		c, ok := t.Column(k.to.Name)
		if !ok {
			panic(fmt.Sprintf("lost track of %v", k.cell))
		}
		k.to = c
		m := domainOf(d, c.Type, after)
		m.ascii = m.ascii || narrow(d, to, k.toTable, c)
		k.domain, k.alike = both(k.domain, m)
	}
	connect(all, from, func(k *track) cell { return k.cell })
	connect(all, to, func(k *track) cell { return cell{k.toTable, k.to.Name} })
	return all
}

// narrow reports whether a column has a character set that holds little.
func narrow(d schema.Dialect, s schema.Schema, table string, c schema.Column) bool {
	t, _ := s.Table(table)
	own := c.Collation.On(d)
	return strings.HasPrefix(own, "latin1") || own == "" && (t.Options.MySQL.Charset == "latin1" || strings.HasPrefix(t.Options.MySQL.Collation, "latin1"))
}

// connect gives columns that refer to each other the values that all of them
// can have, and requires those referred to.
func connect(all []*track, s schema.Schema, at func(*track) cell) {
	find := func(table, column string) *track {
		i := slices.IndexFunc(all, func(k *track) bool { return at(k) == cell{table, column} })
		if i < 0 {
			return nil // it has no rows yet
		}
		return all[i]
	}
	for range len(all) { // until nothing changes, which is sooner
		changed := false
		for _, t := range s.Tables {
			for _, f := range t.ForeignKeys {
				ref, _ := s.Table(f.RefTable)
				columns := f.RefColumns
				if columns == nil {
					for _, p := range ref.PrimaryKey.Parts {
						columns = append(columns, p.Column)
					}
				}
				for i, name := range f.Columns {
					a := find(t.Name, name)
					if a != nil && len(f.Columns) > 1 {
						a.required = true // of a part of a key, NULL is a matter of its own
					}
					if i >= len(columns) {
						continue
					}
					b := find(f.RefTable, columns[i])
					if b != nil {
						b.required = true
					}
					if a == nil {
						continue
					}
					if b == nil || b.toTable == "" {
						a.empty = a.empty || a.toTable != "" || b == nil
						continue
					}
					m, _ := both(a.domain, b.domain)
					changed = changed || !m.equal(a.domain) || !m.equal(b.domain)
					a.domain, b.domain = m, m
				}
			}
		}
		if !changed {
			return
		}
	}
}

func (m domain) equal(n domain) bool {
	return m.family == n.family && m.size == n.size && m.scale == n.scale && m.unsigned == n.unsigned && slices.Equal(m.list, n.list)
}

// enumerations returns the values of the enumerations in a schema.
func enumerations(s schema.Schema) map[string][]string {
	out := map[string][]string{}
	for _, o := range s.Objects {
		if o.Kind == schema.Enum {
			_, list, _ := strings.Cut(o.Definition.For(schema.Postgres), " ENUM ")
			list, _, _ = strings.Cut(list, ";")
			out[o.Name] = quotedList(list)
			_, local := schema.Split(o.Name)
			out[`"`+strings.ReplaceAll(local, `"`, `""`)+`"`] = quotedList(list)
		}
	}
	return out
}

// fill returns statements that fill the tables of from with rows that both
// schemas can hold. A table of which that is not known stays empty.
func fill(d dialect.Dialect, from, to schema.Schema, ops []op.Op) []string {
	name := d.Flavor().Dialect
	all := tracks(name, from, to, ops)
	keys := map[cell]bool{} // members of a key in either schema
	limit := map[string]int{}
	count := func(table string, parts []schema.Part, at func(*track) cell) {
		most := 0
		known := false
		for _, p := range parts {
			for _, k := range all {
				if at(k) == (cell{table, p.Column}) {
					keys[k.cell] = true
					most = max(most, k.domain.distinct())
					known = true
					table = k.table
				}
			}
			if p.Column == "" {
				most, known = mostRows, true
			}
		}
		if old, ok := limit[table]; known && (!ok || most < old) {
			limit[table] = most
		}
	}
	for _, side := range []struct {
		s  schema.Schema
		at func(*track) cell
	}{{from, func(k *track) cell { return k.cell }}, {to, func(k *track) cell { return cell{k.toTable, k.to.Name} }}} {
		for _, t := range side.s.Tables {
			count(t.Name, t.PrimaryKey.Parts, side.at)
			for _, u := range t.Uniques {
				count(t.Name, u.Parts, side.at)
			}
			for _, i := range t.Indexes {
				if i.Unique {
					count(t.Name, i.Parts, side.at)
				}
			}
		}
	}
	var out []string
	for _, t := range from.Tables {
		if t.Options.HasParent() || t.Options.Postgres.PartitionBy != "" || t.Options.MySQL.PartitionBy != "" {
			continue
		}
		rows := mostRows
		if n, ok := limit[t.Name]; ok {
			rows = min(rows, n)
		}
		for row := range rows {
			if stmt := insert(d, t, all, keys, row); stmt != "" {
				out = append(out, stmt)
			}
		}
	}
	return out
}

func insert(d dialect.Dialect, t schema.Table, all []*track, keys map[cell]bool, row int) string {
	name := d.Flavor().Dialect
	var columns, values []string
	for i, c := range t.Columns {
		if !c.Generated.Expr.IsZero() {
			continue
		}
		k := all[slices.IndexFunc(all, func(k *track) bool { return k.cell == cell{t.Name, c.Name} })]
		v := k.domain.value(d, name, row)
		may := !c.NotNull && !c.AutoIncrement && !keys[k.cell] && !k.required
		switch {
		case v == "NULL" && !may:
			return ""
		case k.empty, may && (row+i)%mostRows == 3:
			v = "NULL"
		}
		columns, values = append(columns, d.Quote(c.Name)), append(values, v)
	}
	if len(columns) == 0 {
		return ""
	}
	overriding := ""
	if name == schema.Postgres {
		overriding = "OVERRIDING SYSTEM VALUE "
	}
	return fmt.Sprintf("INSERT INTO %s (%s) %sVALUES (%s)", quoteName(d, t.Name), strings.Join(columns, ", "), overriding, strings.Join(values, ", "))
}

func quoteName(d dialect.Dialect, name string) string {
	if d.Flavor().Dialect == schema.SQLite {
		return d.Quote(name)
	}
	namespace, local := schema.Split(name)
	if namespace != "" {
		return d.Quote(namespace) + "." + d.Quote(local)
	}
	return d.Quote(local)
}

// A watch is what must be the same before and after: columns of a table.
type watch struct {
	tables  [2]string // before and after
	columns [2][]string
	// subset: what is not NULL before is among what is there after.
	subset bool
}

// survivors returns what both schemas can hold.
func survivors(d schema.Dialect, from, to schema.Schema, ops []op.Op) []watch {
	var out []watch
	at := map[string]int{}
	all := tracks(d, from, to, ops)
	for _, k := range all {
		if k.toTable == "" || !k.alike || k.from.Generated != k.to.Generated {
			continue
		}
		if !k.from.Generated.Expr.IsZero() && slices.ContainsFunc(all, func(l *track) bool { return l.table == k.table && l.filled }) {
			continue // it may be computed from what is filled
		}
		if k.filled {
			out = append(out, watch{[2]string{k.table, k.toTable}, [2][]string{{k.column}, {k.to.Name}}, true})
			continue
		}
		i, ok := at[k.table]
		if !ok {
			i = len(out)
			at[k.table] = i
			out = append(out, watch{tables: [2]string{k.table, k.toTable}})
		}
		out[i].columns[0] = append(out[i].columns[0], k.column)
		out[i].columns[1] = append(out[i].columns[1], k.to.Name)
	}
	return out
}

// read returns the rows of what is watched, each as one text, sorted.
func (w *world) read(ctx context.Context, watches []watch, after bool) ([][]string, error) {
	side := 0
	if after {
		side = 1
	}
	out := make([][]string, len(watches))
	for i, s := range watches {
		columns := make([]string, len(s.columns[side]))
		for j, c := range s.columns[side] {
			columns[j] = fmt.Sprintf(texts[w.server.Dialect], w.d.Quote(c))
		}
		// Each query is another one: a driver may keep the plan of one that it
		// has seen, which does not fit a column that has changed since.
		w.queries++
		rows, err := w.db.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %s -- %d", strings.Join(columns, ", "), quoteName(w.d, s.tables[side]), w.queries))
		if err != nil {
			return nil, err
		}
		if out[i], err = scan(rows, len(columns)); err != nil {
			return nil, err
		}
		if s.subset {
			out[i] = slices.DeleteFunc(out[i], func(row string) bool { return row == null })
		}
	}
	return out, nil
}

// texts write a column as text, in each dialect.
var texts = map[schema.Dialect]string{
	schema.SQLite:   "trim(quote(%s), '''')",
	schema.Postgres: "%s::text",
	schema.MySQL:    "hex(concat('', %s))",
	schema.MariaDB:  "hex(concat('', %s))",
}

const null = "∅ "

func scan(rows *sql.Rows, n int) ([]string, error) {
	defer rows.Close()
	var out []string
	values := make([]sql.NullString, n)
	pointers := make([]any, n)
	for i := range values {
		pointers[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		var b strings.Builder
		for _, v := range values {
			if !v.Valid || v.String == "NULL" {
				b.WriteString(null)
				continue
			}
			fmt.Fprintf(&b, "%q ", v.String)
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out, rows.Err()
}

func equalRows(watches []watch, before, after [][]string) error {
	for i, s := range watches {
		if s.subset {
			for _, row := range before[i] {
				if !slices.Contains(after[i], row) {
					return fmt.Errorf("%s %q: %s is gone, there is\n%s", s.tables[0], s.columns[0], row, strings.Join(after[i], "\n"))
				}
			}
			continue
		}
		if !slices.Equal(before[i], after[i]) {
			return fmt.Errorf("%s %q before:\n%s\nafter:\n%s", s.tables[0], s.columns[0], strings.Join(before[i], "\n"), strings.Join(after[i], "\n"))
		}
	}
	return nil
}

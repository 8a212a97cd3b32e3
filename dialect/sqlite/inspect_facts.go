package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// facts is what SQLite says about itself: its table of statements, and what
// the pragmas make of them.
type facts struct {
	entries []entry
	list    map[string]listed       // nil before SQLite 3.37
	shadows map[string]bool         // without a list: by their names
	columns map[string][]columnFact // by table, in order
	keys    map[string][]keyFact    // by table; the last one declared comes first
	indexes map[string][]indexFact  // by table
}

// An entry is a row of sqlite_schema.
type entry struct {
	rowid                  integer
	kind, name, table, sql string
	virtual                bool
}

// listed is a row of pragma_table_list.
type listed struct {
	kind                 string // table, view, shadow, virtual
	withoutRowID, strict bool
}

// A columnFact is a row of pragma_table_xinfo.
type columnFact struct {
	name, declared string
	notNull        bool
	dflt           sql.NullString
	pk             int // place in the primary key, from 1
	hidden         int // 2: generated, virtual; 3: generated, stored
}

// A keyFact is one foreign key of pragma_foreign_key_list.
type keyFact struct {
	id                 int
	table              string
	onUpdate, onDelete string
	from, to           []string // to is empty for the primary key
}

// An indexFact is one index of pragma_index_list and its members.
type indexFact struct {
	name            string
	constraint      bool // made by UNIQUE or PRIMARY KEY, not by CREATE INDEX
	unique, partial bool
	parts           []partFact // of a constraint
}

// A partFact is a row of pragma_index_xinfo.
type partFact struct {
	column string // empty: an expression
	coll   string
	desc   bool
}

// The pragmas are told the database to look in: without that, a TEMP table of
// the same name would answer. Virtual tables have no root page; a pragma on
// one fails where its module is not loaded.
//
// One pragma per table, joined in SQL, is linear. For 1,000 tables of 13
// columns and 3 indexes these reads are still more than half of the cost of
// an inspection, and most of that is the number of values that pass through
// database/sql: so small numbers come packed into one, and tables as numbers.
const (
	readEntries = `SELECT rowid, type, name, tbl_name, coalesce(sql, ''), type = 'table' AND rootpage = 0
		FROM main.sqlite_master ORDER BY rowid`
	readList    = `SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'`
	readColumns = `SELECT m.rowid, group_concat((c.hidden + 4 * c."notnull" + 8 * c.pk) || char(31) || c.name || char(31) || c.type ||
			coalesce(char(31) || c.dflt_value, ''), char(30))
		FROM main.sqlite_master m CROSS JOIN pragma_table_xinfo(m.name, 'main') c
		WHERE m.type = 'table' AND m.rootpage <> 0 GROUP BY m.rowid`
	readKeys = `SELECT m.rowid, f.id, f."table", f."from", coalesce(f."to", ''), f.on_update, f.on_delete
		FROM main.sqlite_master m JOIN pragma_foreign_key_list(m.name, 'main') f
		WHERE m.type = 'table' AND m.rootpage <> 0`
	// The members of an index that CREATE INDEX made are in its statement, and
	// a third of all reads would go into asking again: the tests do (members).
	readIndexes = `WITH list AS MATERIALIZED (
			SELECT m.rowid AS tab, i.name, i.origin <> 'c' AS cons, i."unique" AS uniq, i.partial
			FROM main.sqlite_master m JOIN pragma_index_list(m.name, 'main') i
			WHERE m.type = 'table' AND m.rootpage <> 0)
		SELECT tab, name, NULL, NULL, 2 * uniq + 4 * partial + 16 FROM list WHERE NOT cons
		UNION ALL
		SELECT tab, CASE x.seqno WHEN 0 THEN list.name ELSE '' END, CASE WHEN x.cid >= 0 THEN x.name ELSE '' END, coalesce(x.coll, ''),
			1 + 2 * uniq + 4 * partial + 8 * x."desc" + 16 * (x.seqno = 0)
		FROM list JOIN pragma_index_xinfo(list.name, 'main') x WHERE cons AND x.key`
)

// An integer is one that database/sql need not turn into text and back.
type integer int64

// Scan takes the value that drivers give for an integer.
func (n *integer) Scan(src any) error {
	i, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a %T where SQLite gives an integer", src)
	}
	*n = integer(i)
	return nil
}

func readFacts(ctx context.Context, q dialect.Queryer) (*facts, error) {
	f := &facts{
		columns: map[string][]columnFact{},
		keys:    map[string][]keyFact{},
		indexes: map[string][]indexFact{},
	}
	var e entry
	tables := map[integer]string{}
	if err := query(ctx, q, readEntries, []any{&e.rowid, &e.kind, &e.name, &e.table, &e.sql, &e.virtual}, func() {
		f.entries = append(f.entries, e)
		if e.kind == "table" {
			tables[e.rowid] = e.name
		}
	}); err != nil {
		return nil, err
	}
	if err := f.readList(ctx, q); err != nil {
		return nil, err
	}
	if err := readGroups(f.columns, tables, func(g *groups[columnFact]) error {
		return readColumnFacts(ctx, q, g)
	}); err != nil {
		return nil, err
	}
	if err := readGroups(f.keys, tables, func(g *groups[keyFact]) error {
		return readKeyFacts(ctx, q, g)
	}); err != nil {
		return nil, err
	}
	return f, readGroups(f.indexes, tables, func(g *groups[indexFact]) error {
		return readIndexFacts(ctx, q, g)
	})
}

// groups collects facts of one kind. Those of one table come together.
type groups[T any] struct {
	facts  []T // of all tables
	starts []groupStart
}

type groupStart struct {
	table integer
	at    int
}

// of says whose the next fact is, and reports whether it is the first.
func (g *groups[T]) of(table integer) bool {
	if n := len(g.starts); n > 0 && g.starts[n-1].table == table {
		return false
	}
	g.starts = append(g.starts, groupStart{table, len(g.facts)})
	return true
}

// last returns the fact added last.
func (g *groups[T]) last() *T { return &g.facts[len(g.facts)-1] }

// readGroups calls read, and files what it collects under the names of tables.
func readGroups[T any](into map[string][]T, tables map[integer]string, read func(*groups[T]) error) error {
	var g groups[T]
	if err := read(&g); err != nil {
		return err
	}
	end := len(g.facts)
	for i := len(g.starts) - 1; i >= 0; i-- {
		s := g.starts[i]
		name := tables[s.table]
		into[name] = append(g.facts[s.at:end:end], into[name]...)
		end = s.at
	}
	return nil
}

func (f *facts) readList(ctx context.Context, q dialect.Queryer) error {
	list := map[string]listed{}
	var l listed
	var name string
	err := query(ctx, q, readList, []any{&name, &l.kind, &l.withoutRowID, &l.strict}, func() { list[name] = l })
	if isMissing(err) {
		f.shadows = shadowNames(f.entries)
		return nil
	}
	f.list = list
	return err
}

// readColumnFacts reads the columns of each table as one text: the separators
// are control characters. A name that has one of them makes a column that no
// statement says, so its table is unsupported; it is not misread.
func readColumnFacts(ctx context.Context, q dialect.Queryer, g *groups[columnFact]) error {
	var table integer
	var text string
	return query(ctx, q, readColumns, []any{&table, &text}, func() {
		g.of(table)
		for column := range strings.SplitSeq(text, "\x1e") {
			var c columnFact
			bits, rest, _ := strings.Cut(column, "\x1f")
			n, _ := strconv.Atoi(bits) // a number, unless a name broke the text
			c.hidden, c.notNull, c.pk = n&3, n>>2&1 != 0, n>>3
			c.name, rest, _ = strings.Cut(rest, "\x1f")
			c.declared, c.dflt.String, c.dflt.Valid = strings.Cut(rest, "\x1f")
			g.facts = append(g.facts, c)
		}
	})
}

func readKeyFacts(ctx context.Context, q dialect.Queryer, g *groups[keyFact]) error {
	var table, id integer
	var from, to string
	var k keyFact
	return query(ctx, q, readKeys, []any{&table, &id, &k.table, &from, &to, &k.onUpdate, &k.onDelete}, func() {
		if g.of(table) || g.last().id != int(id) {
			k.id = int(id)
			g.facts = append(g.facts, k)
		}
		last := g.last()
		last.from = append(last.from, from)
		if to != "" {
			last.to = append(last.to, to)
		}
	})
}

func readIndexFacts(ctx context.Context, q dialect.Queryer, g *groups[indexFact]) error {
	var table, bits integer
	var x indexFact
	var p partFact
	var column, coll *string
	return query(ctx, q, readIndexes, []any{&table, &x.name, &column, &coll, &bits}, func() {
		g.of(table)
		if bits>>4&1 != 0 {
			x.constraint, x.unique, x.partial = bits&1 != 0, bits>>1&1 != 0, bits>>2&1 != 0
			x.parts = nil
			g.facts = append(g.facts, x)
		}
		if column == nil {
			return
		}
		p.column, p.coll, p.desc = *column, *coll, bits>>3&1 != 0
		last := g.last()
		last.parts = append(last.parts, p)
	})
}

// bareTable returns what the pragmas know of a table.
func (f *facts) bareTable(name string) schema.Table {
	t := schema.Table{Name: name}
	l := f.list[name]
	t.Options.WithoutRowID, t.Options.Strict = l.withoutRowID, l.strict
	var parts []schema.Part
	for _, fact := range f.columns[name] {
		c := schema.Column{Name: fact.name, Type: schema.NativeType(fact.declared), NotNull: fact.notNull}
		if fact.dflt.Valid {
			c.Default = schema.Expression(fact.dflt.String)
		}
		t.Columns = append(t.Columns, c)
		for len(parts) < fact.pk {
			parts = append(parts, schema.Part{})
		}
		if fact.pk > 0 {
			parts[fact.pk-1].Column = fact.name
		}
	}
	t.PrimaryKey.Parts = parts
	return t
}

// shadowNames guesses which tables belong to virtual tables, for SQLite before
// 3.37, from the suffixes that the modules of SQLite itself use.
func shadowNames(entries []entry) map[string]bool {
	suffixes := map[string][]string{
		"fts3":    {"content", "segdir", "segments", "stat", "docsize"},
		"fts4":    {"content", "segdir", "segments", "stat", "docsize"},
		"fts5":    {"config", "content", "data", "docsize", "idx"},
		"rtree":   {"node", "parent", "rowid"},
		"geopoly": {"node", "parent", "rowid"},
	}
	shadows := map[string]bool{}
	for _, e := range entries {
		if !e.virtual {
			continue
		}
		o, module, err := parseObject(e.sql)
		if err != nil {
			continue
		}
		for _, s := range suffixes[strings.TrimSuffix(module, "_i32")] {
			shadows[fold(o.Name)+"_"+s] = true
		}
	}
	return shadows
}

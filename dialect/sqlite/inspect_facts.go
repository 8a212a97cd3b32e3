package sqlite

import (
	"context"
	"database/sql"
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
	origin          string // c: CREATE INDEX, u: UNIQUE, pk: PRIMARY KEY
	unique, partial bool
	parts           []partFact
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
// columns and 3 indexes these reads are about three quarters of the cost of an
// inspection, the rows of the columns and of the index members half of it.
const (
	readEntries = `SELECT type, name, tbl_name, coalesce(sql, ''), type = 'table' AND rootpage = 0
		FROM main.sqlite_master ORDER BY rowid`
	readList    = `SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'`
	readColumns = `SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
		FROM main.sqlite_master m JOIN pragma_table_xinfo(m.name, 'main') c
		WHERE m.type = 'table' AND m.rootpage <> 0`
	readKeys = `SELECT m.name, f.id, f."table", f."from", coalesce(f."to", ''), f.on_update, f.on_delete
		FROM main.sqlite_master m JOIN pragma_foreign_key_list(m.name, 'main') f
		WHERE m.type = 'table' AND m.rootpage <> 0`
	readIndexes = `SELECT m.name, i.name, i.origin, i."unique", i.partial, x.seqno, coalesce(x.name, ''), coalesce(x.coll, ''), x."desc", x.cid
		FROM main.sqlite_master m JOIN pragma_index_list(m.name, 'main') i JOIN pragma_index_xinfo(i.name, 'main') x
		WHERE m.type = 'table' AND m.rootpage <> 0 AND x.key`
)

func readFacts(ctx context.Context, q dialect.Queryer) (*facts, error) {
	f := &facts{
		columns: map[string][]columnFact{},
		keys:    map[string][]keyFact{},
		indexes: map[string][]indexFact{},
	}
	var e entry
	if err := query(ctx, q, readEntries, []any{&e.kind, &e.name, &e.table, &e.sql, &e.virtual}, func() {
		f.entries = append(f.entries, e)
	}); err != nil {
		return nil, err
	}
	if err := f.readList(ctx, q); err != nil {
		return nil, err
	}
	if err := f.readColumns(ctx, q); err != nil {
		return nil, err
	}
	if err := f.readKeys(ctx, q); err != nil {
		return nil, err
	}
	return f, f.readIndexes(ctx, q)
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

func (f *facts) readColumns(ctx context.Context, q dialect.Queryer) error {
	var table string
	var c columnFact
	return query(ctx, q, readColumns,
		[]any{&table, &c.name, &c.declared, &c.notNull, &c.dflt, &c.pk, &c.hidden},
		func() { f.columns[table] = append(f.columns[table], c) })
}

func (f *facts) readKeys(ctx context.Context, q dialect.Queryer) error {
	var table, from, to string
	var k keyFact
	return query(ctx, q, readKeys, []any{&table, &k.id, &k.table, &from, &to, &k.onUpdate, &k.onDelete}, func() {
		list := f.keys[table]
		if n := len(list); n == 0 || list[n-1].id != k.id {
			k.from, k.to = nil, nil
			list = append(list, k)
		}
		last := &list[len(list)-1]
		last.from = append(last.from, from)
		if to != "" {
			last.to = append(last.to, to)
		}
		f.keys[table] = list
	})
}

func (f *facts) readIndexes(ctx context.Context, q dialect.Queryer) error {
	var table string
	var x indexFact
	var p partFact
	var seqno, cid int
	dest := []any{&table, &x.name, &x.origin, &x.unique, &x.partial, &seqno, &p.column, &p.coll, &p.desc, &cid}
	return query(ctx, q, readIndexes, dest, func() {
		list := f.indexes[table]
		if seqno == 0 {
			list = append(list, x)
		}
		if cid < 0 {
			p.column = "" // an expression has no name
		}
		last := &list[len(list)-1]
		last.parts = append(last.parts, p)
		f.indexes[table] = list
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

package mysql

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// Inspect reads everything in the current database.
//
// It asks one query for each kind of thing, of information_schema, with the
// name of the database as a constant: with anything else there, MariaDB opens
// the tables of all databases. What information_schema does not tell, or not
// well, is asked for with a SHOW CREATE of that one thing (inspect_close.go):
// views, partitions, full-text indexes, texts with characters that
// information_schema cannot hold. So the number of queries grows with these,
// and not with the tables.
//
// The KEY_BLOCK_SIZE of an index of InnoDB, which does not heed it, is not read.
// Where a table lies on MySQL is not read for a user without the privilege PROCESS.
func (d Dialect) Inspect(ctx context.Context, q dialect.Queryer) (schema.Schema, error) {
	in := newInspector(ctx, d, q)
	if err := in.session(); err != nil {
		return schema.Schema{}, err
	}
	for _, read := range [...]func() error{
		in.readTables, in.readPartitioned, in.readPlaces, in.readColumns, in.readBinaryDefaults, in.readIndexes, in.readForeignKeys, in.readChecks,
		in.lookClosely, in.readLost, in.readSequences, in.readViews, in.readTriggers, in.readRoutines, in.readEvents,
	} {
		if err := read(); err != nil {
			return schema.Schema{}, err
		}
	}
	in.finish()
	return in.out, nil
}

func newInspector(ctx context.Context, d Dialect, q dialect.Queryer) *inspector {
	return &inspector{dialect: d, ctx: ctx, q: q, words: map[string]string{}, tables: map[string]int{}, views: map[string]bool{}}
}

// An inspector puts a schema together.
type inspector struct {
	dialect Dialect
	ctx     context.Context
	q       dialect.Queryer

	database  string // the current one
	collation string // its default
	sqlMode   string // of the session
	ansi      bool   // sqlMode has ANSI_QUOTES: MariaDB writes names between double quotes

	out       schema.Schema
	facts     []tableFacts    // of each table in out.Tables
	tables    map[string]int  // index in out.Tables, by name
	views     map[string]bool // names of views
	sequences []sequence
	words     map[string]string // texts that were seen, so that each is kept once
	charsets  map[string]string // the collation of each, for parseCreate
}

// tableFacts are what is known of a table beside its schema.
type tableFacts struct {
	collation string // of the table
	// look says that information_schema may not tell all of the table.
	look     bool
	binaries []int // columns whose default is bytes
}

func (in *inspector) mysql() bool          { return in.dialect.flavor.Dialect == schema.MySQL }
func (in *inspector) name() schema.Dialect { return in.dialect.flavor.Dialect }

// session asks what the texts that follow depend on.
func (in *inspector) session() error {
	var charset string
	err := in.rows(`SELECT coalesce(DATABASE(), ''), @@collation_database, @@SESSION.sql_mode, coalesce(@@character_set_results, 'utf8mb4')`,
		func(r row) {
			in.database, in.collation, in.sqlMode, charset = r.text(0), r.text(1), r.text(2), r.text(3)
		})
	switch {
	case err != nil:
		return err
	case in.database == "":
		return errors.New("no database is selected")
	case charset != "utf8mb4" && charset != "binary":
		// Names and texts would come with question marks in them.
		return fmt.Errorf("the connection reads texts as %s, in which not every name can be written: connect with charset=utf8mb4", charset)
	}
	in.ansi = hasMode(in.sqlMode, "ANSI_QUOTES")
	return nil
}

func hasMode(sqlMode, mode string) bool {
	return slices.Contains(strings.Split(strings.ToUpper(sqlMode), ","), mode)
}

// here is the current database as a string constant.
func (in *inspector) here() string {
	if hasMode(in.sqlMode, "NO_BACKSLASH_ESCAPES") {
		return "'" + strings.ReplaceAll(in.database, "'", "''") + "'"
	}
	return quoteString(in.database)
}

// A row is one row of an answer, valid until the next one is read.
type row struct {
	in     *inspector
	values []sql.RawBytes
}

// text returns a value, "" for NULL.
func (r row) text(i int) string {
	b := r.values[i]
	if len(b) == 0 {
		return ""
	}
	if s, ok := r.in.words[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(s) < 80 {
		r.in.words[s] = s
	}
	return s
}

func (r row) null(i int) bool { return r.values[i] == nil }

func (r row) int(i int) (n int) {
	for _, c := range r.values[i] {
		if isDigit(c) {
			n = n*10 + int(c-'0')
		}
	}
	return n
}

// rows runs a query and calls f with each row of the answer.
func (in *inspector) rows(query string, f func(row)) (err error) {
	rows, err := in.q.QueryContext(in.ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	r := row{in, make([]sql.RawBytes, len(columns))}
	dest := make([]any, len(columns))
	for i := range dest {
		dest[i] = &r.values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		f(r)
	}
	return rows.Err()
}

// table returns the table of a row whose first value is its name, and nil
// where it is none: the columns of views come in the same answers.
func (in *inspector) table(r row) *schema.Table {
	if i, ok := in.tables[string(r.values[0])]; ok {
		return &in.out.Tables[i]
	}
	return nil
}

// unsupported gives the reason, unless there is one already.
func unsupported(t *schema.Table, why string, args ...any) {
	if t.Unsupported == "" {
		t.Unsupported = fmt.Sprintf(why, args...)
	}
}

// finish puts tables into one order, whichever way the server gave them, and
// on MySQL what they have: MariaDB lists that in the order of the table.
func (in *inspector) finish() {
	for i := range in.out.Tables {
		t := &in.out.Tables[i]
		if t.Needs == nil {
			t.Needs = []schema.Ref{}
		}
		if in.mysql() {
			slices.SortStableFunc(t.Indexes, func(a, b schema.Index) int { return strings.Compare(a.Name, b.Name) })
			slices.SortStableFunc(t.Checks, func(a, b schema.Check) int { return strings.Compare(a.Name, b.Name) })
		}
		slices.SortStableFunc(t.ForeignKeys, func(a, b schema.ForeignKey) int { return strings.Compare(a.Name, b.Name) })
	}
	slices.SortStableFunc(in.out.Tables, func(a, b schema.Table) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(in.out.Unsupported, func(a, b schema.Unsupported) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
}

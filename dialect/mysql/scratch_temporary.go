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

// temporary is the dialect of a scratch place where no database may be created:
// it keeps what Compile is given in memory, and Inspect makes a temporary
// table of each table, one after the other, and reads it with SHOW CREATE
// TABLE. A temporary table hides the table of its name from its own session only.
//
// A temporary table has no foreign keys, which need no server to be spelled:
// they are returned as they were given. Views, triggers and the like cannot be
// temporary. Those that the current database has are returned as they are there, and listed as
// unsupported: nothing was compared.
type temporary struct {
	Dialect
	conn *sql.Conn
	want *op.State
}

func newTemporary(d Dialect, conn *sql.Conn) *temporary {
	return &temporary{Dialect: d, conn: conn, want: op.NewState(schema.Schema{})}
}

// Compile applies ops to state, and returns no statement.
func (t *temporary) Compile(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	for _, o := range ops {
		if _, err := state.Apply(o); err != nil {
			return nil, err
		}
	}
	t.want = state
	return nil, nil
}

// Inspect returns what the server makes of the schema that Compile has left.
func (t *temporary) Inspect(ctx context.Context, q dialect.Queryer) (schema.Schema, error) {
	live, err := t.Dialect.Inspect(ctx, q)
	if err != nil {
		return schema.Schema{}, err
	}
	in := newInspector(ctx, t.Dialect, q)
	if err := in.session(); err != nil {
		return schema.Schema{}, err
	}
	if err := in.readCharsets(); err != nil {
		return schema.Schema{}, err
	}
	want := t.want.Schema()
	var out schema.Schema
	for _, table := range want.Tables {
		got, err := t.table(ctx, in, table)
		if err != nil {
			return schema.Schema{}, err
		}
		got.ForeignKeys = foreignKeys(want, table)
		out.Tables = append(out.Tables, got)
	}
	for _, o := range want.Objects {
		if o.Definition.For(t.flavor.Dialect) == "" {
			continue
		}
		why := "this user may not create a database to try it in: not compared"
		if is, ok := live.Object(o.ID()); ok {
			o = is
		}
		out.Objects = append(out.Objects, o)
		out.Unsupported = append(out.Unsupported, schema.Unsupported{Kind: string(o.Kind), Name: o.Name, Why: why})
	}
	return out, nil
}

// table makes one temporary table, reads it, and drops it.
func (t *temporary) table(ctx context.Context, in *inspector, table schema.Table) (got schema.Table, err error) {
	table = table.Clone()
	table.ForeignKeys = nil
	stmts, err := t.Dialect.Compile([]op.Op{op.CreateTable{Table: table}}, op.NewState(schema.Schema{}))
	if err != nil {
		return got, err
	}
	name := quoteName(table.Name)
	for _, s := range stmts {
		create, ok := strings.CutPrefix(s.SQL, "CREATE TABLE ")
		if !ok {
			return got, fmt.Errorf("a temporary table cannot be made by %s", s.SQL)
		}
		if _, err := t.conn.ExecContext(ctx, "CREATE TEMPORARY TABLE "+create); err != nil {
			// Partitions and system versioning are refused, for instance.
			got = table
			got.Unsupported = "this user may not create a database, and it cannot be a temporary table: " + err.Error()
			return got, t.unlessRefused(err)
		}
	}
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
		defer cancel()
		if _, dropErr := t.conn.ExecContext(clean, "DROP TEMPORARY TABLE "+name); err == nil {
			err = dropErr
		}
	}()
	_, local := schema.Split(table.Name)
	text, err := in.showCreate("TABLE", local, "Create Table")
	if err != nil {
		return got, err
	}
	got, err = in.parseCreate(text.sql)
	if err != nil {
		return got, err
	}
	in.ownCollations(&got)
	return got, nil
}

func (t *temporary) unlessRefused(err error) error {
	if t.Classify(err) == dialect.Refused {
		return nil
	}
	return err
}

// foreignKeys returns the foreign keys of a table as a server would list them.
func foreignKeys(s schema.Schema, t schema.Table) []schema.ForeignKey {
	keys := slices.Clone(t.ForeignKeys)
	for i := range keys {
		f := &keys[i]
		if parent, ok := s.Table(f.RefTable); ok && len(f.RefColumns) == 0 {
			for _, p := range parent.PrimaryKey.Parts {
				f.RefColumns = append(f.RefColumns, p.Column)
			}
		}
	}
	return keys
}

// readCharsets asks for the collation that a character set has by itself.
func (in *inspector) readCharsets() error {
	in.charsets = map[string]string{}
	return in.rows("SELECT CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME FROM information_schema.CHARACTER_SETS", func(r row) {
		in.charsets[r.text(0)] = r.text(1)
	})
}

// ownCollations leaves in a table that parseCreate has read only those
// collations that are not of what it is in, as Inspect does.
func (in *inspector) ownCollations(t *schema.Table) {
	o := &t.Options.MySQL
	if o.Collation == "" {
		o.Collation = in.charsets[o.Charset]
	}
	for i := range t.Columns {
		if c := &t.Columns[i]; c.Collation.On(in.name()) == o.Collation {
			c.Collation = schema.Variants{}
		}
	}
	if o.Collation == in.collation {
		o.Charset, o.Collation = "", ""
	} else {
		o.Charset = charset(o.Collation)
	}
}

package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Tables returns what the server makes of tables, without making them: each
// becomes a temporary table for a moment, which is read with SHOW CREATE TABLE
// and dropped. It hides the table of its name from its own session only, and
// goes with that. On MariaDB 10.11 this takes a tenth of what a real table
// takes, which is created, dropped and synced to disk as files.
//
// Foreign keys, which a temporary table cannot have, are spelled as the server
// would. left are the tables that cannot be told so (partitioned ones, those
// with options or a full-text index), with the tables that they refer to; they
// need a scratch place.
func (d Dialect) Tables(ctx context.Context, db *sql.DB, tables []schema.Table, _ schema.Schema) (got schema.Schema, left []schema.Table, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return got, nil, err
	}
	s := &scratchPlace{db: db, conn: conn}
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
		defer cancel()
		err = errors.Join(err, s.clean(clean))
	}()
	if err := s.begin(ctx, d); err != nil {
		return got, nil, err
	}
	m, err := newModeller(ctx, d, conn, tables)
	if err != nil {
		return got, nil, err
	}
	for _, t := range tables {
		table, why, err := m.table(ctx, t)
		switch {
		case err != nil:
			return got, nil, err
		case why != nil:
			left = append(left, m.withParents(t)...)
		default:
			got.Tables = append(got.Tables, table)
		}
	}
	slices.SortFunc(got.Tables, func(a, b schema.Table) int { return strings.Compare(a.Name, b.Name) })
	return got, left, nil
}

// A modeller makes temporary tables, one at a time.
type modeller struct {
	in     *inspector
	conn   *sql.Conn
	byName map[string]schema.Table

	makesKeys bool // sql_generate_invisible_primary_key
}

func newModeller(ctx context.Context, d Dialect, conn *sql.Conn, tables []schema.Table) (*modeller, error) {
	m := &modeller{in: newInspector(ctx, d, conn), conn: conn, byName: make(map[string]schema.Table, len(tables))}
	for _, t := range tables {
		m.byName[t.Name] = t
	}
	if err := m.in.session(); err != nil {
		return nil, err
	}
	if err := m.in.readCharsets(); err != nil {
		return nil, err
	}
	return m, m.in.rows("SHOW SESSION VARIABLES LIKE 'sql_generate_invisible_primary_key'", func(r row) { m.makesKeys = r.text(1) == "ON" })
}

// table returns what the server makes of a table, or why that cannot be told.
func (m *modeller) table(ctx context.Context, t schema.Table) (got schema.Table, why, err error) {
	if err := m.canModel(t); err != nil {
		return got, err, nil
	}
	d := m.in.dialect
	bare := t.Clone()
	bare.ForeignKeys = nil
	stmts, err := d.Compile([]op.Op{op.CreateTable{Table: bare}}, op.NewState(schema.Schema{}))
	if err != nil {
		return got, nil, err
	}
	create, ok := "", len(stmts) == 1
	if ok {
		create, ok = strings.CutPrefix(stmts[0].SQL, "CREATE TABLE ")
	}
	if !ok {
		return got, fmt.Errorf("it takes more than one statement"), nil
	}
	if _, err := m.conn.ExecContext(ctx, "CREATE TEMPORARY TABLE "+create); err != nil {
		if saidNo(err) {
			return got, err, nil
		}
		return got, nil, err
	}
	defer func() {
		// In a session that is lost, so is the table.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
		defer cancel()
		if _, dropErr := m.conn.ExecContext(clean, "DROP TEMPORARY TABLE "+quoteName(t.Name)); err == nil {
			err = dropErr
		}
	}()
	return m.read(t)
}

// read reads a temporary table.
func (m *modeller) read(t schema.Table) (got schema.Table, why, err error) {
	_, local := schema.Split(t.Name)
	text, err := m.in.showCreate("TABLE", local, "Create Table")
	if err != nil {
		return got, nil, err
	}
	if m.in.mysql() && strings.Contains(text.sql, "????") {
		return got, errors.New("SHOW CREATE TABLE does not show each of its characters"), nil
	}
	if got, err = m.in.parseCreate(text.sql); err != nil {
		return got, err, nil
	}
	got.Name, got.Needs = t.Name, []schema.Ref{}
	m.in.ownCollations(&got)
	for i := range got.Indexes {
		if isTree(got.Indexes[i].Method.On(m.in.name())) {
			got.Indexes[i].Method = schema.Variants{}
		}
	}
	if err := errors.Join(m.binaryDefaults(&got), m.in.askLost(&got, "")); err != nil {
		return got, nil, err
	}
	if got.Unsupported != "" {
		return got, errors.New(got.Unsupported), nil
	}
	m.foreignKeys(t, &got)
	return got, nil, nil
}

// canModel says why SHOW CREATE TABLE of a temporary table is not what Inspect
// would return of the table.
func (m *modeller) canModel(t schema.Table) error {
	o := t.Options.MySQL
	o.Charset, o.Collation = "", ""
	if o != (schema.MySQLTable{}) && o != (schema.MySQLTable{Engine: "InnoDB"}) {
		return errors.New("it has table options")
	}
	if namespace, _ := schema.Split(t.Name); namespace != "" {
		return errors.New("it is in another database")
	}
	for _, x := range t.Indexes {
		if x.Storage != "" || !isTree(x.Method.On(m.in.name())) {
			return fmt.Errorf("its index %s has options", x.Name)
		}
	}
	if m.makesKeys && len(t.PrimaryKey.Parts) == 0 {
		return errors.New("the server makes a primary key for it, and for no temporary table")
	}
	return nil
}

// binaryDefaults asks for the defaults that no text shows, as Inspect does.
func (m *modeller) binaryDefaults(t *schema.Table) error {
	for i := range t.Columns {
		c := &t.Columns[i]
		if !isBinary(c.Type.Text) || c.Default.Kind != schema.StringDefault && !strings.HasPrefix(c.Default.Text, "0x") {
			continue
		}
		query := fmt.Sprintf("SELECT hex(DEFAULT(t.%s)) FROM %s", quoteIdent(c.Name), oneRow(t.Name, c.Name))
		if err := m.in.rows(query, func(r row) { c.Default = bytesDefault(c.Type.Text, r.text(0)) }); err != nil {
			return err
		}
	}
	return nil
}

// foreignKeys gives a table its foreign keys as the server would list them, and
// the indexes that it would make for them.
func (m *modeller) foreignKeys(t schema.Table, got *schema.Table) {
	unnamed := 0
	for _, f := range t.Clone().ForeignKeys {
		if f.Name == "" {
			unnamed++
			_, local := schema.Split(t.Name)
			f.Name = fmt.Sprintf("%s_ibfk_%d", local, unnamed)
		}
		spell(f.Columns, *got)
		parent := m.byName[f.RefTable]
		if len(f.RefColumns) == 0 {
			for _, p := range parent.PrimaryKey.Parts {
				f.RefColumns = append(f.RefColumns, p.Column)
			}
		}
		spell(f.RefColumns, parent)
		f.OnDelete, f.OnUpdate = m.in.action(listed(f.OnDelete)), m.in.action(listed(f.OnUpdate))
		got.ForeignKeys = append(got.ForeignKeys, f)
	}
	slices.SortStableFunc(got.ForeignKeys, func(a, b schema.ForeignKey) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range got.ForeignKeys {
		if !coveredBy(keys(*got), f.Columns) {
			got.Indexes = append(got.Indexes, schema.Index{Name: f.Name, Parts: schema.Columns(f.Columns...)})
		}
	}
	if m.in.mysql() {
		slices.SortStableFunc(got.Indexes, func(a, b schema.Index) int { return strings.Compare(a.Name, b.Name) })
		slices.SortStableFunc(got.Checks, func(a, b schema.Check) int { return strings.Compare(a.Name, b.Name) })
	}
}

// listed is the action as the server lists it.
func listed(a schema.Action) string {
	if a == schema.NoAction {
		return "NO ACTION"
	}
	return strings.ToUpper(string(a))
}

// spell writes names of columns as the table declares them.
func spell(names []string, t schema.Table) {
	for i, n := range names {
		for _, c := range t.Columns {
			if sameName(c.Name, n) {
				names[i] = c.Name
			}
		}
	}
}

// withParents returns a table, and those that it refers to, without their own
// foreign keys.
func (m *modeller) withParents(t schema.Table) []schema.Table {
	out := []schema.Table{t}
	for _, f := range t.ForeignKeys {
		if parent, ok := m.byName[f.RefTable]; ok && parent.Name != t.Name {
			parent.ForeignKeys = nil
			out = append(out, parent)
		}
	}
	return out
}

// temporary is the dialect of a scratch place where no database may be created:
// it keeps what Compile is given in memory, and Inspect returns what Tables
// does. Tables that cannot be told, and what is no table, cannot be compared:
// they are returned as the current database has them, and listed as
// unsupported.
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
	want := t.want.Schema()
	m, err := newModeller(ctx, t.Dialect, t.conn, want.Tables)
	if err != nil {
		return schema.Schema{}, err
	}
	const refused = "this user may not create a database to try it in"
	var out schema.Schema
	for _, table := range want.Tables {
		got, why, err := m.table(ctx, table)
		if err != nil {
			return schema.Schema{}, err
		}
		if why != nil {
			got = table
			if is, ok := live.Table(table.Name); ok {
				got = is
			}
			got.Unsupported = refused + ": " + why.Error()
			out.Unsupported = append(out.Unsupported, schema.Unsupported{Kind: "table", Name: table.Name, Why: got.Unsupported})
		}
		out.Tables = append(out.Tables, got)
	}
	for _, o := range want.Objects {
		if o.Definition.For(t.flavor.Dialect) == "" {
			continue
		}
		if is, ok := live.Object(o.ID()); ok {
			o = is
		}
		out.Objects = append(out.Objects, o)
		out.Unsupported = append(out.Unsupported, schema.Unsupported{Kind: string(o.Kind), Name: o.Name, Why: refused})
	}
	return out, nil
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

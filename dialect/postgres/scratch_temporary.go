package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A temporaryDialect is the dialect in the namespace of temporary tables, which
// is what a role without CREATE on the database has.
//
// There are things that cannot be there: unlogged tables, materialized views,
// what is in another schema, what needs a function that is not in the database
// yet. So each operation is tried by itself. What the server refuses is not
// compared: Inspect returns it as the database has it, and lists it as
// unsupported. What belongs to it is not even tried, because it would reach the
// real thing.
type temporaryDialect struct {
	scratchDialect
	try *temporaryTry
}

// A temporaryTry is what has been tried, and what has come of it.
type temporaryTry struct {
	todo    []op.Op
	want    *op.State         // all that was asked for
	made    *op.State         // what there is of it
	refused map[string]string // why a table is not there, by name
	objects map[schema.ObjectID]string
	foreign map[partOf]bool // foreign keys that would lead to a table that is not there
}

func (d Dialect) newTemporary() temporaryDialect {
	return temporaryDialect{scratchDialect{d}, &temporaryTry{
		want: op.NewState(schema.Schema{}), made: op.NewState(schema.Schema{}),
		refused: map[string]string{}, objects: map[schema.ObjectID]string{}, foreign: map[partOf]bool{},
	}}
}

// Compile takes note of ops, and returns no statement: Begin tries them.
func (d temporaryDialect) Compile(ops []op.Op, state *op.State) ([]dialect.Stmt, error) {
	d.scratch.place.learnOps(ops)
	for _, o := range ops {
		full, err := state.Apply(o)
		if err != nil {
			return nil, err
		}
		d.try.todo = append(d.try.todo, full)
	}
	d.try.want = state
	return nil, nil
}

// CompileBefore is Compile: in a place, everything is one transaction.
func (d temporaryDialect) CompileBefore(ops, _ []op.Op, state *op.State) ([]dialect.Stmt, error) {
	return d.Compile(ops, state)
}

// Begin tries what Compile was given. There is a transaction already.
func (d temporaryDialect) Begin(ctx context.Context, conn *sql.Conn, _ []dialect.Stmt) (dialect.Tx, error) {
	var later []op.Op // foreign keys to tables that are not there yet
	for _, o := range d.try.todo {
		if create, ok := o.(op.CreateTable); ok {
			create.Table = create.Table.Clone()
			for _, f := range create.Table.ForeignKeys {
				later = append(later, op.AddForeignKey{Table: create.Table.Name, ForeignKey: f})
			}
			create.Table.ForeignKeys = nil
			o = create
		} else if len(later) > 0 && !creates(o) {
			// What follows may be about them.
			if err := d.tryAll(ctx, conn, later); err != nil {
				return nil, err
			}
			later = nil
		}
		if err := d.tryAll(ctx, conn, []op.Op{o}); err != nil {
			return nil, err
		}
	}
	d.try.todo = nil
	return noTx{}, d.tryAll(ctx, conn, later)
}

func creates(o op.Op) bool {
	_, object := o.(op.CreateObject)
	_, index := o.(op.CreateIndex)
	return object || index
}

func (d temporaryDialect) tryAll(ctx context.Context, conn *sql.Conn, ops []op.Op) error {
	for _, o := range ops {
		if d.follow(o) {
			continue
		}
		why, err := d.attempt(ctx, conn, o)
		if err != nil {
			return err
		}
		if why != nil {
			d.refuse(o, why.Error())
		}
	}
	return nil
}

// follow reports whether an operation must not be tried, because it is about
// something that is not there, and keeps account of that.
func (d temporaryDialect) follow(o op.Op) bool {
	t := d.try
	table := op.TableOf(o)
	switch o := o.(type) {
	case op.CreateTable:
		why := d.elsewhere(o.Table.Name)
		for _, p := range o.Table.Options.Parents() {
			if _, is := t.refused[p]; is {
				why = "nor can table " + p
			}
		}
		if why != "" {
			t.refused[table] = why
		}
		return why != ""
	case op.AddForeignKey:
		_, there := t.made.Table(o.ForeignKey.RefTable)
		if _, is := t.refused[table]; !is && !there {
			t.foreign[partOf{table, foreignKeyName(table, o.ForeignKey)}] = true
			return true
		}
	case op.DropForeignKey:
		key := partOf{table, foreignKeyName(table, o.ForeignKey)}
		if t.foreign[key] {
			delete(t.foreign, key)
			return true
		}
	case op.RenameTable:
		return t.rename(o)
	case op.DropTable:
		_, is := t.refused[table]
		delete(t.refused, table)
		return is
	case op.CreateObject:
		why := d.notHere(o.Object)
		if why != "" {
			t.objects[o.Object.ID()] = why
		}
		return why != ""
	case op.AlterObject:
		_, is := t.objects[o.From.ID()]
		return is
	case op.DropObject:
		_, is := t.objects[o.Object.ID()]
		delete(t.objects, o.Object.ID())
		return is
	case op.AlterTable, op.AddColumn, op.DropColumn, op.RenameColumn, op.AlterColumn, op.AlterPrimaryKey, op.AddUnique, op.DropUnique,
		op.AddCheck, op.DropCheck, op.CreateIndex, op.DropIndex, op.Exec, op.Run:
	}
	_, is := t.refused[table]
	return is
}

// rename follows a table under its new name, and reports whether it is not there.
func (t *temporaryTry) rename(o op.RenameTable) bool {
	for key := range t.foreign {
		if key.table == o.From {
			delete(t.foreign, key)
			t.foreign[partOf{o.To, key.name}] = true
		}
	}
	for id, why := range t.objects {
		if id.Table == o.From {
			delete(t.objects, id)
			id.Table = o.To
			t.objects[id] = why
		}
	}
	why, is := t.refused[o.From]
	if is {
		delete(t.refused, o.From)
		t.refused[o.To] = why
	}
	return is
}

// notHere says why an object cannot be tried: what it is on is not there, or it
// is in another schema.
func (d temporaryDialect) notHere(ob schema.Object) string {
	if ob.Table == "" {
		return d.elsewhere(ob.Name)
	}
	why := ""
	if _, is := d.try.refused[ob.Table]; is {
		why = "nor can table " + ob.Table
	}
	for _, b := range d.try.want.Objects() { // a trigger of a view
		if _, is := d.try.objects[b.ID()]; is && b.Table == "" && b.Name == ob.Table {
			why = "nor can " + b.String()
		}
	}
	return why
}

// elsewhere says why something cannot be tried if it is in another schema: all
// that is temporary is in one.
func (d temporaryDialect) elsewhere(name string) string {
	if namespace, _ := schema.Split(name); namespace != "" && namespace != d.scratch.place.real {
		return "it is in schema " + namespace
	}
	return ""
}

// refuse takes note that an operation was refused: what it is about is not
// there, or not as it should be.
func (d temporaryDialect) refuse(o op.Op, why string) {
	t := d.try
	switch o := o.(type) {
	case op.CreateObject:
		t.objects[o.Object.ID()] = why
	case op.AlterObject:
		t.objects[o.From.ID()] = why
	case op.DropObject: // it is not wanted any more
	case op.AddForeignKey:
		t.foreign[partOf{o.Table, foreignKeyName(o.Table, o.ForeignKey)}] = true
	case op.RenameTable:
		t.refused[o.To] = why
	case op.CreateTable, op.DropTable, op.AlterTable, op.AddColumn, op.DropColumn, op.RenameColumn, op.AlterColumn, op.AlterPrimaryKey,
		op.AddUnique, op.DropUnique, op.DropForeignKey, op.AddCheck, op.DropCheck, op.CreateIndex, op.DropIndex, op.Exec, op.Run:
		t.refused[op.TableOf(o)] = why
	}
}

// attempt carries out one operation, or nothing of it. why is what the server
// has against it.
func (d temporaryDialect) attempt(ctx context.Context, conn *sql.Conn, o op.Op) (why, err error) {
	stmts, why := d.compileHere([]op.Op{o}, d.try.made)
	if why != nil {
		return why, nil
	}
	if _, err := conn.ExecContext(ctx, "SAVEPOINT whimbrel_try"); err != nil {
		return nil, err
	}
	for _, s := range stmts {
		if s.Kind != dialect.Exec {
			continue // there is no data to guard
		}
		if _, why = conn.ExecContext(ctx, s.SQL); why != nil {
			break
		}
	}
	if why != nil {
		if class := classOf(why); class != dialect.Refused && class != dialect.Denied {
			return nil, why
		}
		if _, err := conn.ExecContext(ctx, "ROLLBACK TO SAVEPOINT whimbrel_try"); err != nil {
			return nil, err
		}
		// What is there no longer fits what was wanted, so nothing is built on it.
		switch o := o.(type) {
		case op.CreateTable:
			_, _ = d.try.made.Apply(op.DropTable(o))
		case op.CreateObject:
			_, _ = d.try.made.Apply(op.DropObject(o))
		default:
		}
	}
	_, err = conn.ExecContext(ctx, "RELEASE SAVEPOINT whimbrel_try")
	return why, err
}

// Inspect returns what there is, and what there is not as the database has it.
func (d temporaryDialect) Inspect(ctx context.Context, q dialect.Queryer) (schema.Schema, error) {
	got, err := d.scratchDialect.Inspect(ctx, q)
	if err != nil {
		return got, err
	}
	t := d.try
	want := t.want.Schema()
	d.foreignKeys(&got, want)
	if len(t.refused) == 0 && len(t.objects) == 0 {
		return got, nil
	}
	live, err := d.inspectLive(ctx, q)
	if err != nil {
		return got, err
	}
	got.Tables = slices.DeleteFunc(got.Tables, func(x schema.Table) bool { _, is := t.refused[x.Name]; return is })
	got.Objects = slices.DeleteFunc(got.Objects, func(o schema.Object) bool { _, is := t.objects[o.ID()]; return is })
	for _, x := range want.Tables {
		why, is := t.refused[x.Name]
		if !is {
			continue
		}
		if there, ok := live.Table(x.Name); ok {
			x = there
		}
		x.Unsupported = notCompared(why)
		got.Tables = append(got.Tables, x)
		got.Unsupported = append(got.Unsupported, schema.Unsupported{Kind: "table", Name: x.Name, Why: x.Unsupported})
	}
	for _, o := range want.Objects {
		why, is := t.objects[o.ID()]
		if !is || o.Definition.For(schema.Postgres) == "" {
			continue
		}
		if there, ok := live.Object(o.ID()); ok {
			o = there
		}
		got.Objects = append(got.Objects, o)
		got.Unsupported = append(got.Unsupported, schema.Unsupported{Kind: string(o.Kind), Name: o.Name, Why: notCompared(why)})
	}
	return got, nil
}

func notCompared(why string) string {
	return fmt.Sprintf("this role may not create a schema to try it in, and it cannot be a temporary object: %s", why)
}

// foreignKeys adds the foreign keys that could not be made, which have no texts
// that the server would write in another way.
func (d temporaryDialect) foreignKeys(got *schema.Schema, want schema.Schema) {
	if len(d.try.foreign) == 0 {
		return
	}
	tables := tablesByName(want.Tables)
	for i := range got.Tables {
		t := &got.Tables[i]
		for _, f := range tables[t.Name].ForeignKeys {
			f.Name = foreignKeyName(t.Name, f)
			if !d.try.foreign[partOf{t.Name, f.Name}] {
				continue
			}
			if len(f.RefColumns) == 0 {
				for _, p := range tables[f.RefTable].PrimaryKey.Parts {
					f.RefColumns = append(f.RefColumns, p.Column)
				}
			}
			t.ForeignKeys = append(t.ForeignKeys, f)
		}
		sortByName(t.ForeignKeys)
	}
}

// inspectLive reads the real place, with the search path of the caller.
func (d temporaryDialect) inspectLive(ctx context.Context, q dialect.Queryer) (live schema.Schema, err error) {
	p := d.scratch.place
	path := func(path string) error {
		_, err := dialect.One[string](ctx, q, "SELECT pg_catalog.set_config('search_path', "+quoteString(path)+", true)")
		return err
	}
	if err := path(p.own); err != nil {
		return live, err
	}
	if live, err = inspect(ctx, q, Dialect{version: d.version}); err != nil {
		return live, err
	}
	return live, path(p.search)
}

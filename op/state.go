package op

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// A State is a schema that operations are applied to, in memory.
//
// A state made by [NewState] is strict: it is the schema that a history
// describes, so an operation that does not fit (a column altered from what it
// is not) is an error. A state made by [LiveState] is a schema read from a
// database, in that database's spelling: an operation there changes only what
// differs between its two sides, and constraints are found by name or by what
// they do.
//
// A State is not safe for concurrent use.
type State struct {
	tables  map[string]*entry
	objects map[schema.ObjectID]*object
	refs    map[string]int // how many foreign keys refer to a table
	next    int
	live    bool
}

type entry struct {
	order int
	table schema.Table
	owned bool // the slices of table are not shared with anybody
}

type object struct {
	order int
	schema.Object
}

// NewState returns a strict state that starts as s. It does not change s.
func NewState(s schema.Schema) *State {
	st := &State{
		tables:  make(map[string]*entry, len(s.Tables)),
		objects: make(map[schema.ObjectID]*object, len(s.Objects)),
		refs:    map[string]int{},
	}
	for _, t := range s.Tables {
		st.put(t)
	}
	for _, o := range s.Objects {
		st.objects[o.ID()] = &object{st.order(), o}
	}
	return st
}

// LiveState returns a state for a schema read from a database.
func LiveState(s schema.Schema) *State {
	st := NewState(s)
	st.live = true
	return st
}

// Live reports whether the state is that of a database, as [LiveState] made it.
func (s *State) Live() bool { return s.live }

// Replay returns the schema that ops make from nothing.
func Replay(ops []Op) (schema.Schema, error) {
	st := NewState(schema.Schema{})
	for _, o := range ops {
		if _, err := st.Apply(o); err != nil {
			return schema.Schema{}, err
		}
	}
	return st.Schema(), nil
}

// Clone returns a copy that can be changed without changing s.
func (s *State) Clone() *State {
	c := NewState(s.Schema())
	c.live = s.live
	return c
}

// Schema returns what the state is now, in order of creation. The result must
// not be changed.
func (s *State) Schema() schema.Schema {
	entries := make([]*entry, 0, len(s.tables))
	for _, e := range s.tables {
		e.owned = false // the caller has the slices now
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b *entry) int { return cmp.Compare(a.order, b.order) })
	out := schema.Schema{Objects: s.Objects()}
	for _, e := range entries {
		out.Tables = append(out.Tables, e.table)
	}
	return out
}

// Objects returns the objects, in order of creation.
func (s *State) Objects() []schema.Object {
	objects := make([]*object, 0, len(s.objects))
	for _, o := range s.objects {
		objects = append(objects, o)
	}
	slices.SortFunc(objects, func(a, b *object) int { return cmp.Compare(a.order, b.order) })
	var out []schema.Object
	for _, o := range objects {
		out = append(out, o.Object)
	}
	return out
}

// Table returns one table. The result must not be changed.
func (s *State) Table(name string) (schema.Table, bool) {
	e, ok := s.tables[name]
	if !ok {
		return schema.Table{}, false
	}
	e.owned = false
	return e.table, true
}

// Whole returns one table with what it has from its parents, which it does not
// list itself.
func (s *State) Whole(name string) (schema.Table, bool) {
	t, ok := s.Table(name)
	if t.Options.Parents() != nil {
		options := t.Options
		t = t.Leave(s.lookup)
		t.Options = options
	}
	return t, ok
}

func (s *State) lookup(name string) (schema.Table, bool) {
	e, ok := s.tables[name]
	if !ok {
		return schema.Table{}, false
	}
	return e.table, true
}

func (s *State) order() int { s.next++; return s.next }

func (s *State) put(t schema.Table) {
	s.tables[t.Name] = &entry{order: s.order(), table: t}
	for _, f := range t.ForeignKeys {
		s.refs[f.RefTable]++
	}
}

// A ConflictError says that an operation does not fit the schema it was
// applied to.
type ConflictError struct {
	Op  Op
	Why string
}

func (e *ConflictError) Error() string {
	verb, object := Describe(e.Op)
	return fmt.Sprintf("cannot %s %s: %s", verb, object, e.Why)
}

// Fill returns o with everything filled in that its script left out, as Apply
// would, without changing the state. It reports false for an operation that
// takes away by name what the state does not have.
func (s *State) Fill(o Op) (Op, bool) {
	t, table := s.tables[TableOf(o)]
	switch o := o.(type) {
	case DropTable:
		if !table {
			return nil, false
		}
		return DropTable{t.table}, true
	case AlterPrimaryKey:
		if table && !s.live {
			o.Nullable = becomeNullable(t.table, o.From, o.To)
		}
		return o, true
	case DropColumn:
		if !table {
			return nil, false
		}
		c, ok := t.table.Column(o.Column.Name)
		return DropColumn{o.Table, c}, ok
	case DropIndex:
		if !table {
			return nil, false
		}
		i, ok := t.table.Index(o.Index.Name)
		return DropIndex{o.Table, i, o.Concurrently}, ok
	case DropUnique:
		u, ok := fill(table, t, func(t schema.Table) []schema.Unique { return t.Uniques }, o.Unique)
		return DropUnique{o.Table, u}, ok
	case DropForeignKey:
		f, ok := fill(table, t, func(t schema.Table) []schema.ForeignKey { return t.ForeignKeys }, o.ForeignKey)
		return DropForeignKey{o.Table, f}, ok
	case DropCheck:
		c, ok := fill(table, t, func(t schema.Table) []schema.Check { return t.Checks }, o.Check)
		return DropCheck{o.Table, c}, ok
	case DropObject:
		old, ok := s.find(o.Object)
		if !ok {
			return nil, false
		}
		return DropObject{old.Object}, true
	case CreateTable, RenameTable, AlterTable, AddColumn, RenameColumn, AlterColumn, AddUnique,
		AddForeignKey, AddCheck, CreateIndex, CreateObject, AlterObject, Exec, Run:
		return o, true
	}
	panic(unhandled(o))
}

// becomeNullable returns the columns of t that are in one key and not in the other,
// and are not said to be NOT NULL.
func becomeNullable(t schema.Table, from, to schema.PrimaryKey) []string {
	var out []string
	for _, c := range t.Columns {
		is := func(p schema.Part) bool { return p.Column == c.Name }
		if !c.NotNull && !c.AutoIncrement && slices.ContainsFunc(from.Parts, is) && !slices.ContainsFunc(to.Parts, is) {
			out = append(out, c.Name)
		}
	}
	return out
}

// fill finds a constraint by its name; one without a name is what it says.
func fill[T item](ok bool, e *entry, of func(schema.Table) []T, it T) (T, bool) {
	if !ok || it.GetName() == "" {
		return it, ok
	}
	items := of(e.table)
	if i := indexOf(items, it.GetName()); i >= 0 {
		return items[i], true
	}
	return it, false
}

// Apply changes the state as o says, and returns o with everything filled in
// that its script left out: what a dropped column was, for instance. After an
// error the state is as before.
func (s *State) Apply(o Op) (Op, error) {
	full, why := s.apply(o)
	if why != "" {
		return nil, &ConflictError{o, why}
	}
	return full, nil
}

const (
	noSuchTable  = "there is no such table"
	noSuchColumn = "there is no such column"
	exists       = "it exists already"
)

func (s *State) apply(o Op) (_ Op, why string) {
	switch o := o.(type) {
	case CreateTable:
		return o, s.createTable(o.Table)
	case DropTable:
		return s.dropTable(o)
	case RenameTable:
		return o, s.renameTable(o)
	case CreateObject:
		if _, ok := s.objects[o.Object.ID()]; ok {
			return nil, exists
		}
		s.objects[o.Object.ID()] = &object{s.order(), o.Object.Clone()}
		return o, ""
	case DropObject:
		old, ok := s.find(o.Object)
		if !ok {
			return nil, "there is no such " + string(o.Object.Kind)
		}
		delete(s.objects, old.ID())
		if o.Object.Kind == schema.View || o.Object.Kind == schema.MaterializedView {
			s.dropObjectsOn(o.Object.Name) // a view takes its triggers with it
		}
		return DropObject{old.Object}, ""
	case AlterObject:
		return s.alterObject(o)
	case Exec, Run:
		return o, ""
	case AlterTable, AddColumn, DropColumn, RenameColumn, AlterColumn, AlterPrimaryKey, AddUnique, DropUnique,
		AddForeignKey, DropForeignKey, AddCheck, DropCheck, CreateIndex, DropIndex:
		return s.alter(o)
	}
	panic(unhandled(o))
}

func (s *State) createTable(t schema.Table) string {
	if t.Name == "" {
		return "a table needs a name"
	}
	if _, ok := s.tables[t.Name]; ok {
		return exists
	}
	if len(t.Columns) == 0 && !t.Options.HasParent() {
		return "a table needs a column"
	}
	seen := make(map[string]bool, len(t.Columns))
	for _, c := range t.Columns {
		if seen[c.Name] {
			return fmt.Sprintf("column %q appears twice", c.Name)
		}
		seen[c.Name] = true
	}
	for _, columns := range t.References() {
		for _, c := range columns {
			if !seen[c] && !t.Options.HasParent() {
				return fmt.Sprintf("a key or an index names column %q, which the table does not have", c)
			}
		}
	}
	s.put(t)
	return ""
}

func (s *State) dropTable(o DropTable) (Op, string) {
	e, ok := s.tables[o.Table.Name]
	if !ok {
		return nil, noSuchTable
	}
	for _, f := range e.table.ForeignKeys {
		s.refs[f.RefTable]--
	}
	delete(s.tables, o.Table.Name)
	s.dropObjectsOn(o.Table.Name)
	return DropTable{e.table}, ""
}

// dropObjectsOn drops what is on a table or view that is gone, its triggers
// for instance: every database does so by itself.
func (s *State) dropObjectsOn(table string) {
	for id := range s.objects {
		if id.Table == table {
			delete(s.objects, id)
		}
	}
}

func (s *State) renameTable(o RenameTable) string {
	e, ok := s.tables[o.From]
	if !ok {
		return noSuchTable
	}
	if _, ok := s.tables[o.To]; ok {
		return "there is a table " + o.To + " already"
	}
	delete(s.tables, o.From)
	e.table.Name = o.To
	e.table.Verbatim = schema.Variants{}
	s.tables[o.To] = e
	if s.refs[o.From] > 0 {
		for _, other := range s.tables {
			for i := range other.table.ForeignKeys {
				if other.table.ForeignKeys[i].RefTable == o.From {
					t := other.own()
					t.ForeignKeys[i].RefTable = o.To
					t.Verbatim = schema.Variants{}
				}
			}
		}
		s.refs[o.To] += s.refs[o.From]
		delete(s.refs, o.From)
	}
	for _, other := range s.tables {
		if slices.Contains(other.table.Options.Parents(), o.From) {
			other.own().Options.RenameParent(o.From, o.To)
		}
	}
	for i := range e.table.Indexes {
		e.own().Indexes[i].Verbatim = schema.Variants{}
	}
	s.renameInObjects(o)
	return ""
}

// own makes the slices of the table private, so that they can be changed.
func (e *entry) own() *schema.Table {
	if !e.owned {
		e.table = e.table.Clone()
		e.owned = true
	}
	return &e.table
}

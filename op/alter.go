package op

import (
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// alter applies an operation on one existing table. It changes nothing when it
// returns a reason.
func (s *State) alter(o Op) (Op, string) {
	e, ok := s.tables[TableOf(o)]
	if !ok {
		return nil, noSuchTable
	}
	full, why := s.alterTable(e, o)
	if why == "" {
		_, create := o.(CreateIndex)
		_, drop := o.(DropIndex)
		if !create && !drop { // after those the CREATE TABLE statement stays true
			e.table.Verbatim = schema.Variants{}
		}
	}
	return full, why
}

func (s *State) alterTable(e *entry, o Op) (Op, string) {
	switch o := o.(type) {
	case AlterTable:
		if !s.live && e.table.Options != o.From {
			return nil, "its options are not what the operation starts from"
		}
		to := e.table.Options.Merge(o.From, o.To)
		s.parents(e, to)
		e.own().Options = to
		return o, ""
	case AddColumn:
		if _, ok := e.table.Column(o.Column.Name); ok {
			return nil, exists
		}
		t := e.own()
		t.Columns = append(t.Columns, o.Column)
		return o, ""
	case DropColumn:
		return dropColumn(e, o)
	case RenameColumn:
		return o, s.renameColumn(e, o)
	case AlterColumn:
		return s.alterColumn(e, o)
	case AlterPrimaryKey:
		return s.alterPrimaryKey(e, o)
	case AddUnique:
		if why := known(e.table, o.Unique.Parts); why != "" {
			return nil, why
		}
		u := o.Unique
		u.Parts, u.Include = slices.Clone(u.Parts), slices.Clone(u.Include)
		return o, add(&e.own().Uniques, u)
	case DropUnique:
		old, why := drop(&e.own().Uniques, o.Unique, schema.Unique.Same, s.live)
		return DropUnique{o.Table, old}, why
	case AddForeignKey:
		return s.addForeignKey(e, o)
	case DropForeignKey:
		old, why := drop(&e.own().ForeignKeys, o.ForeignKey, schema.ForeignKey.Same, s.live)
		if why == "" {
			s.refs[old.RefTable]--
		}
		return DropForeignKey{o.Table, old}, why
	case AddCheck:
		return o, add(&e.own().Checks, o.Check)
	case DropCheck:
		old, why := drop(&e.own().Checks, o.Check, schema.Check.Same, s.live)
		return DropCheck{o.Table, old}, why
	case CreateIndex:
		if why := known(e.table, o.Index.Parts); why != "" {
			return nil, why
		}
		ix := o.Index
		ix.Parts, ix.Include = slices.Clone(ix.Parts), slices.Clone(ix.Include)
		return o, add(&e.own().Indexes, ix)
	case DropIndex:
		old, why := drop(&e.own().Indexes, o.Index, schema.Index.Same, s.live && len(o.Index.Parts) > 0)
		return DropIndex{o.Table, old, o.Concurrently}, why
	case CreateTable, DropTable, RenameTable, CreateObject, DropObject, AlterObject, Exec, Run:
	}
	panic(unhandled(o))
}

func (s *State) alterPrimaryKey(e *entry, o AlterPrimaryKey) (Op, string) {
	if !s.live && !e.table.PrimaryKey.Equal(o.From) {
		return nil, "the key is not what the operation starts from"
	}
	if why := known(e.table, o.To.Parts); why != "" {
		return nil, why
	}
	to := o.To
	to.Parts, to.Include = slices.Clone(to.Parts), slices.Clone(to.Include) // the state must not change what is in the operation
	t := e.own()
	t.PrimaryKey = to
	for i := range t.Columns {
		if slices.Contains(o.Nullable, t.Columns[i].Name) {
			t.Columns[i].NotNull = false
		}
	}
	return o, ""
}

func (s *State) addForeignKey(e *entry, o AddForeignKey) (Op, string) {
	for _, c := range o.ForeignKey.Columns {
		if _, ok := e.table.Column(c); !ok && !e.table.Options.HasParent() {
			return nil, fmt.Sprintf("there is no column %q", c)
		}
	}
	f := o.ForeignKey
	f.Columns, f.RefColumns, f.SetColumns = slices.Clone(f.Columns), slices.Clone(f.RefColumns), slices.Clone(f.SetColumns)
	why := add(&e.own().ForeignKeys, f)
	if why == "" {
		s.refs[o.ForeignKey.RefTable]++
	}
	return o, why
}

// parents gives a table other parents. It then lists what it had from the old
// ones, and no more what it gets from the new ones.
func (s *State) parents(e *entry, to schema.TableOptions) {
	if slices.Equal(e.table.Options.Parents(), to.Parents()) {
		return
	}
	for _, f := range e.table.ForeignKeys {
		s.refs[f.RefTable]--
	}
	e.table, e.owned = e.table.Leave(s.lookup).Join(to, s.lookup), true
	for _, f := range e.table.ForeignKeys {
		s.refs[f.RefTable]++
	}
}

// TableOf returns the table that o works on: the name it has before o. It is
// empty for operations that are not about one table.
func TableOf(o Op) string {
	switch o := o.(type) {
	case CreateTable:
		return o.Table.Name
	case DropTable:
		return o.Table.Name
	case RenameTable:
		return o.From
	case AlterTable:
		return o.Table
	case AddColumn:
		return o.Table
	case DropColumn:
		return o.Table
	case RenameColumn:
		return o.Table
	case AlterColumn:
		return o.Table
	case AlterPrimaryKey:
		return o.Table
	case AddUnique:
		return o.Table
	case DropUnique:
		return o.Table
	case AddForeignKey:
		return o.Table
	case DropForeignKey:
		return o.Table
	case AddCheck:
		return o.Table
	case DropCheck:
		return o.Table
	case CreateIndex:
		return o.Table
	case DropIndex:
		return o.Table
	case CreateObject, DropObject, AlterObject, Exec, Run:
		return ""
	}
	panic(unhandled(o))
}

func dropColumn(e *entry, o DropColumn) (Op, string) {
	i := columnIndex(e.table, o.Column.Name)
	switch {
	case i < 0:
		return nil, noSuchColumn
	case len(e.table.Columns) == 1 && !e.table.Options.HasParent():
		return nil, "it is the table's only column"
	}
	for _, columns := range e.table.References() {
		if slices.Contains(columns, o.Column.Name) {
			return nil, "a key, a constraint or an index of the table uses it: drop or change that first"
		}
	}
	t := e.own()
	old := t.Columns[i]
	t.Columns = slices.Delete(t.Columns, i, i+1)
	return DropColumn{o.Table, old}, ""
}

// alterColumn alters a column, which a table with parents may not list before
// or after: there the operation says the whole of it.
func (s *State) alterColumn(e *entry, o AlterColumn) (Op, string) {
	if e.table.Options.Parents() == nil {
		if why := s.alterIn(e.own(), o); why != "" {
			return nil, why
		}
		return o, ""
	}
	whole := e.table.Leave(s.lookup)
	if why := s.alterIn(&whole, o); why != "" {
		return nil, why
	}
	e.table, e.owned = whole.Join(e.table.Options, s.lookup), true
	return o, ""
}

func (s *State) alterIn(t *schema.Table, o AlterColumn) string {
	i := columnIndex(*t, o.To.Name)
	switch {
	case o.From.Name != o.To.Name:
		return "it must not change the name: use RenameColumn"
	case i < 0:
		return noSuchColumn
	case !s.live && t.Columns[i] != o.From:
		return "the column is not what the operation starts from: " +
			fmt.Sprint(Changes(t.Columns[i], o.From))
	}
	t.Columns[i] = Merge(t.Columns[i], o.From, o.To)
	return ""
}

// Merge returns live with the properties that differ between from and to set
// to those of to. Where live equals from, the result is to.
func Merge(live, from, to schema.Column) schema.Column {
	merge(&live.Type, from.Type, to.Type)
	merge(&live.NotNull, from.NotNull, to.NotNull)
	merge(&live.NotNullConflict, from.NotNullConflict, to.NotNullConflict)
	merge(&live.NotNullName, from.NotNullName, to.NotNullName)
	merge(&live.Default, from.Default, to.Default)
	merge(&live.Generated, from.Generated, to.Generated)
	merge(&live.AutoIncrement, from.AutoIncrement, to.AutoIncrement)
	merge(&live.Collation, from.Collation, to.Collation)
	merge(&live.Comment, from.Comment, to.Comment)
	merge(&live.Identity, from.Identity, to.Identity)
	merge(&live.OnUpdate, from.OnUpdate, to.OnUpdate)
	merge(&live.Invisible, from.Invisible, to.Invisible)
	merge(&live.Storage, from.Storage, to.Storage)
	merge(&live.Compression, from.Compression, to.Compression)
	merge(&live.Options, from.Options, to.Options)
	return live
}

func merge[T comparable](live *T, from, to T) {
	if from != to {
		*live = to
	}
}

func columnIndex(t schema.Table, name string) int {
	return slices.IndexFunc(t.Columns, func(c schema.Column) bool { return c.Name == name })
}

// known reports the first part that names a column the table does not have.
func known(t schema.Table, parts []schema.Part) string {
	if t.Options.HasParent() {
		return "" // its columns are not all listed
	}
	for _, p := range parts {
		if _, ok := t.Column(p.Column); p.Column != "" && !ok {
			return fmt.Sprintf("there is no column %q", p.Column)
		}
	}
	return ""
}

type item interface{ GetName() string }

func add[T item](items *[]T, it T) string {
	if name := it.GetName(); name != "" && indexOf(*items, name) >= 0 {
		return exists
	}
	*items = append(*items, it)
	return ""
}

// drop removes an item: by name; without a name, or on a live state where the
// name is another, by what it is.
func drop[T item](items *[]T, it T, same func(a, b T) bool, live bool) (T, string) {
	i := -1
	if it.GetName() != "" {
		i = indexOf(*items, it.GetName())
	}
	if i < 0 && (it.GetName() == "" || live) {
		i = slices.IndexFunc(*items, func(other T) bool { return same(it, other) })
	}
	if i < 0 {
		return it, "there is none"
	}
	old := (*items)[i]
	*items = slices.Delete(*items, i, i+1)
	return old, ""
}

func indexOf[T item](items []T, name string) int {
	return slices.IndexFunc(items, func(it T) bool { return it.GetName() == name })
}

// Package schema holds what a database is, as plain values: tables with their
// columns, keys, constraints and indexes, and the objects that are known by
// their definition alone (views, triggers, virtual tables).
//
// A value refers to another by name, never by pointer, so a schema can be
// copied, compared, printed and stored as JSON. The package knows no SQL, no
// database and no other package of this module. Start at [Schema] and [Table];
// revision files use the constructors in build.go ([Int], [String], …).
package schema

// A Dialect names a SQL family. It is a key, nothing more: what a dialect can
// do is the business of package dialect.
type Dialect string

// The dialects that a history can name.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
	MySQL    Dialect = "mysql"
	MariaDB  Dialect = "mariadb"
)

// Dialects lists every dialect, in the order in which they are written.
var Dialects = [...]Dialect{SQLite, Postgres, MySQL, MariaDB}

// A Schema is everything in one database that Whimbrel manages or could
// manage. The order of Tables and Objects is the order of creation; it has no
// meaning when two schemas are compared.
type Schema struct {
	Tables  []Table  `json:"tables,omitempty"`
	Objects []Object `json:"objects,omitempty"`
}

// Table returns the table of that name.
func (s Schema) Table(name string) (Table, bool) { return find(s.Tables, name) }

// Object returns the object of that name and kind.
func (s Schema) Object(kind ObjectKind, name string) (Object, bool) {
	for _, o := range s.Objects {
		if o.Kind == kind && o.Name == name {
			return o, true
		}
	}
	return Object{}, false
}

// A Table is a table with everything that lives and dies with it, except its
// triggers, which are objects.
type Table struct {
	Name    string       `json:"name"`
	Options TableOptions `json:"options,omitzero"`

	Columns     []Column     `json:"columns,omitempty"`
	PrimaryKey  PrimaryKey   `json:"primary_key,omitzero"` // no columns: the table has none
	Uniques     []Unique     `json:"uniques,omitempty"`
	ForeignKeys []ForeignKey `json:"foreign_keys,omitempty"`
	Checks      []Check      `json:"checks,omitempty"`
	Indexes     []Index      `json:"indexes,omitempty"`

	// Verbatim is the CREATE TABLE statement as a database had it. Where it is
	// set for a dialect, that dialect creates the table with it, letter for
	// letter. It describes the same table as the fields above; any change to
	// the table clears it. It is never compared.
	Verbatim Variants `json:"verbatim,omitzero"`

	// Unsupported says why the inspector could not represent this table in
	// full: what the database has and what the fields above would make of it.
	// Such a table is reported, and never altered. Only inspectors set it.
	Unsupported string `json:"unsupported,omitempty"`
}

// GetName returns the name. Every item with a name has this method, so that
// one function can pair items of any kind.
func (t Table) GetName() string { return t.Name }

// Column returns the column of that name.
func (t Table) Column(name string) (Column, bool) { return find(t.Columns, name) }

// Index returns the index of that name.
func (t Table) Index(name string) (Index, bool) { return find(t.Indexes, name) }

// TableOptions are the properties of a table as a whole.
type TableOptions struct {
	Comment      string `json:"comment,omitempty"`
	WithoutRowID bool   `json:"without_rowid,omitempty"` // SQLite only
	Strict       bool   `json:"strict,omitempty"`        // SQLite ≥ 3.37 only
}

// A Column is one column. The zero value of each field is the usual case: a
// nullable column without default.
type Column struct {
	Name          string    `json:"name"`
	Type          Type      `json:"type"`
	NotNull       bool      `json:"not_null,omitempty"`
	Default       Default   `json:"default,omitzero"`
	Generated     Generated `json:"generated,omitzero"`
	AutoIncrement bool      `json:"auto_increment,omitempty"` // the database gives out the values
	Collation     Variants  `json:"collation,omitzero"`
	Comment       string    `json:"comment,omitempty"`

	// NotNullConflict is SQLite's ON CONFLICT clause of NOT NULL: ROLLBACK,
	// FAIL, IGNORE or REPLACE; empty means ABORT, the default.
	NotNullConflict string `json:"not_null_conflict,omitempty"`
	// NotNullName is the name of the NOT NULL constraint, where one was given.
	NotNullName string `json:"not_null_name,omitempty"`
}

func (c Column) GetName() string { return c.Name }

// Generated says how a generated column is computed. An empty Expr means that
// the column is an ordinary one.
type Generated struct {
	Expr   SQL  `json:"expr,omitzero"`
	Stored bool `json:"stored,omitempty"` // false: virtual, computed when read
}

// A Part is one member of a key or an index: a column, or an expression.
type Part struct {
	Column    string   `json:"column,omitempty"`
	Expr      SQL      `json:"expr,omitzero"` // used when Column is empty
	Desc      bool     `json:"desc,omitempty"`
	Nulls     string   `json:"nulls,omitempty"`  // FIRST or LAST; empty: the dialect's default
	Length    int      `json:"length,omitempty"` // MySQL: prefix length, in characters
	Collation Variants `json:"collation,omitzero"`
	OpClass   string   `json:"op_class,omitempty"` // PostgreSQL only
}

// Columns makes parts of plain column names.
func Columns(names ...string) []Part {
	parts := make([]Part, len(names))
	for i, n := range names {
		parts[i].Column = n
	}
	return parts
}

// A PrimaryKey is a table's primary key. Without parts there is none.
type PrimaryKey struct {
	Name     string `json:"name,omitempty"`
	Parts    []Part `json:"parts,omitempty"`
	Conflict string `json:"conflict,omitempty"` // SQLite: as Column.NotNullConflict
}

// A Unique is a unique constraint. (A unique index is an [Index].)
type Unique struct {
	Name     string `json:"name,omitempty"`
	Parts    []Part `json:"parts"`
	Conflict string `json:"conflict,omitempty"` // SQLite: as Column.NotNullConflict
}

func (u Unique) GetName() string { return u.Name }

// An Action is what a foreign key does when the referenced row goes or
// changes. The zero value is the default, NO ACTION.
type Action string

// The actions of a foreign key.
const (
	NoAction   Action = ""
	Restrict   Action = "RESTRICT"
	Cascade    Action = "CASCADE"
	SetNull    Action = "SET NULL"
	SetDefault Action = "SET DEFAULT"
)

// A ForeignKey is a foreign key constraint.
type ForeignKey struct {
	Name       string   `json:"name,omitempty"`
	Columns    []string `json:"columns"`
	RefTable   string   `json:"ref_table"`
	RefColumns []string `json:"ref_columns,omitempty"` // empty: the primary key of RefTable
	OnDelete   Action   `json:"on_delete,omitempty"`
	OnUpdate   Action   `json:"on_update,omitempty"`
	Match      string   `json:"match,omitempty"` // FULL or PARTIAL; empty: SIMPLE

	Deferrable        bool `json:"deferrable,omitempty"`
	InitiallyDeferred bool `json:"initially_deferred,omitempty"`
}

func (f ForeignKey) GetName() string { return f.Name }

// A Check is a check constraint.
type Check struct {
	Name string `json:"name,omitempty"`
	Expr SQL    `json:"expr"`
}

func (c Check) GetName() string { return c.Name }

// An Index is an index that is not the implementation of a constraint.
type Index struct {
	Name    string   `json:"name"`
	Unique  bool     `json:"unique,omitempty"`
	Parts   []Part   `json:"parts"`
	Where   SQL      `json:"where,omitzero"`  // partial index
	Method  Variants `json:"method,omitzero"` // gin, fulltext, …; empty: the dialect's default
	Comment string   `json:"comment,omitempty"`

	// Verbatim is the CREATE INDEX statement as a database had it; see
	// [Table.Verbatim].
	Verbatim Variants `json:"verbatim,omitzero"`
}

func (i Index) GetName() string { return i.Name }

// An ObjectKind is a kind of object that is known by its definition alone.
type ObjectKind string

// The kinds of object.
const (
	View         ObjectKind = "view"
	Trigger      ObjectKind = "trigger"
	VirtualTable ObjectKind = "virtual table" // SQLite only
)

// An Object is something that the database defines by a whole statement.
// Whimbrel keeps the statement as it is and compares it as a sequence of
// tokens.
type Object struct {
	Kind  ObjectKind `json:"kind"`
	Name  string     `json:"name"`
	Table string     `json:"table,omitempty"` // the table or view a trigger is on

	// Definition is the complete CREATE statement. A dialect for which it is
	// empty does not have the object.
	Definition SQL `json:"definition"`
}

// named is what find needs.
type named interface{ GetName() string }

func find[T named](items []T, name string) (T, bool) {
	for _, t := range items {
		if t.GetName() == name {
			return t, true
		}
	}
	var none T
	return none, false
}

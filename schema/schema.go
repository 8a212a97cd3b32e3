// Package schema holds what a database is, as plain values: tables with their
// columns, keys, constraints and indexes, and the objects that are known by
// their definition alone (views, triggers, virtual tables).
//
// A value refers to another by name, never by pointer, so a schema can be
// copied, compared, printed and stored as JSON. The package knows no SQL, no
// database and no other package of this module. Start at [Schema] and [Table];
// revision files use the constructors in build.go ([Int], [String], …).
package schema

import "slices"

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

	// Unsupported names what the database has and the fields above cannot
	// hold. It is reported and left alone. Only inspectors set it.
	Unsupported []Unsupported `json:"unsupported,omitempty"`
}

// Table returns the table of that name.
func (s Schema) Table(name string) (Table, bool) { return find(s.Tables, name) }

// Object returns the object of that identity.
func (s Schema) Object(id ObjectID) (Object, bool) {
	for _, o := range s.Objects {
		if o.ID() == id {
			return o, true
		}
	}
	return Object{}, false
}

// Has reports whether there is a table or a view of that name, for what can be
// on either.
func (s Schema) Has(name string) bool {
	_, table := s.Table(name)
	return table || slices.ContainsFunc(s.Objects, func(o Object) bool {
		return o.Name == name && (o.Kind == View || o.Kind == MaterializedView || o.Kind == VirtualTable)
	})
}

// Finder returns a function that finds a table by its name, for whoever asks
// about many.
func (s Schema) Finder() func(name string) (Table, bool) {
	tables := make(map[string]Table, len(s.Tables))
	for _, t := range s.Tables {
		tables[t.Name] = t
	}
	return func(name string) (Table, bool) { t, ok := tables[name]; return t, ok }
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

	// Needs says what the table cannot be created without, foreign keys
	// apart: types, functions, parents. Inspectors fill it in for whoever
	// orders operations; it is never compared, and may be incomplete.
	Needs []Ref `json:"needs,omitempty"`

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

	// Identity is what a column that gives out values has beyond
	// AutoIncrement; it is empty where that is false.
	Identity Identity `json:"identity,omitzero"`
	// OnUpdate is what an UPDATE that leaves the column out sets it to, in
	// SQL: MySQL's ON UPDATE CURRENT_TIMESTAMP.
	OnUpdate string `json:"on_update,omitempty"`
	// Invisible columns are left out of SELECT * (MySQL ≥ 8.0.23, MariaDB).
	Invisible bool `json:"invisible,omitempty"`
	// Storage and Compression are PostgreSQL's, where they are not the
	// default of the type: PLAIN, EXTERNAL, EXTENDED, MAIN; pglz, lz4.
	Storage     string `json:"storage,omitempty"`
	Compression string `json:"compression,omitempty"`
	// Options are other properties, as the dialect writes them behind the
	// column: MariaDB's WITHOUT SYSTEM VERSIONING, MySQL's SRID 4326.
	Options Variants `json:"options,omitzero"`

	// NotNullConflict is SQLite's ON CONFLICT clause of NOT NULL: ROLLBACK,
	// FAIL, IGNORE or REPLACE; empty means ABORT, the default.
	NotNullConflict string `json:"not_null_conflict,omitempty"`
	// NotNullName is the name of the NOT NULL constraint, where one was given.
	NotNullName string `json:"not_null_name,omitempty"`
}

func (c Column) GetName() string { return c.Name }

// Identity says how the values of an auto-increment column are given out. The
// zero value is the dialect's usual way, from 1 in steps of 1.
type Identity struct {
	Always  bool   `json:"always,omitempty"`  // PostgreSQL: GENERATED ALWAYS, not BY DEFAULT
	Options string `json:"options,omitempty"` // PostgreSQL, as written: "START WITH 10 INCREMENT BY 5"
}

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

	Method Variants `json:"method,omitzero"` // MySQL, in a table in memory: as Index.Method
	ConstraintOptions
}

// A Unique is a unique constraint. (A unique index is an [Index].)
type Unique struct {
	Name     string `json:"name,omitempty"`
	Parts    []Part `json:"parts"`
	Conflict string `json:"conflict,omitempty"` // SQLite: as Column.NotNullConflict

	NullsNotDistinct bool `json:"nulls_not_distinct,omitempty"` // PostgreSQL ≥ 15
	ConstraintOptions
}

// ConstraintOptions are what a key or a unique constraint can have on
// PostgreSQL and, its comment apart, on no other dialect.
type ConstraintOptions struct {
	Include           []string `json:"include,omitempty"` // columns that are stored and not part of the key
	Deferrable        bool     `json:"deferrable,omitempty"`
	InitiallyDeferred bool     `json:"initially_deferred,omitempty"`
	WithoutOverlaps   bool     `json:"without_overlaps,omitempty"` // of the last column; PostgreSQL ≥ 18
	Storage           string   `json:"storage,omitempty"`          // as Index.Storage
	Tablespace        string   `json:"tablespace,omitempty"`
	Comment           string   `json:"comment,omitempty"`
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

	// What follows is PostgreSQL's.
	NotValid    bool     `json:"not_valid,omitempty"`    // rows from before are not checked
	NotEnforced bool     `json:"not_enforced,omitempty"` // PostgreSQL ≥ 18
	Period      bool     `json:"period,omitempty"`       // of the last column; PostgreSQL ≥ 18
	SetColumns  []string `json:"set_columns,omitempty"`  // those that OnDelete sets; empty: all; PostgreSQL ≥ 15
	Comment     string   `json:"comment,omitempty"`
}

func (f ForeignKey) GetName() string { return f.Name }

// A Check is a check constraint.
type Check struct {
	Name string `json:"name,omitempty"`
	Expr SQL    `json:"expr"`

	NotEnforced bool   `json:"not_enforced,omitempty"` // MySQL ≥ 8.0.16, PostgreSQL ≥ 18
	NotValid    bool   `json:"not_valid,omitempty"`    // PostgreSQL: rows from before are not checked
	NoInherit   bool   `json:"no_inherit,omitempty"`   // PostgreSQL
	Comment     string `json:"comment,omitempty"`      // PostgreSQL
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

	Invisible        bool     `json:"invisible,omitempty"`          // MySQL; IGNORED on MariaDB
	Include          []string `json:"include,omitempty"`            // PostgreSQL: columns that are stored and not part of the key
	NullsNotDistinct bool     `json:"nulls_not_distinct,omitempty"` // PostgreSQL ≥ 15
	Storage          string   `json:"storage,omitempty"`            // PostgreSQL: what stands in WITH (…); MySQL: the index options, as KEY_BLOCK_SIZE=8
	Tablespace       string   `json:"tablespace,omitempty"`         // PostgreSQL
	// Invalid says that the database does not use the index: building it
	// failed. Only inspectors set it.
	Invalid bool `json:"invalid,omitempty"`

	// Verbatim is the CREATE INDEX statement as a database had it; see
	// [Table.Verbatim].
	Verbatim Variants `json:"verbatim,omitzero"`
}

func (i Index) GetName() string { return i.Name }

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

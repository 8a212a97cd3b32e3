package schema

import "slices"

// An ObjectKind is a kind of object that is known by its definition alone.
type ObjectKind string

// The kinds of object.
const (
	View         ObjectKind = "view"
	Trigger      ObjectKind = "trigger"       // on a table or view
	VirtualTable ObjectKind = "virtual table" // SQLite only

	Function  ObjectKind = "function"
	Procedure ObjectKind = "procedure"
	Sequence  ObjectKind = "sequence" // PostgreSQL, MariaDB
	Event     ObjectKind = "event"    // MySQL, MariaDB

	// What follows is PostgreSQL's.
	Namespace        ObjectKind = "schema"
	Extension        ObjectKind = "extension"
	Enum             ObjectKind = "enum"
	Domain           ObjectKind = "domain"
	CompositeType    ObjectKind = "composite type"
	RangeType        ObjectKind = "range type"
	Collation        ObjectKind = "collation"
	Aggregate        ObjectKind = "aggregate"
	MaterializedView ObjectKind = "materialized view"
	Exclusion        ObjectKind = "exclusion constraint" // on a table
	Rule             ObjectKind = "rule"                 // on a table or view
	Policy           ObjectKind = "policy"               // on a table
	Statistics       ObjectKind = "statistics"           // on a table
)

// Early reports whether objects of this kind come before tables, because
// tables are made of them: types, functions, sequences. The others are made of
// tables, and come after them.
func (k ObjectKind) Early() bool {
	switch k {
	case Namespace, Extension, Collation, Enum, Domain, CompositeType, RangeType, Sequence, Function, Procedure, Aggregate:
		return true
	case View, Trigger, VirtualTable, Event, MaterializedView, Exclusion, Rule, Policy, Statistics:
	}
	return false
}

// An Object is something that the database defines by a whole statement.
// Whimbrel keeps the statement as it is and compares it as text: two objects
// are compared after the same dialect has written both.
type Object struct {
	Kind ObjectKind `json:"kind"`
	// Name is the name, of a routine with the types of its arguments where
	// several may have one name: "total(integer, text)".
	Name  string `json:"name"`
	Table string `json:"table,omitempty"` // the table or view that it is on and dies with

	// Definition is the CREATE statement, complete; with the statements that
	// follow it, such as COMMENT ON and the indexes of a materialized view,
	// each behind a semicolon and a line break. A dialect for which it is
	// empty does not have the object.
	Definition SQL `json:"definition"`

	// Needs says what must be there before the object. It is never compared,
	// and may be incomplete; see [Table.Needs].
	Needs []Ref `json:"needs,omitempty"`
}

// An ObjectID is what tells one object of a schema from another. Names of
// triggers, rules and policies belong to their table.
type ObjectID struct {
	Kind  ObjectKind
	Name  string
	Table string
}

// ID returns the identity of the object.
func (o Object) ID() ObjectID { return ObjectID{o.Kind, o.Name, o.Table} }

// Equal reports whether two objects are the same, whatever they need.
func (o Object) Equal(p Object) bool { return o.ID() == p.ID() && o.Definition == p.Definition }

// String says what the object is, as people read it: "view active_users",
// "trigger touch on users".
func (o Object) String() string {
	s := string(o.Kind) + " " + o.Name
	if o.Table != "" {
		s += " on " + o.Table
	}
	return s
}

// A Ref names something that another thing needs: a table (Kind is empty), one
// of its columns, or an object.
type Ref struct {
	Kind   ObjectKind `json:"kind,omitempty"`
	Name   string     `json:"name"`
	Column string     `json:"column,omitempty"`
}

// An Unsupported is something in a database that a [Schema] cannot hold.
type Unsupported struct {
	Kind string `json:"kind"` // in the words of the database: "operator class"
	Name string `json:"name"`
	Why  string `json:"why,omitempty"`
}

// Clone returns a copy that shares no slice with o.
func (o Object) Clone() Object {
	o.Needs = slices.Clone(o.Needs)
	return o
}

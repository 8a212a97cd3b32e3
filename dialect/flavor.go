package dialect

import (
	"cmp"
	"fmt"

	"github.com/whimbreldb/whimbrel/schema"
)

// A Flavor is one server: its dialect and its version.
type Flavor struct {
	Dialect schema.Dialect
	Version Version
}

// A Version is a server version, most significant number first.
type Version [3]int

// ParseVersion reads the numbers at the start of a version: "3.45.3",
// "10.11.19-MariaDB". What is missing is 0.
func ParseVersion(s string) (v Version) {
	_, _ = fmt.Sscanf(s, "%d.%d.%d", &v[0], &v[1], &v[2]) // what is missing stays 0
	return v
}

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// Compare orders versions as cmp.Compare does.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v[0], w[0]), cmp.Compare(v[1], w[1]), cmp.Compare(v[2], w[2]))
}

// A Feature is something that some servers can do.
type Feature int

const (
	TransactionalDDL   Feature = iota
	StrictTables               // CREATE TABLE … STRICT
	IndexNamesPerTable         // two tables may have an index of the same name
	CaseSensitiveNames         // two columns of a table may differ in case only
	AlterNotNull               // SQLite: ALTER COLUMN … SET and DROP NOT NULL
	DropNamedCheck             // SQLite: DROP CONSTRAINT of a check that has a name
	Pieces                     // a revision may have to be carried out in pieces
	LockTimeout                // a statement gives up when it cannot get a lock, and may be tried again
	WriteInWith                // WITH takes statements that write
	UnstableText               // an expression that the server wrote, given to it again, may come back as another text

	VirtualColumns      // generated columns that are computed when they are read
	NullsNotDistinct    // unique over NULLs
	NotEnforced         // constraints that are there and not checked
	TemporalConstraints // WITHOUT OVERLAPS and PERIOD
	SetNullColumns      // ON DELETE SET NULL (some of the columns)
	NamedNotNull        // NOT NULL constraints with a name
	SetExpression       // PostgreSQL: ALTER COLUMN … SET EXPRESSION
	ColumnCompression   // PostgreSQL: a column chooses how it is compressed
	SetAccessMethod     // PostgreSQL: ALTER TABLE … SET ACCESS METHOD
	UnloggedSequence    // PostgreSQL

	ExpressionIndexes  // an index on an expression
	DescendingIndexes  // DESC in an index is not only read
	ExpressionDefaults // a default that is any expression
	InvisibleColumns   // columns that SELECT * leaves out
	EnforcedChecks     // check constraints are not only read
	Sequences          // sequences that are objects
	SystemVersioning   // MariaDB: tables that keep their history
	ReplaceObjects     // MariaDB: CREATE OR REPLACE of triggers, routines and events
)

// since says from which version a server can do a thing. No entry: never.
var since = map[Feature]map[schema.Dialect]Version{
	TransactionalDDL: {schema.SQLite: {}, schema.Postgres: {}},
	StrictTables:     {schema.SQLite: {3, 37}},

	IndexNamesPerTable: {schema.MySQL: {}, schema.MariaDB: {}},
	CaseSensitiveNames: {schema.Postgres: {}},
	AlterNotNull:       {schema.SQLite: {3, 53}},
	DropNamedCheck:     {schema.SQLite: {3, 53}},

	Pieces:       {schema.Postgres: {}, schema.MySQL: {}, schema.MariaDB: {}},
	LockTimeout:  {schema.Postgres: {}, schema.MySQL: {}, schema.MariaDB: {}},
	WriteInWith:  {schema.Postgres: {}},
	UnstableText: {schema.Postgres: {}, schema.MySQL: {}},

	VirtualColumns:      {schema.SQLite: {3, 31}, schema.Postgres: {18}, schema.MySQL: {}, schema.MariaDB: {}},
	NullsNotDistinct:    {schema.Postgres: {15}},
	NotEnforced:         {schema.Postgres: {18}, schema.MySQL: {8, 0, 16}},
	TemporalConstraints: {schema.Postgres: {18}},
	SetNullColumns:      {schema.Postgres: {15}},
	NamedNotNull:        {schema.SQLite: {}, schema.Postgres: {18}},
	SetExpression:       {schema.Postgres: {17}},
	ColumnCompression:   {schema.Postgres: {14}},
	SetAccessMethod:     {schema.Postgres: {15}},
	UnloggedSequence:    {schema.Postgres: {15}},

	ExpressionIndexes:  {schema.SQLite: {}, schema.Postgres: {}, schema.MySQL: {8, 0, 13}},
	DescendingIndexes:  {schema.SQLite: {}, schema.Postgres: {}, schema.MySQL: {}, schema.MariaDB: {10, 8}},
	ExpressionDefaults: {schema.SQLite: {}, schema.Postgres: {}, schema.MySQL: {8, 0, 13}, schema.MariaDB: {}},
	InvisibleColumns:   {schema.MySQL: {8, 0, 23}, schema.MariaDB: {}},
	EnforcedChecks:     {schema.SQLite: {}, schema.Postgres: {}, schema.MySQL: {8, 0, 16}, schema.MariaDB: {}},
	Sequences:          {schema.Postgres: {}, schema.MariaDB: {}},
	SystemVersioning:   {schema.MariaDB: {}},
	ReplaceObjects:     {schema.MariaDB: {}},
}

// Can reports whether the server can do f.
func (f Flavor) Can(feature Feature) bool {
	v, ok := since[feature][f.Dialect]
	return ok && f.Version.Compare(v) >= 0
}

package schema

// TableOptions are the properties of a table as a whole. The zero value of
// each field is the default of the database.
type TableOptions struct {
	Comment      string        `json:"comment,omitempty"`
	WithoutRowID bool          `json:"without_rowid,omitempty"` // SQLite only
	Strict       bool          `json:"strict,omitempty"`        // SQLite ≥ 3.37 only
	Postgres     PostgresTable `json:"postgres,omitzero"`
	MySQL        MySQLTable    `json:"mysql,omitzero"`
}

// PostgresTable is what a table can be on PostgreSQL only. Texts are as the
// server writes them.
type PostgresTable struct {
	Unlogged     bool   `json:"unlogged,omitempty"`
	Tablespace   string `json:"tablespace,omitempty"`
	AccessMethod string `json:"access_method,omitempty"`
	Storage      string `json:"storage,omitempty"`      // what stands in WITH (…): "fillfactor=70"
	PartitionBy  string `json:"partition_by,omitempty"` // "RANGE (made)"
	// PartitionOf is the partitioned table that this one is a partition of,
	// and Bound its place there: "FOR VALUES IN (1)", "DEFAULT". Such a table
	// lists only those columns and constraints that are its own.
	PartitionOf string `json:"partition_of,omitempty"`
	Bound       string `json:"bound,omitempty"`
	// Inherits are the parents of a table that inherits, with commas between
	// them, each written as an identifier. Inherited columns are not listed.
	Inherits        string `json:"inherits,omitempty"`
	OfType          string `json:"of_type,omitempty"`
	RowSecurity     string `json:"row_security,omitempty"`     // ENABLED or FORCED
	ReplicaIdentity string `json:"replica_identity,omitempty"` // "FULL", "NOTHING", "USING INDEX x"
	ClusterOn       string `json:"cluster_on,omitempty"`       // the name of the index that CLUSTER goes by
}

// MySQLTable is what a table can be on MySQL and MariaDB only.
type MySQLTable struct {
	Engine      string `json:"engine,omitempty"` // empty: InnoDB
	RowFormat   string `json:"row_format,omitempty"`
	Charset     string `json:"charset,omitempty"`   // empty: the database's
	Collation   string `json:"collation,omitempty"` // empty: the database's
	PartitionBy string `json:"partition_by,omitempty"`
	// Options are the other table options, as the server writes them:
	// "KEY_BLOCK_SIZE=8 STATS_PERSISTENT=1", "WITH SYSTEM VERSIONING".
	Options string `json:"options,omitempty"`
}

// HasParent reports whether the table gets columns from another one.
func (o TableOptions) HasParent() bool {
	return o.Postgres.PartitionOf != "" || o.Postgres.Inherits != "" || o.Postgres.OfType != ""
}

// Or returns o with whatever is not set in it as it is in p.
func (o TableOptions) Or(p TableOptions) TableOptions {
	or(&o.Comment, p.Comment)
	or(&o.WithoutRowID, p.WithoutRowID)
	or(&o.Strict, p.Strict)
	or(&o.Postgres.Unlogged, p.Postgres.Unlogged)
	or(&o.Postgres.Tablespace, p.Postgres.Tablespace)
	or(&o.Postgres.AccessMethod, p.Postgres.AccessMethod)
	or(&o.Postgres.Storage, p.Postgres.Storage)
	or(&o.Postgres.PartitionBy, p.Postgres.PartitionBy)
	or(&o.Postgres.PartitionOf, p.Postgres.PartitionOf)
	or(&o.Postgres.Bound, p.Postgres.Bound)
	or(&o.Postgres.Inherits, p.Postgres.Inherits)
	or(&o.Postgres.OfType, p.Postgres.OfType)
	or(&o.Postgres.RowSecurity, p.Postgres.RowSecurity)
	or(&o.Postgres.ReplicaIdentity, p.Postgres.ReplicaIdentity)
	or(&o.Postgres.ClusterOn, p.Postgres.ClusterOn)
	or(&o.MySQL.Engine, p.MySQL.Engine)
	or(&o.MySQL.RowFormat, p.MySQL.RowFormat)
	or(&o.MySQL.Charset, p.MySQL.Charset)
	or(&o.MySQL.Collation, p.MySQL.Collation)
	or(&o.MySQL.PartitionBy, p.MySQL.PartitionBy)
	or(&o.MySQL.Options, p.MySQL.Options)
	return o
}

func or[T comparable](v *T, other T) {
	var zero T
	if *v == zero {
		*v = other
	}
}

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
func (o TableOptions) Or(p TableOptions) TableOptions { return p.Merge(TableOptions{}, o) }

// Merge returns o with what differs between from and to as it is in to. Where o
// is from, the result is to.
func (o TableOptions) Merge(from, to TableOptions) TableOptions {
	merge(&o.Comment, from.Comment, to.Comment)
	merge(&o.WithoutRowID, from.WithoutRowID, to.WithoutRowID)
	merge(&o.Strict, from.Strict, to.Strict)
	p, f, t := &o.Postgres, from.Postgres, to.Postgres
	merge(&p.Unlogged, f.Unlogged, t.Unlogged)
	merge(&p.Tablespace, f.Tablespace, t.Tablespace)
	merge(&p.AccessMethod, f.AccessMethod, t.AccessMethod)
	merge(&p.Storage, f.Storage, t.Storage)
	merge(&p.PartitionBy, f.PartitionBy, t.PartitionBy)
	merge(&p.PartitionOf, f.PartitionOf, t.PartitionOf)
	merge(&p.Bound, f.Bound, t.Bound)
	merge(&p.Inherits, f.Inherits, t.Inherits)
	merge(&p.OfType, f.OfType, t.OfType)
	merge(&p.RowSecurity, f.RowSecurity, t.RowSecurity)
	merge(&p.ReplicaIdentity, f.ReplicaIdentity, t.ReplicaIdentity)
	merge(&p.ClusterOn, f.ClusterOn, t.ClusterOn)
	m, g, u := &o.MySQL, from.MySQL, to.MySQL
	merge(&m.Engine, g.Engine, u.Engine)
	merge(&m.RowFormat, g.RowFormat, u.RowFormat)
	merge(&m.Charset, g.Charset, u.Charset)
	merge(&m.Collation, g.Collation, u.Collation)
	merge(&m.PartitionBy, g.PartitionBy, u.PartitionBy)
	merge(&m.Options, g.Options, u.Options)
	return o
}

func merge[T comparable](v *T, from, to T) {
	if from != to {
		*v = to
	}
}

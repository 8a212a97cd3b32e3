package postgres

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// alterTable changes the options of a table in place.
func (c *compiler) alterTable(o op.AlterTable) error {
	before, _ := c.state.Table(o.Table)
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	after, _ := c.state.Table(o.Table)
	was, is := before.Options.Postgres, after.Options.Postgres
	if was.PartitionBy != is.PartitionBy {
		return unsupported(tableObject(o.Table), "PostgreSQL cannot make a partitioned table of another one, nor partition it in another way: "+
			"create a new table and move the rows")
	}
	if was.OfType != is.OfType {
		return unsupported(tableObject(o.Table), "a table cannot become one of another type, nor of none: create a new table and move the rows")
	}
	c.parents(o.Table, was, is)
	var actions []string
	if was.AccessMethod != is.AccessMethod {
		if !c.d.Flavor().Can(dialect.SetAccessMethod) {
			return unsupported(tableObject(o.Table), "PostgreSQL %d cannot change the access method of a table", c.d.version[0])
		}
		method := is.AccessMethod
		if method == "" {
			method = "heap"
		}
		actions = append(actions, "SET ACCESS METHOD "+quoteIdent(method))
	}
	if was.Unlogged != is.Unlogged {
		word := "SET LOGGED"
		if is.Unlogged {
			word = "SET UNLOGGED"
		}
		actions = append(actions, word)
	}
	actions = append(actions, storageActions(was.Storage, is.Storage)...)
	actions = append(actions, rowSecurity(was.RowSecurity, is.RowSecurity)...)
	if was.ReplicaIdentity != is.ReplicaIdentity {
		word := is.ReplicaIdentity
		if word == "" {
			word = "DEFAULT"
		}
		actions = append(actions, "REPLICA IDENTITY "+word)
	}
	actions = append(actions, c.d.clusterOn(was.ClusterOn, is.ClusterOn)...)
	c.alter(o.Table, actions...)
	if was.Tablespace != is.Tablespace {
		name := is.Tablespace
		if name == "" {
			name = "pg_default"
		}
		c.alter(o.Table, "SET TABLESPACE "+quoteIdent(name)) // which does not go with other actions
	}
	if before.Options.Comment != after.Options.Comment {
		c.emit(o.Table, "COMMENT ON TABLE "+quoteName(c.d, o.Table)+" IS "+commentText(after.Options.Comment))
	}
	return nil
}

// rowSecurity returns the actions between two settings of row security.
func rowSecurity(from, to string) (actions []string) {
	if from == to {
		return nil
	}
	switch {
	case from == "" && to != "":
		actions = append(actions, "ENABLE ROW LEVEL SECURITY")
	case from != "" && to == "":
		actions = append(actions, "DISABLE ROW LEVEL SECURITY")
	}
	switch {
	case to == "FORCED":
		actions = append(actions, "FORCE ROW LEVEL SECURITY")
	case from == "FORCED":
		actions = append(actions, "NO FORCE ROW LEVEL SECURITY")
	}
	return actions
}

// clusterOn returns the action between two indexes that CLUSTER goes by.
func (d Dialect) clusterOn(from, to string) []string {
	switch {
	case from == to:
		return nil
	case to == "":
		return []string{"SET WITHOUT CLUSTER"}
	}
	return []string{"CLUSTER ON " + quoteIdent(to)}
}

// A parameter is one of WITH (…).
type parameter struct{ key, text string }

// splitStorage takes what stands in WITH (…) apart.
func splitStorage(text string) []parameter {
	var out []parameter
	var current []token
	flush := func() {
		s := strings.TrimSpace(join(current))
		key, _, _ := strings.Cut(s, "=")
		if s != "" {
			out = append(out, parameter{strings.TrimSpace(key), s})
		}
		current = nil
	}
	for _, t := range tokenize(text) {
		if t.is(",") {
			flush()
		} else {
			current = append(current, t)
		}
	}
	flush()
	return out
}

func storageKeys(text string) []string {
	var keys []string
	for _, p := range splitStorage(text) {
		keys = append(keys, strings.TrimSpace(strings.TrimPrefix(p.key, "SET (")))
	}
	return keys
}

// storageActions sets and resets the storage parameters that differ.
func storageActions(from, to string) (actions []string) {
	was, is := splitStorage(from), splitStorage(to)
	var gone, sets []string
	for _, p := range was {
		if !slices.ContainsFunc(is, func(q parameter) bool { return q.key == p.key }) {
			gone = append(gone, p.key)
		}
	}
	for _, p := range is {
		if !slices.Contains(was, p) {
			sets = append(sets, p.text)
		}
	}
	if len(gone) > 0 {
		actions = append(actions, "RESET ("+strings.Join(gone, ", ")+")")
	}
	if len(sets) > 0 {
		actions = append(actions, "SET ("+strings.Join(sets, ", ")+")")
	}
	return actions
}

// parents attaches a table to another one and detaches it: a partition, or a
// table that inherits.
func (c *compiler) parents(table string, was, is schema.PostgresTable) {
	name := quoteName(c.d, table)
	if was.PartitionOf != is.PartitionOf || was.PartitionOf != "" && was.Bound != is.Bound {
		if was.PartitionOf != "" {
			c.alter(was.PartitionOf, "DETACH PARTITION "+name)
		}
		if is.PartitionOf != "" {
			c.alter(is.PartitionOf, "ATTACH PARTITION "+name+" "+c.d.bound(is.Bound))
		}
	}
	if was.Inherits != is.Inherits {
		old, new := inherits(was).Parents(), inherits(is).Parents()
		for _, p := range old {
			if !slices.Contains(new, p) {
				c.alter(table, "NO INHERIT "+quoteName(c.d, p))
			}
		}
		for _, p := range new {
			if !slices.Contains(old, p) {
				c.alter(table, "INHERIT "+quoteName(c.d, p))
			}
		}
	}
}

// inherits leaves only those parents that a table inherits from.
func inherits(o schema.PostgresTable) schema.TableOptions {
	return schema.TableOptions{Postgres: schema.PostgresTable{Inherits: o.Inherits}}
}

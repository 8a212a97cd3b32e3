package postgres

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// Owners and grants are no part of a schema. An object that is dropped and
// created again keeps them all the same: since nobody knows them before the
// statements run, the server writes them down itself, as a script, in a setting
// of the transaction, and runs it when the object is there again.

// A grantee is how the server stores owner and grants of a kind of object.
type grantee struct {
	catalog, owner, acl string
	find                string // the function that finds the object by its name
	alter, grant        string // words behind ALTER, and behind ON
}

var grantees = map[schema.ObjectKind]grantee{
	schema.View:             {"pg_class", "relowner", "relacl", "to_regclass", "VIEW", "TABLE"},
	schema.MaterializedView: {"pg_class", "relowner", "relacl", "to_regclass", "MATERIALIZED VIEW", "TABLE"},
	schema.Sequence:         {"pg_class", "relowner", "relacl", "to_regclass", "SEQUENCE", "SEQUENCE"},
	schema.Function:         {"pg_proc", "proowner", "proacl", "to_regprocedure", "FUNCTION", "FUNCTION"},
	schema.Procedure:        {"pg_proc", "proowner", "proacl", "to_regprocedure", "PROCEDURE", "PROCEDURE"},
	schema.Aggregate:        {"pg_proc", "proowner", "proacl", "to_regprocedure", "AGGREGATE", "FUNCTION"},
	schema.Enum:             {"pg_type", "typowner", "typacl", "to_regtype", "TYPE", "TYPE"},
	schema.CompositeType:    {"pg_type", "typowner", "typacl", "to_regtype", "TYPE", "TYPE"},
	schema.RangeType:        {"pg_type", "typowner", "typacl", "to_regtype", "TYPE", "TYPE"},
	schema.Domain:           {"pg_type", "typowner", "typacl", "to_regtype", "DOMAIN", "DOMAIN"},
}

// keepGrants writes down the owner and the grants of an object that is about
// to be dropped. In a scratch place nobody has any.
func (c *compiler) keepGrants(ob schema.Object) {
	g, ok := grantees[ob.Kind]
	if !ok || c.d.scratch.active() {
		return
	}
	c.kept++
	c.grants[ob.ID()] = c.kept
	name := c.d.objectRef(ob)
	oid := g.find + "(" + quoteString(name) + ")"
	alter, on := quoteString(g.alter+" "+name), quoteString(g.grant+" "+name)
	owner := "pg_get_userbyid(o." + g.owner + ")"
	of := " FROM " + g.catalog + " o WHERE o.oid = " + oid
	exploded := func(acl string) string { return g.catalog + " o, aclexplode(o." + acl + ") x WHERE o.oid = " + oid }
	const to = `CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END, ` +
		`CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`
	parts := []string{
		"SELECT 1, format('ALTER %s OWNER TO %I', " + alter + ", " + owner + ")" + of + " AND " + owner + " <> current_user",
		"SELECT 2, format('REVOKE ALL ON %s FROM PUBLIC, %I', " + on + ", " + owner + ")" + of + " AND o." + g.acl + " IS NOT NULL",
		"SELECT 3, format('GRANT %s ON %s TO %s%s', x.privilege_type, " + on + ", " + to + ") FROM " + exploded(g.acl),
	}
	if g.grant == "TABLE" { // its columns have grants of their own
		parts = append(parts, "SELECT 3, format('GRANT %s (%I) ON %s TO %s%s', x.privilege_type, o.attname, "+on+", "+to+
			") FROM pg_attribute o, aclexplode(o.attacl) x WHERE o.attrelid = "+oid)
	}
	c.emit(ob.Name, "SELECT set_config("+quoteString(setting(c.kept))+", coalesce((SELECT string_agg(s, '; ' ORDER BY n) FROM (\n  "+
		strings.Join(parts, "\n  UNION ALL ")+"\n) k (n, s)), ''), true)")
}

// restoreGrants gives the object, which is there again, what was written down.
func (c *compiler) restoreGrants(ob schema.Object) {
	n, ok := c.grants[ob.ID()]
	if !ok {
		return
	}
	delete(c.grants, ob.ID())
	c.emit(ob.Name, "DO $whim$ BEGIN EXECUTE current_setting("+quoteString(setting(n))+"); END $whim$")
}

func setting(n int) string { return fmt.Sprintf("whimbrel.grants_%d", n) }

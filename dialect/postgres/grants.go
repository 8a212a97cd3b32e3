package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// Owners and grants are no part of a schema. An object that is dropped and
// created again keeps them all the same: since nobody knows them before the
// statements run, the server writes them down itself, as a script, in a setting
// of the transaction, and runs it when the object is there again. Where the
// statements are not one transaction, it is a setting of the session.

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
	c.keeping = append(c.keeping, keeping{len(c.out), setting(c.kept)})
	c.emit(ob.Name, "SELECT set_config("+quoteString(setting(c.kept))+", coalesce((SELECT string_agg(s, '; ' ORDER BY n) FROM (\n  "+
		strings.Join(parts, "\n  UNION ALL ")+"\n) k (n, s)), '"+nothingKept+"'), "+untilCommit)
}

// A keeping is a statement that writes down grants, in c.out.
type keeping struct {
	stmt    int
	setting string
}

const (
	nothingKept    = "-- nothing" // there is no script, which is not to say that it is lost
	untilCommit    = "true)"
	forTheSession  = "false)"
	keptGrantsLost = "the owner and the grants of this object were kept in a session that has ended: create it and give them to it by hand"
)

// restoreGrants gives the object, which is there again, what was written down.
func (c *compiler) restoreGrants(ob schema.Object) {
	n, ok := c.grants[ob.ID()]
	if !ok {
		return
	}
	delete(c.grants, ob.ID())
	c.emit(ob.Name, "DO $whim$ DECLARE kept text := current_setting("+quoteString(setting(n))+", true); BEGIN\n"+
		"  IF coalesce(kept, '') = '' THEN RAISE EXCEPTION USING MESSAGE = "+quoteString(keptGrantsLost)+"; END IF;\n"+
		"  EXECUTE kept;\nEND $whim$")
}

// holdGrants makes what is written down outlive the transaction, where the
// statements are not a single one, and go at the end.
func (c *compiler) holdGrants() {
	if len(c.keeping) == 0 || !slices.ContainsFunc(c.out, func(s dialect.Stmt) bool { return s.NoTx }) {
		return
	}
	var calls []string
	for _, k := range c.keeping {
		s := &c.out[k.stmt]
		s.SQL = strings.TrimSuffix(s.SQL, untilCommit) + forTheSession
		calls = append(calls, "set_config("+quoteString(k.setting)+", '', "+forTheSession)
	}
	c.emit("", "SELECT "+strings.Join(calls, ", "))
}

func setting(n int) string { return fmt.Sprintf("whimbrel.grants_%d", n) }

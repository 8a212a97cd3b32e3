package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// quoteIdent returns name as an identifier. It always quotes: a name that is
// plain today may be a keyword of a later PostgreSQL.
func quoteIdent(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// quoteName returns the name of a table or an object, which may have a
// namespace, as it is written in SQL: where d really puts it.
func quoteName(d Dialect, name string) string {
	namespace, local := schema.Split(name)
	return quoteIn(d, namespace, local)
}

// quoteIn is quoteName for a name in two parts. The default namespace is not
// written: it is where the search path of the session leads.
func quoteIn(d Dialect, namespace, local string) string {
	if namespace = d.scratch.namespace(namespace); namespace == "" && d.scratch.active() && hidden(local) {
		namespace = d.scratch.place.namespace
	}
	if namespace == "" {
		return quoteIdent(local)
	}
	return quoteIdent(namespace) + "." + quoteIdent(local)
}

// serverTypes are the names of types in pg_catalog (PostgreSQL 18), which comes
// first in every search path.
const serverTypes = " aclitem bit bool box bpchar bytea char cid cidr circle date datemultirange daterange float4 float8 inet int2 int2vector int4 " +
	"int4multirange int4range int8 int8multirange int8range interval json jsonb jsonpath line lseg macaddr macaddr8 money name numeric " +
	"nummultirange numrange oid oidvector path point polygon refcursor text tid time timestamp timestamptz timetz tsmultirange tsquery " +
	"tsrange tstzmultirange tstzrange tsvector txid_snapshot uuid varbit varchar xid xid8 xml "

// hidden reports whether a type of that name is found only with its namespace.
func hidden(local string) bool {
	return !strings.Contains(local, " ") && strings.Contains(serverTypes, " "+local+" ")
}

// quoteString returns value as a string constant. One with a backslash is
// written so that it means the same with standard_conforming_strings off.
func quoteString(value string) string {
	quoted := "'" + strings.ReplaceAll(value, "'", "''") + "'"
	if strings.Contains(value, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// quoteIdents returns names as a list of identifiers.
func quoteIdents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteIdent(n)
	}
	return strings.Join(quoted, ", ")
}

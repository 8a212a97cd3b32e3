package postgres

import (
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// readNamespaces reads the namespaces that are not the system's, not of
// temporary tables, and not left over from a scratch place. In a scratch place
// it reads that one's.
func (in *inspector) readNamespaces() error {
	var (
		oid                 int64
		name, quoted        string
		owned               bool
		ids                 []string
		place               = in.d.scratch.place
		where               = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT pg_catalog.starts_with(n.nspname, ` + quoteString(scratchPrefix) + `)`
		isPublic, isScratch = func() bool { return name == "public" }, place != nil
	)
	written := "pg_catalog.quote_ident(n.nspname) || '.'"
	if isScratch {
		where, written = place.condition(), place.written()
	}
	err := in.query(`SELECT n.oid, n.nspname, `+written+`, `+ofExtension("pg_namespace", "n.oid")+`
		FROM pg_catalog.pg_namespace n WHERE {path} AND `+where+` ORDER BY n.oid`,
		[]any{&oid, &name, &quoted, &owned}, func() error {
			ids = append(ids, strconv.FormatInt(oid, 10))
			if isScratch {
				if place.temporary {
					name = place.namespace
				}
				place.quoted[name] = quoted
				name = place.logical(name)
			} else if name == in.session.namespace {
				name = ""
			}
			in.spaces[oid] = space{name: name, prefix: quoted}
			// Every database has public, and nobody creates it.
			if name != "" && !isPublic() && !owned {
				in.add(classNamespace, oid, schema.Object{Kind: schema.Namespace, Name: schema.Qualify("", name)}, "CREATE SCHEMA "+quoteIdent(name))
			}
			return nil
		})
	in.spaceList = strings.Join(append(ids, "0"), ", ")
	return err
}

// readExtensions reads what CREATE EXTENSION made, not what belongs to it. What
// the server brings along (plpgsql) has a low oid. Versions are left out: they
// are the business of who runs the server.
//
// A scratch place has those that were created there: what the server has
// already is not created again.
func (in *inspector) readExtensions() error {
	var (
		oid, namespace    int64
		name, namespaceOf string
	)
	return in.query(`SELECT x.oid, x.extname, x.extnamespace, n.nspname
		FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace
		WHERE {path} AND x.oid >= 16384 ORDER BY x.oid`,
		[]any{&oid, &name, &namespace, &namespaceOf}, func() error {
			if !in.d.scratch.hasExtension(name) {
				return nil
			}
			statement := "CREATE EXTENSION IF NOT EXISTS " + quoteIdent(name)
			if s, ok := in.spaces[namespace]; ok {
				namespaceOf = s.name
			}
			if namespaceOf != "" && namespaceOf != in.session.namespace && !strings.HasPrefix(namespaceOf, "pg_") {
				statement += " WITH SCHEMA " + quoteIdent(namespaceOf)
			}
			in.add(classExtension, oid, schema.Object{Kind: schema.Extension, Name: schema.Qualify("", name)}, statement)
			return nil
		})
}

// readComments reads the comments on what is not the system's.
func (in *inspector) readComments() error {
	var (
		class, id int64
		sub       int
		text      string
	)
	err := in.query(`SELECT classoid, objoid, objsubid, description FROM pg_catalog.pg_description
		WHERE {path} AND objoid >= 16384`, []any{&class, &id, &sub, &text}, func() error {
		in.comments[address{class, id, sub}] = text
		return nil
	})
	for _, o := range in.objects {
		if o.Kind != schema.Namespace {
			continue
		}
		for at, m := range in.made {
			if m.object == o {
				in.comment(o, at.class, at.id, "SCHEMA "+quoteIdent(o.Name))
			}
		}
	}
	return err
}

package postgres

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// inspect reads everything in the namespaces that are not the system's. It asks
// one query for each catalog, whatever the size, and joins the answers here by
// oid. Functions of the server that write SQL (pg_get_expr and the like) are
// called only where there is something to write.
//
// Such a text leaves out the namespace of what the search path finds. So that
// it does not depend on who asks, every query sets the path that it needs for
// its own duration; see session. The queries see one state only if nobody
// changes the schema between them: the lock should be held, or the caller be in
// a transaction that sees one snapshot.
func inspect(ctx context.Context, q dialect.Queryer, d Dialect) (_ schema.Schema, err error) {
	in := &inspector{
		ctx: ctx, q: q, d: d,
		spaces: map[int64]space{}, relations: map[int64]*relation{}, made: map[address]made{},
		comments: map[address]string{}, collations: map[int64]string{}, indexOptions: map[address]string{},
	}
	if err := in.open(); err != nil {
		return schema.Schema{}, err
	}
	defer func() {
		if closed := in.close(ctx); err == nil {
			err = closed
		}
	}()
	for _, read := range []func() error{
		in.readNamespaces, in.readExtensions, in.readComments,
		in.readRelations, in.readColumns, in.readCollations, in.readOpClasses, in.readConstraints, in.readNotNulls, in.readIndexes,
		in.readSequences, in.readTypes, in.readRoutines, in.readTriggers, in.readRules, in.readPolicies, in.readStatistics,
		in.readNeeds, in.readOthers,
	} {
		if err := read(); err != nil {
			return schema.Schema{}, err
		}
	}
	return in.schema(), nil
}

// An inspector puts a schema together. It lives as long as one call of inspect.
type inspector struct {
	ctx     context.Context
	q       dialect.Queryer
	d       Dialect
	session session

	spaces    map[int64]space
	spaceList string // the keys of spaces, for SQL
	relations map[int64]*relation
	ordered   []*relation
	columns   []column // room for new ones
	defaults  map[[2]string]schema.Default
	objects   []*thing
	made      map[address]made // what the rows of the catalogs have become
	comments  map[address]string
	other     []schema.Unsupported

	domainConstraints map[int64][]domainConstraint
	collations        map[int64]string
	opClasses         map[int64]opClass
	defaultOpClasses  map[[2]int64]bool // by method and type
	indexOptions      map[address]string
	indexes           map[int64]*index
	keys              map[int64]string // the names of constraints, by their indexes
}

// A space is a namespace.
type space struct {
	name   string // as a schema calls it: "" is the default one
	prefix string // how a text of the server names something in it: `sales.`
}

// An address is what the catalogs identify a thing by.
type address struct {
	class, id int64
	sub       int
}

// The oids of the catalogs, which never change.
const (
	classType       = 1247
	classAttribute  = 1249
	classProc       = 1255
	classRelation   = 1259
	classDefault    = 2604
	classConstraint = 2606
	classNamespace  = 2615
	classRewrite    = 2618
	classTrigger    = 2620
	classExtension  = 3079
	classPolicy     = 3256
	classStatistics = 3381
	classCollation  = 3456
)

// made says what a row of a catalog is in the schema: a table, or an object.
type made struct {
	relation *relation
	object   *thing
}

// A thing is what an Object is made from: its statements one by one.
type thing struct {
	schema.Object
	statements []string
	needs      refs
}

func (o *thing) add(statement string) { o.statements = append(o.statements, statement) }

// add adds an object, with the first of its statements.
func (in *inspector) add(class, id int64, o schema.Object, statement string) *thing {
	made := &thing{Object: o, statements: []string{statement}}
	in.objects = append(in.objects, made)
	in.know(class, id, made)
	return made
}

func (in *inspector) know(class, id int64, o *thing) {
	in.made[address{class, id, 0}] = made{object: o}
}

// comment adds the COMMENT ON statement of an object, if it has a comment. What
// is how the statement names the object: "VIEW v".
func (in *inspector) comment(o *thing, class, id int64, what string) {
	if text := in.comments[address{class, id, 0}]; text != "" {
		o.add("COMMENT ON " + what + " IS " + quoteString(text))
	}
}

// unsupported notes what a schema cannot hold.
func (in *inspector) unsupported(kind, name, why string) {
	in.other = append(in.other, schema.Unsupported{Kind: kind, Name: name, Why: why})
}

// name returns the name of something in a namespace, and how SQL writes it.
func (in *inspector) name(namespace int64, local string) (name, quoted string) {
	s := in.spaces[namespace]
	if s.name == "" {
		return schema.Qualify("", local), quoteIdent(local)
	}
	return schema.Qualify(s.name, local), quoteIdent(s.name) + "." + quoteIdent(local)
}

// schema returns what has been read.
func (in *inspector) schema() schema.Schema {
	out := schema.Schema{Unsupported: in.other}
	for _, r := range in.ordered {
		if r.object != nil && (r.kind == "v" || r.kind == "m") {
			in.viewColumns(r)
		}
		if r.isTable() {
			out.Tables = append(out.Tables, in.table(r))
		}
	}
	for _, o := range in.objects {
		o.Definition = schema.SQL{}.On(schema.Postgres, strings.Join(o.statements, ";\n"))
		o.Needs = o.needs.list()
		out.Objects = append(out.Objects, o.Object)
	}
	return out
}

// query runs one query and gives each row to row, which finds it in dest. In
// its text {path} stands for the condition that sets the search path, and
// {spaces} for the list of namespaces.
func (in *inspector) query(sql string, dest []any, row func() error) (err error) {
	sql = strings.NewReplacer("{path}", in.session.condition, "{spaces}", in.spaceList).Replace(sql)
	rows, err := in.q.QueryContext(in.ctx, sql)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		in.d.scratch.restore(dest)
		if err := row(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// numbers reads an int2vector, an oidvector, or an array of integers.
func numbers(text string) ([]int64, error) {
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '{' || r == '}' })
	out := make([]int64, len(fields))
	for i, f := range fields {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// options is the SQL that writes an array of "name=value" as what stands in
// WITH (…): sorted, and with quotes where a value needs them.
//
// Debian's PostgreSQL 15.20 keeps an account of its own among the options of
// every column of a table or view, pg_attver, with another number each time the
// column is made. Nobody declared it, so it is no part of a schema.
func options(array string) string { return optionsOf("", array) }

func optionsOf(prefix, array string) string {
	return `(SELECT pg_catalog.string_agg('` + prefix + `' || pg_catalog.quote_ident(option_name) || '=' ||
		CASE WHEN option_value ~ '^(-?[0-9]+([.][0-9]+)?|[a-z_][a-z0-9_]*)$' THEN option_value ELSE pg_catalog.quote_literal(option_value) END, ', '
		ORDER BY option_name) FROM pg_catalog.pg_options_to_table(` + array + `) WHERE option_name <> 'pg_attver')`
}

// notExtension is the condition that no extension owns the row of a catalog
// with this oid.
func notExtension(catalog, oid string) string { return "NOT " + ofExtension(catalog, oid) }

func ofExtension(catalog, oid string) string {
	return `(` + oid + ` IN (SELECT e.objid FROM pg_catalog.pg_depend e
		WHERE e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND e.classid = 'pg_catalog.` + catalog + `'::pg_catalog.regclass AND e.deptype = 'e'))`
}

// refs are the needs of one thing, each once.
type refs map[schema.Ref]bool

func (r *refs) add(ref schema.Ref) {
	if *r == nil {
		*r = refs{}
	}
	(*r)[ref] = true
}

func (r refs) list() []schema.Ref {
	out := make([]schema.Ref, 0, len(r)) // never nil: the database was asked
	for ref := range r {
		out = append(out, ref)
	}
	slices.SortFunc(out, func(a, b schema.Ref) int {
		return strings.Compare(string(a.Kind)+" "+a.Name+" "+a.Column, string(b.Kind)+" "+b.Name+" "+b.Column)
	})
	return out
}

// strip takes one pair of parentheses away that stands around all of an
// expression, which is what the server puts there and whoever writes it again.
func strip(expr string) string {
	if len(expr) < 2 || expr[0] != '(' || expr[len(expr)-1] != ')' {
		return expr
	}
	depth := 0
	toks := tokenize(expr)
	for i, t := range toks {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		if depth == 0 && i < len(toks)-1 {
			return expr
		}
	}
	return expr[1 : len(expr)-1]
}

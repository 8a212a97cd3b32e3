package postgres

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A shape is a constraint as pg_constraint has it: names in the order of its
// columns.
type shape struct {
	kind       string // contype
	columns    []string
	anyOrder   bool
	references string // the condition for the referenced table
	refColumns []string
	onDelete   string
	onUpdate   string
	deferrable bool
	deferred   bool
	valid      bool
}

func partNames(parts []schema.Part) []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Column
	}
	return names
}

func uniqueShape(u schema.Unique) shape {
	return shape{
		kind: "u", columns: partNames(u.Parts), anyOrder: true,
		deferrable: u.Deferrable || u.InitiallyDeferred, deferred: u.InitiallyDeferred, valid: true,
	}
}

func (p prober) foreignShape(f schema.ForeignKey) shape {
	return shape{
		kind: "f", columns: f.Columns, references: p.relation(f.RefTable), refColumns: f.RefColumns,
		onDelete: actionCode(f.OnDelete), onUpdate: actionCode(f.OnUpdate),
		deferrable: f.Deferrable || f.InitiallyDeferred, deferred: f.InitiallyDeferred, valid: !f.NotValid && !f.NotEnforced,
	}
}

func actionCode(a schema.Action) string {
	switch a {
	case schema.NoAction:
		return "a"
	case schema.Restrict:
		return "r"
	case schema.Cascade:
		return "c"
	case schema.SetNull:
		return "n"
	case schema.SetDefault:
		return "d"
	}
	return "a"
}

// attributeNames are the names of columns in the order of an array of numbers.
func attributeNames(relation, numbers string) string {
	return "(SELECT string_agg(quote_ident(a.attname), ',' ORDER BY n.o) FROM unnest(" + numbers + ") WITH ORDINALITY n(k, o)" +
		" JOIN pg_attribute a ON a.attrelid = " + relation + " AND a.attnum = n.k)"
}

// constraint looks for a constraint by what it is.
func (p prober) constraint(table string, want shape) (dialect.Outcome, error) {
	query := "SELECT " + attributeNames("c.conrelid", "c.conkey") + ", " + attributeNames("c.confrelid", "c.confkey") + `,
		c.confdeltype::text, c.confupdtype::text, c.condeferrable::text, c.condeferred::text, c.convalidated::text
		FROM pg_constraint c WHERE c.conrelid = ` + p.relation(table) + " AND c.contype = " + quoteString(want.kind)
	if want.references != "" {
		query += " AND c.confrelid = " + want.references
	}
	outcome := dialect.Absent
	err := p.rows(query, 7, func(v []string) {
		columns, refColumns := strings.Split(v[0], ","), strings.Split(v[1], ",")
		if !sameNames(columns, want.columns, want.anyOrder) || len(want.refColumns) > 0 && !sameNames(refColumns, want.refColumns, false) {
			return
		}
		same := v[4] == strconv.FormatBool(want.deferrable) && v[5] == strconv.FormatBool(want.deferred)
		if want.kind == "f" {
			same = same && v[2] == want.onDelete && v[3] == want.onUpdate
		}
		switch {
		case same && v[6] == strconv.FormatBool(want.valid):
			outcome = dialect.Applied
		case same && outcome == dialect.Absent:
			outcome = dialect.Other // there, and not valid: building it stopped half-way
		}
	})
	return outcome, err
}

// sameNames compares what attributeNames gives with names.
func sameNames(quoted, names []string, anyOrder bool) bool {
	if len(quoted) != len(names) {
		return false
	}
	got := make([]string, len(quoted))
	for i, q := range quoted {
		got[i] = q
		if toks := tokenize(q); len(toks) == 1 {
			if n, ok := toks[0].name(); ok {
				got[i] = n
			}
		}
	}
	if anyOrder {
		names = slices.Clone(names)
		slices.Sort(got)
		slices.Sort(names)
	}
	return slices.Equal(got, names)
}

// primaryKey looks at the columns of the key.
func (p prober) primaryKey(o op.AlterPrimaryKey) (dialect.Outcome, error) {
	v, err := p.texts("SELECT "+attributeNames("c.conrelid", "c.conkey")+", c.conname, c.condeferrable::text, c.condeferred::text, "+
		attributeNames("i.indrelid", "i.indkey::int2[]")+" FROM pg_class t LEFT JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'p'"+
		" LEFT JOIN pg_index i ON i.indexrelid = c.conindid WHERE t.oid = "+p.relation(o.Table), 5)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case v == nil:
		return dialect.Other, nil
	}
	list := func(s string) []string {
		if s == "" {
			return nil
		}
		return strings.Split(s, ",")
	}
	is := func(side, other schema.PrimaryKey) bool {
		names := partNames(side.Parts)
		if !sameNames(list(v[0]), names, false) || !sameNames(list(v[4]), slices.Concat(names, side.Include), false) {
			return false
		}
		if len(names) > 0 && (v[2] != strconv.FormatBool(side.Deferrable || side.InitiallyDeferred) || v[3] != strconv.FormatBool(side.InitiallyDeferred)) {
			return false
		}
		return side.Name == other.Name || side.Name == "" || v[1] == side.Name
	}
	switch {
	case is(o.To, o.From) && is(o.From, o.To):
		return dialect.Unknown, nil // they differ in what is not looked at
	case is(o.To, o.From):
		return dialect.Applied, nil
	case is(o.From, o.To):
		return dialect.Absent, nil
	}
	return dialect.Other, nil
}

// check looks for a check by its name, or without one by its expression. How
// the server writes an expression only the server knows: one of that name is
// taken for it.
func (p prober) check(table string, k schema.Check) (dialect.Outcome, error) {
	query := "SELECT c.conname, c.convalidated::text, c.connoinherit::text, pg_get_expr(c.conbin, c.conrelid) FROM pg_constraint c WHERE c.conrelid = " +
		p.relation(table) + " AND c.contype = 'c'"
	if k.Name != "" {
		query += " AND c.conname = " + quoteString(k.Name)
	}
	outcome := dialect.Absent
	err := p.rows(query, 4, func(v []string) {
		want := k.Expr.For(schema.Postgres)
		if k.Name == "" && !sameTokens(v[3], want) && !sameTokens(v[3], "("+want+")") {
			return
		}
		switch {
		case v[1] == strconv.FormatBool(!k.NotValid && !k.NotEnforced) && v[2] == strconv.FormatBool(k.NoInherit):
			outcome = dialect.Applied
		case outcome == dialect.Absent:
			outcome = dialect.Other
		}
	})
	if err == nil && outcome == dialect.Absent && k.Name == "" {
		return dialect.Unknown, nil // the server may have written it in another way
	}
	return outcome, err
}

// index looks for an index of that name, whether it can be used, and whether it
// is what is wanted as far as plain columns go.
func (p prober) index(table string, want schema.Index) (dialect.Outcome, error) {
	namespace, _ := schema.Split(table)
	v, err := p.texts(`SELECT (i.indisvalid AND i.indisready)::text, i.indisunique::text, (i.indpred IS NOT NULL)::text, i.indnkeyatts::text,
		(SELECT string_agg(coalesce(quote_ident(a.attname), ''), ',' ORDER BY n.o) FROM unnest(i.indkey::int2[]) WITH ORDINALITY n(k, o)
			LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.k AND n.k > 0),
		array_to_string(i.indoption::int2[], ','), (i.indrelid = `+p.relation(table)+`)::text
		FROM pg_index i WHERE i.indexrelid = to_regclass(`+quoteString(quoteIn(p.d, namespace, want.Name))+")", 7)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case v == nil:
		return dialect.Absent, nil
	}
	names := slices.Concat(partNames(want.Parts), want.Include)
	columns := strings.Split(v[4], ",")
	options := strings.Split(v[5], ",")
	same := v[0] == "true" && v[1] == strconv.FormatBool(want.Unique) && v[2] == strconv.FormatBool(want.Where.For(schema.Postgres) != "") &&
		v[3] == fmt.Sprint(len(want.Parts)) && v[6] == "true" && sameNames(columns, names, false) && len(options) == len(want.Parts)
	if same && (want.Method.Postgres == "" || strings.EqualFold(want.Method.Postgres, "btree")) {
		for i, part := range want.Parts {
			code := 0 // bit 0: DESC, bit 1: NULLS FIRST
			if part.Desc {
				code = 1
			}
			if part.Nulls == "FIRST" || part.Nulls == "" && part.Desc {
				code += 2
			}
			same = same && options[i] == fmt.Sprint(code)
		}
	}
	if same {
		return dialect.Applied, nil
	}
	return dialect.Other, nil
}

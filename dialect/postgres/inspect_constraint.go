package postgres

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// A constraint is a row of pg_constraint.
type constraint struct {
	oid, relation, domain, index                     int64
	referenced                                       int64
	name, kind, references, actions, text            string
	columns, refColumns, setColumns                  string
	deferrable, deferred, valid, enforced, noInherit bool
	local, cloned, period                            bool
}

// readConstraints reads the constraints of tables and domains. Those that a
// table has from its parent belong to the parent. Constraint triggers are read
// as triggers, and NOT NULL by readNotNulls.
func (in *inspector) readConstraints() error {
	enforced, period, setColumns, references := "true", "false", "''", "''"
	if in.d.version[0] >= 15 {
		setColumns = "coalesce(c.confdelsetcols::pg_catalog.text, '')"
	}
	if in.d.version[0] >= 18 {
		enforced, period = "c.conenforced", "c.conperiod"
	}
	if in.d.scratch.active() { // there, a table may refer to one that is really there and nowhere else
		references = "CASE WHEN c.contype = 'f' THEN c.confrelid::pg_catalog.regclass::pg_catalog.text ELSE '' END"
	}
	in.keys = map[int64]string{}
	in.domainConstraints = map[int64][]domainConstraint{}
	in.indexes = map[int64]*index{}
	var c constraint
	return in.query(`SELECT c.oid, c.conrelid, c.contypid, c.conindid, c.confrelid, c.conname, c.contype,
		`+references+`, c.confupdtype::pg_catalog.text || c.confdeltype::pg_catalog.text || c.confmatchtype::pg_catalog.text,
		CASE WHEN c.contype = 'c' AND c.contypid = 0 THEN pg_catalog.pg_get_expr(c.conbin, c.conrelid)
			WHEN c.contype = 'x' OR c.contypid <> 0 THEN pg_catalog.pg_get_constraintdef(c.oid) ELSE '' END,
		coalesce(c.conkey::pg_catalog.text, ''), coalesce(c.confkey::pg_catalog.text, ''), `+setColumns+`,
		c.condeferrable, c.condeferred, c.convalidated, `+enforced+`, c.connoinherit, c.conislocal, c.conparentid <> 0, `+period+`
		FROM pg_catalog.pg_constraint c
		WHERE {path} AND c.connamespace IN ({spaces}) AND (c.contype <> 'n' OR c.contypid <> 0) ORDER BY c.oid`,
		[]any{
			&c.oid, &c.relation, &c.domain, &c.index, &c.referenced, &c.name, &c.kind, &c.references, &c.actions, &c.text,
			&c.columns, &c.refColumns, &c.setColumns, &c.deferrable, &c.deferred, &c.valid, &c.enforced, &c.noInherit, &c.local, &c.cloned, &c.period,
		}, func() error {
			if c.domain != 0 {
				in.domainConstraints[c.domain] = append(in.domainConstraints[c.domain], domainConstraint{c.oid, c.name, c.text, c.kind})
				return nil
			}
			r := in.relations[c.relation]
			if r == nil || r.extension {
				return nil
			}
			if c.index != 0 && c.kind != "f" {
				in.keys[c.index] = c.name
			}
			return in.constraint(r, c)
		})
}

func (in *inspector) constraint(r *relation, c constraint) error {
	if c.cloned || !c.local {
		return nil
	}
	var columns []string
	if c.kind == "p" || c.kind == "u" || c.kind == "f" { // an exclusion constraint may have expressions, and says all in its text
		var err error
		if columns, err = r.names(c.columns); err != nil {
			return err
		}
	}
	comment := in.comments[address{classConstraint, c.oid, 0}]
	in.made[address{classConstraint, c.oid, 0}] = made{relation: r}
	options := schema.ConstraintOptions{
		Deferrable: c.deferrable, InitiallyDeferred: c.deferred, WithoutOverlaps: c.period, Comment: comment,
	}
	t := &r.table
	switch c.kind {
	case "p":
		t.PrimaryKey = schema.PrimaryKey{Name: c.name, Parts: schema.Columns(columns...), ConstraintOptions: options}
		in.indexes[c.index] = &index{key: &t.PrimaryKey.ConstraintOptions}
	case "u":
		t.Uniques = append(t.Uniques, schema.Unique{Name: c.name, Parts: schema.Columns(columns...), ConstraintOptions: options})
		in.indexes[c.index] = &index{unique: len(t.Uniques)}
	case "c":
		t.Checks = append(t.Checks, schema.Check{
			Name: c.name, Expr: schema.Expr(strip(c.text)), NoInherit: c.noInherit, NotEnforced: !c.enforced, NotValid: !c.valid && c.enforced, Comment: comment,
		})
	case "f":
		return in.foreignKey(r, c, columns, comment)
	case "x":
		o := in.add(classConstraint, c.oid, schema.Object{Kind: schema.Exclusion, Name: schema.Qualify("", c.name), Table: r.name},
			"ALTER TABLE "+r.quoted+" ADD CONSTRAINT "+quoteIdent(c.name)+" "+c.text)
		in.indexes[c.index] = &index{object: o}
		in.comment(o, classConstraint, c.oid, "CONSTRAINT "+quoteIdent(c.name)+" ON "+r.quoted)
	case "t": // a constraint trigger
	default:
		r.refuse("constraint %q is of a kind %q", c.name, c.kind)
	}
	return nil
}

// readNotNulls reads the NOT NULL constraints of tables, which are rows of their
// own since PostgreSQL 18: their names, and what a column cannot say.
func (in *inspector) readNotNulls() error {
	if !in.d.Flavor().Can(dialect.NamedNotNull) {
		return nil
	}
	var (
		oid, relation           int64
		number                  int
		name                    string
		valid, noInherit, local bool
	)
	return in.query(`SELECT c.oid, c.conrelid, c.conkey[1], c.conname, c.convalidated, c.connoinherit, c.conislocal FROM pg_catalog.pg_constraint c
		WHERE {path} AND c.connamespace IN ({spaces}) AND c.contype = 'n' AND c.conrelid <> 0`,
		[]any{&oid, &relation, &number, &name, &valid, &noInherit, &local}, func() error {
			r := in.relations[relation]
			if r == nil || r.number(number) == nil || !local {
				return nil
			}
			c := r.number(number)
			switch {
			case !valid:
				r.refuse("the NOT NULL constraint of column %q is not valid for the rows that it has", c.Name)
			case noInherit:
				r.refuse("the NOT NULL constraint of column %q is not inherited", c.Name)
			case in.comments[address{classConstraint, oid, 0}] != "":
				r.refuse("the NOT NULL constraint of column %q has a comment", c.Name)
			}
			// Where the table or the column was renamed, this is a name that
			// somebody gave too.
			if name != automaticName(schema.Qualify("", r.local), c.Name, "not_null") {
				c.NotNullName = name
			}
			return nil
		})
}

func (in *inspector) foreignKey(r *relation, c constraint, columns []string, comment string) error {
	f := schema.ForeignKey{
		Name: c.name, Columns: columns, Deferrable: c.deferrable, InitiallyDeferred: c.deferred,
		NotValid: !c.valid && c.enforced, NotEnforced: !c.enforced, Period: c.period, Comment: comment,
	}
	var known [3]bool
	f.OnUpdate, known[0] = actions[c.actions[0]]
	f.OnDelete, known[1] = actions[c.actions[1]]
	f.Match, known[2] = matches[c.actions[2]]
	if known != [3]bool{true, true, true} {
		r.refuse("foreign key %q does something unknown (%s)", c.name, c.actions)
	}
	referenced := in.relations[c.referenced]
	if referenced == nil {
		f.RefTable = unquoteName(c.references)
		r.table.ForeignKeys = append(r.table.ForeignKeys, f)
		return nil
	}
	f.RefTable = referenced.name
	var err error
	if f.RefColumns, err = referenced.names(c.refColumns); err != nil {
		return err
	}
	set, err := r.names(c.setColumns)
	if err != nil {
		return err
	}
	if len(set) > 0 {
		f.SetColumns = set
	}
	r.table.ForeignKeys = append(r.table.ForeignKeys, f)
	return nil
}

var actions = map[byte]schema.Action{
	'a': schema.NoAction, 'r': schema.Restrict, 'c': schema.Cascade, 'n': schema.SetNull, 'd': schema.SetDefault,
}

var matches = map[byte]string{'s': "", 'f': "FULL", 'p': "PARTIAL"}

// names returns the names of columns that a catalog has by number.
func (r *relation) names(list string) ([]string, error) {
	ns, err := numbers(list)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(ns))
	for i, n := range ns {
		c := r.number(int(n))
		if c == nil {
			return nil, fmt.Errorf("table %s has no column of the number %d (did it change while it was read?)", r.name, n)
		}
		out[i] = c.Name
	}
	return out, nil
}

// unquoteName returns a name as a schema writes it, of one as SQL does.
func unquoteName(text string) string {
	var parts []string
	for _, t := range tokenize(text) {
		if name, ok := t.name(); ok {
			parts = append(parts, name)
		}
	}
	if len(parts) == 2 {
		return schema.Qualify(parts[0], parts[1])
	}
	return schema.Qualify("", text)
}

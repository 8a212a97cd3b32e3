package mysql

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// readForeignKeys reads foreign keys. To InnoDB, RESTRICT and NO ACTION are the
// same; MySQL lists NO ACTION for what says nothing, MariaDB lists RESTRICT.
func (in *inspector) readForeignKeys() error {
	type id struct{ table, name string }
	type place struct{ table, key int }
	keys := map[id]place{}
	err := in.rows("SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME,"+
		" REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = "+in.here()+
		" AND REFERENCED_TABLE_NAME IS NOT NULL", func(r row) {
		i, ok := in.tables[string(r.values[0])]
		if !ok {
			return
		}
		t := &in.out.Tables[i]
		k := id{r.text(0), r.text(1)}
		p, ok := keys[k]
		if !ok {
			p = place{i, len(t.ForeignKeys)}
			keys[k] = p
			t.ForeignKeys = append(t.ForeignKeys, schema.ForeignKey{Name: k.name, RefTable: in.referenced(r.text(4), r.text(5))})
		}
		f, at := &t.ForeignKeys[p.key], r.int(3)-1
		for len(f.Columns) <= at {
			f.Columns, f.RefColumns = append(f.Columns, ""), append(f.RefColumns, "")
		}
		f.Columns[at], f.RefColumns[at] = r.text(2), r.text(6)
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	return in.rows("SELECT TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS"+
		" WHERE CONSTRAINT_SCHEMA = "+in.here(), func(r row) {
		if p, ok := keys[id{r.text(0), r.text(1)}]; ok {
			f := &in.out.Tables[p.table].ForeignKeys[p.key]
			f.OnDelete, f.OnUpdate = in.action(r.text(2)), in.action(r.text(3))
		}
	})
}

// referenced returns the name of a table that a foreign key refers to. Where
// names have no case, the key may have it in lower case.
func (in *inspector) referenced(database, table string) string {
	if sameDatabase(database, in.database, in.dialect.settings.lowerCase) {
		if _, ok := in.tables[table]; !ok && in.dialect.settings.lowerCase != 0 {
			for name := range in.tables {
				if strings.EqualFold(name, table) {
					table = name
				}
			}
		}
		database = ""
	}
	return schema.Qualify(database, table)
}

// sameDatabase compares names of databases as the server does, given its
// lower_case_table_names.
func sameDatabase(a, b string, lowerCase int) bool {
	return a == b || lowerCase != 0 && strings.EqualFold(a, b)
}

// action returns the action of a foreign key; the one that a key has which does
// not say is no action.
func (in *inspector) action(rule string) schema.Action {
	switch {
	case rule == "NO ACTION", rule == "RESTRICT" && !in.mysql():
		return schema.NoAction
	}
	return schema.Action(rule)
}

// enforcedChecks is the first MySQL with check constraints, and with the table
// that lists them.
var enforcedChecks = dialect.Version{8, 0, 16}

// readChecks reads check constraints.
func (in *inspector) readChecks() error {
	if in.mysql() {
		return in.readMySQLChecks()
	}
	return in.rows("SELECT TABLE_NAME, CONSTRAINT_NAME, LEVEL, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS"+
		" WHERE CONSTRAINT_SCHEMA = "+in.here(), func(r row) {
		i, ok := in.tables[string(r.values[0])]
		if !ok {
			return
		}
		t, facts := &in.out.Tables[i], &in.facts[i]
		name, text := r.text(1), in.expr(r.text(3), ignore)
		facts.look = facts.look || mangled(text)
		if r.text(2) == "Column" {
			in.columnCheck(t, facts, name, text)
			return
		}
		// An application-time period comes with a check of its name, and
		// nothing else in the catalogs of MariaDB 10.11 tells of it.
		facts.look = facts.look || looksLikePeriod(text)
		t.Checks = append(t.Checks, schema.Check{Name: name, Expr: schema.Expr(text)})
	})
}

// columnCheck reads a check that is part of a column, on MariaDB. It has no
// name and goes only with a new definition of the column, so it is a property
// of that. The one that JSON, an alias, comes with makes it JSON again.
func (in *inspector) columnCheck(t *schema.Table, facts *tableFacts, column, text string) {
	i := slices.IndexFunc(t.Columns, func(c schema.Column) bool { return c.Name == column })
	if i < 0 {
		unsupported(t, "it has a check of a column %s, which it does not have", column)
		return
	}
	c := &t.Columns[i]
	collation := c.Collation.On(in.name())
	if collation == "" {
		collation = facts.collation
	}
	if c.Type.Text == "longtext" && collation == "utf8mb4_bin" && text == "json_valid("+quoteIdent(column)+")" {
		c.Type.Text = "json"
		c.Collation = schema.Variants{}
		return
	}
	in.addColumnOption(c, "CHECK ("+text+")")
}

// looksLikePeriod reports whether a check is `a` < `b`.
func looksLikePeriod(text string) bool {
	toks := significant(text)
	return len(toks) == 3 && toks[0].kind == tokQuoted && toks[1].is("<") && toks[2].kind == tokQuoted
}

// readMySQLChecks reads checks from the two tables that have them: a join of
// them takes the server far longer.
func (in *inspector) readMySQLChecks() error {
	if in.dialect.flavor.Version.Compare(enforcedChecks) < 0 {
		return nil
	}
	clauses := map[string]string{}
	err := in.rows("SELECT CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = "+in.here(),
		func(r row) { clauses[r.text(0)] = r.text(1) })
	if err != nil || len(clauses) == 0 {
		return err
	}
	return in.rows("SELECT TABLE_NAME, CONSTRAINT_NAME, ENFORCED FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = "+in.here()+
		" AND CONSTRAINT_TYPE = 'CHECK'", func(r row) {
		t := in.table(r)
		if t == nil {
			return
		}
		text, ok := clauses[r.text(1)]
		if !ok {
			unsupported(t, "its check %s has no text", r.text(1))
		}
		t.Checks = append(t.Checks, schema.Check{
			Name: r.text(1), Expr: schema.Expr(in.expr(text, ignore)), NotEnforced: string(r.values[2]) == "NO",
		})
	})
}

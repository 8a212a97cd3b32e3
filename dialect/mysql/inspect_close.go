package mysql

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A created is the answer to SHOW CREATE.
type created struct {
	sql    string
	denied string // why there is none
}

// showCreate asks for one statement. column is the name of the column that it
// is in, which is another one for each kind.
func (in *inspector) showCreate(kind, name, column string) (created, error) {
	c := created{denied: "this user may not read its definition"}
	rows, err := in.q.QueryContext(in.ctx, "SHOW CREATE "+kind+" "+quoteIdent(name))
	if err != nil {
		if saidNo(err) {
			return created{denied: err.Error()}, nil
		}
		return c, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return c, err
	}
	at := slices.Index(columns, column)
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return c, err
		}
		if at < 0 {
			continue
		}
		switch v := (*values[at].(*any)).(type) {
		case []byte:
			c = created{sql: string(v)}
		case string:
			c = created{sql: v}
		}
	}
	return c, rows.Err()
}

// plain returns a statement without the marks around what older servers leave
// out, /*!80016 NOT ENFORCED */, and with every name between backticks.
func (in *inspector) plain(sql string) string {
	if !strings.Contains(sql, "/*") && !in.ansi {
		return sql
	}
	var b strings.Builder
	for _, t := range tokenize(sql) {
		switch {
		case t.kind == tokHint:
			inner := strings.TrimSuffix(t.text[strings.IndexAny(t.text, "!+")+1:], "*/")
			b.WriteString(" " + in.plain(strings.TrimLeft(inner, "0123456789")) + " ")
		case in.ansi && t.kind == tokString && t.text[0] == '"':
			b.WriteString(quoteIdent(strings.ReplaceAll(t.text[1:len(t.text)-1], `""`, `"`)))
		default:
			b.WriteString(t.text)
		}
	}
	return b.String()
}

// lookClosely reads the tables of which information_schema may not tell all
// with SHOW CREATE TABLE: partitioned ones, those with a full-text index (its
// parser), with question marks in a text, and on MariaDB those that may have
// an application-time period.
func (in *inspector) lookClosely() error {
	for i := range in.facts {
		if !in.facts[i].look {
			continue
		}
		t := &in.out.Tables[i]
		_, name := schema.Split(t.Name)
		text, err := in.showCreate("TABLE", name, "Create Table")
		if err != nil {
			return err
		}
		if text.denied != "" {
			unsupported(t, "%s", text.denied)
			continue
		}
		shown, err := in.parseCreate(text.sql)
		if err != nil {
			unsupported(t, "%v", err)
			continue
		}
		in.merge(t, shown)
	}
	return nil
}

// merge takes over what SHOW CREATE TABLE knows better. Expressions of MySQL
// are whole in information_schema only.
func (in *inspector) merge(t *schema.Table, shown schema.Table) {
	if shown.Unsupported != "" {
		unsupported(t, "%s", shown.Unsupported)
	}
	t.Options.Comment = shown.Options.Comment
	t.Options.MySQL.PartitionBy = shown.Options.MySQL.PartitionBy
	if !slices.EqualFunc(t.Columns, shown.Columns, func(a, b schema.Column) bool { return a.Name == b.Name }) ||
		len(t.Indexes) != len(shown.Indexes) || len(t.Checks) != len(shown.Checks) {
		unsupported(t, "SHOW CREATE TABLE and information_schema do not agree on it")
		return
	}
	for i, s := range shown.Columns {
		c := &t.Columns[i]
		c.Comment = s.Comment
		if c.Type.Text != "json" {
			c.Type = s.Type
		}
		if !in.mysql() && !isBinary(c.Type.Text) {
			c.Default = s.Default
		}
		if !in.mysql() {
			c.Generated, c.Options = s.Generated, s.Options
		}
	}
	for i := range t.Indexes {
		x := &t.Indexes[i]
		s, ok := shown.Index(x.Name)
		if !ok {
			unsupported(t, "SHOW CREATE TABLE does not list its index %s", x.Name)
		}
		x.Storage, x.Comment = s.Storage, s.Comment
	}
	for i := range t.Checks {
		k := &t.Checks[i]
		n := slices.IndexFunc(shown.Checks, func(s schema.Check) bool { return s.Name == k.Name })
		if n < 0 {
			unsupported(t, "SHOW CREATE TABLE does not list its check %s", k.Name)
		} else if !in.mysql() {
			k.Expr = shown.Checks[n].Expr
		}
	}
}

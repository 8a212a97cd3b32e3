package mysql

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// each runs f on every MySQL and MariaDB that is asked for, with a connection
// to a database of its own.
func each(t *testing.T, f func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.MySQL && s.Dialect != schema.MariaDB {
			return
		}
		db := s.Database(t)
		f(t, s, db, open(t, db))
	})
}

func open(t testing.TB, db *sql.DB) Dialect {
	t.Helper()
	d, err := Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func exec(t testing.TB, q interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, statements ...string,
) {
	t.Helper()
	for _, s := range statements {
		if _, err := q.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s\n%v", s, err)
		}
	}
}

func inspect(t testing.TB, d Dialect, q interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
},
) schema.Schema {
	t.Helper()
	s, err := d.Inspect(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// agrees holds what Inspect returned to what SHOW CREATE TABLE says of every
// table: two ways to one answer, neither of which knows the other.
func agrees(t *testing.T, d Dialect, db *sql.DB, s schema.Schema) {
	t.Helper()
	in := newInspector(t.Context(), d, db)
	for _, err := range []error{in.session(), in.readCharsets()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range s.Tables {
		if table.Unsupported != "" {
			continue
		}
		_, name := schema.Split(table.Name)
		text, err := in.showCreate("TABLE", name, "Create Table")
		if err != nil {
			t.Fatal(err)
		}
		shown, err := in.parseCreate(text.sql)
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, text.sql)
			continue
		}
		in.ownCollations(&shown)
		if diff := cmp.Diff(comparable(d, shown), comparable(d, table)); diff != "" {
			t.Errorf("table %s (-shown +inspected)\n%s%s", name, diff, text.sql)
		}
	}
}

// comparable takes out what the two ways tell another way.
func comparable(d Dialect, t schema.Table) schema.Table {
	t = t.Clone()
	t.Needs = nil
	for i := range t.Indexes {
		if m := t.Indexes[i].Method.On(d.flavor.Dialect); isTree(m) && t.Options.MySQL.Engine != "MEMORY" || m == "hash" {
			t.Indexes[i].Method = schema.Variants{} // only the text tells that somebody wrote it
		}
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if isBinary(c.Type.Text) {
			c.Default = schema.Default{}
		}
		if isType(c.Type.Text, "enum", "set") { // neither server shows these whole,
			c.Type.Text = outOfPlane(c.Type.Text, "?")
		}
		if c.Default.Kind == schema.StringDefault { // nor does MariaDB these
			c.Default.Text = outOfPlane(c.Default.Text, "?")
		}
	}
	for i := range t.Columns {
		shownAs(d, &t.Columns[i].Generated.Expr)
		if c := &t.Columns[i]; c.Default.Kind == schema.ExpressionDefault {
			text := schema.Expr(c.Default.Text)
			shownAs(d, &text)
			c.Default.Text = text.Text
		}
	}
	for i := range t.Checks {
		shownAs(d, &t.Checks[i].Expr)
	}
	for _, x := range t.Indexes {
		for i := range x.Parts {
			shownAs(d, &x.Parts[i].Expr)
		}
	}
	slices.SortFunc(t.Indexes, func(a, b schema.Index) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(t.Checks, func(a, b schema.Check) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(t.ForeignKeys, func(a, b schema.ForeignKey) int { return strings.Compare(a.Name, b.Name) })
	options := strings.Fields(t.Options.MySQL.Options)
	slices.Sort(options)
	t.Options.MySQL.Options = strings.ToLower(strings.Join(options, " "))
	return t
}

// shownAs writes an expression with the loss that MySQL 9.7 shows it with.
func shownAs(d Dialect, e *schema.SQL) {
	if d.flavor.Dialect != schema.MySQL {
		return
	}
	e.Text = outOfPlane(e.Text, "????")
}

// outOfPlane puts something else in the place of each character that is not in
// the basic plane.
func outOfPlane(text, other string) string {
	var b strings.Builder
	for _, r := range text {
		if r > 0xffff {
			b.WriteString(other)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

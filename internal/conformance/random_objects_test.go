package conformance

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// own is a definition on the dialect of the generator alone.
func (g *generator) own(kind schema.ObjectKind, name, table, definition string) schema.Object {
	return schema.Object{Kind: kind, Name: g.qualify(name), Table: table, Definition: schema.SQL{}.On(g.name, definition)}
}

func (g *generator) enum() {
	name := g.id("e")
	g.s.Objects = append(g.s.Objects, g.own(schema.Enum, name, "", enumText(g.d, name, []string{"'a'", "'it''s'", "'ünï'"})))
}

func enumText(d quoter, name string, values []string) string {
	return "CREATE TYPE " + d.Quote(name) + " AS ENUM (" + strings.Join(values, ", ") + ")"
}

// routine adds a function that others can use; where there are none, nothing.
func (g *generator) routine() {
	name := g.id("fn")
	switch {
	case g.postgres():
		body := pick(g.source, []string{"SELECT $1 + 1", "SELECT $1 * 2"})
		g.s.Objects = append(g.s.Objects, schema.Object{
			Kind: schema.Function, Name: g.qualify(name) + "(integer)",
			Definition: schema.SQL{}.On(g.name, "CREATE FUNCTION "+g.d.Quote(name)+"(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$"+body+"$$"),
		})
	case g.mysql():
		g.s.Objects = append(g.s.Objects, g.own(schema.Function, name, "", "CREATE FUNCTION "+g.d.Quote(name)+"(x INT) RETURNS INT DETERMINISTIC RETURN x + "+pick(g.source, []string{"1", "2"})))
	}
}

// object adds a view, a trigger or what else is made of tables.
func (g *generator) object() {
	if len(g.s.Tables) == 0 {
		return
	}
	t := pick(g.source, g.s.Tables)
	switch g.n(4) {
	case 0, 1:
		g.view(t)
	case 2:
		g.trigger(t)
	case 3:
		switch g.name {
		case schema.Postgres:
			g.s.Objects = append(g.s.Objects, g.sequence())
		case schema.MariaDB:
			g.s.Objects = append(g.s.Objects, g.sequence())
		case schema.MySQL, schema.SQLite:
			g.view(t)
		}
	}
}

func (g *generator) sequence() schema.Object {
	name := g.id("s")
	return g.own(schema.Sequence, name, "", "CREATE SEQUENCE "+g.d.Quote(name)+" START WITH 5 INCREMENT BY "+fmt.Sprint(1+g.n(3)))
}

func (g *generator) view(t schema.Table) {
	name := g.id("v")
	kind, create := schema.View, "CREATE VIEW "
	if g.postgres() && g.one(4) {
		kind, create = schema.MaterializedView, "CREATE MATERIALIZED VIEW "
	}
	g.s.Objects = append(g.s.Objects, g.own(kind, name, "", create+g.d.Quote(name)+" AS "+g.query(t)))
}

func (g *generator) query(t schema.Table) string {
	var columns []string
	for i, c := range t.Columns {
		if i == 0 || g.one(2) {
			columns = append(columns, g.d.Quote(c.Name))
		}
	}
	q := "SELECT " + strings.Join(columns, ", ") + " FROM " + quoteName(g.d, t.Name)
	if e := g.condition(t); e != "" && g.one(3) {
		q += " WHERE " + e
	}
	return q
}

func (g *generator) trigger(t schema.Table) {
	name := g.id("tr")
	q, on := g.d.Quote(name), quoteName(g.d, t.Name)
	n := g.n(3)
	switch g.name {
	case schema.SQLite:
		g.s.Objects = append(g.s.Objects, g.own(schema.Trigger, name, t.Name, fmt.Sprintf("CREATE TRIGGER %s AFTER INSERT ON %s BEGIN SELECT %d; END", q, on, n)))
	case schema.MySQL, schema.MariaDB:
		g.s.Objects = append(g.s.Objects, g.own(schema.Trigger, name, t.Name, fmt.Sprintf("CREATE TRIGGER %s BEFORE UPDATE ON %s FOR EACH ROW SET @whim = %d", q, on, n)))
	case schema.Postgres:
		f := g.id("tf")
		g.s.Objects = append(g.s.Objects,
			schema.Object{
				Kind: schema.Function, Name: g.qualify(f) + "()",
				Definition: schema.SQL{}.On(g.name, "CREATE FUNCTION "+g.d.Quote(f)+"() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"),
			},
			g.own(schema.Trigger, name, t.Name, fmt.Sprintf("CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s()", q, on, g.d.Quote(f))))
	}
}

package sqlite

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestInspectGenerated puts statements together at random from everything that
// the grammar allows. What SQLite takes must be understood, and the table that
// its fields make must be the same table. A failure names its seed.
func TestInspectGenerated(t *testing.T) {
	taken := 0
	for seed := range uint64(400) {
		g := &generator{rand.New(rand.NewPCG(seed, 1))}
		script := g.script()
		conn := memory(t)
		if _, err := conn.ExecContext(t.Context(), script); err != nil {
			continue
		}
		taken++
		first, err := inspect(t.Context(), conn)
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, script, err)
		}
		for _, table := range first.Tables {
			if table.Unsupported != "" {
				t.Fatalf("seed %d: %s\nis not supported: %s", seed, script, table.Unsupported)
			}
		}
		members(t, conn, first)
		second := mustInspect(t, rebuilt(first)...)
		if d := cmp.Diff(normalize(first), normalize(second), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("seed %d: %s\nbecame\n%s\n(-first +second)\n%s", seed, script, strings.Join(rebuilt(first), ";\n"), d)
		}
	}
	if taken < 100 {
		t.Errorf("SQLite took only %d statements: the generator makes too little sense", taken)
	}
	t.Logf("%d statements", taken)
}

type generator struct{ *rand.Rand }

// one returns one of the texts.
func (g *generator) one(texts ...string) string { return texts[g.IntN(len(texts))] }

// maybe returns the text, one time in n.
func (g *generator) maybe(n int, text string) string {
	if g.IntN(n) == 0 {
		return text
	}
	return ""
}

// gap is what stands between two words.
func (g *generator) gap() string {
	return g.one(" ", " ", " ", " ", "\n\t", " /* ' ) */ ", " -- , ( \"\n", "/**/ ")
}

func (g *generator) join(words ...string) string {
	var b strings.Builder
	for _, w := range words {
		if w != "" {
			b.WriteString(g.gap() + w)
		}
	}
	return b.String()
}

// name is a column, in some spelling.
func (g *generator) name(i int) string {
	n := []string{"id", "name", "key", "a b", "größe", "select"}[i]
	if i == 3 || i == 5 {
		return g.one(`"`+n+`"`, "`"+n+"`", "["+n+"]", "'"+n+"'")
	}
	return g.one(n, n, strings.ToUpper(n[:1])+n[1:], `"`+n+`"`, "`"+n+"`", "["+n+"]")
}

func (g *generator) expr() string {
	return g.one("id > 0", "NAME <> 'x)'", "[a b] IS NOT NULL", `"key" IN ("Pro", 'con')`, "(1)", "id + (2 * 3) < 1e3 -- c\n",
		"CASE WHEN id THEN name ELSE x'00' END", "length(name) BETWEEN 1.50 AND 0x10", "name NOT LIKE '%;%' ESCAPE '\\'")
}

func (g *generator) conflict() string {
	return g.maybe(4, g.join("ON", "CONFLICT", g.one("rollback", "ABORT", "Fail", "ignore", "REPLACE")))
}

func (g *generator) references() string {
	return g.join("REFERENCES", g.one("p", `"P"`, "t", "nobody")) + g.maybe(2, "(x)") +
		g.maybe(3, g.join("ON", "DELETE", g.one("CASCADE", "SET NULL", "set  default", "RESTRICT", "no action"))) +
		g.maybe(3, g.join("on update", g.one("CASCADE", "SET NULL"))) + g.maybe(6, g.join("MATCH", g.one("FULL", "simple", "x"))) +
		g.maybe(4, g.join(g.maybe(3, "NOT"), "DEFERRABLE", g.maybe(2, g.one("INITIALLY DEFERRED", "INITIALLY  IMMEDIATE"))))
}

func (g *generator) constraint() string {
	switch g.IntN(9) {
	case 0:
		return g.join("NOT", "NULL") + g.conflict()
	case 1:
		return " NULL"
	case 2:
		return g.join("DEFAULT", g.one("1", "-1", "+ 1.50", "'it''s'", `"x"`, "word", "NULL", "true", "CURRENT_TIMESTAMP", "x'AB'", "(1+2)", "('x')", "( abs( -1 ) )", "[q]", "key", "-'1'"))
	case 3:
		return " UNIQUE" + g.conflict()
	case 4:
		return g.join("CHECK") + "(" + g.expr() + ")"
	case 5:
		return g.references()
	case 6:
		return g.join("COLLATE", g.one("nocase", "BINARY", `"rtrim"`))
	case 7:
		return g.join("PRIMARY", "KEY", g.maybe(3, g.one("ASC", "DESC"))) + g.conflict() + g.maybe(3, " AUTOINCREMENT")
	}
	return g.join(g.maybe(2, "GENERATED ALWAYS"), "AS") + "(" + g.one("1", "lower( 'X' )", "id + 1") + ")" + g.maybe(2, g.one(" STORED", " virtual"))
}

func (g *generator) tableConstraint() string {
	list := func() string {
		part := func() string {
			return g.name(g.IntN(4)) + g.maybe(5, " COLLATE nocase") + g.maybe(4, g.one(" ASC", " DESC"))
		}
		return "(" + part() + g.maybe(2, ","+g.gap()+part()) + ")"
	}
	c := g.maybe(2, g.join("CONSTRAINT", g.one("c1", `"c 2"`, "'c3'")))
	switch g.IntN(4) {
	case 0:
		return c + g.join("PRIMARY", "KEY") + list() + g.conflict()
	case 1:
		return c + " UNIQUE" + list() + g.conflict()
	case 2:
		return c + " CHECK (" + g.expr() + ")" + g.conflict()
	}
	return c + g.join("FOREIGN", "KEY") + "(" + g.name(g.IntN(4)) + ")" + g.references()
}

func (g *generator) script() string {
	var items []string
	for i := range 4 + g.IntN(3) {
		typ := g.one("", "INTEGER", "integer", "INT", "text", "varchar(10)", "decimal( 10,2 )", "UNSIGNED BIG INT", `"my type"`, "double  precision")
		c := g.name(i) + g.join(typ)
		for range g.IntN(4) {
			c += g.maybe(4, g.join("CONSTRAINT", g.one("n1", `"n 2"`))) + g.constraint()
		}
		items = append(items, c)
	}
	body := strings.Join(items, ",")
	for i := range g.IntN(4) {
		body += g.one(",", ",", ",", ",\n", " ")
		if i == 0 {
			body = strings.TrimRight(body, ", \n") + ","
		}
		body += g.tableConstraint()
	}
	script := "CREATE TABLE p(x INTEGER PRIMARY KEY, y UNIQUE);\nCREATE TABLE " + g.one("t", `"T"`, "[t]") + g.gap() + "(" + body + ")" +
		g.maybe(5, g.one(" WITHOUT ROWID", " STRICT", " strict, without rowid")) + ";"
	for i := range g.IntN(3) {
		script += fmt.Sprintf("\nCREATE %s INDEX i%d ON t(%s%s%s) %s;", g.maybe(3, "UNIQUE"), i,
			g.one(g.name(g.IntN(4)), "lower( name )", "id + 1", "(name || 'x') COLLATE rtrim", "("+g.name(1)+")", `"no such"`),
			g.maybe(3, " COLLATE nocase"), g.maybe(3, " desc"), g.maybe(3, g.one("WHERE ", "where ")+g.expr()))
	}
	return script
}

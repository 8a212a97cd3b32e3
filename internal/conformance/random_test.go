package conformance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// A source gives out choices, which it reads from bytes: so the engine of go
// test -fuzz can work on them. When they are used up, every choice is the first
// one, which is always the plainest.
type source struct{ data []byte }

// seeded returns a source of random choices that are the same for every run.
func seeded(seed uint64) *source {
	r := rand.New(rand.NewPCG(seed, 1))
	s := &source{make([]byte, 4096)}
	for i := range s.data {
		s.data[i] = byte(r.Uint32())
	}
	return s
}

// n returns a choice from 0 to k−1.
func (s *source) n(k int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % k
}

// one is true one time in k.
func (s *source) one(k int) bool { return s.n(k) == k-1 }

func pick[T any](s *source, items []T) T { return items[s.n(len(items))] }

// A generator makes schemas for one dialect that a server takes.
type generator struct {
	*source
	rules
	s     schema.Schema
	names int
}

// rules are what a server takes.
type rules struct {
	d    dialect.Dialect
	name schema.Dialect
}

func rulesOf(d dialect.Dialect) rules { return rules{d, d.Flavor().Dialect} }

func (r rules) mysql() bool    { return isMySQL(r.name) }
func (r rules) postgres() bool { return r.name == schema.Postgres }
func (r rules) sqlite() bool   { return r.name == schema.SQLite }

func (r rules) since(major, minor int) bool {
	return r.d.Flavor().Version.Compare(dialect.Version{major, minor}) >= 0
}

// randomTrial makes a pair of schemas, the second one by changes to the first.
func randomTrial(d dialect.Dialect, s *source) trial {
	g := &generator{source: s, rules: rulesOf(d)}
	if g.postgres() && g.one(3) {
		g.enum()
	}
	if g.one(3) {
		g.routine()
	}
	for range 1 + g.n(4) {
		g.table()
	}
	g.s = g.valid(g.s)
	for range g.n(4) {
		g.foreignKey()
	}
	for range g.n(4) {
		g.object()
	}
	from := g.valid(g.s)
	g.s = clone(from)
	for range 1 + g.n(6) {
		g.change()
		g.s = g.valid(g.s)
	}
	return g.together(from, g.s)
}

// awkward are patterns for names: what has to be quoted, and what looks like
// something else.
var awkward = []string{
	"%s%d", "%s%d", "%s%d", "%s%d", "%s %d", "%s\"%d", "%s'%d", "%s`%d", "%s.%d", "%s-%d", "SELECT_%s%d", "größe %s%d", "日本%s%d", "Mixed%s%d", "%s%d%%s", `%s\%d`,
	"%s%d)", "[%s%d]", "%s;%d--", "%s/*%d", "$%s$%d", "%s:%d", "%s%d?", "{%s%d}", "#%s%d", "@%s%d", "1%s%d", "_%s%d", "%s\u00a0%d",
}

// id returns a new name, within the limits of every dialect.
func (g *generator) id(what string) string {
	g.names++
	pattern := pick(g.source, awkward)
	name := strings.Replace(strings.Replace(pattern, "%s", what, 1), "%d", fmt.Sprint(g.names), 1)
	if g.one(12) { // exactly as long as PostgreSQL allows, with letters of two bytes
		for len(name) < 61 {
			name += "ä"
		}
		for len(name) < 63 {
			name += "z"
		}
	}
	return name
}

// table adds a table.
func (g *generator) table() {
	t := schema.Table{Name: g.qualify(g.id("t"))}
	if g.n(4) > 0 { // most tables have an id
		c := schema.Typed("id", pick(g.source, []schema.Type{{Kind: schema.KindBigInt}, {Kind: schema.KindInt}, {Kind: schema.KindUUID}, {Kind: schema.KindString, Size: 30}})).NotNull()
		col := c.Column()
		if isInt(col.Type) && g.one(2) {
			col.AutoIncrement = true
			if g.postgres() && g.one(3) {
				col.Identity.Always = g.one(2)
				col.Identity.Options = pick(g.source, []string{"", "START WITH 10 INCREMENT BY 5"})
			}
		}
		t.Columns = append(t.Columns, col)
		t.PrimaryKey = g.key(schema.Columns("id"))
	}
	for range 1 + g.n(6) {
		t.Columns = append(t.Columns, g.column(t))
	}
	if len(t.PrimaryKey.Parts) == 0 && g.one(2) {
		t.PrimaryKey = g.key(g.members(t, 2))
	}
	g.options(&t)
	for range g.n(4) {
		g.part(&t)
	}
	g.s.Tables = append(g.s.Tables, t)
}

// qualify makes a name of a table of a word.
func (r rules) qualify(word string) string {
	if r.sqlite() {
		return word // letter for letter
	}
	return schema.Qualify("", word)
}

func (g *generator) key(parts []schema.Part) schema.PrimaryKey {
	k := schema.PrimaryKey{Parts: parts}
	if len(parts) > 0 && !g.mysql() && g.one(2) { // MySQL has one name for all of them
		k.Name = g.id("pk")
	}
	return k
}

func (g *generator) options(t *schema.Table) {
	switch {
	case g.sqlite():
		t.Options.WithoutRowID = g.one(6)
	case g.one(3):
		t.Options.Comment = pick(g.source, comments)
	}
	if g.postgres() && g.one(6) {
		t.Options.Postgres = pick(g.source, []schema.PostgresTable{{Unlogged: true}, {Storage: "fillfactor=70"}, {RowSecurity: "ENABLED"}, {ReplicaIdentity: "FULL"}})
	}
	if g.mysql() && g.one(6) {
		t.Options.MySQL = pick(g.source, []schema.MySQLTable{{RowFormat: "COMPRESSED"}, {Charset: "latin1", Collation: "latin1_swedish_ci"}, {Options: "STATS_PERSISTENT=1"}})
	}
}

var comments = []string{"plain", "it's", `back\slash "quoted"`, "ünï 日本", "two\nlines", "%s -- /* ;"}

// column returns a new column for a table.
func (g *generator) column(t schema.Table) schema.Column {
	k := pick(g.source, kinds(g.rules, enumerations(g.s)))
	c := schema.Column{Name: g.id("c"), Type: k.typ}
	if g.one(5) {
		if expr := g.computed(t, &c); expr != "" {
			c.Generated = schema.Generated{Expr: schema.Expr(expr), Stored: g.one(2) || !g.virtual()}
			return c
		}
	}
	c.NotNull = g.one(3)
	g.attributes(&c)
	return c
}

func (r rules) virtual() bool { return !r.postgres() || r.since(18, 0) }

// attributes sets what a column can have beside its type.
func (g *generator) attributes(c *schema.Column) {
	c.Default, c.Collation, c.Comment = schema.Default{}, schema.Variants{}, ""
	k := kindOf(g.rules, c.Type, enumerations(g.s))
	if len(k.defaults) > 0 && g.one(3) && !c.AutoIncrement {
		c.Default = pick(g.source, k.defaults)
	}
	if !g.sqlite() && g.one(5) {
		c.Comment = pick(g.source, comments)
	}
	if k.text && g.one(6) {
		collation := map[schema.Dialect]string{schema.SQLite: "NOCASE", schema.Postgres: "C", schema.MySQL: "utf8mb4_bin", schema.MariaDB: "utf8mb4_bin"}
		c.Collation = c.Collation.With(g.name, collation[g.name])
	}
	if g.mysql() && c.Type.Kind == schema.KindDateTime && g.one(3) {
		c.Default, c.OnUpdate = schema.Expression("CURRENT_TIMESTAMP"), "CURRENT_TIMESTAMP"
	}
}

// computed returns an expression over the plain columns of t, and gives c the
// type of it.
func (g *generator) computed(t schema.Table, c *schema.Column) string {
	var plain []schema.Column
	for _, p := range t.Columns {
		if p.Generated.Expr.IsZero() && !p.AutoIncrement && p.Collation == (schema.Variants{}) {
			plain = append(plain, p)
		}
	}
	if len(plain) == 0 {
		return ""
	}
	from := pick(g.source, plain)
	q := g.d.Quote(from.Name)
	switch {
	case isInt(from.Type):
		c.Type = schema.Type{Kind: schema.KindBigInt}
		if g.mysql() && from.Type.Unsigned {
			return ""
		}
		return pick(g.source, []string{q + " / 2", "(" + q + " / 3) + 1", "CASE WHEN " + q + " > 5 THEN 1 ELSE 0 END"})
	case from.Type.Kind == schema.KindString && from.Type.Size > 0:
		c.Type = schema.Type{Kind: schema.KindString, Size: from.Type.Size + 50}
		return pick(g.source, []string{"lower(" + q + ")", "replace(" + q + ", 'a''b', 'x')", "coalesce(" + q + ", 'none')"})
	}
	return ""
}

// members returns up to n columns that a key can have.
func (g *generator) members(t schema.Table, n int) []schema.Part {
	var can []string
	for _, c := range t.Columns {
		if kindOf(g.rules, c.Type, enumerations(g.s)).key && (c.Generated.Expr.IsZero()) {
			can = append(can, c.Name)
		}
	}
	var parts []schema.Part
	for range 1 + g.n(n) {
		if len(can) == 0 {
			break
		}
		i := g.n(len(can))
		parts = append(parts, schema.Part{Column: can[i]})
		can = slices.Delete(can, i, i+1)
	}
	return parts
}

// part adds an index, a unique constraint or a check to a table.
func (g *generator) part(t *schema.Table) {
	switch g.n(4) {
	case 0, 1:
		if i := g.index(*t); len(i.Parts) > 0 {
			t.Indexes = append(t.Indexes, i)
		}
	case 2:
		u := schema.Unique{Name: g.id("u"), Parts: g.members(*t, 2)}
		if g.postgres() && g.one(4) {
			u.NullsNotDistinct = g.one(2) && g.since(15, 0)
			u.Deferrable = g.one(2)
			u.InitiallyDeferred = u.Deferrable && g.one(2)
		}
		if len(u.Parts) > 0 {
			t.Uniques = append(t.Uniques, u)
		}
	case 3:
		if e := g.condition(*t); e != "" {
			c := schema.Check{Name: g.id("k"), Expr: schema.Expr(e)}
			c.NotEnforced = g.name == schema.MySQL && g.one(4)
			if g.postgres() {
				c.NoInherit, c.NotValid = g.one(6), g.one(6)
			}
			t.Checks = append(t.Checks, c)
		}
	}
}

func (g *generator) index(t schema.Table) schema.Index {
	i := schema.Index{Name: g.id("i"), Parts: g.members(t, 3), Unique: g.one(4)}
	for n := range i.Parts {
		p := &i.Parts[n]
		if g.one(4) && (g.name != schema.MariaDB || g.since(10, 8)) {
			p.Desc = true
		}
		if g.postgres() && g.one(5) {
			p.Nulls = pick(g.source, []string{"FIRST", "LAST"})
		}
	}
	if g.mysql() && g.one(4) {
		for _, c := range t.Columns {
			if c.Type.Kind == schema.KindText && c.Generated.Expr.IsZero() {
				i.Parts = append(i.Parts, schema.Part{Column: c.Name, Length: 10})
				break
			}
		}
	}
	if g.one(4) && g.name != schema.MariaDB {
		var c schema.Column
		if e := g.computed(t, &c); e != "" {
			i.Parts = append(i.Parts, schema.Part{Expr: schema.Expr(e)})
			i.Unique = false // values may be equal
		}
	}
	if !g.mysql() && g.one(4) {
		if e := g.condition(t); e != "" {
			i.Where = schema.Expr(e)
		}
	}
	if g.postgres() && g.one(6) && !i.Unique && len(i.Parts) == 1 && i.Parts[0] == (schema.Part{Column: i.Parts[0].Column}) {
		i.Method = schema.Variants{Postgres: "hash"}
	}
	if g.name == schema.MySQL && g.one(6) {
		i.Invisible = true
	}
	if !g.sqlite() && g.one(6) {
		i.Comment = pick(g.source, comments)
	}
	return i
}

// condition returns one that every row that we make fulfils.
func (g *generator) condition(t schema.Table) string {
	var can []string
	for _, c := range t.Columns {
		q := g.d.Quote(c.Name)
		switch {
		case !c.Generated.Expr.IsZero():
		case c.AutoIncrement && g.mysql(): // refused there
		case isInt(c.Type):
			can = append(can, q+" <> 4242", q+" IS NULL OR "+q+" BETWEEN -9223372036854775807 AND 9223372036854775807 OR "+q+" < 0", q+" NOT IN (43, 44)")
		case c.Type.Kind == schema.KindString:
			can = append(can, q+" <> 'ne''ver'", "length("+q+") < 1000", q+" NOT LIKE 'zz%'", q+" IN ('no', 'ja') OR NOT "+q+" = 'nein'")
		case c.Type.Kind == schema.KindDate:
			can = append(can, q+" <> '2000-02-02'", q+" IS NOT NULL OR "+q+" IS NULL")
		case c.Type.Kind == schema.KindDecimal:
			can = append(can, q+" <> 0.5", "("+q+" + 1.50) * 2 <> 3.25")
		}
	}
	if len(can) == 0 {
		return ""
	}
	e := pick(g.source, can)
	if g.one(4) {
		e = "(" + e + ") AND (" + pick(g.source, can) + ")"
	}
	return e
}

// foreignKey adds one: between two tables, or of a table to itself, with
// columns of its own.
func (g *generator) foreignKey() {
	if len(g.s.Tables) == 0 {
		return
	}
	ref := pick(g.source, g.s.Tables)
	targets := keysOf(ref)
	if len(targets) == 0 {
		return
	}
	t := &g.s.Tables[g.n(len(g.s.Tables))]
	f := schema.ForeignKey{Name: g.id("f"), RefTable: ref.Name, RefColumns: pick(g.source, targets)}
	notNull := g.one(3)
	for _, name := range f.RefColumns {
		c, _ := ref.Column(name)
		own := schema.Column{Name: g.id("r"), Type: c.Type, Collation: c.Collation, NotNull: notNull}
		t.Columns = append(t.Columns, own)
		f.Columns = append(f.Columns, own.Name)
	}
	actions := []schema.Action{schema.NoAction, schema.Cascade, schema.Restrict}
	if !notNull {
		actions = append(actions, schema.SetNull)
	}
	f.OnDelete = pick(g.source, actions)
	f.OnUpdate = pick(g.source, actions)
	if !g.mysql() && g.one(4) {
		f.Deferrable = true
		f.InitiallyDeferred = g.one(2)
	}
	if g.postgres() && g.one(6) {
		f.NotValid = true
	}
	if g.postgres() && g.one(8) {
		f.Match = "FULL"
	}
	t.ForeignKeys = append(t.ForeignKeys, f)
}

// keysOf returns what a foreign key can refer to.
func keysOf(t schema.Table) [][]string {
	var out [][]string
	add := func(parts []schema.Part) {
		var names []string
		for _, p := range parts {
			names = append(names, p.Column)
		}
		if len(names) > 0 {
			out = append(out, names)
		}
	}
	add(t.PrimaryKey.Parts)
	for _, u := range t.Uniques {
		if !u.Deferrable && !u.NullsNotDistinct {
			add(u.Parts)
		}
	}
	return out
}

func isInt(t schema.Type) bool {
	switch t.Kind {
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt:
		return true
	default:
		return false
	}
}

func clone(s schema.Schema) schema.Schema {
	out := schema.Schema{Objects: slices.Clone(s.Objects)}
	for _, t := range s.Tables {
		out.Tables = append(out.Tables, t.Clone())
	}
	return out
}

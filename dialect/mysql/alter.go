package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// alterColumn changes a column. MODIFY restates all of it, from what the column
// is in the state with the change merged in; it leaves the column where it
// stands among the others.
func (c *compiler) alterColumn(o op.AlterColumn) error {
	before, _ := c.state.Table(o.Table)
	if _, err := c.apply(o); err != nil {
		return err
	}
	after, _ := c.state.Table(o.Table)
	was, ok := before.Column(o.To.Name)
	is, _ := after.Column(o.To.Name)
	if !ok {
		return nil // apply has said so
	}
	if err := c.possibleColumn(o.Table, is); err != nil {
		return err
	}
	if c.d.columnDef(before, was) == c.d.columnDef(after, is) {
		return nil
	}
	if err := c.possibleKeys(after, is.Name); err != nil {
		return err
	}
	c.giving[o.Table] = c.giving[o.Table] || is.AutoIncrement && !was.AutoIncrement
	retyped := !c.sameType(was, is)
	// First everything that may stop it, then the first statement that changes
	// anything.
	if retyped && !isGenerated(was, c.name) {
		c.guard(before.Name, was, is)
	}
	if !isGenerated(was, c.name) && isGenerated(is, c.name) {
		c.values(was, is)
	}
	fill := c.d.defaultText(schema.Column{Type: is.Type, Default: o.Fill})
	stricter := mustBeNotNull(after, is) && !mustBeNotNull(before, was) && !isGenerated(is, c.name)
	if stricter && (fill == "" || fill == "NULL") {
		c.noNulls(o.Table, o.To.Name, "becomes NOT NULL")
		stricter = false
	}
	if retyped || c.name == schema.MySQL && was.AutoIncrement != is.AutoIncrement { // error 1833 (9.7)
		c.unlink(o.Table, o.To.Name)
	}
	if stricter {
		was = c.fillNulls(before, after, was, is, c.valueText(o.Fill))
	}
	if c.recomputed(was, is) {
		return c.recompute(before, after, was, is)
	}
	if clause, ok := c.alterDefault(before, after, was, is); ok {
		c.alter(o.Table, clause)
		return nil
	}
	c.alter(o.Table, "MODIFY COLUMN "+c.d.columnDef(after, is))
	return nil
}

// sameType reports whether a column keeps its type, with the collation and the
// options that it says itself.
func (c *compiler) sameType(was, is schema.Column) bool {
	return canonType(c.d.typeText(was.Type)) == canonType(c.d.typeText(is.Type)) &&
		was.Collation.On(c.name) == is.Collation.On(c.name) && was.Options.On(c.name) == is.Options.On(c.name)
}

// fillNulls gives the rows without a value one, in the type that the column
// shall have, and returns what the column is then.
func (c *compiler) fillNulls(before, after schema.Table, was, is schema.Column, value string) schema.Column {
	if !c.sameType(was, is) {
		typed := is
		typed.NotNull, typed.Default = false, schema.Default{}
		c.alter(after.Name, "MODIFY COLUMN "+c.d.columnDef(before, typed))
		was = typed
	}
	c.fill(after, is.Name, value)
	return was
}

// alterDefault returns the clause that changes nothing but the default, which
// no server rewrites the table for. It leaves to MODIFY what this clause cannot
// say: the clock, and an expression for a type that takes no constant.
//
// DROP DEFAULT would leave a nullable column of MySQL without even the default
// NULL, so that an INSERT that leaves it out fails (9.7).
func (c *compiler) alterDefault(before, after schema.Table, was, is schema.Column) (string, bool) {
	same := was
	same.Default = is.Default
	if c.d.columnDef(before, same) != c.d.columnDef(after, is) {
		return "", false
	}
	name := "ALTER COLUMN " + quoteIdent(is.Name)
	text := c.d.defaultText(is)
	switch {
	case isGenerated(is, c.name):
		return "", false
	case text == "" && mustBeNotNull(after, is):
		return name + " DROP DEFAULT", true
	case text == "" || text == "NULL":
		return name + " SET DEFAULT NULL", true
	case isConstant(significant(text)):
		return name + " SET DEFAULT " + text, true
	}
	return "", false
}

// recomputed reports whether the change is one that MODIFY refuses: only a
// stored column can become an ordinary one or the other way round.
func (c *compiler) recomputed(was, is schema.Column) bool {
	kind := func(col schema.Column) int {
		switch {
		case !isGenerated(col, c.name):
			return 0
		case col.Generated.Stored:
			return 1
		}
		return 2
	}
	from, to := kind(was), kind(is)
	return from != to && (from == 2 || to == 2)
}

// recompute drops a generated column and adds it as it shall be, in its old
// place and with its indexes, in one statement.
func (c *compiler) recompute(before, after schema.Table, was, is schema.Column) error {
	if !isGenerated(is, c.name) { // its values stay: they are stored first
		stored := was
		stored.Generated.Stored = true
		c.alter(after.Name, c.replace(before, before, stored)...)
		c.alter(after.Name, "MODIFY COLUMN "+c.d.columnDef(after, is))
		return nil
	}
	c.alter(after.Name, c.replace(before, after, is)...)
	return nil
}

// values demands that the values of a column are those that its expression
// has: they are lost.
func (c *compiler) values(was, is schema.Column) {
	table := op.TableOf(c.ops[c.index])
	expr := asColumn(parseType(c.d.typeText(is.Type)), endLine(is.Generated.Expr.For(c.name)))
	ask := c.none
	if c.worksOn(table) { // perhaps on what the expression is made of
		ask = c.noneHere
	}
	ask(table, is.Name, func(t, col string) string {
		return "SELECT " + col + " FROM " + t + " WHERE NOT (" + col + " <=> " + expr + ") LIMIT 5"
	},
		fmt.Sprintf("column %q of table %q has other values than the expression that it becomes, and they would be lost", was.Name, table))
}

// asColumn returns an expression with the value that a column of the type has
// of it: numbers are rounded.
func asColumn(t columnType, expr string) string {
	family := t.family()
	if family == integers && t.unsigned {
		return "CAST((" + expr + ") AS UNSIGNED)"
	}
	if family == integers {
		return "CAST((" + expr + ") AS SIGNED)"
	}
	if family == decimals {
		return fmt.Sprintf("CAST((%s) AS DECIMAL(%d,%d))", expr, t.arg(0, 10), t.arg(1, 0))
	}
	return "(" + expr + ")"
}

// alterTable changes the options of a table: what the server rewrites nothing
// for together, and apart what is a rewrite of its own.
func (c *compiler) alterTable(o op.AlterTable) error {
	before, _ := c.state.Table(o.Table)
	if _, err := c.apply(o); err != nil {
		return err
	}
	after, _ := c.state.Table(o.Table)
	object := fmt.Sprintf("table %q", o.Table)
	if err := c.possibleOptions(object, after.Options); err != nil {
		return err
	}
	if err := c.checkText(object+": its comment", after.Options.Comment); err != nil {
		return err
	}
	was, is := before.Options.MySQL, after.Options.MySQL
	changes := c.shapesLater(o.Table)
	if was.PartitionBy != is.PartitionBy && (is.PartitionBy == "" || changes) {
		c.unpartition(o.Table, was.PartitionBy)
	}
	delete(c.bare, o.Table)
	defer delete(c.rich, o.Table)
	if versioned(before.Options) && !versioned(after.Options) {
		c.noHistory(o.Table)
		c.alter(o.Table, "DROP SYSTEM VERSIONING")
	}
	var clauses []string
	if text := "ENGINE=" + engine(is); engine(was) != engine(is) && changes && isPoor(engine(is)) {
		c.atLast(o.Table, text)
	} else if engine(was) != engine(is) && !c.rich[o.Table] {
		clauses = append(clauses, text)
	}
	if was.RowFormat != is.RowFormat {
		clauses = append(clauses, "ROW_FORMAT="+orDefault(is.RowFormat))
	}
	if before.Options.Comment != after.Options.Comment {
		clauses = append(clauses, "COMMENT="+quoteString(after.Options.Comment))
	}
	more, err := c.optionClauses(object, was.Options, is.Options)
	if err != nil {
		return err
	}
	clauses = append(clauses, more...)
	clauses = append(clauses, c.charsetClauses(before, after)...)
	c.alter(o.Table, clauses...)
	if !versioned(before.Options) && versioned(after.Options) {
		c.emit(o.Table, "ALTER TABLE "+quoteName(o.Table)+" ADD SYSTEM VERSIONING")
	}
	if is.PartitionBy != "" && was.PartitionBy != is.PartitionBy {
		// The server refuses partitions that have no place for a row (1526).
		if text := partitionText(is.PartitionBy); changes {
			c.atLast(o.Table, text)
		} else {
			c.alter(o.Table, text)
		}
	}
	return nil
}

func orDefault(text string) string {
	if text == "" {
		return "DEFAULT"
	}
	return text
}

// charsetClauses change the character set of a table, and with it that of the
// columns which have it from there. (CONVERT TO would take along those that say
// otherwise, and make the next larger type of each TEXT.)
func (c *compiler) charsetClauses(before, after schema.Table) []string {
	was, is := before.Options.MySQL, after.Options.MySQL
	charset, collation := is.Charset, is.Collation
	if was.Charset == charset && was.Collation == collation {
		return nil
	}
	if charset == "" && collation == "" {
		charset, collation = c.d.settings.charset, c.d.settings.collation
	}
	var words []string
	if charset != "" {
		words = append(words, "DEFAULT CHARSET="+charset)
	}
	if collation != "" {
		words = append(words, "COLLATE="+collation)
	}
	clauses := []string{strings.Join(words, " ")}
	for _, col := range after.Columns {
		if text := c.d.typeText(col.Type); !isTextType(text) || col.Collation.On(c.name) != "" || namesCharset(text) {
			continue
		}
		// In the same statement a column without collation gets the new one.
		clauses = append(clauses, "MODIFY COLUMN "+c.d.columnDef(after, col))
		c.unlink(after.Name, col.Name)
	}
	return clauses
}

func namesCharset(typeText string) bool {
	return slices.ContainsFunc(parseType(typeText).rest, func(w string) bool { return w == "charset" || w == "character" || w == "collate" })
}

func versioned(o schema.TableOptions) bool {
	toks := significant(o.MySQL.Options)
	for i := range toks {
		if toks[i].isWord("system") && i+1 < len(toks) && toks[i+1].isWord("versioning") {
			return true
		}
	}
	return false
}

// noHistory demands that a system-versioned table has no row that is history:
// without versioning they are deleted.
func (c *compiler) noHistory(table string) {
	c.none(table, "", func(t, _ string) string {
		return "SELECT a.n - b.n FROM (SELECT count(*) AS n FROM " + t + " FOR SYSTEM_TIME ALL) AS a, (SELECT count(*) AS n FROM " + t + ") AS b WHERE a.n <> b.n"
	}, fmt.Sprintf("table %q has history, which is data, and it would be deleted: delete it first (DELETE HISTORY FROM %s) if it shall go", table, quoteName(table)))
}

// resets are what the options of a table are set to when they go.
var resets = map[string]string{
	"KEY_BLOCK_SIZE": "0", "MAX_ROWS": "0", "MIN_ROWS": "0", "AVG_ROW_LENGTH": "0", "CHECKSUM": "0", "DELAY_KEY_WRITE": "0", "AUTOEXTEND_SIZE": "0",
	"TABLE_CHECKSUM": "0", "TRANSACTIONAL": "DEFAULT",
	"STATS_PERSISTENT": "DEFAULT", "STATS_AUTO_RECALC": "DEFAULT", "STATS_SAMPLE_PAGES": "DEFAULT", "PACK_KEYS": "DEFAULT",
	"PAGE_CHECKSUM": "0", "PAGE_COMPRESSED": "DEFAULT", "PAGE_COMPRESSION_LEVEL": "DEFAULT", "ENCRYPTED": "DEFAULT", "ENCRYPTION_KEY_ID": "DEFAULT",
	"COMPRESSION": "''", "ENCRYPTION": "'N'", "CONNECTION": "''", "ENGINE_ATTRIBUTE": "''", "SECONDARY_ENGINE_ATTRIBUTE": "''", "INSERT_METHOD": "NO",
}

// optionClauses returns what sets the options that come or change, and resets
// those that go.
func (c *compiler) optionClauses(object, was, is string) ([]string, error) {
	from, to := parseOptions(was), parseOptions(is)
	var clauses []string
	for _, o := range to {
		if !slices.Contains(from, o) {
			clauses = append(clauses, o.name+"="+o.value)
		}
	}
	for _, o := range from {
		if slices.ContainsFunc(to, func(p option) bool { return p.name == o.name }) {
			continue
		}
		value, ok := resets[strings.Trim(o.name, "`")]
		switch {
		case ok:
		case strings.HasPrefix(o.name, "`"): // an option of MariaDB's engine
			value = "DEFAULT"
		default:
			return nil, &dialect.UnsupportedError{Object: object, Why: "nothing is known that takes the option " + o.name + " away"}
		}
		clauses = append(clauses, o.name+"="+value)
	}
	return clauses, nil
}

type option struct{ name, value string }

// parseOptions reads table options as the servers write them: KEY=VALUE, with
// or without the equals sign. System versioning is none of them here.
func parseOptions(text string) []option {
	var out []option
	toks := significant(text)
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		switch {
		case t.isWord("with") && i+2 < len(toks) && toks[i+1].isWord("system"):
			i += 2
		case t.isName():
			o := option{name: t.name()}
			if t.kind == tokWord {
				o.name = strings.ToUpper(o.name)
			} else {
				o.name = strings.ToUpper(t.text)
			}
			if i+1 < len(toks) && toks[i+1].is("=") {
				i++
			}
			if i+1 < len(toks) {
				i++
				o.value = toks[i].text
			}
			out = append(out, o)
		}
	}
	return out
}

package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// alterColumn changes what differs between the column as it is and as it
// shall be.
func (c *compiler) alterColumn(o op.AlterColumn) error {
	if err := c.possibleColumn(o.Table, o.To); err != nil {
		return err
	}
	t, _ := c.state.Whole(o.Table)
	before, ok := t.Column(o.To.Name)
	if ok && before != o.From {
		if _, err := c.state.Apply(c.d.visible(o)); err != nil {
			_, err = c.state.Apply(o) // for the error, which speaks of the operation as it was written
			return err
		}
	} else if _, err := c.state.Apply(o); err != nil {
		return err
	}
	t, _ = c.state.Whole(o.Table)
	after, _ := t.Column(o.To.Name)
	if isSerial(o.From) && !isSerial(before) {
		// To the history it is a serial, and the sequence has another name, or
		// other options: the table or the column was renamed.
		if seq, ok := c.owned(o.Table, o.To.Name); ok {
			if after.Default == before.Default {
				after.Default = o.To.Default
			}
			c.sequences[partOf{o.Table, o.To.Name}] = seq.Name
			before.Type, before.Default = schema.NativeType(serialOf(storedType(before))), schema.Default{}
			if err := c.change(o.Table, before, after, o.Fill); err != nil || isSerial(after) {
				return err
			}
			return c.dropOwned(o.Table, o.To.Name)
		}
	}
	before, err := c.takeIn(o.Table, c.afterRelease(o.Table, before), after)
	if err != nil {
		return err
	}
	return c.change(o.Table, before, after, o.Fill)
}

// owned returns the sequence that goes with a column.
func (c *compiler) owned(table, column string) (schema.Object, bool) {
	for _, ob := range c.state.Objects() {
		if ob.Kind == schema.Sequence {
			if t, col, ok := ownedBy(ob); ok && t == table && col == column {
				return ob, true
			}
		}
	}
	return schema.Object{}, false
}

// visible returns o with every property equal on both sides that PostgreSQL
// writes the same, so that on a live state the column keeps what it has.
func (d Dialect) visible(o op.AlterColumn) op.AlterColumn {
	from, to := &o.From, o.To
	if sameType(columnType(*from), columnType(to)) && isSerial(*from) == isSerial(to) {
		from.Type = to.Type
	}
	if defaultText(*from) == defaultText(to) {
		from.Default = to.Default
	}
	if sameGenerated(*from, to) {
		from.Generated = to.Generated
	}
	if from.Collation.Postgres == to.Collation.Postgres {
		from.Collation = to.Collation
	}
	if from.Options.Postgres == to.Options.Postgres {
		from.Options = to.Options
	}
	if !d.Flavor().Can(dialect.NamedNotNull) {
		from.NotNullName = to.NotNullName
	}
	from.NotNullConflict, from.OnUpdate, from.Invisible = to.NotNullConflict, to.OnUpdate, to.Invisible
	return o
}

func sameGenerated(a, b schema.Column) bool {
	x, y := a.Generated.Expr.For(schema.Postgres), b.Generated.Expr.For(schema.Postgres)
	return x == y && (x == "" || a.Generated.Stored == b.Generated.Stored)
}

// A columnChange is the change of one column. Its actions become one ALTER
// TABLE, unless something has to happen between two of them.
type columnChange struct {
	*compiler
	table         string
	before, after schema.Column
	actions       []string
}

// column adds an action of ALTER COLUMN.
func (c *columnChange) column(action string) {
	c.actions = append(c.actions, "ALTER COLUMN "+quoteIdent(c.after.Name)+" "+action)
}

// flush emits what has come together.
func (c *columnChange) flush() {
	c.alter(c.table, c.actions...)
	c.actions = nil
}

// change turns one column into another of the same name. The state has it
// already as it will be.
func (c *compiler) change(table string, before, after schema.Column, fill schema.Default) error {
	if !sameGenerated(before, after) {
		return c.changeGenerated(table, before, after, fill)
	}
	ch := &columnChange{compiler: c, table: table, before: before, after: after}
	retypes := !sameType(storedType(before), storedType(after)) || before.Collation.Postgres != after.Collation.Postgres
	if !retypes {
		ch.properties(fill)
		return nil
	}
	for _, name := range append([]string{table}, c.children(table)...) {
		if t, _ := c.state.Table(name); mentions(t.Options.Postgres.PartitionBy, after.Name) {
			return unsupported(fmt.Sprintf("column %q of table %q", after.Name, table), "PostgreSQL cannot change the type of a column of the partition key of %q: create a new table and move the rows", name)
		}
	}
	if query := c.lossy(table, after.Name, storedType(before), storedType(after)); query != "" && !isGenerated(after) {
		c.none(table, fmt.Sprintf("values of %s.%s would not be the same as %s", table, after.Name, storedType(after)), query)
	}
	return c.around(table, after.Name, func() error {
		ch.properties(fill)
		return nil
	})
}

// properties changes everything but how the column is computed.
func (ch *columnChange) properties(fill schema.Default) {
	before, after := ch.before, ch.after
	retypes := !sameType(storedType(before), storedType(after)) || before.Collation.Postgres != after.Collation.Postgres
	rebased := parseType(storedType(before)).base != parseType(storedType(after)).base
	oldDefault, newDefault := defaultText(before), defaultText(after)
	key := partOf{ch.table, after.Name}
	if ch.lost[key] {
		oldDefault = ""
		delete(ch.lost, key)
	}
	auto := isSerial(before) || isSerial(after) || isIdentity(before) || isIdentity(after)
	resets := oldDefault != "" && newDefault != "" && retypes && rebased && !isGenerated(after)
	ch.leaveAuto()
	if oldDefault != "" && (newDefault == "" || resets) {
		ch.column("DROP DEFAULT")
	}
	if retypes {
		ch.retype()
	}
	if oldDefault != newDefault || resets {
		if newDefault != "" && ch.callsAway(newDefault) {
			p := &pieces{table: ch.table, columns: []columnUse{{table: ch.table, column: after}}}
			if ch.notAway(p); len(p.columns) > 0 {
				ch.users = append(ch.users, p)
			}
		} else if newDefault != "" && !isSerial(after) {
			if oldDefault == newDefault {
				newDefault = bareConstant(newDefault) // 'x'::text is not what it becomes beside a new type
			}
			ch.column("SET DEFAULT " + ch.d.sql(newDefault))
		}
	}
	ch.nullable(fill)
	if auto {
		ch.enterAuto()
	}
	if before.Storage != after.Storage || retypes && after.Storage != "" {
		ch.column("SET STORAGE " + ch.storage(after))
	}
	if before.Compression != after.Compression {
		word := after.Compression
		if word == "" {
			word = "default"
		}
		ch.column("SET COMPRESSION " + word)
	}
	for _, action := range optionActions(before.Options.Postgres, after.Options.Postgres) {
		ch.column(action)
	}
	ch.flush()
	if oldDefault != newDefault || resets {
		ch.restoreDefaults()
	}
	ch.adjustSequence()
	if before.Comment != after.Comment {
		ch.emit(ch.table, ch.d.commentColumn(ch.table, after.Name, after.Comment))
	}
}

// restoreDefaults gives the tables that have the column from this one their own
// defaults again, and with it those below them: what is set here, the server
// sets there too.
func (ch *columnChange) restoreDefaults() {
	for _, name := range ch.children(ch.table) {
		t, _ := ch.state.Table(name)
		col, ok := t.Column(ch.after.Name)
		action := ""
		switch text := bareConstant(defaultText(col)); {
		case !ok, isSerial(col), isGenerated(col):
		case isNull(col.Default):
			action = "DROP DEFAULT"
		case text != "":
			action = "SET DEFAULT " + ch.d.sql(text)
		}
		if action != "" {
			ch.emit(name, "ALTER TABLE "+quoteName(ch.d, name)+" ALTER COLUMN "+quoteIdent(col.Name)+" "+action)
		}
	}
}

// retype changes the type and the collation.
func (ch *columnChange) retype() {
	from, to := storedType(ch.before), storedType(ch.after)
	s := "TYPE " + ch.d.sql(to)
	if ch.after.Collation.Postgres != "" {
		s += " COLLATE " + quoteName(ch.d, ch.after.Collation.Postgres)
	}
	if !isGenerated(ch.after) {
		if using := ch.using(ch.after.Name, from, to); using != "" {
			s += " USING " + using
		}
	}
	ch.column(s)
}

// nullable changes NOT NULL. What gives out values has it in any case, and so
// have the columns of a primary key.
func (ch *columnChange) nullable(fill schema.Default) {
	t, _ := ch.state.Table(ch.table)
	key := isMember(t.PrimaryKey.Parts, ch.after.Name)
	forbidden := func(c schema.Column) bool { return key || c.NotNull || isSerial(c) || isIdentity(c) }
	was, is := forbidden(ch.before), forbidden(ch.after)
	switch {
	case was && !is:
		ch.column("DROP NOT NULL")
	case is && !was:
		if text := defaultText(schema.Column{Default: fill}); text != "" {
			ch.flush()
			name := quoteIdent(ch.after.Name)
			ch.update(ch.table, "UPDATE "+quoteName(ch.d, ch.table)+" SET "+name+" = "+ch.d.sql(text)+" WHERE "+name+" IS NULL")
		}
		ch.actions = append(ch.actions, ch.notNullAction(ch.after))
	case was && is && ch.before.NotNullName != ch.after.NotNullName && ch.d.Flavor().Can(dialect.NamedNotNull):
		ch.renameNotNull()
	}
}

// renameNotNull gives the NOT NULL constraint another name. Without a name of
// its own it has the server's.
func (ch *columnChange) renameNotNull() {
	name := func(c schema.Column) string {
		if c.NotNullName != "" {
			return c.NotNullName
		}
		return automaticName(ch.table, c.Name, "not_null")
	}
	ch.flush()
	ch.alter(ch.table, "RENAME CONSTRAINT "+quoteIdent(name(ch.before))+" TO "+quoteIdent(name(ch.after)))
}

// storage is what stands behind SET STORAGE. Before 16 there is no word for the
// default of the type.
func (ch *columnChange) storage(c schema.Column) string {
	if c.Storage != "" {
		return c.Storage
	}
	if ch.d.version[0] >= 16 {
		return "DEFAULT"
	}
	switch t := parseType(ch.baseType(storedType(c))); {
	case t.array:
		return "EXTENDED"
	case t.base == "numeric" || t.base == "inet" || t.base == "cidr":
		return "MAIN"
	case isString(t.base) && t.base != "name" && t.base != `"char"`:
		return "EXTENDED"
	}
	switch parseType(ch.baseType(storedType(c))).base {
	case "bytea", "json", "jsonb", "xml", "bit", "bit varying", "path", "polygon", "tsvector", "numrange", "tsrange", "tstzrange", "daterange",
		"int4range", "int8range", "jsonpath":
		return "EXTENDED"
	}
	return "PLAIN"
}

// optionActions turns one list of actions on a column, one in a line, into
// another.
func optionActions(from, to string) []string {
	was, is := lines(from), lines(to)
	var out []string
	for _, l := range was {
		if slices.Contains(is, l) {
			continue
		}
		if strings.HasPrefix(l, "SET STATISTICS") {
			if !strings.Contains(to, "SET STATISTICS") {
				out = append(out, "SET STATISTICS -1")
			}
			continue
		}
		if body, ok := strings.CutPrefix(l, "SET ("); ok {
			var gone []string
			kept := storageKeys(strings.TrimSuffix(strings.Join(is, ","), ")"))
			for _, p := range splitStorage(strings.TrimSuffix(body, ")")) {
				if !slices.Contains(kept, p.key) {
					gone = append(gone, p.key)
				}
			}
			if len(gone) > 0 {
				out = append(out, "RESET ("+strings.Join(gone, ", ")+")")
			}
		}
	}
	for _, l := range is {
		if !slices.Contains(was, l) {
			out = append(out, l)
		}
	}
	return out
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// bareConstant returns a constant without the type that the server wrote behind
// it: 'x'::text, (0)::numeric. Anything else it returns as it is.
func bareConstant(text string) string {
	toks := significant(tokenize(text))
	switch {
	case len(toks) > 2 && toks[0].kind == tokString && toks[1].is("::") && onlyType(toks[2:]):
		return toks[0].text
	case len(toks) > 4 && toks[0].is("(") && toks[1].kind == tokNumber && toks[2].is(")") && toks[3].is("::") && onlyType(toks[4:]):
		return toks[1].text
	}
	return text
}

// onlyType reports whether the tokens can be the text of a type, and nothing
// behind it.
func onlyType(toks []token) bool {
	for _, t := range toks {
		if t.kind != tokWord && t.kind != tokQuoted && t.kind != tokNumber && !t.is("(") && !t.is(")") && !t.is("[") && !t.is("]") && !t.is(".") && !t.is(",") {
			return false
		}
		if t.kind == tokWord && infix[foldWord(t.text)] {
			return false
		}
	}
	return true
}

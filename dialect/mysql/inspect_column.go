package mysql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

func (in *inspector) readColumns() error {
	srid := "NULL"
	if in.mysql() {
		srid = "SRS_ID"
	}
	return in.rows("SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, GENERATION_EXPRESSION, COLUMN_COMMENT,"+
		" COLLATION_NAME, ORDINAL_POSITION, "+srid+" FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = "+in.here(), func(r row) {
		i, ok := in.tables[string(r.values[0])]
		if !ok {
			return
		}
		t, facts := &in.out.Tables[i], &in.facts[i]
		if t.Columns == nil {
			t.Columns = make([]schema.Column, 0, 16)
		}
		c := in.column(r, t, facts)
		for len(t.Columns) < r.int(9) { // the order of the answer is nobody's promise
			t.Columns = append(t.Columns, schema.Column{})
		}
		t.Columns[r.int(9)-1] = c
	})
}

// column reads one row of readColumns.
func (in *inspector) column(r row, t *schema.Table, facts *tableFacts) schema.Column {
	c := schema.Column{Name: r.text(1), NotNull: string(r.values[3]) == "NO", Comment: r.text(7)}
	typ := r.text(2)
	if short, ok := strings.CutSuffix(typ, compressed); ok {
		typ = short
		in.addColumnOption(&c, "COMPRESSED")
	}
	c.Type = schema.NativeType(typ)
	if collation := r.text(8); collation != "" && collation != facts.collation {
		c.Collation = c.Collation.With(in.name(), collation)
	}
	used := in.needs(t)
	generated, rest := in.extra(&c, r.text(5))
	if rest != "" {
		unsupported(t, "column %s has the property %s, which is not known", c.Name, rest)
	}
	if c.Generated.Expr.Text = in.expr(r.text(6), used); c.Generated.Expr.Text == "ROW START" || c.Generated.Expr.Text == "ROW END" {
		unsupported(t, "its system versioning has columns of its own, %s among them", c.Name)
	} else if c.Generated.Expr.Text == "" && !r.null(4) {
		if isBinary(typ) && !generated && (in.mysql() || strings.HasPrefix(string(r.values[4]), "'")) {
			facts.binaries = append(facts.binaries, r.int(9)-1)
		}
		c.Default = in.columnDefault(typ, r.text(4), generated, used)
	}
	if !r.null(10) {
		in.addColumnOption(&c, "SRID "+strconv.Itoa(r.int(10)))
	}
	facts.look = facts.look || mangled(typ) || mangled(c.Comment) ||
		!isBinary(typ) && mangled(c.Default.Text) && (c.Default.Kind == schema.StringDefault || !in.mysql()) ||
		!in.mysql() && mangled(c.Generated.Expr.Text)
	return c
}

// compressed is what MariaDB adds to the type of a column whose values it
// compresses.
const compressed = " /*M!100301 COMPRESSED*/"

// addColumnOption adds to the properties of a column that have no field.
func (in *inspector) addColumnOption(c *schema.Column, option string) {
	if was := c.Options.On(in.name()); was != "" {
		option = was + " " + option
	}
	c.Options = c.Options.With(in.name(), option)
}

// extra reads EXTRA: "auto_increment", "DEFAULT_GENERATED on update
// CURRENT_TIMESTAMP(3)", "STORED GENERATED, INVISIBLE". It reports whether
// the default is an expression, and returns what it does not know.
func (in *inspector) extra(c *schema.Column, text string) (defaultGenerated bool, rest string) {
	for text != "" {
		var word string
		if word, text = cutExtra(text); word == "" {
			return defaultGenerated, text
		}
		switch word {
		case "auto_increment":
			c.AutoIncrement = true
		case "default_generated":
			defaultGenerated = true
		case "invisible":
			c.Invisible = true
		case "stored generated", "persistent generated":
			c.Generated.Stored = true
		case "without system versioning", "not secondary":
			in.addColumnOption(c, strings.ToUpper(word))
		case "on update":
			end := len(text)
			if i := strings.IndexAny(text, " ,"); i >= 0 {
				end = i
			}
			c.OnUpdate, text = text[:end], strings.TrimLeft(text[end:], " ,")
		}
	}
	return defaultGenerated, ""
}

// cutExtra takes a property that is known off the front of EXTRA.
func cutExtra(text string) (property, rest string) {
	for _, p := range [...]string{
		"auto_increment", "default_generated", "on update", "virtual generated", "stored generated", "persistent generated",
		"invisible", "without system versioning", "not secondary",
	} {
		if len(text) >= len(p) && strings.EqualFold(text[:len(p)], p) {
			return p, strings.TrimLeft(text[len(p):], " ,")
		}
	}
	return "", text
}

// needs returns what notes the sequences that the table's columns take values
// from.
func (in *inspector) needs(t *schema.Table) func(string) {
	return func(name string) {
		if ref := in.ref(name); ref.Kind == schema.Sequence && !slices.Contains(t.Needs, ref) {
			t.Needs = append(t.Needs, ref)
		}
	}
}

// readBinaryDefaults asks for the defaults that are bytes, all in one query:
// information_schema of MySQL 9.7 ends them at the first zero, MariaDB 10.11
// writes question marks for what is no text.
func (in *inspector) readBinaryDefaults() error {
	type place struct{ table, column int }
	var places []place
	var b strings.Builder
	for i, f := range in.facts {
		for _, c := range f.binaries {
			t := in.out.Tables[i]
			if len(places) > 0 {
				b.WriteString(" UNION ALL ")
			}
			name := t.Columns[c].Name
			fmt.Fprintf(&b, "SELECT %d, hex(DEFAULT(t.%s)) FROM %s", len(places), quoteIdent(name), oneRow(t.Name, name))
			places = append(places, place{i, c})
		}
	}
	if len(places) == 0 {
		return nil
	}
	err := in.rows(b.String(), func(r row) {
		p := places[r.int(0)]
		c := &in.out.Tables[p.table].Columns[p.column]
		c.Default = bytesDefault(c.Type.Text, r.text(1))
	})
	if saidNo(err) {
		for _, p := range places {
			t := &in.out.Tables[p.table]
			unsupported(t, "the default of column %s is binary, and cannot be read: %v", t.Columns[p.column].Name, err)
		}
		return nil
	}
	return err
}

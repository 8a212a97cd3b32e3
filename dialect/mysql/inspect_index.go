package mysql

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// readIndexes reads primary keys and indexes. A unique constraint is nothing
// but a unique index to these servers, and an index is what tells all of it
// (prefixes, order, method), so that is what it becomes here.
func (in *inspector) readIndexes() error {
	visible, expression := "IF(IGNORED = 'YES', 'NO', 'YES')", "NULL"
	if in.mysql() {
		visible = "IS_VISIBLE"
		if in.dialect.flavor.Version.Compare(functionalIndexes) >= 0 {
			expression = "EXPRESSION"
		}
	}
	return in.rows("SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, COLLATION, SUB_PART, INDEX_TYPE, INDEX_COMMENT, "+
		visible+", COMMENT, "+expression+" FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = "+in.here(), func(r row) {
		i, ok := in.tables[string(r.values[0])]
		if !ok {
			return
		}
		t := &in.out.Tables[i]
		p := schema.Part{Column: r.text(4), Length: r.int(6), Desc: string(r.values[5]) == "D"}
		if text := r.text(11); text != "" {
			p = schema.Part{Expr: schema.Expr(in.expr(text, ignore)), Desc: p.Desc}
		}
		name, at := r.text(1), r.int(3)-1
		if name == "PRIMARY" {
			put(&t.PrimaryKey.Parts, at, p)
			t.PrimaryKey.Method, t.PrimaryKey.Comment = in.method(t, r.text(7)), r.text(8)
			return
		}
		n := slices.IndexFunc(t.Indexes, func(x schema.Index) bool { return x.Name == name })
		if n < 0 {
			n = len(t.Indexes)
			x := schema.Index{Name: name, Unique: r.int(2) == 0, Comment: r.text(8), Invisible: string(r.values[9]) == "NO"}
			x.Method = in.method(t, r.text(7))
			t.Indexes = append(t.Indexes, x)
			switch {
			case x.Method.On(in.name()) == "fulltext", mangled(x.Comment):
				in.facts[i].look = true // a parser is not in the answer
			case string(r.values[10]) == "disabled":
				unsupported(t, "its indexes are disabled")
			}
		}
		if x := &t.Indexes[n]; x.Method.On(in.name()) == "spatial" || x.Method.On(in.name()) == "fulltext" {
			p.Length, p.Desc = 0, false // 32 bytes of a spatial index are no prefix
		}
		put(&t.Indexes[n].Parts, at, p)
	})
}

// functionalIndexes is the first MySQL that has them, and the column.
var functionalIndexes = [3]int{8, 0, 13}

func ignore(string) {}

// put sets one part, whichever order they come in.
func put(parts *[]schema.Part, at int, p schema.Part) {
	for len(*parts) <= at {
		*parts = append(*parts, schema.Part{})
	}
	(*parts)[at] = p
}

// method returns the method of an index, where it is not the usual one of the
// engine: BTREE, or in MEMORY HASH. InnoDB makes a BTREE of everything.
func (in *inspector) method(t *schema.Table, text string) schema.Variants {
	usual := "BTREE"
	if strings.EqualFold(t.Options.MySQL.Engine, "MEMORY") {
		usual = "HASH"
	}
	if strings.EqualFold(text, usual) {
		return schema.Variants{}
	}
	return schema.Variants{}.With(in.name(), strings.ToLower(text))
}

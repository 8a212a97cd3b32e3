package mysql

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/schema"
)

// readLost asks for the texts in which SHOW CREATE TABLE writes question marks
// too: the values of enums and sets (MariaDB 10.11, MySQL 9.7), and defaults
// that are constants (MariaDB; MySQL writes the bytes, in the character set of
// the column). It is one query for each table with a question
// mark in such a text; what it does not tell makes the table unsupported.
func (in *inspector) readLost() error {
	for i := range in.facts {
		t := &in.out.Tables[i]
		if !in.facts[i].look || t.Unsupported != "" {
			continue
		}
		if err := in.askLost(t, " UNION ALL "); err != nil {
			return err
		}
	}
	return nil
}

// askLost asks for what a table may have lost: at once, or, with nothing to
// put between two queries, one by one: MySQL 9.7 cannot open a temporary table
// twice in a query.
func (in *inspector) askLost(t *schema.Table, between string) error {
	var l lost
	for c := range t.Columns {
		l.column(t.Name, &t.Columns[c])
	}
	queries := l.queries
	if between != "" && len(queries) > 1 {
		queries = []string{strings.Join(queries, between)}
	}
	var no error
	for _, query := range queries {
		err := in.rows(query, func(r row) {
			if text, err := hex.DecodeString(r.text(1)); err == nil && !r.null(1) && utf8.Valid(text) {
				l.texts[r.int(0)].found(string(text))
			}
		})
		if err != nil && !saidNo(err) {
			return err
		}
		no = errors.Join(no, err)
	}
	for _, x := range l.texts {
		if !x.told {
			unsupported(t, "%v", errors.Join(fmt.Errorf("a question mark in %s may be a character that the server does not show", x.what), no))
		}
	}
	for _, set := range l.sets {
		set()
	}
	return nil
}

// lost are the texts of one table that are asked for.
type lost struct {
	queries []string
	texts   []*lostText // by the number that the answer has
	sets    []func()    // what to do with them afterwards
}

type lostText struct {
	what, text string
	told       bool
}

func (x *lostText) found(text string) { x.text, x.told = text, true }

func (l *lost) add(what string) (x *lostText, n int) {
	x = &lostText{what: what}
	l.texts = append(l.texts, x)
	return x, len(l.texts) - 1
}

// column asks for what a column may have lost.
func (l *lost) column(table string, c *schema.Column) {
	if isType(c.Type.Text, "enum", "set") && mangled(c.Type.Text) {
		l.members(table, c)
	}
	d := c.Default
	shown := d.Kind == schema.StringDefault && !mangled(d.Text) || d.Kind != schema.StringDefault && !strings.HasPrefix(d.Text, "0x")
	if !shown && isType(c.Type.Text, "char", "varchar", "enum", "set") {
		x, n := l.add("the default of column " + c.Name)
		l.queries = append(l.queries, fmt.Sprintf("SELECT %d, hex(CONVERT(DEFAULT(t.%s) USING utf8mb4)) FROM %s", n, quoteIdent(c.Name), oneRow(table, c.Name)))
		l.sets = append(l.sets, func() {
			if x.told {
				c.Default = schema.StringValue(x.text)
			}
		})
	}
}

// members asks for the values of an enum or a set that have a question mark.
//
// A recursive query gives its columns the types that they have in the first of
// its parts, and converts what the other part returns into these: numbers into
// the values that they stand for, with nothing written anywhere (MariaDB 10.11,
// MySQL 9.7).
func (l *lost) members(table string, c *schema.Column) {
	was := parseType(c.Type.Text)
	var numbers []string
	texts := map[int]*lostText{}
	for i, m := range was.args {
		if !mangled(m) {
			continue
		}
		x, n := l.add("the type of column " + c.Name)
		texts[i] = x
		number := uint64(i) + 1 //nolint:gosec // an index
		if was.base == "set" {
			number = 1 << i
		}
		numbers = append(numbers, fmt.Sprintf("SELECT %d v, %d n", number, n))
	}
	l.queries = append(l.queries, fmt.Sprintf("SELECT n, hex(CONVERT(v USING utf8mb4)) FROM (WITH RECURSIVE r (v, n) AS (SELECT t.%s, -1 FROM %s"+
		" UNION ALL SELECT k.v, k.n FROM r JOIN (%s) k WHERE r.n < 0) SELECT v, n FROM r WHERE n >= 0) x",
		quoteIdent(c.Name), oneRow(table, c.Name), strings.Join(numbers, " UNION ALL ")))
	l.sets = append(l.sets, func() {
		is := slices.Clone(was.args)
		for i, x := range texts {
			if x.told && x.text != stringValue(is[i]) {
				is[i] = quoteString(x.text)
			}
		}
		if !slices.Equal(is, was.args) {
			c.Type = schema.NativeType(was.base + "(" + strings.Join(is, ",") + ")")
		}
	})
}

// oneRow is a table t of one row, with a column of a table that may have none.
// The column has its type and its default. (In a row that an outer join made
// up, DEFAULT is NULL for a column that is NOT NULL; here it is not.)
func oneRow(table, column string) string {
	return fmt.Sprintf("(SELECT t.%s FROM (SELECT 1) o LEFT JOIN %s t ON FALSE LIMIT 1) t", quoteIdent(column), quoteName(table))
}

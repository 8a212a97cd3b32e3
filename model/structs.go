package model

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/tables"
	"github.com/whimbreldb/whimbrel/schema"
)

// Structs returns the source that plain structs are, for programs without an ORM:
// values of structs or pointers to them, of which each is a table. The tag db
// names a column, as sqlx, pgx, scany and the output of sqlc have it; the tag ddl
// says the rest:
//
//	type Product struct {
//		ID     int64     `db:"id"      ddl:"pk auto"`
//		Name   string    `db:"name"    ddl:"size(50) unique(product_in_shop)"`
//		ShopID int64     `db:"shop_id" ddl:"unique(product_in_shop) references(shops.id, on delete cascade) index"`
//		Price  *int      `db:"price"   ddl:"check(price > 0)"`
//		Twice  int       `db:"twice"   ddl:"generated(price * 2) null"`
//		Made   time.Time `db:"made"    ddl:"default(current_timestamp)"`
//	}
//
// The name of a table is what the method TableName returns, or else the name of
// the struct in snake case and in the plural: words that end in s, x, z, ch or sh
// get es, a y after a consonant becomes ies, and everything else gets an s. A
// column without a tag db is the name of its field in snake case: ShopID is
// shop_id, HTTPPort http_port.
//
// A column is NOT NULL unless its Go type has a value for NULL: a pointer, a
// slice, a map, or one of database/sql (NullString, Null[T], …).
//
// # The words of the tag ddl
//
// They stand apart with blanks. An argument is what the parentheses hold, in
// which parentheses and quotes are balanced: nothing has to be escaped.
//
//	pk                              the column is (part of) the primary key
//	auto                            the database gives out the values: an integer that is the key
//	null, notnull                   against what the Go type says
//	size(n)                         text of at most n characters, or n bytes
//	type(text)                      the type of the column in SQL: uuid, json, decimal(10,2), point
//	on(dialect, text)               the type on one dialect: on(postgres, citext)
//	default(sql)                    a number, true, 'text', or an expression
//	generated(sql), virtual(sql)    computed when it is written, or when it is read
//	unique, unique(name)            a constraint; columns with the same name are one
//	index, index(name, …)           an index; columns with the same name are one; behind the name:
//	                                unique, desc, where and a condition
//	check(condition)                a constraint
//	references(table.column, …)     a foreign key; behind the column: on delete and on update with
//	                                cascade, restrict, set null, set default; name and a name:
//	                                columns with the same name are one key
//	collate(dialect, name)          the collation on one dialect
//	comment(text)                   a comment
//	embed, embed(prefix)            the fields of a struct are columns; a struct that is embedded
//	                                in Go's way needs no word
//	-                               the column is somebody else's: it is never made and never dropped
//
// A field with the tag db:"-" is no column. A Go type for which no column type is
// obvious needs type(…) or on(…): a struct, a map, a slice, an interface, and
// whatever decides itself what it writes (driver.Valuer).
//
// Load gives all mistakes in one error, each with struct and field.
func Structs(structs ...any) Source { return plain(slices.Clone(structs)) }

// plain are the structs of a source.
type plain []any

// Load maps the structs.
func (p plain) Load() (Models, error) {
	m := &mapper{tables: map[string]*schema.Table{}, owner: map[string]string{}}
	for _, s := range p {
		m.add(s)
	}
	m.checkReferences()
	if err := errors.Join(m.errs...); err != nil {
		return Models{}, err
	}
	slices.Sort(m.keep)
	slices.Sort(m.types)
	slices.SortFunc(m.warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Text, b.Text))
	})
	return Models{Schema: schema.Schema{Tables: tables.Order(m.tables)}, Keep: m.keep, Types: m.types, Warnings: m.warnings}, nil
}

// A mapper maps a set of structs.
type mapper struct {
	tables   map[string]*schema.Table
	owner    map[string]string // the struct of each table
	keep     []string
	types    []string
	warnings []Warning
	errs     []error
	foreign  []foreign

	// Of the struct that is being mapped.
	name  string // models.Product
	table *schema.Table
}

// A foreign is a column that a foreign key refers to, with where that was said: to
// be checked when all tables are known.
type foreign struct{ model, field, table, column string }

func (m *mapper) fail(field, format string, args ...any) {
	at := m.name
	if field != "" {
		at += "." + field
	}
	m.errs = append(m.errs, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

// structName returns the name of a type as a person writes it: models.Product.
func structName(t reflect.Type) string {
	if t == nil {
		return "nil"
	}
	if t.Name() == "" && t.Kind() == reflect.Struct {
		return "(a struct without a name)"
	}
	return t.String()
}

// add maps one struct.
func (m *mapper) add(value any) {
	t := reflect.TypeOf(value)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	m.name = structName(t)
	if t == nil || t.Kind() != reflect.Struct {
		m.fail("", "a model is a struct")
		return
	}
	name := tableName(t)
	m.table = &schema.Table{Name: name}
	switch other, again := m.owner[name]; {
	case name == "":
		m.fail("", "it has no name for its table: give it a method TableName() string")
		return
	case again && other == m.name:
		m.fail("", "it is listed twice")
		return
	case again:
		m.fail("", "its table %q is that of %s too", name, other)
		return
	}
	m.owner[name] = m.name
	m.types = append(m.types, TypeName(t))
	before := len(m.errs)
	m.fields(t, "", "", nil)
	if len(m.table.Columns) == 0 && len(m.errs) == before {
		m.fail("", "it has no columns")
	}
	if len(m.table.PrimaryKey.Parts) == 0 {
		m.warnings = append(m.warnings, Warning{Model: m.name, Text: "the table has no primary key: tag a field with ddl:\"pk\""})
	}
	m.checkKey()
	tables.Name(m.table)
	m.tables[name] = m.table
}

// namer is what names a table.
type namer interface{ TableName() string }

func tableName(t reflect.Type) string {
	if n, ok := reflect.New(t).Interface().(namer); ok {
		return n.TableName()
	}
	if t.Name() == "" {
		return ""
	}
	name, _, _ := strings.Cut(t.Name(), "[") // of a generic type
	return plural(snake(name))
}

// checkKey looks at the columns that count.
func (m *mapper) checkKey() {
	for _, c := range m.table.Columns {
		if !c.AutoIncrement {
			continue
		}
		if k := m.table.PrimaryKey.Parts; len(k) != 1 || k[0].Column != c.Name {
			m.fail("", "column %q has the word auto: only a column that is the whole primary key can count", c.Name)
		}
	}
}

// checkReferences looks whether what foreign keys refer to is there.
func (m *mapper) checkReferences() {
	for _, f := range m.foreign {
		m.name = f.model
		t, ok := m.tables[f.table]
		if !ok {
			m.fail(f.field, "it refers to the table %q, which no listed struct has%s", f.table, meant(f.table, slices.Collect(maps.Keys(m.tables))))
			continue
		}
		if _, ok := t.Column(f.column); !ok {
			var names []string
			for _, have := range t.Columns {
				names = append(names, have.Name)
			}
			m.fail(f.field, "it refers to the column %q of %q, which has none of that name%s", f.column, t.Name, meant(f.column, names))
		}
	}
}

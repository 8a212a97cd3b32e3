// Package offline has the dialects of Bun that need no module of Bun's beside
// Bun itself, and no server: what each writes for a column, and how it quotes.
// The one for SQLite is complete, and serves queries too.
//
// They are written against the rules of Bun's own dialects (1.3.0), and a test
// holds them to those. Each value has a registry of its own, so that nothing
// that is mapped is seen by the application. Start at [For].
package offline

import (
	"database/sql"
	"encoding/hex"
	"strings"

	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/feature"
	"github.com/uptrace/bun/dialect/sqltype"
	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/schema"
)

// A Dialect is a dialect of Bun.
type Dialect struct {
	bs.BaseDialect

	rules
	tables *bs.Tables
}

// rules are what one dialect has that the others have not.
type rules struct {
	name      dialect.Name
	features  feature.Feature
	quote     byte
	backslash bool // it is an escape in a string
	hexBytes  bool // X'00', not '\x00'
	varchar   int
	namespace string
	column    func(*bs.Field)
	sequence  func(*bs.Table, *bs.Field) string
}

// For returns a new dialect, or nil for one that Whimbrel does not have. MySQL
// and MariaDB are one to Bun.
func For(d schema.Dialect) *Dialect {
	var r rules
	switch d {
	case schema.SQLite:
		r = sqlite()
	case schema.Postgres:
		r = postgres()
	case schema.MySQL, schema.MariaDB:
		r = mysql()
	default:
		return nil
	}
	out := &Dialect{rules: r}
	out.tables = bs.NewTables(out)
	return out
}

// Init does nothing: whoever asked a server would need one.
func (d *Dialect) Init(*sql.DB) {}

// Name returns Bun's name of the dialect.
func (d *Dialect) Name() dialect.Name { return d.name }

// Features returns what queries may use.
func (d *Dialect) Features() feature.Feature { return d.features }

// Tables returns the registry of this value.
func (d *Dialect) Tables() *bs.Tables { return d.tables }

// OnTable sets the column types of a table.
func (d *Dialect) OnTable(t *bs.Table) {
	for _, f := range t.FieldMap {
		d.column(f)
	}
}

// IdentQuote returns the quote around names.
func (d *Dialect) IdentQuote() byte { return d.quote }

// DefaultVarcharLen returns the length of a VARCHAR for which none is stated.
func (d *Dialect) DefaultVarcharLen() int { return d.varchar }

// DefaultSchema returns the namespace of a table for which none is stated.
func (d *Dialect) DefaultSchema() string { return d.namespace }

// AppendSequence appends what makes a column count.
func (d *Dialect) AppendSequence(b []byte, t *bs.Table, f *bs.Field) []byte {
	return append(b, d.sequence(t, f)...)
}

// AppendString appends a string.
func (d *Dialect) AppendString(b []byte, s string) []byte {
	if d.backslash {
		s = strings.ReplaceAll(s, `\`, `\\`)
	}
	return d.BaseDialect.AppendString(b, s)
}

// AppendBytes appends binary data.
func (d *Dialect) AppendBytes(b, data []byte) []byte {
	if !d.hexBytes {
		return d.BaseDialect.AppendBytes(b, data)
	}
	if data == nil {
		return dialect.AppendNull(b)
	}
	b = append(b, "X'"...)
	b = hex.AppendEncode(b, data)
	return append(b, '\'')
}

// Features returns those of the names that the Bun which is linked knows. Its
// constants will not do: older versions lack some, and the program would not
// build.
func Features(names ...string) (all feature.Feature) {
	for bit := range 63 {
		f := feature.Feature(1) << bit
		said := feature.NewNotSupportError(f).Error()
		for _, n := range names {
			if strings.Contains(said, " "+n+" ") {
				all |= f
			}
		}
	}
	return all
}

func sqlite() rules {
	return rules{
		name: dialect.SQLite, quote: '"', hexBytes: true, namespace: "main",
		features: Features("CTE", "WithValues", "Returning", "InsertReturning", "InsertTableAlias", "UpdateTableAlias",
			"DeleteTableAlias", "InsertOnConflict", "TableNotExists", "SelectExists", "AutoIncrement", "CompositeIn",
			"FKDefaultOnAction", "DeleteReturning", "CreateIndexIfNotExists"),
		column: func(f *bs.Field) {
			switch f.DiscoveredSQLType {
			case sqltype.SmallInt, sqltype.BigInt: // the key of a row is an INTEGER, in this word
				f.DiscoveredSQLType = sqltype.Integer
			}
		},
		sequence: func(t *bs.Table, f *bs.Field) string {
			if f.IsPK && len(t.PKs) == 1 && f.CreateTableSQLType == sqltype.Integer {
				return " PRIMARY KEY AUTOINCREMENT"
			}
			return ""
		},
	}
}

func mysql() rules {
	return rules{
		name: dialect.MySQL, quote: '`', backslash: true, hexBytes: true, varchar: 255, namespace: "mydb",
		features: Features("AutoIncrement", "DefaultPlaceholder", "UpdateMultiTable", "ValuesRow", "TableTruncate", "TableNotExists",
			"InsertIgnore", "InsertOnDuplicateKey", "SelectExists", "CompositeIn", "FKDefaultOnAction"),
		column: func(f *bs.Field) {
			if f.DiscoveredSQLType == sqltype.Timestamp {
				f.DiscoveredSQLType = "DATETIME"
			}
		},
		sequence: func(*bs.Table, *bs.Field) string { return " AUTO_INCREMENT" },
	}
}

package schema

// Variants holds one text for each dialect. An empty text means that the
// dialect has none of its own. MariaDB falls back to MySQL.
type Variants struct {
	SQLite   string `json:"sqlite,omitempty"`
	Postgres string `json:"postgres,omitempty"`
	MySQL    string `json:"mysql,omitempty"`
	MariaDB  string `json:"mariadb,omitempty"`
}

// On returns the text for d, or "".
func (v Variants) On(d Dialect) string {
	switch d {
	case SQLite:
		return v.SQLite
	case Postgres:
		return v.Postgres
	case MySQL:
		return v.MySQL
	case MariaDB:
		if v.MariaDB == "" {
			return v.MySQL
		}
		return v.MariaDB
	}
	return ""
}

// With returns v with the text for d replaced.
func (v Variants) With(d Dialect, text string) Variants {
	switch d {
	case SQLite:
		v.SQLite = text
	case Postgres:
		v.Postgres = text
	case MySQL:
		v.MySQL = text
	case MariaDB:
		v.MariaDB = text
	}
	return v
}

// SQL is a fragment of SQL: an expression, or a whole definition. Text serves
// every dialect that has no variant.
type SQL struct {
	Text     string   `json:"text,omitempty"`
	Variants Variants `json:"on,omitzero"`
}

// Expr returns a fragment that serves every dialect.
func Expr(text string) SQL { return SQL{Text: text} }

// On returns s with another text for d.
func (s SQL) On(d Dialect, text string) SQL {
	s.Variants = s.Variants.With(d, text)
	return s
}

// For returns the text that d uses.
func (s SQL) For(d Dialect) string {
	if v := s.Variants.On(d); v != "" {
		return v
	}
	return s.Text
}

// IsZero reports whether there is no text at all.
func (s SQL) IsZero() bool { return s == SQL{} }

// A DefaultKind says what the text of a [Default] is.
type DefaultKind string

// The kinds of default.
const (
	NoDefault         DefaultKind = ""
	StringDefault     DefaultKind = "string"     // Text is the bare value; the dialect quotes it
	LiteralDefault    DefaultKind = "literal"    // Text is a number, true, false or null
	ExpressionDefault DefaultKind = "expression" // Text is SQL
)

// A Default is the value that the database gives to a column that an INSERT
// leaves out. The zero value is no default.
type Default struct {
	Kind     DefaultKind `json:"kind"`
	Text     string      `json:"text"`
	Variants Variants    `json:"on,omitzero"` // SQL, whatever Kind is
}

// StringValue is a default that is a string.
func StringValue(s string) Default { return Default{Kind: StringDefault, Text: s} }

// Literal is a default that is a number, true, false or null.
func Literal(text string) Default { return Default{Kind: LiteralDefault, Text: text} }

// Expression is a default that the database computes, in SQL.
func Expression(sql string) Default { return Default{Kind: ExpressionDefault, Text: sql} }

// IsZero reports whether there is no default.
func (d Default) IsZero() bool { return d == Default{} }

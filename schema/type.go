package schema

import (
	"fmt"
	"strings"
)

// A Kind is a neutral column type: each dialect has its own text for it.
type Kind string

// The neutral kinds. What each becomes on a dialect is written in that
// dialect's types.go and in docs/types.md.
const (
	KindBool          Kind = "bool"
	KindTinyInt       Kind = "tinyint"  // 8 bits
	KindSmallInt      Kind = "smallint" // 16 bits
	KindInt           Kind = "int"      // 32 bits
	KindBigInt        Kind = "bigint"   // 64 bits
	KindFloat         Kind = "float"    // 32 bits
	KindDouble        Kind = "double"   // 64 bits
	KindDecimal       Kind = "decimal"  // Precision, Scale
	KindString        Kind = "string"   // Size, in characters; 0: no limit stated
	KindChar          Kind = "char"     // Size, padded
	KindText          Kind = "text"
	KindBytes         Kind = "bytes" // Size; 0: no limit stated
	KindDate          Kind = "date"
	KindTime          Kind = "time"           // Precision: digits of the second
	KindDateTime      Kind = "datetime"       // an instant
	KindLocalDateTime Kind = "local_datetime" // a date and a time of day, no zone
	KindJSON          Kind = "json"
	KindUUID          Kind = "uuid"
	KindNative        Kind = "native" // Text, as the database spells it
)

// A Type is the type of a column. Types are comparable.
type Type struct {
	Kind      Kind `json:"kind"`
	Size      int  `json:"size,omitempty"`
	Precision int  `json:"precision,omitempty"`
	Scale     int  `json:"scale,omitempty"`
	Unsigned  bool `json:"unsigned,omitempty"`
	// Text is the type of a native column. It may be empty: SQLite has columns
	// without a type.
	Text     string   `json:"text,omitempty"`
	Variants Variants `json:"on,omitzero"`
}

// NativeType is a type as one database spells it.
func NativeType(text string) Type { return Type{Kind: KindNative, Text: text} }

// String returns the type as people read it: "string(50)", "bigint unsigned",
// or the text of a native type.
func (t Type) String() string {
	var b strings.Builder
	switch {
	case t.Kind == KindNative:
		b.WriteString(t.Text)
	case t.Size > 0:
		fmt.Fprintf(&b, "%s(%d)", t.Kind, t.Size)
	case t.Kind == KindDecimal && t.Precision > 0:
		fmt.Fprintf(&b, "%s(%d,%d)", t.Kind, t.Precision, t.Scale)
	case t.Precision > 0:
		fmt.Fprintf(&b, "%s(%d)", t.Kind, t.Precision)
	default:
		b.WriteString(string(t.Kind))
	}
	if t.Unsigned {
		b.WriteString(" unsigned")
	}
	return b.String()
}

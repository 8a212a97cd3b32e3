package offline

import (
	"fmt"
	"strings"

	gs "gorm.io/gorm/schema"
)

// longestVarchar is PostgreSQL's longest varchar(n).
const longestVarchar = 10485760

// postgresType returns the type that the PostgreSQL driver gives a field.
func postgresType(f *gs.Field) string {
	// 1.6.3 is the first version that reads the tag.
	tag := strings.TrimSpace(f.TagSettings["GENERATED"])
	if tag == "" || tag == "GENERATED" {
		return postgresPlain(f)
	}
	if mode, ok := identityMode(tag); ok {
		return postgresInteger(f) + " GENERATED " + mode + " AS IDENTITY"
	}
	return postgresPlain(f) + " GENERATED ALWAYS AS (" + tag + ") STORED"
}

func postgresPlain(f *gs.Field) string {
	switch f.DataType {
	case gs.Bool:
		return "boolean"
	case gs.Int, gs.Uint:
		if f.AutoIncrement {
			return serial(postgresInteger(f))
		}
		return postgresInteger(f)
	case gs.Float:
		switch {
		case f.Precision > 0 && f.Scale > 0:
			return fmt.Sprintf("numeric(%d, %d)", f.Precision, f.Scale)
		case f.Precision > 0:
			return fmt.Sprintf("numeric(%d)", f.Precision)
		}
		return "decimal"
	case gs.String:
		if f.Size > 0 && f.Size <= longestVarchar {
			return fmt.Sprintf("varchar(%d)", f.Size)
		}
		return "text"
	case gs.Time:
		n, _ := digits(f)
		return withDigits("timestamptz", n)
	case gs.Bytes:
		return "bytea"
	}
	// A type written by hand; one that counts up becomes a serial, whatever it
	// says.
	text := string(f.DataType)
	if f.AutoIncrement && !strings.Contains(strings.ToLower(text), "serial") {
		return serial(sized(f, f.GORMDataType == gs.Uint))
	}
	return text
}

// postgresInteger returns the signed integer that holds the values of a field.
func postgresInteger(f *gs.Field) string { return sized(f, f.DataType == gs.Uint) }

func sized(f *gs.Field, unsigned bool) string {
	bits := f.Size
	if unsigned {
		bits++
	}
	switch {
	case bits <= 16:
		return "smallint"
	case bits <= 32:
		return "integer"
	}
	return "bigint"
}

func serial(integer string) string {
	switch integer {
	case "smallint":
		return "smallserial"
	case "integer":
		return "serial"
	}
	return "bigserial"
}

// identityMode reads the words of an identity column. Any other word makes the
// tag an expression.
func identityMode(tag string) (mode string, ok bool) {
	mode = "BY DEFAULT"
	for word := range strings.FieldsSeq(strings.ToLower(tag)) {
		switch word {
		case "identity":
			ok = true
		case "always":
			mode = "ALWAYS"
		case "by", "default":
		default:
			return "", false
		}
	}
	return mode, ok
}

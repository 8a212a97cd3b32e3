package model

import (
	"database/sql/driver"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel/schema"
)

// isColumn reports whether a struct is the value of one column.
func isColumn(t reflect.Type) bool {
	return t == reflect.TypeFor[time.Time]() || t.PkgPath() == "database/sql" || isValuer(t)
}

// isValuer reports whether a type decides itself what it writes.
func isValuer(t reflect.Type) bool {
	valuer := reflect.TypeFor[driver.Valuer]()
	return t.Implements(valuer) || reflect.PointerTo(t).Implements(valuer)
}

// typeOf returns the column type for a Go type, and whether it has a value for
// NULL. It is not known for one for which none is obvious.
func typeOf(t reflect.Type) (typ schema.Type, null, known bool) {
	for t.Kind() == reflect.Pointer {
		t, null = t.Elem(), true
	}
	kind := func(k schema.Kind) (schema.Type, bool, bool) { return schema.Type{Kind: k}, null, true }
	switch {
	case t == reflect.TypeFor[time.Time]():
		return kind(schema.KindDateTime)
	case t == reflect.TypeFor[json.RawMessage]():
		null = true
		return kind(schema.KindJSON)
	case t.PkgPath() == "database/sql" && strings.HasPrefix(t.Name(), "Null"): // the value is the first field
		typ, _, known = typeOf(t.Field(0).Type)
		return typ, true, known
	case t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8 && t.Name() == "UUID":
		return kind(schema.KindUUID)
	case isValuer(t):
		return schema.Type{}, null || t.Kind() == reflect.Slice || t.Kind() == reflect.Map, false
	}
	unsigned := func(k schema.Kind) (schema.Type, bool, bool) { return schema.Type{Kind: k, Unsigned: true}, null, true }
	switch t.Kind() {
	case reflect.Bool:
		return kind(schema.KindBool)
	case reflect.Int8:
		return kind(schema.KindTinyInt)
	case reflect.Int16:
		return kind(schema.KindSmallInt)
	case reflect.Int32:
		return kind(schema.KindInt)
	case reflect.Int, reflect.Int64:
		return kind(schema.KindBigInt)
	case reflect.Uint8:
		return unsigned(schema.KindTinyInt)
	case reflect.Uint16:
		return unsigned(schema.KindSmallInt)
	case reflect.Uint32:
		return unsigned(schema.KindInt)
	case reflect.Uint, reflect.Uint64:
		return unsigned(schema.KindBigInt)
	case reflect.Float32:
		return kind(schema.KindFloat)
	case reflect.Float64:
		return kind(schema.KindDouble)
	case reflect.String:
		return kind(schema.KindText)
	case reflect.Slice:
		null = true
		if t.Elem().Kind() == reflect.Uint8 {
			return kind(schema.KindBytes)
		}
	case reflect.Map, reflect.Interface:
		null = true
	}
	return schema.Type{}, null, false
}

func isInteger(t schema.Type) bool {
	switch t.Kind { //nolint:exhaustive // the others are none
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt:
		return true
	}
	return false
}

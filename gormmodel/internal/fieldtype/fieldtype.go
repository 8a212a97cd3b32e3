// Package fieldtype decides what the neutral type of a field of a GORM model is.
// It knows no table and no database. Start at [Of].
package fieldtype

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// dbTyper is what GORM asks for a type that depends on the database.
type dbTyper interface {
	GormDBDataType(*gorm.DB, *gs.Field) string
}

// Of returns the neutral type of a field. It depends on the model alone, never
// on the database, so that one history serves every dialect.
func Of(f *gs.Field) schema.Type {
	switch f.DataType {
	case gs.Bool:
		return schema.Type{Kind: schema.KindBool}
	case gs.Int:
		return integer(f.Size, false)
	case gs.Uint:
		return integer(f.Size, true)
	case gs.Float:
		return float(f)
	case gs.String:
		return text(f.Size)
	case gs.Bytes:
		return schema.Type{Kind: schema.KindBytes, Size: max(f.Size, 0)}
	case gs.Time:
		if isTimeOfDay(f) {
			return schema.Type{Kind: schema.KindTime, Precision: Digits(f)}
		}
		return schema.Type{Kind: schema.KindDateTime, Precision: Digits(f)}
	}
	t := coltype.FromText(coltype.Parse(string(f.DataType)).Type)
	if kind, ok := typerNames[t.Text]; ok && t.Kind == schema.KindNative && isDBTyper(f) {
		return schema.Type{Kind: kind}
	}
	return t
}

// Digits returns the precision that the tag asks for. Field.Precision will not
// do: the MySQL driver writes its own default there (1.6.0).
func Digits(f *gs.Field) int {
	n, err := strconv.Atoi(strings.TrimSpace(f.TagSettings["PRECISION"]))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// typerNames are the names that gorm.io/datatypes gives to types which no
// database calls so.
var typerNames = map[string]schema.Kind{"jsonmap": schema.KindJSON, "url": schema.KindText}

// isDBTyper reports whether a field's Go type chooses its column type for each
// database.
func isDBTyper(f *gs.Field) bool {
	if f.IndirectFieldType == nil {
		return false
	}
	_, ok := reflect.New(f.IndirectFieldType).Interface().(dbTyper)
	return ok
}

// integer returns the kind that holds bits, which a size tag may set to
// anything.
func integer(bits int, unsigned bool) schema.Type {
	kind := schema.KindBigInt
	switch {
	case bits <= 0:
	case bits <= 8:
		kind = schema.KindTinyInt
	case bits <= 16:
		kind = schema.KindSmallInt
	case bits <= 32:
		kind = schema.KindInt
	}
	return schema.Type{Kind: kind, Unsigned: unsigned}
}

func float(f *gs.Field) schema.Type {
	switch {
	case f.Precision > 0:
		return schema.Type{Kind: schema.KindDecimal, Precision: f.Precision, Scale: f.Scale}
	case f.Size > 0 && f.Size <= 32:
		return schema.Type{Kind: schema.KindFloat}
	}
	return schema.Type{Kind: schema.KindDouble}
}

// text returns string(size), or text where no size is given or where no
// database has a varchar so long (MySQL's limit of a row is 65535 bytes).
func text(size int) schema.Type {
	if size <= 0 || size > 65535 {
		return schema.Type{Kind: schema.KindText}
	}
	return schema.Type{Kind: schema.KindString, Size: size}
}

// isTimeOfDay tells a Go type that calls itself "time" and is not an instant
// (datatypes.Time) from one that is: GORM has one word for both.
func isTimeOfDay(f *gs.Field) bool {
	_, tagged := f.TagSettings["TYPE"]
	return !tagged && isDBTyper(f) && !f.IndirectFieldType.ConvertibleTo(reflect.TypeFor[time.Time]())
}

package coltype

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// plain are the type names without arguments that mean the same everywhere.
// A name that means different things on different servers (real, timestamp,
// int8) is not here: such a type stays native.
var plain = map[string]schema.Kind{
	"boolean": schema.KindBool, "tinyint": schema.KindTinyInt, "smallint": schema.KindSmallInt,
	"int": schema.KindInt, "integer": schema.KindInt, "bigint": schema.KindBigInt,
	"double": schema.KindDouble, "double precision": schema.KindDouble,
	"decimal": schema.KindDecimal, "numeric": schema.KindDecimal,
	"varchar": schema.KindString, "text": schema.KindText, "blob": schema.KindBytes,
	"date": schema.KindDate, "time": schema.KindTime, "datetime": schema.KindDateTime,
	"json": schema.KindJSON, "uuid": schema.KindUUID,
}

// FromText returns the neutral type that a type written by hand stands for, or
// the text as a native type.
func FromText(text string) schema.Type {
	native := schema.NativeType(text)
	toks := Scan(text)
	unsigned := false
	if n := len(toks); n > 1 && strings.EqualFold(toks[n-1].Text, "unsigned") {
		unsigned, toks = true, toks[:n-1]
	}
	var args []int
	if n := len(toks); n > 1 && toks[n-1].Kind == Group {
		for arg := range strings.SplitSeq(Inner(toks[n-1].Text), ",") {
			v, err := strconv.Atoi(strings.TrimSpace(arg))
			if err != nil || v < 0 {
				return native
			}
			args = append(args, v)
		}
		toks = toks[:n-1]
	}
	words := make([]string, len(toks))
	for i, t := range toks {
		if t.Kind != Word {
			return native
		}
		words[i] = strings.ToLower(t.Text)
	}
	t, ok := sized(strings.Join(words, " "), args)
	if !ok {
		return native
	}
	if unsigned {
		if !slices.Contains([]schema.Kind{schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt}, t.Kind) {
			return native
		}
		t.Unsigned = true
	}
	return t
}

func sized(name string, args []int) (schema.Type, bool) {
	kind, ok := plain[name]
	switch {
	case len(args) == 0:
		return schema.Type{Kind: kind}, ok
	case args[0] == 0:
		return schema.Type{}, false
	case kind == schema.KindDecimal && len(args) == 1:
		return schema.Type{Kind: kind, Precision: args[0]}, true
	case kind == schema.KindDecimal && len(args) == 2:
		return schema.Type{Kind: kind, Precision: args[0], Scale: args[1]}, true
	case len(args) > 1:
		return schema.Type{}, false
	case name == "varchar":
		return schema.Type{Kind: schema.KindString, Size: args[0]}, true
	case name == "char":
		return schema.Type{Kind: schema.KindChar, Size: args[0]}, true
	case kind == schema.KindTime, kind == schema.KindDateTime:
		return schema.Type{Kind: kind, Precision: args[0]}, true
	}
	return schema.Type{}, false
}

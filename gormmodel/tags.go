package gormmodel

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/internal/near"
)

// fieldKeys are the tag keys that GORM, its drivers and its own plugins read,
// as people write them. GORM compares without case.
var fieldKeys = []string{
	"column", "type", "serializer", "json", "size", "primaryKey", "primary_key", "unique", "default",
	"precision", "scale", "not null", "notNull", "autoIncrement", "autoIncrementIncrement",
	"embedded", "embeddedPrefix", "autoCreateTime", "autoUpdateTime", "index", "uniqueIndex", "check",
	"<-", "->", "-", "comment", "generated", "foreignKey", "references", "polymorphic", "polymorphicType",
	"polymorphicId", "polymorphicValue", "many2many", "joinForeignKey", "joinReferences", "belongsTo",
	"constraint", "zeroValue", "softDelete", "deletedAtField",
}

// indexKeys are the keys inside index and uniqueIndex.
var indexKeys = []string{
	"class", "type", "where", "comment", "expression", "sort", "collate", "length", "option", "priority",
	"composite", "unique",
}

// ruleKeys are the keys inside constraint.
var ruleKeys = []string{"OnDelete", "OnUpdate"}

// numberKeys and indexNumberKeys are those of the keys whose value GORM reads
// as a number, and passes over where it is none.
var (
	numberKeys      = []string{"size", "precision", "scale", "autoIncrementIncrement"}
	indexNumberKeys = []string{"priority", "length"}
)

// A taggedField is a field of a model struct, with the tag as it is written:
// what GORM has parsed no longer shows what it ignored.
type taggedField struct {
	path string // Author.Name for a field of an embedded struct
	typ  reflect.Type
	tag  string
}

// taggedFields returns the fields of a struct and of the structs embedded in it.
func taggedFields(t reflect.Type, path string) []taggedField {
	var out []taggedField
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() && !sf.Anonymous {
			continue
		}
		f := taggedField{path: path + sf.Name, typ: sf.Type, tag: sf.Tag.Get("gorm")}
		for f.typ.Kind() == reflect.Pointer {
			f.typ = f.typ.Elem()
		}
		out = append(out, f)
		_, embedded := gs.ParseTagSetting(f.tag, ";")["EMBEDDED"]
		if (embedded || sf.Anonymous) && f.typ.Kind() == reflect.Struct && f.typ != t && !isValue(f.typ) {
			out = append(out, taggedFields(f.typ, f.path+".")...)
		}
	}
	return out
}

// isValue reports whether a struct is a column and not columns.
func isValue(t reflect.Type) bool {
	_, ok := reflect.New(t).Interface().(driver.Valuer)
	return ok || t.ConvertibleTo(reflect.TypeFor[time.Time]())
}

// lintTags warns about what GORM reads past in the tags of a model.
func (l *loader) lintTags(t reflect.Type) {
	for _, f := range taggedFields(t, "") {
		l.lintKeys(modelName(t), f)
		l.lintIndexTags(modelName(t), f)
		l.lintChecks(modelName(t), f)
		l.lintConstraint(modelName(t), f)
	}
}

func (l *loader) lintKeys(model string, f taggedField) {
	settings := splitTag(f.tag, ";")
	for _, s := range settings {
		switch {
		case s.key == "" || cutOff(settings):
		case known(numberKeys, s.key):
			l.lintNumber(model, f.path, s)
		case known(fieldKeys, s.key):
		case known(ruleKeys, s.key):
			l.warn(model, f.path, "unknown tag key %q: it belongs inside constraint, behind a comma: constraint:OnUpdate:…,OnDelete:…", s.key)
		default:
			l.warn(model, f.path, "unknown tag key %q%s", s.key, didYouMean(fieldKeys, s.key))
		}
	}
	column, ignore := false, false
	for _, s := range settings {
		column = column || strings.EqualFold(s.key, "column")
		ignore = ignore || s.key == "-" && s.value == ""
	}
	if column && ignore {
		l.warn(model, f.path, `the tag "-" beside column makes a column without a type: use "-:migration", or leave out column`)
	}
}

// cutOff reports whether a condition in the tag ends in the middle, so that
// what follows is not keys but the rest of it.
func cutOff(settings []setting) bool {
	return slices.ContainsFunc(settings, func(s setting) bool {
		switch strings.ToLower(s.key) {
		case "check", "index", "uniqueindex":
			return !coltype.Balanced(s.value)
		}
		return false
	})
}

func (l *loader) lintIndexTags(model string, f taggedField) {
	// GORM splits the raw tag here: a semicolon cannot be escaped.
	for part := range strings.SplitSeq(f.tag, ";") {
		key, value, _ := strings.Cut(part, ":")
		key = strings.ToLower(strings.TrimSpace(key))
		if key != "index" && key != "uniqueindex" {
			continue
		}
		name, rest, _ := strings.Cut(value, ",")
		if strings.EqualFold(name, "true") || strings.EqualFold(name, "false") {
			l.warn(model, f.path, "%s:%s makes an index with the name %q: write %s alone, or leave it out", key, name, name, key)
		}
		settings := splitTag(rest, ",")
		cut := false
		for _, s := range settings {
			switch strings.ToLower(s.key) {
			case "where", "expression":
				if !coltype.Balanced(s.value) {
					cut = true
					l.warn(model, f.path, `the %s of the index is cut off: GORM reads %q; write a comma as \\, and do without semicolons`,
						strings.ToLower(s.key), s.value)
				}
			}
		}
		for _, s := range settings {
			switch {
			case s.key == "" || cut:
			case known(indexNumberKeys, s.key):
				l.lintNumber(model, f.path, s)
			case !known(indexKeys, s.key):
				l.warn(model, f.path, "unknown index option %q%s", s.key, didYouMean(indexKeys, s.key))
			case strings.EqualFold(s.key, "composite") && name == "" && s.value == "":
				// GORM stops reading the indexes of the model here, and says so when
				// it parses the model again.
				l.fail(model, f.path, "the index option composite has no value: write composite:name")
			}
		}
	}
}

func (l *loader) lintNumber(model, path string, s setting) {
	if _, err := strconv.Atoi(s.value); err == nil {
		return
	}
	hint := ""
	if strings.Contains(s.value, ",") {
		hint = ": did you mean a semicolon in place of the comma?"
	} else if strings.TrimSpace(s.value) != s.value {
		hint = ": leave out the space"
	}
	l.warn(model, path, "the %s %q is not a number, and GORM passes over it%s", s.key, s.value, hint)
}

// lintConstraint looks at what GORM reads past in the tag of a relation.
func (l *loader) lintConstraint(model string, f taggedField) {
	for _, tag := range splitTag(f.tag, ";") {
		if !strings.EqualFold(tag.key, "constraint") || tag.value == "-" {
			continue
		}
		before, _, comma := strings.Cut(tag.value, ",")
		for i, s := range splitTag(tag.value, ",") {
			if s.key == "" || known(ruleKeys, s.key) || i == 0 && comma && isConstraintName(before) {
				continue
			}
			l.warn(model, f.path, "unknown rule %q inside constraint%s", s.key, ruleHint(s, tag.value))
		}
	}
}

// ruleHint says what may be meant: a rule without its colon, another word for
// a rule, or a name, which GORM reads only where a comma follows.
func ruleHint(s setting, tag string) string {
	if i := strings.IndexAny(s.key, "= "); i > 0 && known(ruleKeys, s.key[:i]) {
		return fmt.Sprintf(": did you mean %q?", s.key[:i]+":"+strings.Trim(s.key[i:], "= "))
	}
	if i := strings.IndexByte(s.key, '='); i > 0 {
		return didYouMean(ruleKeys, s.key[:i])
	}
	if hint := didYouMean(ruleKeys, s.key); hint != "" {
		return hint
	}
	if s.key == tag && isConstraintName(tag) {
		return fmt.Sprintf(": a name has a comma behind it: %q", tag+",")
	}
	return ""
}

func (l *loader) lintChecks(model string, f taggedField) {
	checks := 0
	for _, s := range splitTag(f.tag, ";") {
		if !strings.EqualFold(s.key, "check") {
			continue
		}
		if checks++; checks == 2 {
			l.warn(model, f.path, "a field takes one check: the last one in the tag replaces the others")
		}
		if !coltype.Balanced(s.value) {
			l.warn(model, f.path, `the check is cut off: GORM reads %q; write a semicolon as \\;`, s.value)
		}
	}
}

// A setting is one part of a tag.
type setting struct{ key, value string }

// splitTag splits as GORM does, but keeps the order, the spelling and what
// occurs twice.
func splitTag(tag, sep string) []setting {
	var out []setting
	parts := strings.Split(tag, sep)
	for i := 0; i < len(parts); i++ {
		s := parts[i]
		for strings.HasSuffix(s, `\`) && i+1 < len(parts) {
			i++
			s = s[:len(s)-1] + sep + parts[i]
		}
		key, value, _ := strings.Cut(s, ":")
		out = append(out, setting{strings.TrimSpace(key), value})
	}
	return out
}

func known(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
}

// didYouMean names the key that is nearest, if one is near.
func didYouMean(keys []string, key string) string {
	best, distance := "", 3
	for _, k := range keys {
		if d := near.Distance(squeeze(k), squeeze(key), distance); d < distance && d < len(k)-1 {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", best)
}

// squeeze takes out what GORM's first version had in its keys: not_null,
// unique_index.
func squeeze(key string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(key))
}

// badDefaults finds the defaults that are no value of their field, in a model
// and in the models that it refers to.
func badDefaults(m any) []error {
	var out []error
	collectBadDefaults(reflect.TypeOf(m), map[reflect.Type]bool{}, &out)
	return out
}

func collectBadDefaults(t reflect.Type, seen map[reflect.Type]bool, out *[]error) {
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct || seen[t] || isValue(t) {
		return
	}
	seen[t] = true
	for _, f := range taggedFields(t, "") {
		v, ok := gs.ParseTagSetting(f.tag, ";")["DEFAULT"]
		v = strings.TrimSpace(v)
		if ok && !isRawDefault(v) {
			if what := badDefault(f.typ.Kind(), v); what != "" {
				*out = append(*out, fieldError(modelName(t), f.path, "the default %q is not %s%s", v, what, withoutQuotes(f.typ.Kind(), v)))
			}
		}
		collectBadDefaults(f.typ, seen, out)
	}
}

// isRawDefault reports whether GORM takes a default as SQL.
func isRawDefault(v string) bool {
	return v == "" || strings.EqualFold(v, "null") || strings.Contains(v, "(") && strings.Contains(v, ")")
}

// badDefault says what a default should be and is not.
func badDefault(k reflect.Kind, v string) string {
	var err error
	what := "a number"
	switch k {
	case reflect.Bool:
		what = "a bool"
		_, err = strconv.ParseBool(v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		_, err = strconv.ParseInt(v, 0, 64)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		_, err = strconv.ParseUint(v, 0, 64)
	case reflect.Float32, reflect.Float64:
		_, err = strconv.ParseFloat(v, 64)
	}
	if err == nil {
		return ""
	}
	return what
}

func withoutQuotes(k reflect.Kind, v string) string {
	bare := strings.Trim(v, `'"`)
	if bare != v && badDefault(k, bare) == "" {
		return ": write default:" + bare
	}
	return ""
}

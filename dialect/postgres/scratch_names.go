package postgres

import (
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// scratchPrefix begins the names of the namespaces of scratch places, which
// are nobody's.
const scratchPrefix = "whim_scratch_"

// scratchNames says where the names of a schema are really put. The zero value
// is the real place, where every name is what it says.
type scratchNames struct{ place *place }

// A place is a scratch place: a namespace for each one that the schema names.
// It belongs to one connection.
type place struct {
	real      string            // the default namespace of the database
	namespace string            // where the default namespace is put; of temporary tables: "pg_temp"
	id        string            // what its names begin with
	temporary bool              // everything is put into pg_temp
	path      string            // the search path to read with
	own       string            // that of the caller
	search    string            // the one that things are made with
	spaces    map[string]string // the others: where each is put
	quoted    map[string]string // how the server writes the name of what is put there, with the dot
	pending   []string          // those that are not created yet
	known     map[string]bool   // the names of what is there, qualified
	extension map[string]bool   // created here
}

// active reports whether this is a scratch place: inside a transaction already.
func (n scratchNames) active() bool { return n.place != nil }

// namespace returns the real namespace of one that a schema names. "" is the
// default one, which is not written: "" comes back.
func (n scratchNames) namespace(name string) string {
	p := n.place
	switch {
	case p == nil || name == "":
		return name
	case name == p.real:
		return ""
	case p.temporary:
		return name // the real one: what is there is not made again
	}
	to, ok := p.spaces[name]
	if !ok {
		to = p.id + "_" + strconv.Itoa(len(p.spaces)+1)
		p.spaces[name] = to
		p.pending = append(p.pending, to)
	}
	return to
}

// logical is the inverse of namespace.
func (p *place) logical(namespace string) string {
	for name, to := range p.spaces {
		if to == namespace {
			return name
		}
	}
	return ""
}

// condition is the condition that a row of pg_namespace is of the place.
func (p *place) condition() string {
	if p.temporary {
		return "n.oid = pg_catalog.pg_my_temp_schema()"
	}
	names := []string{quoteString(p.namespace)}
	for _, to := range p.spaces {
		names = append(names, quoteString(to))
	}
	return "n.nspname IN (" + strings.Join(names, ", ") + ")"
}

// written is SQL for how the server writes the name that is put into a row of
// pg_namespace: it alone knows which words need quotes.
func (p *place) written() string {
	text := "pg_catalog.quote_ident(CASE n.nspname"
	for name, to := range p.spaces {
		text += " WHEN " + quoteString(to) + " THEN " + quoteString(name)
	}
	return text + " WHEN '' THEN '' ELSE " + quoteString(p.real) + " END) || '.'"
}

// hasExtension reports whether an extension is part of what is read.
func (n scratchNames) hasExtension(name string) bool {
	return n.place == nil || n.place.extension[name]
}

// restore gives what was read the names that the schema has for it. The names
// of a place are unlike any other, so it does not matter where they stand: in a
// string too.
func (n scratchNames) restore(dest []any) {
	p := n.place
	if p == nil {
		return
	}
	for _, d := range dest {
		text, ok := d.(*string)
		switch {
		case !ok:
		case p.temporary:
			if strings.Contains(*text, "pg_temp") {
				*text = restoreTemporary(*text, p.quoted[p.namespace])
			}
		case strings.Contains(*text, p.id):
			for to, written := range p.quoted {
				*text = strings.ReplaceAll(*text, to+".", written)
			}
		}
	}
}

// restoreTemporary replaces the namespace of temporary tables, which the server
// calls pg_temp or pg_temp_3, where it stands before a dot.
func restoreTemporary(text, written string) string {
	var b strings.Builder
	for {
		i := strings.Index(text, "pg_temp")
		if i < 0 {
			return b.String() + text
		}
		j := i + len("pg_temp")
		for j < len(text) && (text[j] == '_' || isDigit(text[j])) {
			j++
		}
		b.WriteString(text[:i])
		if j < len(text) && text[j] == '.' {
			b.WriteString(written)
			j++
		} else {
			b.WriteString(text[i:j])
		}
		text = text[j:]
	}
}

// learn takes note of the names in a schema.
func (p *place) learn(s schema.Schema) {
	know := func(name string) {
		namespace, local := schema.Split(name)
		local, _, _ = strings.Cut(local, "(")
		p.known[schema.Qualify(namespace, local)] = true
	}
	for _, t := range s.Tables {
		know(t.Name)
	}
	for _, o := range s.Objects {
		if o.Table == "" || o.Kind == schema.Statistics {
			know(o.Name)
		}
	}
}

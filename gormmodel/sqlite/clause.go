package sqlite

import (
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// QuoteTo writes a name. GORM gives "table.column" as one name and has no way
// to say that a dot belongs to it; a part that is quoted already is left as it
// is.
func (Dialector) QuoteTo(w clause.Writer, name string) {
	for i, part := range splitName(name) {
		if i > 0 {
			_ = w.WriteByte('.')
		}
		_, _ = w.WriteString(part)
	}
}

func splitName(name string) []string {
	var parts []string
	for {
		if n := quotedPrefix(name); n > 0 {
			parts = append(parts, name[:n])
			if n == len(name) {
				return parts
			}
			name = name[n+1:]
			continue
		}
		before, after, found := strings.Cut(name, ".")
		parts = append(parts, quote(before))
		if !found {
			return parts
		}
		name = after
	}
}

// quotedPrefix returns the length of the quoted name that a text starts with
// and that ends at a dot or at the end, or 0.
func quotedPrefix(name string) int {
	if name == "" || name[0] != '`' && name[0] != '"' {
		return 0
	}
	q := name[0]
	for i := 1; i < len(name); i++ {
		if name[i] != q {
			continue
		}
		if i+1 < len(name) && name[i+1] == q {
			i++
			continue
		}
		if i > 1 && (i+1 == len(name) || name[i+1] == '.' && i+2 < len(name)) {
			return i + 1
		}
		return 0
	}
	return 0
}

// quote uses backticks, as GORM's own SQLite driver does and as tags that hold
// quoted names expect.
func quote(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// clauseBuilders are the clauses that SQLite writes differently.
func clauseBuilders() map[string]clause.ClauseBuilder {
	return map[string]clause.ClauseBuilder{
		"INSERT": insert,
		"LIMIT":  limit,
		"FOR":    locking,
	}
}

// insert puts a modifier before INTO: INSERT OR IGNORE INTO.
func insert(c clause.Clause, b clause.Builder) {
	in, ok := c.Expression.(clause.Insert)
	if !ok {
		c.Build(b)
		return
	}
	_, _ = b.WriteString("INSERT ")
	if in.Modifier != "" {
		_, _ = b.WriteString(in.Modifier + " ")
	}
	_, _ = b.WriteString("INTO ")
	if stmt, ok := b.(*gorm.Statement); ok && in.Table.Name == "" {
		b.WriteQuoted(stmt.Table)
		return
	}
	b.WriteQuoted(in.Table)
}

// limit writes LIMIT -1 before an OFFSET that stands alone, which SQLite does
// not take.
func limit(c clause.Clause, b clause.Builder) {
	l, ok := c.Expression.(clause.Limit)
	if !ok {
		c.Build(b)
		return
	}
	n := -1
	if l.Limit != nil && *l.Limit >= 0 {
		n = *l.Limit
	}
	if n >= 0 || l.Offset > 0 {
		_, _ = b.WriteString("LIMIT " + strconv.Itoa(n))
	}
	if l.Offset > 0 {
		_, _ = b.WriteString(" OFFSET " + strconv.Itoa(l.Offset))
	}
}

// locking leaves out FOR UPDATE: SQLite locks the whole database.
func locking(c clause.Clause, b clause.Builder) {
	if _, ok := c.Expression.(clause.Locking); ok {
		return
	}
	c.Build(b)
}

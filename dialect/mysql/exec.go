package mysql

import (
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
)

// exec compiles SQL written by hand.
func (c *compiler) exec(o op.Exec) error {
	if _, err := c.apply(o); err != nil {
		return err
	}
	text := o.SQL.For(c.name)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	statements, err := splitStatements(text)
	if err != nil {
		return &dialect.StatementError{SQL: excerpt(text), Why: err.Error()}
	}
	for _, sql := range statements {
		if why := forbidden(sql); why != "" {
			return &dialect.StatementError{SQL: sql, Why: why}
		}
		c.out = append(c.out, dialect.Stmt{SQL: sql, Op: c.index})
	}
	return nil
}

// forbidden says why a statement cannot be part of a revision: it would end the
// transaction that it is in, or take away what the other statements rely on.
func forbidden(sql string) string {
	toks := significant(sql)
	word := func(i int, words ...string) bool { return i < len(toks) && toks[i].isWord(words...) }
	switch {
	case word(0, "begin") && word(1, "not"): // MariaDB: a block, not a transaction
		return ""
	case word(0, "start") && word(1, "transaction"), word(0, "begin", "commit", "rollback", "savepoint", "release", "xa"):
		return "each statement of a revision is committed, with its record, by the one who runs it"
	case word(0, "lock", "unlock"):
		return "LOCK TABLES would keep the revision from its own record"
	case word(0, "use"):
		return "the tables of a revision are in the database of the connection: write the name of another one in front of its tables"
	case word(0, "set"):
		return forbiddenSet(toks[1:])
	case word(0, "kill", "shutdown"):
		return "a revision does not end sessions or servers"
	}
	for _, t := range toks {
		if t.isWord("get_lock", "release_lock", "release_all_locks") {
			return "the lock that keeps other upgraders out is one of these, and would go with them"
		}
	}
	return ""
}

// forbiddenSet: user variables are a session's own, and mean nothing to anybody
// else; other settings would stay on the connection.
func forbiddenSet(toks []token) string {
	if len(toks) > 0 && toks[0].isWord("statement") {
		return "" // MariaDB: for one statement
	}
	depth, first := 0, true
	for _, t := range toks {
		if first && (t.kind != tokParam || strings.HasPrefix(t.text, "@@")) {
			return "the session belongs to the program, and a setting would stay on the connection"
		}
		first = false
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.is(",") && depth == 0:
			first = true
		}
	}
	return ""
}

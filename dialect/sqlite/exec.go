package sqlite

import (
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// exec compiles SQL written by hand.
func (c *compiler) exec(o op.Exec, index int) error {
	if _, err := c.apply(o); err != nil {
		return err
	}
	text := o.SQL.For(schema.SQLite)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	statements, err := splitStatements(text)
	if err != nil {
		return err
	}
	for _, sql := range statements {
		if why := forbidden(sql); why != "" {
			return &dialect.StatementError{SQL: sql, Why: why}
		}
		c.emit(dialect.Stmt{SQL: sql, Op: index})
	}
	return nil
}

// forbidden says why a statement cannot be part of a revision: it would end
// the transaction that makes the revision whole, cannot run inside it, or
// takes away what the other statements rely on.
func forbidden(sql string) string {
	toks := significant(tokenize(sql))
	if len(toks) == 0 || toks[0].kind != tokWord {
		return ""
	}
	switch fold(toks[0].text) {
	case "begin", "commit", "end", "rollback", "savepoint", "release":
		return "a revision is one transaction already"
	case "attach", "detach":
		return "other databases are not part of a revision's transaction"
	case "vacuum":
		return "it cannot run inside a transaction"
	case "pragma":
		return forbiddenPragma(toks[1:])
	}
	return ""
}

func forbiddenPragma(toks []token) string {
	if len(toks) >= 3 && toks[1].is(".") {
		toks = toks[2:]
	}
	if len(toks) < 2 { // a question, not a setting
		return ""
	}
	switch fold(toks[0].name()) {
	case "user_version", "application_id", "foreign_key_check", "integrity_check", "quick_check", "table_info", "table_xinfo",
		"index_list", "index_info", "index_xinfo", "foreign_key_list", "optimize", "incremental_vacuum":
		return "" // about the database, not about the session
	case "writable_schema":
		return "writing the schema by hand can destroy the database"
	}
	return "the session belongs to the program, and a setting would stay on the connection"
}

// changesRows reports whether a statement is one that writes rows, whose
// foreign keys SQLite would check if foreign_keys were on.
func changesRows(sql string) bool {
	toks := significant(tokenize(sql))
	if len(toks) == 0 {
		return false
	}
	switch fold(toks[0].text) {
	case "insert", "replace", "update", "delete", "with":
		return true
	}
	return false
}

package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// exec compiles SQL written by hand, one statement for each, so that a failure
// says which.
func (c *compiler) exec(o op.Exec) error {
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	text := o.SQL.For(schema.Postgres)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	statements, err := splitStatements(text)
	if err != nil {
		return &StatementError{SQL: firstLine(text), Why: err.Error()}
	}
	for _, sql := range statements {
		w := leading(sql)
		if why := forbidden(w); why != "" {
			return &StatementError{SQL: sql, Why: why}
		}
		c.out = append(c.out, dialect.Stmt{SQL: sql, Op: c.at, NoTx: alone(w)})
	}
	return nil
}

// leading returns the first words of a statement, folded.
func leading(sql string) []string {
	var out []string
	for _, t := range significant(tokenize(sql)) {
		if t.kind != tokWord || len(out) == 12 {
			if t.kind == tokQuoted || t.kind == tokOp {
				out = append(out, "") // stands for something
				continue
			}
			break
		}
		out = append(out, foldWord(t.text))
	}
	return out
}

func word(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return ""
}

// forbidden says why a statement cannot be part of a revision: it would end the
// transaction that makes the revision whole, take away what other statements
// rely on, or wait for a client that is not there.
func forbidden(w []string) string {
	switch word(w, 0) {
	case "begin", "commit", "end", "rollback", "abort", "savepoint", "release":
		return "a revision is one transaction already"
	case "start":
		if word(w, 1) == "transaction" {
			return "a revision is one transaction already"
		}
	case "prepare":
		if word(w, 1) == "transaction" {
			return "it would take the revision out of its transaction"
		}
	case "copy":
		for i, x := range w {
			if x == "from" && word(w, i+1) == "stdin" {
				return "there is nobody to send the rows: write INSERT"
			}
			if x == "to" && word(w, i+1) == "stdout" {
				return "there is nobody to take the rows"
			}
		}
	case "set":
		switch word(w, 1) {
		case "local", "constraints":
			return ""
		case "transaction":
			return "a revision is one transaction already"
		}
		return "the session belongs to the program: SET LOCAL ends with the revision"
	case "discard", "reset":
		return "the session belongs to the program"
	}
	return ""
}

// alone reports whether a statement cannot run inside a transaction (25001).
func alone(w []string) bool {
	has := func(s string) bool {
		for _, x := range w {
			if x == s {
				return true
			}
		}
		return false
	}
	object := word(w, 1)
	switch word(w, 0) {
	case "vacuum":
		return true
	case "create", "drop":
		switch object {
		case "database", "tablespace", "subscription":
			return true
		case "index":
			return has("concurrently")
		case "unique":
			return word(w, 2) == "index" && has("concurrently")
		}
	case "alter":
		switch object {
		case "system":
			return true
		case "database":
			return has("tablespace")
		case "table":
			return has("detach") && has("concurrently")
		}
	case "reindex":
		return has("concurrently") || object == "database" || object == "system"
	case "cluster":
		return object == ""
	case "refresh":
		return false // CONCURRENTLY means something else there
	}
	return false
}

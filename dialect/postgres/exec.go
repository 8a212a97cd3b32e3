package postgres

import (
	"cmp"
	"slices"
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
		return &dialect.StatementError{SQL: firstLine(text), Why: err.Error()}
	}
	for _, sql := range statements {
		w := wordsOf(sql)
		if why := forbidden(w); why != "" {
			return &dialect.StatementError{SQL: sql, Why: why}
		}
		s := dialect.Stmt{SQL: sql, Op: c.at, NoTx: alone(w)}
		if s.NoTx && concurrent(w) {
			c.patiently(s)
		} else {
			c.out = append(c.out, s)
		}
	}
	return nil
}

// A spelled is a token as far as it matters what a statement does.
type spelled struct {
	word  string // a bare word, folded, or a parenthesis; else empty
	name  string // the identifier that it is, bare or quoted
	value string // the string constant that it is
}

func wordsOf(sql string) []spelled {
	var out []spelled
	for _, t := range significant(tokenize(sql)) {
		var s spelled
		switch {
		case t.kind == tokWord:
			s.word = foldWord(t.text)
		case t.is("("), t.is(")"):
			s.word = t.text
		}
		s.name, _ = t.name()
		s.value, _ = stringValue(t)
		out = append(out, s)
	}
	return out
}

// flat leaves out what is in parentheses.
func flat(w []spelled) []spelled {
	var out []spelled
	depth := 0
	for _, s := range w {
		switch s.word {
		case "(":
			depth++
		case ")":
			depth--
		default:
			if depth <= 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

func at(w []spelled, i int) spelled {
	if i < len(w) {
		return w[i]
	}
	return spelled{}
}

// has reports whether these words stand in w one behind the other.
func has(w []spelled, words ...string) bool {
	for i := range w {
		n := 0
		for n < len(words) && at(w, i+n).word == words[n] {
			n++
		}
		if n == len(words) {
			return true
		}
	}
	return false
}

const (
	oneTransaction = "a revision is one transaction already"
	ownSearchPath  = "the record of the revision would go where the search path leads: write the schema in front of the names"
)

// forbidden says why a statement cannot be part of a revision: it would end the
// transaction that makes the revision whole, take away what other statements
// rely on, or wait for a client that is not there.
func forbidden(w []spelled) string {
	for i, s := range w {
		switch s.name {
		case "pg_advisory_unlock", "pg_advisory_unlock_all":
			return "the lock that keeps other upgraders out is one of these, and would go with them"
		case "set_config":
			if at(w, i+1).word == "(" && strings.EqualFold(at(w, i+2).value, "search_path") {
				return ownSearchPath
			}
		}
	}
	switch at(w, 0).word {
	case "begin", "commit", "end", "rollback", "abort", "savepoint", "release":
		return oneTransaction
	case "start":
		if at(w, 1).word == "transaction" {
			return oneTransaction
		}
	case "prepare":
		if at(w, 1).word == "transaction" {
			return "it would take the revision out of its transaction"
		}
	case "copy":
		switch outside := flat(w); {
		case has(outside, "from", "stdin"):
			return "there is nobody to send the rows: write INSERT"
		case has(outside, "to", "stdout"):
			return "there is nobody to take the rows"
		}
	case "set":
		switch at(w, 1).word {
		case "local":
			if what := at(w, 2).name; what == "search_path" || what == "schema" {
				return ownSearchPath
			}
			return ""
		case "constraints":
			return ""
		case "transaction":
			return oneTransaction
		}
		return "the session belongs to the program: SET LOCAL ends with the revision"
	case "discard", "reset":
		return "the session belongs to the program"
	}
	return ""
}

// alone reports whether a statement cannot run inside a transaction (25001).
func alone(w []spelled) bool {
	outside := flat(w)
	object := at(outside, 1).word
	switch at(w, 0).word {
	case "vacuum":
		return true
	case "create", "drop":
		switch object {
		case "database", "tablespace", "subscription":
			return true
		}
		return concurrent(w)
	case "alter":
		switch object {
		case "system":
			return true
		case "database":
			return has(outside, "set", "tablespace")
		}
		return concurrent(w)
	case "reindex":
		return object == "schema" || object == "database" || object == "system" || concurrent(w)
	case "cluster": // of every table
		return len(outside) == 1 || len(outside) == 2 && object == "verbose"
	}
	return false
}

// concurrent reports whether a statement goes on beside others, in several
// transactions of its own. (REFRESH MATERIALIZED VIEW CONCURRENTLY does not.)
func concurrent(w []spelled) bool {
	outside := flat(w)
	switch object := at(outside, 1).word; at(w, 0).word {
	case "create":
		return object == "index" && at(outside, 2).word == "concurrently" || object == "unique" && at(outside, 3).word == "concurrently"
	case "drop":
		return object == "index" && at(outside, 2).word == "concurrently"
	case "alter":
		return object == "table" && has(outside, "detach", "partition") && outside[len(outside)-1].word == "concurrently"
	case "reindex":
		if at(outside, 2).word == "concurrently" {
			return true
		}
		for i, s := range w { // or an option, with or without a value
			switch s.word {
			case ")":
				return false
			case "concurrently":
				v := at(w, i+1)
				return !slices.Contains([]string{"false", "off"}, cmp.Or(v.word, strings.ToLower(v.value)))
			}
		}
	}
	return false
}

// patiently adds a statement that goes on beside others, and waits until those
// who might still see what was before have ended. Without that time it fails,
// and leaves something half made behind: an index that is not used, whose name
// is taken. Nobody waits behind it meanwhile, since it holds no lock that keeps
// others out.
func (c *compiler) patiently(s dialect.Stmt) {
	before, after := s, s
	before.SQL, before.Session = "SET lock_timeout = 0", true
	after.SQL, after.Session = "SET lock_timeout = '"+lockTimeout+"'", true
	if n := len(c.out) - 1; n >= 0 && c.out[n].Session && c.out[n].SQL == after.SQL {
		c.out = append(c.out[:n], s, after) // it is 0 still
		return
	}
	c.out = append(c.out, before, s, after)
}

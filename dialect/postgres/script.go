package postgres

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Script returns stmts as a script for psql, which stops at the first error and
// leaves nothing behind. Checks are blocks that raise an exception. What cannot
// be part of a transaction stands between two of them, as it comes.
func (d Dialect) Script(stmts []dialect.Stmt) string {
	s := &scripter{kept: map[string]string{}}
	s.line(`\set ON_ERROR_STOP on`)
	for _, st := range stmts {
		if st.NoTx {
			s.close()
			s.statement(st.SQL)
			continue
		}
		s.open()
		switch query := strings.TrimSuffix(strings.TrimSpace(st.SQL), ";"); st.Kind {
		case dialect.Exec:
			s.statement(query)
		case dialect.Remember:
			name := fmt.Sprintf("whim_kept_%d", len(s.kept))
			s.kept[st.Key] = name
			s.statement("CREATE TEMPORARY TABLE " + name + " ON COMMIT DROP AS\n" + query)
		case dialect.Same:
			s.check(st.Must, "("+query+") EXCEPT ALL (SELECT * FROM "+s.kept[st.Key]+")")
			s.check(st.Must, "(SELECT * FROM "+s.kept[st.Key]+") EXCEPT ALL ("+query+")")
		case dialect.NoNew:
			s.check(st.Must, "("+query+") EXCEPT (SELECT * FROM "+s.kept[st.Key]+")")
		case dialect.None:
			s.check(st.Must, query)
		case dialect.Go: // has no SQL; whoever writes a script refuses it
		}
	}
	s.open() // a script of nothing is a transaction of nothing
	s.close()
	return s.b.String()
}

type scripter struct {
	b      strings.Builder
	inside bool
	kept   map[string]string // temporary tables, by key
}

func (s *scripter) line(text string) { s.b.WriteString(text + "\n") }

// statement writes a statement and its semicolon, on a line of its own where
// the statement ends with a comment.
func (s *scripter) statement(sql string) {
	s.line(endLine(strings.TrimSuffix(strings.TrimSpace(sql), ";")) + ";")
}

func (s *scripter) open() {
	if !s.inside {
		s.inside = true
		for _, sql := range strings.Split(begin, "; ") {
			s.statement(sql)
		}
	}
}

func (s *scripter) close() {
	if s.inside {
		s.inside = false
		s.statement("COMMIT")
		clear(s.kept) // the tables are gone
	}
}

// check writes a block that fails when a query returns a row, and shows the
// first one.
func (s *scripter) check(must, query string) {
	tag := dollarTag(query + must)
	s.statement("DO " + tag + "\nDECLARE found record;\nBEGIN\n  FOR found IN\n" + endLine(query) + "\n  LOOP\n    RAISE EXCEPTION USING MESSAGE = " +
		quoteString(must) + ", DETAIL = found::text;\n  END LOOP;\nEND\n" + tag)
}

// dollarTag returns a dollar quote that does not stand in text.
func dollarTag(text string) string {
	tag := "$whim$"
	for i := 0; strings.Contains(text, tag); i++ {
		tag = fmt.Sprintf("$whim%d$", i)
	}
	return tag
}

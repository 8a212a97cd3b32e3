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
	s := &scripter{}
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
		case dialect.None:
			s.check(st.Must, query)
		case dialect.Go: // has no SQL; whoever writes a script refuses it
		case dialect.Remember, dialect.Same, dialect.NoNew: // Compile makes none
			panic(fmt.Sprintf("unhandled kind of statement %d", st.Kind))
		}
	}
	s.open() // a script of nothing is a transaction of nothing
	s.close()
	return s.b.String()
}

type scripter struct {
	b      strings.Builder
	inside bool
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

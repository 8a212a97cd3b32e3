package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Script returns stmts as a script for the mysql or mariadb client, which stops
// at the first error as long as nobody tells it to go on (--force).
//
// Its checks stop it: a text that says what is wrong does not fit into a column
// of numbers, and is in the error of the server. DDL commits by itself, so what
// stands before a check that fails stays.
func (d Dialect) Script(stmts []dialect.Stmt) string {
	s := &script{}
	s.add(setText(d.meaning()))
	if slices.ContainsFunc(stmts, func(s dialect.Stmt) bool { return s.Kind == dialect.None }) {
		s.add("CREATE TEMPORARY TABLE IF NOT EXISTS whim_check (holds int NOT NULL)")
	}
	for _, stmt := range stmts {
		query := strings.TrimRight(strings.TrimSpace(stmt.SQL), "; \t\r\n")
		switch stmt.Kind {
		case dialect.Exec:
			s.add(query)
		case dialect.None:
			s.check(stmt.Must, query)
		case dialect.Go: // has no SQL; whoever writes a script refuses it
		case dialect.Remember, dialect.Same, dialect.NoNew: // Compile makes none
			panic(fmt.Sprintf("unhandled kind of statement %d", stmt.Kind))
		}
	}
	return s.b.String()
}

type script struct{ b strings.Builder }

// add adds a statement. The client splits at semicolons wherever they stand
// outside of strings, so a body with some in it gets another delimiter.
func (s *script) add(sql string) {
	delimiter := ";"
	for _, t := range tokenize(sql) {
		if t.is(";") || t.kind == tokHint && strings.Contains(t.text, ";") {
			delimiter = "//"
			for strings.Contains(sql, delimiter) {
				delimiter += "/"
			}
		}
	}
	if delimiter == ";" {
		s.b.WriteString(endLine(sql) + ";\n")
		return
	}
	s.b.WriteString("DELIMITER " + delimiter + "\n" + endLine(sql) + "\n" + delimiter + "\nDELIMITER ;\n")
}

func (s *script) check(must, query string) {
	s.add("INSERT INTO whim_check\nSELECT IF(EXISTS (" + query + "), " + quoteString(must) + ", 1)")
}

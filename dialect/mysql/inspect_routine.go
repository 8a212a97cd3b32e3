package mysql

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// readTriggers reads triggers. Several on one event run in an order, which is
// part of what they do: each but the first follows another.
func (in *inspector) readTriggers() error {
	type event struct{ table, timing, event string }
	type trigger struct {
		name, body, mode, collation string
		order                       int
	}
	triggers := map[event][]trigger{}
	var events []event
	err := in.rows("SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT, SQL_MODE, COLLATION_CONNECTION"+
		" FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = "+in.here(), func(r row) {
		e := event{r.text(0), r.text(2), r.text(3)}
		if triggers[e] == nil {
			events = append(events, e)
		}
		triggers[e] = append(triggers[e], trigger{r.text(1), r.text(5), r.text(6), r.text(7), r.int(4)})
	})
	if err != nil {
		return err
	}
	slices.SortFunc(events, func(a, b event) int {
		return strings.Compare(a.table+"\x00"+a.timing+a.event, b.table+"\x00"+b.timing+b.event)
	})
	for _, e := range events {
		list := triggers[e]
		slices.SortFunc(list, func(a, b trigger) int { return a.order - b.order })
		previous := ""
		for _, t := range list {
			o := schema.Object{Kind: schema.Trigger, Name: schema.Qualify("", t.name), Table: schema.Qualify("", e.table)}
			if t.body, err = in.body(schema.Trigger, t.name, t.body); err != nil {
				return err
			}
			if !slices.Contains([]string{"INSERT", "UPDATE", "DELETE"}, e.event) || t.body == "" {
				in.unsupported("trigger", t.name, "its definition is not understood or may not be read")
				continue
			}
			head := "CREATE TRIGGER " + quoteIdent(t.name) + " " + e.timing + " " + e.event + " ON " + quoteIdent(e.table) + " FOR EACH ROW "
			if previous != "" {
				head += "FOLLOWS " + quoteIdent(previous) + " "
				o.Needs = []schema.Ref{{Kind: schema.Trigger, Name: schema.Qualify("", previous)}}
			}
			in.object(o, madeIn{mode: t.mode, collation: t.collation}.with(head+t.body))
			previous = t.name
		}
	}
	return nil
}

// ownModes are the modes under which a text means or does another thing. A routine is
// read in the modes of its creation, for ever.
var ownModes = [...]string{
	"REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "NO_UNSIGNED_SUBTRACTION", "NO_BACKSLASH_ESCAPES",
	"HIGH_NOT_PRECEDENCE", "PAD_CHAR_TO_FULL_LENGTH", "ORACLE", "MSSQL", "EMPTY_STRING_IS_NULL", "SIMULTANEOUS_ASSIGNMENT", "TIME_ROUND_FRACTIONAL",
	"TIME_TRUNCATE_FRACTIONAL", "NO_AUTO_VALUE_ON_ZERO", "ALLOW_INVALID_DATES",
}

// madeIn are the settings of the session that something with a body was made in,
// which it is executed in for ever.
type madeIn struct {
	mode      string
	zone      string // of an event, which starts and ends by the clock of its session
	collation string // of its strings
}

// with puts the settings in front of a statement where they are not what every
// statement of a revision is executed in: a line
//
//	SET sql_mode = '…', time_zone = '…', collation_connection = '…';
//
// That is so with modes that change what the text says, and where bad values
// are let in: those sessions are always strict (see withoutStrictness). Strings
// are in the character set of the collation. Which of the collations of Unicode it
// is depends on the client, and decides no more than how a string compares to
// another string.
func (m madeIn) with(statement string) string {
	var set []string
	strict := (hasMode(m.mode, "STRICT_TRANS_TABLES") || hasMode(m.mode, "STRICT_ALL_TABLES")) && hasMode(m.mode, "ERROR_FOR_DIVISION_BY_ZERO")
	if !strict || hasOwnMode(m.mode) {
		set = append(set, "sql_mode = '"+m.mode+"'")
	}
	if m.zone != "" && m.zone != sessionZone {
		set = append(set, "time_zone = "+quoteString(m.zone))
	}
	if c := charset(m.collation); c != "" && !strings.HasPrefix(c, "utf8") {
		set = append(set, "collation_connection = "+quoteString(m.collation))
	}
	if set == nil {
		return statement
	}
	return "SET " + strings.Join(set, ", ") + ";\n" + statement
}

// sessionZone is the time zone of every session that carries out a revision.
const sessionZone = "+00:00"

func hasOwnMode(mode string) bool {
	return slices.ContainsFunc(ownModes[:], func(m string) bool { return hasMode(mode, m) })
}

// splitSettings returns the settings that a definition wants, "" for none, and
// the statement.
func splitSettings(definition string) (settings, statement string) {
	if strings.HasPrefix(definition, "SET ") {
		if line, rest, ok := strings.Cut(definition, ";\n"); ok {
			return line, rest
		}
	}
	return "", definition
}

// readRoutines reads functions and procedures.
func (in *inspector) readRoutines() error {
	parameters := map[string][]string{} // by type and name
	returns := map[string]string{}
	var routines []func() error
	err := in.rows("SELECT ROUTINE_TYPE, ROUTINE_NAME, ROUTINE_BODY, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE,"+
		" SQL_MODE, ROUTINE_COMMENT, COLLATION_CONNECTION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = "+in.here()+" ORDER BY ROUTINE_TYPE, ROUTINE_NAME", func(r row) {
		rt := routine{
			kind: r.text(0), name: r.text(1), body: r.text(3), deterministic: string(r.values[4]) == "YES", access: r.text(5),
			invoker: string(r.values[6]) == "INVOKER", made: madeIn{mode: r.text(7), collation: r.text(9)}, comment: r.text(8),
		}
		switch {
		case rt.kind != "FUNCTION" && rt.kind != "PROCEDURE":
			in.unsupported(strings.ToLower(rt.kind), rt.name, "")
		case string(r.values[2]) != "SQL":
			in.unsupported(strings.ToLower(rt.kind), rt.name, "it is not written in SQL")
		case hasMode(rt.made.mode, "ORACLE"):
			in.unsupported(strings.ToLower(rt.kind), rt.name, "it was made in sql_mode ORACLE")
		case r.null(3):
			in.unsupported(strings.ToLower(rt.kind), rt.name, "this user may not read its definition")
		default:
			routines = append(routines, func() error { return in.routine(rt, parameters[rt.kind+rt.name], returns[rt.name]) })
		}
	})
	if err != nil || len(routines) == 0 {
		return err
	}
	err = in.rows("SELECT ROUTINE_TYPE, SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER, COLLATION_NAME"+
		" FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = "+in.here()+" ORDER BY ORDINAL_POSITION", func(r row) {
		typ := r.text(5)
		if collation := r.text(6); collation != "" && collation != in.collation {
			typ += " CHARSET " + charset(collation) + " COLLATE " + collation
		}
		if r.int(2) == 0 {
			returns[r.text(1)] = typ
			return
		}
		p := quoteIdent(r.text(4)) + " " + typ
		if r.text(0) == "PROCEDURE" && r.text(3) != "IN" {
			p = r.text(3) + " " + p
		}
		parameters[r.text(0)+r.text(1)] = append(parameters[r.text(0)+r.text(1)], p)
	})
	if err != nil {
		return err
	}
	for _, read := range routines {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// A routine is a function or procedure, without its parameters.
type routine struct {
	kind, name, body, access, comment string
	made                              madeIn
	deterministic, invoker            bool
}

// routine adds a routine.
func (in *inspector) routine(r routine, parameters []string, returns string) error {
	kind := schema.Function
	if r.kind == "PROCEDURE" {
		kind = schema.Procedure
	}
	body, err := in.body(kind, r.name, r.body)
	if err != nil {
		return err
	}
	if body == "" {
		in.unsupported(strings.ToLower(r.kind), r.name, "its definition is not understood or may not be read")
		return nil
	}
	r.body = body
	var b strings.Builder
	b.WriteString("CREATE ")
	if isAggregate(r.body) {
		b.WriteString("AGGREGATE ")
	}
	b.WriteString(r.kind + " " + quoteIdent(r.name) + "(" + strings.Join(parameters, ", ") + ")")
	if r.kind == "FUNCTION" {
		b.WriteString(" RETURNS " + returns)
	}
	if r.deterministic {
		b.WriteString("\n    DETERMINISTIC")
	}
	if r.access != "CONTAINS SQL" {
		b.WriteString("\n    " + r.access)
	}
	if r.invoker {
		b.WriteString("\n    SQL SECURITY INVOKER")
	}
	if r.comment != "" {
		b.WriteString("\n    COMMENT " + quoteString(r.comment))
	}
	b.WriteString("\n" + r.body)
	// Names in a body are looked up when it runs: nothing has to be there.
	in.object(schema.Object{Kind: kind, Name: schema.Qualify("", r.name)}, r.made.with(b.String()))
	return nil
}

// isAggregate reports whether a function of MariaDB is an aggregate, which
// only its body tells.
func isAggregate(body string) bool {
	toks := significant(body)
	for i := range toks {
		if i+3 < len(toks) && toks[i].isWord("FETCH") && toks[i+1].isWord("GROUP") && toks[i+2].isWord("NEXT") && toks[i+3].isWord("ROW") {
			return true
		}
	}
	return false
}

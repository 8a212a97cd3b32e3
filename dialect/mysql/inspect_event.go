package mysql

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// readEvents reads events. One that nobody gave a start to has begun when it
// was created; that moment is no part of what it is.
func (in *inspector) readEvents() error {
	var events []func() error
	err := in.rows("SELECT EVENT_NAME, EVENT_DEFINITION, CAST(EXECUTE_AT AS CHAR), INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, CAST(STARTS AS CHAR),"+
		" CAST(ENDS AS CHAR), STATUS, ON_COMPLETION, STARTS = CONVERT_TZ(CREATED, @@SESSION.time_zone, TIME_ZONE), EVENT_COMMENT, TIME_ZONE, COLLATION_CONNECTION"+
		" FROM information_schema.EVENTS WHERE EVENT_SCHEMA = "+in.here()+" ORDER BY EVENT_NAME", func(r row) {
		var b strings.Builder
		b.WriteString("CREATE EVENT " + quoteIdent(r.text(0)) + " ON SCHEDULE ")
		if at := r.text(2); at != "" {
			b.WriteString("AT '" + at + "'")
		} else {
			b.WriteString("EVERY " + r.text(3) + " " + r.text(4))
			if starts := r.text(6); starts != "" && r.int(10) == 0 {
				b.WriteString(" STARTS '" + starts + "'")
			}
			if ends := r.text(7); ends != "" {
				b.WriteString(" ENDS '" + ends + "'")
			}
		}
		if string(r.values[9]) == "PRESERVE" {
			b.WriteString(" ON COMPLETION PRESERVE")
		}
		switch status := r.text(8); status {
		case "ENABLED":
		case "DISABLED":
			b.WriteString(" DISABLE")
		default: // SLAVESIDE_DISABLED, REPLICA_SIDE_DISABLED
			b.WriteString(" DISABLE ON SLAVE")
			if in.mysql() && in.dialect.flavor.Version.Compare(dialect.Version{8, 4}) >= 0 {
				s := strings.TrimSuffix(b.String(), "SLAVE") + "REPLICA"
				b.Reset()
				b.WriteString(s)
			}
		}
		if comment := r.text(11); comment != "" {
			b.WriteString(" COMMENT " + quoteString(comment))
		}
		b.WriteString(" DO ")
		name, body := r.text(0), r.text(1)
		made := madeIn{mode: r.text(5), zone: r.text(12), collation: r.text(13)}
		events = append(events, func() error {
			body, err := in.body(schema.Event, name, body)
			if err != nil {
				return err
			}
			if body == "" {
				in.unsupported("event", name, "its definition is not understood or may not be read")
				return nil
			}
			in.object(schema.Object{Kind: schema.Event, Name: schema.Qualify("", name)}, made.with(b.String()+body))
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, read := range events {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// A sequence is a table of MariaDB's that is one.
type sequence struct{ name, engine, comment string }

// readSequences reads MariaDB's sequences, all in one query: each is a table
// with a row that says what it is. What it gives next is data.
func (in *inspector) readSequences() error {
	if len(in.sequences) == 0 {
		return nil
	}
	selects := make([]string, len(in.sequences))
	for i, s := range in.sequences {
		selects[i] = fmt.Sprintf("SELECT %d, start_value, minimum_value, maximum_value, increment, cache_size, cycle_option FROM %s", i, quoteIdent(s.name))
	}
	err := in.rows(strings.Join(selects, " UNION ALL "), func(r row) {
		s := in.sequences[r.int(0)]
		name := s.name
		text := fmt.Sprintf("CREATE SEQUENCE %s START WITH %s MINVALUE %s MAXVALUE %s INCREMENT BY %s", quoteIdent(name), r.text(1), r.text(2), r.text(3), r.text(4))
		if cache := r.text(5); cache == "0" {
			text += " NOCACHE"
		} else {
			text += " CACHE " + cache
		}
		if r.int(6) == 1 {
			text += " CYCLE"
		} else {
			text += " NOCYCLE"
		}
		if s.engine != "InnoDB" {
			text += " ENGINE = " + s.engine
		}
		if s.comment != "" {
			text += " COMMENT = " + quoteString(s.comment)
		}
		in.object(schema.Object{Kind: schema.Sequence, Name: schema.Qualify("", name)}, text)
	})
	if saidNo(err) {
		for _, s := range in.sequences {
			in.unsupported("sequence", s.name, err.Error())
		}
		return nil
	}
	return err
}

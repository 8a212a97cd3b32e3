package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// How a column that gives out values becomes another, or an ordinary one. No
// value is ever given out twice: a new sequence starts behind the largest
// value in the table, and behind what the old sequence gave out.

// serialSequence returns the sequence that the word serial makes.
func (d Dialect) serialSequence(table, column string) string {
	namespace, _ := schema.Split(table)
	return quoteIn(d, namespace, automaticName(table, column, "seq"))
}

// sequence returns the sequence of a column that is a serial.
func (ch *columnChange) sequence() string {
	if name, ok := ch.sequences[partOf{ch.table, ch.after.Name}]; ok {
		return quoteName(ch.d, name)
	}
	return ch.d.serialSequence(ch.table, ch.after.Name)
}

// passing is the name of a sequence on its way from one kind to another.
const passing = "_whim_passing_seq"

func (ch *columnChange) autoKinds() (from, to string) {
	kind := func(c schema.Column) string {
		switch {
		case isSerial(c):
			return "serial"
		case isIdentity(c):
			return "identity"
		}
		return ""
	}
	return kind(ch.before), kind(ch.after)
}

// leaveAuto takes away what the column gave out values with. Where it goes on
// doing so in another way, the sequence stays for a while, for its value.
func (ch *columnChange) leaveAuto() {
	from, to := ch.autoKinds()
	if from == to {
		if from == "identity" && ch.before.Identity != ch.after.Identity {
			ch.identity()
		}
		return
	}
	name := quoteIdent(ch.after.Name)
	namespace, _ := schema.Split(ch.table)
	switch from {
	case "serial":
		seq := ch.sequence()
		ch.column("DROP DEFAULT")
		ch.flush()
		if to == "identity" {
			ch.emit(ch.table, "ALTER SEQUENCE "+seq+" OWNED BY NONE", "ALTER SEQUENCE "+seq+" RENAME TO "+quoteIdent(passing))
		} else {
			ch.emit(ch.table, "DROP SEQUENCE "+seq)
		}
	case "identity":
		if to == "serial" {
			ch.flush()
			ch.emit(ch.table,
				"CREATE SEQUENCE "+quoteIn(ch.d, namespace, passing)+" AS "+storedType(ch.after),
				"SELECT setval("+quoteString(quoteIn(ch.d, namespace, passing))+", greatest(o.last, m.highest, 1), coalesce(greatest(o.last, m.highest) > 0, false))"+
					" FROM (SELECT pg_sequence_last_value("+ch.sequenceOf()+"::regclass) AS last) o, (SELECT max("+name+") AS highest FROM "+quoteName(ch.d, ch.table)+") m")
		}
		ch.column("DROP IDENTITY")
		if to == "" && storedType(ch.before) != storedType(ch.after) {
			ch.flush() // an identity must have the type of an integer until it is gone
		}
	}
}

// sequenceOf asks the server for the sequence of the column.
func (ch *columnChange) sequenceOf() string {
	return "pg_get_serial_sequence(" + quoteString(quoteName(ch.d, ch.table)) + ", " + quoteString(ch.after.Name) + ")"
}

// enterAuto gives the column what it gives out values with. Its actions come
// behind those that change the type and NOT NULL.
func (ch *columnChange) enterAuto() {
	from, to := ch.autoKinds()
	if from == to {
		return
	}
	name, table := quoteIdent(ch.after.Name), quoteName(ch.d, ch.table)
	namespace, _ := schema.Split(ch.table)
	// The highest value was given out: also where it is the last one there is.
	behind := "greatest(max(" + name + "), 1), coalesce(max(" + name + ") > 0, false)) FROM " + table
	switch to {
	case "identity":
		ch.flush() // the type, before the server looks whether it is an integer
		ch.column("ADD " + ch.d.identityText(ch.after))
		ch.flush()
		if from == "serial" {
			old := quoteIn(ch.d, namespace, passing)
			ch.emit(ch.table,
				"SELECT setval("+ch.sequenceOf()+", greatest(o.last_value, m.highest), o.is_called OR coalesce(m.highest >= o.last_value, false)) FROM "+
					old+" o, (SELECT max("+name+") AS highest FROM "+table+") m",
				"DROP SEQUENCE "+old)
			return
		}
		if ch.after.Identity.Options == "" {
			ch.emit(ch.table, "SELECT setval("+ch.sequenceOf()+", "+behind)
			return
		}
		// With options, values may go down, or up in steps: the next one is the
		// first of its own that is not in the table.
		seq := ch.sequenceOf()
		ch.emit(ch.table, "SELECT setval("+seq+", m.last) FROM (SELECT CASE WHEN s.seqincrement > 0 THEN max("+name+") ELSE min("+name+") END AS last, "+
			"s.seqmin, s.seqmax, s.seqincrement, s.seqstart FROM "+table+", pg_sequence s WHERE s.seqrelid = "+seq+"::regclass"+
			" GROUP BY s.seqincrement, s.seqmin, s.seqmax, s.seqstart) m"+
			" WHERE m.last BETWEEN m.seqmin AND m.seqmax AND (m.last - m.seqstart) * sign(m.seqincrement) >= 0")
	case "serial":
		seq := ch.d.serialSequence(ch.table, ch.after.Name)
		ch.flush()
		if from == "identity" {
			ch.emit(ch.table, "ALTER SEQUENCE "+quoteIn(ch.d, namespace, passing)+" RENAME TO "+quoteIdent(automaticName(ch.table, ch.after.Name, "seq")))
		} else {
			ch.emit(ch.table, "CREATE SEQUENCE "+seq+" AS "+storedType(ch.after))
		}
		ch.column("SET DEFAULT nextval(" + quoteString(seq) + "::regclass)")
		ch.flush()
		ch.emit(ch.table, "ALTER SEQUENCE "+seq+" OWNED BY "+table+"."+name)
		if from == "" {
			ch.emit(ch.table, "SELECT setval("+quoteString(seq)+", "+behind)
		}
	}
}

// adjustSequence gives the sequence of a serial column the new type. (That of
// an identity follows by itself.)
func (ch *columnChange) adjustSequence() {
	from, to := ch.autoKinds()
	if from == "serial" && to == "serial" && storedType(ch.before) != storedType(ch.after) {
		seq := ch.sequence()
		ch.emit(ch.table, "ALTER SEQUENCE "+seq+" AS "+storedType(ch.after))
	}
}

// identity changes the properties of an identity.
func (ch *columnChange) identity() {
	var sets []string
	if ch.before.Identity.Always != ch.after.Identity.Always {
		word := "BY DEFAULT"
		if ch.after.Identity.Always {
			word = "ALWAYS"
		}
		sets = append(sets, "SET GENERATED "+word)
	}
	for _, clause := range sequenceChange(sequenceOptions(ch.before.Identity.Options), sequenceOptions(ch.after.Identity.Options)) {
		sets = append(sets, "SET "+clause)
	}
	if len(sets) > 0 {
		ch.column(strings.Join(sets, " "))
	}
}

package conformance

import (
	"errors"
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// answered asks for what leads from one schema to the other, and answers every
// question: nothing is a rename, what is gone is dropped, what needs a value
// gets one that fits its type.
func answered(d dialect.Dialect, from, to schema.Schema) ([]op.Op, error) {
	var a diff.Answers
	for range 10 { // a question may open others
		ops, err := diff.Ask(from, to, a)
		var open *diff.OpenError
		if !errors.As(err, &open) {
			return ops, err
		}
		for _, q := range open.Questions {
			switch q.Kind {
			case diff.RenameQuestion:
				a.NoRename = append(a.NoRename, q.Subject)
			case diff.DropQuestion:
				a.Drop = append(a.Drop, q.Subject)
			case diff.FillQuestion:
				a.Default = append(a.Default, q.Subject+"="+fillAnswer(d, to, q.Subject))
			}
		}
	}
	return nil, errors.New("the questions have no end")
}

// fillAnswer is the value that existing rows of a column get.
func fillAnswer(d dialect.Dialect, to schema.Schema, subject string) string {
	name := d.Flavor().Dialect
	for _, t := range to.Tables {
		for _, c := range t.Columns {
			if t.Name+"."+c.Name == subject {
				if m := domainOf(name, c.Type, enumerations(to)); c.Type.Kind == schema.KindNative && m.family != unknown {
					row := 3 // a small number
					if m.family == listed {
						row = 0 // what other lists have, too
					}
					return "(" + m.value(d, name, row) + ")"
				}
				return fillValue(c.Type)
			}
		}
	}
	return fmt.Sprintf("no column %s", subject)
}

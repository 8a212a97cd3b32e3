package postgres

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// inNameOrder returns s in an order that does not depend on who made it.
func inNameOrder(s schema.Schema) schema.Schema {
	s.Tables, s.Objects = slices.Clone(s.Tables), slices.Clone(s.Objects)
	s.Unsupported = nil
	slices.SortFunc(s.Tables, func(a, b schema.Table) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Objects, func(a, b schema.Object) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Table, b.Table), strings.Compare(a.Name, b.Name))
	})
	for i := range s.Tables {
		t := s.Tables[i].Clone()
		slices.SortFunc(t.Uniques, func(a, b schema.Unique) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(t.ForeignKeys, func(a, b schema.ForeignKey) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Checks, func(a, b schema.Check) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Indexes, func(a, b schema.Index) int { return strings.Compare(a.Name, b.Name) })
		s.Tables[i] = t
	}
	return s
}

// identity holds that what a schema compiles to, built in a scratch place, is
// read as the same schema.
func identity(t *testing.T, d Dialect, db *sql.DB) schema.Schema {
	t.Helper()
	live := mustInspect(t, d, db)
	again, err := scratch.Run(t.Context(), d, db, diff.Diff(schema.Schema{}, live))
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(inNameOrder(live), inNameOrder(again), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("(-live +scratch):\n%s", d)
	}
	return live
}

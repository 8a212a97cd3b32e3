package diff

import (
	"errors"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/schema"
)

// TestNullIsExplained holds that who is offered the answer NULL is told what it
// means, and who gives it in the wrong place, where the right one is.
func TestNullIsExplained(t *testing.T) {
	table := func(columns ...schema.Item) schema.Schema {
		return schema.Schema{Tables: []schema.Table{schema.NewTable("t", columns...)}}
	}
	id, n := schema.Int("id").NotNull().PrimaryKey(), schema.Int("n")
	var open *OpenError
	_, err := Ask(table(id, n), table(id, n.NotNull()), Answers{})
	if !errors.As(err, &open) || !strings.Contains(open.Questions[0].Text, "(NULL: there are none; the upgrade stops if it finds one)") {
		t.Errorf("%+v", err)
	}
	if _, err := Ask(table(id, n), table(id, n.NotNull()), Answers{Default: []string{"t.n=NULL"}}); err != nil {
		t.Error(err)
	}
	_, err = Ask(table(id), table(id, n.NotNull()), Answers{Default: []string{"t.n=NULL"}})
	if err == nil || !strings.Contains(err.Error(), "only for a column that is there") {
		t.Error(err)
	}
}

package coltype_test

import (
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/coltype"
)

// Whatever a tag holds, nothing of it is lost: type and rest are the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"integer PRIMARY KEY", "int AS (a) stored", "text DEFAULT '", "x CHECK ((", "COLLATE", "DEFAULT",
		"a\x00b NOT NULL", "é COLLATE ü", "enum('a''b') unique",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := coltype.Parse(text)
		if got := squeeze(d.Type + d.Rest); got != squeeze(text) {
			t.Errorf("%q became %q and %q", text, d.Type, d.Rest)
		}
		if !strings.HasSuffix(squeeze(text), squeeze(d.Unknown)) {
			t.Errorf("%q: unknown is %q", text, d.Unknown)
		}
		_ = coltype.FromText(d.Type) // none of them panics
		_, _, _, _ = coltype.Tail(text)
		_ = coltype.Balanced(text)
	})
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

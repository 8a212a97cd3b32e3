package mysql

import (
	"github.com/whimbreldb/whimbrel/internal/typetext"
	"github.com/whimbreldb/whimbrel/schema"
)

// typeText returns the type that a column is declared with.
func (d Dialect) typeText(t schema.Type) string { return typetext.MySQL(d.flavor.Dialect, t) }

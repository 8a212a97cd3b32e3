package dialect

import (
	"testing"

	"github.com/whimbreldb/whimbrel/schema"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]Version{
		"3.45.3": {3, 45, 3}, "10.11.19-MariaDB": {10, 11, 19}, "16": {16}, "16.4 (Debian 16.4-1)": {16, 4}, "": {}, "x": {},
	} {
		if got := ParseVersion(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestCan(t *testing.T) {
	for _, tt := range []struct {
		flavor  Flavor
		feature Feature
		want    bool
	}{
		{Flavor{schema.SQLite, Version{3, 36}}, StrictTables, false},
		{Flavor{schema.SQLite, Version{3, 37}}, StrictTables, true},
		{Flavor{schema.SQLite, Version{4}}, StrictTables, true},
		{Flavor{schema.Postgres, Version{16}}, StrictTables, false},
		{Flavor{schema.MySQL, Version{9, 7}}, TransactionalDDL, false},
		{Flavor{}, TransactionalDDL, false},
	} {
		if got := tt.flavor.Can(tt.feature); got != tt.want {
			t.Errorf("%v can %d: %t", tt.flavor, tt.feature, got)
		}
	}
}

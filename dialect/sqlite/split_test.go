package sqlite

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitStatements(t *testing.T) {
	tests := []struct {
		name, sql string
		want      []string
	}{
		{"nothing", " \n-- c\n/* d */ ; ;;", nil},
		{"one, no semicolon", " select 1 ", []string{"select 1"}},
		{"two", "select 1; select 2;", []string{"select 1", "select 2"}},
		{"semicolons that end nothing", `select ';', ";", [;], ` + "`;`" + ` /* ; */ -- ;
			, x'00';`, []string{`select ';', ";", [;], ` + "`;`" + ` /* ; */ -- ;
			, x'00'`}},
		{
			"trigger", "create trigger a after insert on t begin update t set x = case when 1 then 2 end; select 1; end; select 2",
			[]string{"create trigger a after insert on t begin update t set x = case when 1 then 2 end; select 1; end", "select 2"},
		},
		{
			"temp trigger at the end", "CREATE TEMP TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END",
			[]string{"CREATE TEMP TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END"},
		},
		{"a table called trigger", "create table trigger (a); select 1", []string{"create table trigger (a)", "select 1"}},
		{"transaction", "begin; commit; end", []string{"begin", "commit", "end"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := splitStatements(tt.sql)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestSplitStatementsRefuses(t *testing.T) {
	for sql, want := range map[string]string{
		"select 1;\nselect 'it": `line 2, column 8: this ' is never closed`,
		"select 12ab":           `line 1, column 8: unrecognized token "12ab"`,
		"create trigger a after insert on t begin select 1; ": "line 1, column 1: this trigger has no END",
	} {
		_, err := splitStatements(sql)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("splitStatements(%q) = %v, want %s", sql, err, want)
		}
	}
}

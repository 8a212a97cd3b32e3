package postgres

import (
	"slices"
	"testing"
)

func TestArgumentTypes(t *testing.T) {
	for args, want := range map[string][]string{
		"()":                               nil,
		"(integer)":                        {"integer"},
		"(numeric(8,2), text[])":           {"numeric(8,2)", "text[]"},
		`("a, b", sales."x(y")`:            {`"a, b"`, `sales."x(y"`},
		"(timestamp(3) without time zone)": {"timestamp(3) without time zone"},
	} {
		if got := argumentTypes(args); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", args, got, want)
		}
	}
}

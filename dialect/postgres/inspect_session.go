package postgres

import (
	"context"
	"fmt"
	"strings"
)

// A session is what the inspector knows of the connection that it reads with.
type session struct {
	namespace string   // the default one, "" where there is none
	settings  []option // as the caller has them
	path      string   // the search path to read with
	condition string   // sets it, and the other settings, for the time of one statement
}

// An option is a setting that changes the texts of the server.
type option struct{ name, value string }

// settings are the values under which texts are read, beside the search path:
// what is written there must not depend on who asks, and must mean the same
// when anybody executes it.
var settings = []option{
	{"datestyle", "ISO, MDY"},
	{"intervalstyle", "postgres"},
	{"timezone", "UTC"},
	{"extra_float_digits", "1"},
	{"bytea_output", "hex"},
	{"quote_all_identifiers", "off"},
	{"standard_conforming_strings", "on"},
}

// open asks for the session's own settings, and finds the search path to read
// with: the default namespace, and behind it those where the caller's path
// finds an extension and nothing else, so that the types of extensions are
// called by their bare names. Everything else is qualified. pg_temp stands last,
// since where it is not named it comes first, and a temporary table hides
// another one of its name.
func (in *inspector) open() error {
	var names []string
	for _, s := range settings {
		names = append(names, "pg_catalog.current_setting("+quoteString(s.name)+")")
	}
	var namespace, quoted, extensions, path string
	values := make([]string, len(settings))
	dest := []any{&namespace, &quoted, &extensions, &path}
	for i := range values {
		dest = append(dest, &values[i])
	}
	alone := ""
	for _, c := range [][3]string{{"pg_class", "rel", " AND o.relkind NOT IN ('i', 'I', 't')"}, {"pg_proc", "pro", ""}, {"pg_type", "typ", ""}} {
		alone += fmt.Sprintf(` AND NOT EXISTS (SELECT FROM pg_catalog.%[1]s o WHERE o.%[2]snamespace = n.oid%[3]s AND NOT EXISTS (
			SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.%[1]s'::pg_catalog.regclass AND e.objid = o.oid AND e.deptype IN ('e', 'i')))`, c[0], c[1], c[2])
	}
	err := in.query(`SELECT coalesce(pg_catalog.current_schema(), ''), coalesce(pg_catalog.quote_ident(pg_catalog.current_schema()), ''),
		coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname), ', ' ORDER BY p.place)
			FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY p(name, place) JOIN pg_catalog.pg_namespace n ON n.nspname = p.name
			WHERE p.name <> pg_catalog.current_schema() AND EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE x.extnamespace = n.oid)`+alone+`), ''),
		pg_catalog.current_setting('search_path'), `+strings.Join(names, ", "), dest, func() error { return nil })
	if err != nil {
		return err
	}
	s := &in.session
	s.settings = []option{{"search_path", path}}
	for i, own := range settings {
		s.settings = append(s.settings, option{own.name, values[i]})
	}
	if place := in.d.scratch.place; place != nil {
		s.namespace, s.condition = place.real, setConfig(place.path, settings)
		return nil
	}
	var parts []string
	if !strings.HasPrefix(namespace, "pg_") && namespace != "information_schema" {
		s.namespace = namespace
	}
	for _, p := range []string{quoted, extensions} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	s.path = strings.Join(append(parts, "pg_temp"), ", ")
	s.condition = setConfig(s.path, settings)
	return nil
}

// setConfig returns a condition that is true and gives a statement its own
// settings. Outside a transaction block they end with the statement. It comes
// first in the plan, whatever else there is, because it depends on no row
// (PostgreSQL 13 to 18: a one-time filter).
func setConfig(path string, settings []option) string {
	calls := make([]string, 0, len(settings)+1)
	for _, s := range append([]option{{"search_path", path}}, settings...) {
		calls = append(calls, "pg_catalog.set_config("+quoteString(s.name)+", "+quoteString(s.value)+", true)")
	}
	return "(SELECT pg_catalog.concat(" + strings.Join(calls, ", ") + ")) IS NOT NULL"
}

// close gives the settings back to a caller who is in a transaction block,
// where those of the inspector would stay.
func (in *inspector) close(ctx context.Context) error {
	var ok bool
	own := in.session.settings
	in.ctx = context.WithoutCancel(ctx)
	return in.query("SELECT "+setConfig(own[0].value, own[1:]), []any{&ok}, func() error { return nil })
}

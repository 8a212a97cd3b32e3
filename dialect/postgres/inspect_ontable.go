package postgres

import (
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// readTriggers reads the triggers that somebody made. Those of foreign keys, and
// those that a partition has from its parent, are looked at for whether they are
// enabled only. (Until PostgreSQL 14 the latter are internal too, and no part of
// a constraint.)
func (in *inspector) readTriggers() error {
	var (
		oid, relation       int64
		name, text, enabled string
		foreign, copied     bool
	)
	disabled := map[int64]bool{}
	return in.query(`SELECT t.oid, t.tgrelid, t.tgname, CASE WHEN t.tgparentid = 0 AND NOT t.tgisinternal THEN pg_catalog.pg_get_triggerdef(t.oid) ELSE '' END, t.tgenabled,
		t.tgisinternal AND t.tgconstraint <> 0, t.tgparentid <> 0
		FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
		WHERE {path} AND c.relnamespace IN ({spaces}) AND CASE
			WHEN t.tgisinternal AND t.tgconstraint <> 0 THEN t.tgenabled <> 'O'
			WHEN t.tgparentid <> 0 THEN t.tgenabled <> (SELECT p.tgenabled FROM pg_catalog.pg_trigger p WHERE p.oid = t.tgparentid)
			ELSE NOT t.tgisinternal END AND `+notExtension("pg_trigger", "t.oid")+` ORDER BY t.oid`,
		[]any{&oid, &relation, &name, &text, &enabled, &foreign, &copied}, func() error {
			r := in.relations[relation]
			if r == nil || r.extension {
				return nil
			}
			switch {
			case foreign && disabled[relation]: // told
				return nil
			case foreign:
				disabled[relation] = true
				in.unsupported("foreign key trigger", "on "+r.name, "it is not enabled")
				return nil
			case copied:
				in.unsupported("trigger", name+" on "+r.name, "a partition has it from its parent, where it is not enabled in the same way")
				return nil
			}
			o := in.add(classTrigger, oid, schema.Object{Kind: schema.Trigger, Name: schema.Qualify("", name), Table: r.name},
				in.unqualifyAt(text, " ON ", r.namespace))
			if word := enabledWords[enabled]; word != "" {
				o.add("ALTER TABLE " + r.quoted + " " + word + " TRIGGER " + quoteIdent(name))
			}
			in.comment(o, classTrigger, oid, "TRIGGER "+quoteIdent(name)+" ON "+r.quoted)
			return nil
		})
}

// enabledWords are what ALTER TABLE says of triggers and rules that are not
// enabled in the usual way.
var enabledWords = map[string]string{"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}

// readRules reads the rules that are not views.
func (in *inspector) readRules() error {
	var (
		oid, relation       int64
		name, text, enabled string
	)
	return in.query(`SELECT w.oid, w.ev_class, w.rulename, pg_catalog.pg_get_ruledef(w.oid), w.ev_enabled
		FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_class c ON c.oid = w.ev_class
		WHERE {path} AND c.relnamespace IN ({spaces}) AND w.rulename <> '_RETURN' ORDER BY w.oid`,
		[]any{&oid, &relation, &name, &text, &enabled}, func() error {
			r := in.relations[relation]
			if r == nil || r.extension {
				return nil
			}
			o := in.add(classRewrite, oid, schema.Object{Kind: schema.Rule, Name: schema.Qualify("", name), Table: r.name},
				strings.TrimSuffix(in.unqualifyAt(text, " TO ", r.namespace), ";"))
			if word := enabledWords[enabled]; word != "" {
				o.add("ALTER TABLE " + r.quoted + " " + word + " RULE " + quoteIdent(name))
			}
			in.comment(o, classRewrite, oid, "RULE "+quoteIdent(name)+" ON "+r.quoted)
			return nil
		})
}

// readPolicies reads the policies of row security, for which the server has no
// text.
func (in *inspector) readPolicies() error {
	var (
		oid, relation                     int64
		name, command, roles, using, with string
		permissive                        bool
	)
	return in.query(`SELECT p.oid, p.polrelid, p.polname, p.polcmd, p.polpermissive,
		coalesce((SELECT pg_catalog.string_agg(CASE WHEN r.oid = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r.oid)) END, ', ' ORDER BY pg_catalog.pg_get_userbyid(r.oid))
			FROM pg_catalog.unnest(p.polroles) r(oid)), ''),
		coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), ''), coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), '')
		FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
		WHERE {path} AND c.relnamespace IN ({spaces}) ORDER BY p.oid`,
		[]any{&oid, &relation, &name, &command, &permissive, &roles, &using, &with}, func() error {
			r := in.relations[relation]
			if r == nil || r.extension {
				return nil
			}
			text := "CREATE POLICY " + quoteIdent(name) + " ON " + r.quoted
			if !permissive {
				text += " AS RESTRICTIVE"
			}
			if word := map[string]string{"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}[command]; word != "" {
				text += " FOR " + word
			}
			if roles != "PUBLIC" {
				text += " TO " + roles
			}
			if using != "" {
				text += " USING (" + strip(using) + ")"
			}
			if with != "" {
				text += " WITH CHECK (" + strip(with) + ")"
			}
			o := in.add(classPolicy, oid, schema.Object{Kind: schema.Policy, Name: schema.Qualify("", name), Table: r.name}, text)
			in.comment(o, classPolicy, oid, "POLICY "+quoteIdent(name)+" ON "+r.quoted)
			return nil
		})
}

// readStatistics reads the statistics objects. They have a namespace of their
// own, and go with their table all the same.
func (in *inspector) readStatistics() error {
	var (
		oid, relation, namespace int64
		name, text               string
		statistics               int
	)
	return in.query(`SELECT s.oid, s.stxrelid, s.stxnamespace, s.stxname, pg_catalog.pg_get_statisticsobjdef(s.oid), coalesce(s.stxstattarget, -1)
		FROM pg_catalog.pg_statistic_ext s WHERE {path} AND s.stxnamespace IN ({spaces}) ORDER BY s.oid`,
		[]any{&oid, &relation, &namespace, &name, &text, &statistics}, func() error {
			r := in.relations[relation]
			full, quoted := in.name(namespace, name)
			if r == nil || r.extension {
				return nil
			}
			o := in.add(classStatistics, oid, schema.Object{Kind: schema.Statistics, Name: full, Table: r.name},
				in.unqualify(text, "CREATE STATISTICS ", namespace))
			if statistics >= 0 {
				o.add("ALTER STATISTICS " + quoted + " SET STATISTICS " + strconv.Itoa(statistics))
			}
			in.comment(o, classStatistics, oid, "STATISTICS "+quoted)
			return nil
		})
}

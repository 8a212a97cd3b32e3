package mysql

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// readTables reads the tables as a whole, and the names of what else can be on
// the same list.
func (in *inspector) readTables() error {
	return in.rows("SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT FROM information_schema.TABLES"+
		" WHERE TABLE_SCHEMA = "+in.here(), func(r row) {
		name := schema.Qualify("", r.text(0))
		switch kind := r.text(1); kind {
		case "BASE TABLE", "SYSTEM VERSIONED":
			in.addTable(r, name, kind)
		case "VIEW":
			in.views[r.text(0)] = true
		case "SEQUENCE":
			in.sequences = append(in.sequences, sequence{r.text(0), r.text(2), r.text(5)})
		case "TEMPORARY", "TEMPORARY SEQUENCE", "LOCAL TEMPORARY", "GLOBAL TEMPORARY":
			// MariaDB ≥ 11.2 lists those of the session. They are nobody's schema.
		default:
			in.out.Unsupported = append(in.out.Unsupported, schema.Unsupported{Kind: strings.ToLower(kind), Name: name, Why: "this kind is not known"})
		}
	})
}

// readPartitioned notes the tables that are partitioned. MariaDB says so in
// CREATE_OPTIONS, MySQL 9.7 does not where the partitions are by KEY () alone.
func (in *inspector) readPartitioned() error {
	if !in.mysql() {
		return nil
	}
	return in.rows("SELECT DISTINCT TABLE_NAME FROM information_schema.PARTITIONS WHERE PARTITION_NAME IS NOT NULL AND TABLE_SCHEMA = "+in.here(), func(r row) {
		if i, ok := in.tables[string(r.values[0])]; ok {
			in.facts[i].look = true
		}
	})
}

// readPlaces reads where tables lie that do not lie where a table does by
// itself: in a tablespace with a name, or in another folder. MariaDB says so in
// CREATE_OPTIONS. On MySQL 9.7 only InnoDB knows, and tells those who have the
// privilege PROCESS.
func (in *inspector) readPlaces() error {
	if !in.mysql() {
		return nil
	}
	const elsewhere, shared = "64", "128" // bits of FLAG: a folder, a tablespace that others can use
	err := in.rows("SELECT t.NAME, t.FLAG & "+shared+" > 0, coalesce(s.NAME, 'innodb_system'), f.PATH FROM information_schema.INNODB_TABLES t"+
		" LEFT JOIN information_schema.INNODB_TABLESPACES s ON s.SPACE = t.SPACE LEFT JOIN information_schema.INNODB_DATAFILES f ON f.SPACE = t.SPACE"+
		" WHERE t.FLAG & ("+elsewhere+" | "+shared+")", func(r row) {
		database, name, _ := strings.Cut(r.text(0), "/")
		name, _, partition := strings.Cut(name, "#")
		i, ok := in.tables[fromFile(name)]
		if !ok || fromFile(database) != in.database || partition { // which PARTITION BY says
			return
		}
		o := &in.out.Tables[i].Options.MySQL // as SHOW CREATE TABLE has it: one first, the other last
		if r.text(1) != "0" {
			o.Options = strings.TrimSpace("TABLESPACE=" + quoteIdent(r.text(2)) + " " + o.Options)
			return
		}
		folder, _, _ := strings.Cut(r.text(3), "/"+database+"/")
		addOption(o, "DATA DIRECTORY="+quoteString(folder+"/"))
	})
	if saidNo(err) {
		return nil
	}
	return err
}

// fromFile returns a name of InnoDB's, which is that of a file: what is no
// letter, digit or _ is @ and four hexadecimal digits.
func fromFile(name string) string {
	first, rest, ok := strings.Cut(name, "@")
	if !ok || len(rest) < 4 {
		return name
	}
	n, err := strconv.ParseUint(rest[:4], 16, 32)
	if err != nil {
		return name
	}
	return first + string(rune(n)) + fromFile(rest[4:])
}

func (in *inspector) addTable(r row, name, kind string) {
	t := schema.Table{Name: name}
	o := &t.Options
	o.Comment = r.text(5)
	engine, collation := r.text(2), r.text(3)
	if engine != "InnoDB" {
		o.MySQL.Engine = engine
	}
	if collation != in.collation {
		o.MySQL.Charset, o.MySQL.Collation = charset(collation), collation
	}
	facts := tableFacts{collation: collation}
	facts.look = in.createOptions(&t, r.text(4))
	if kind == "SYSTEM VERSIONED" {
		addOption(&o.MySQL, "WITH SYSTEM VERSIONING")
	}
	if engine == "" {
		unsupported(&t, "the server cannot read it: %s", o.Comment)
	} else if !slices.Contains(knownEngines[:], strings.ToLower(engine)) {
		unsupported(&t, "its storage engine %s may keep more than information_schema tells", engine)
	}
	facts.look = facts.look || mangled(o.Comment) || slices.Contains(blockSizeEngines[:], strings.ToLower(engine))
	in.tables[r.text(0)] = len(in.out.Tables)
	in.out.Tables = append(in.out.Tables, t)
	in.facts = append(in.facts, facts)
}

// knownEngines are the engines whose tables are no more than what is read
// here. Others have a connection, a list of tables or a file of their own.
var knownEngines = [...]string{"innodb", "myisam", "aria", "memory", "csv", "archive", "blackhole", "rocksdb", "ndbcluster"}

// blockSizeEngines are the engines that heed the KEY_BLOCK_SIZE of an index. Neither
// kind of server tells anybody but SHOW CREATE TABLE of it.
var blockSizeEngines = [...]string{"myisam", "aria"}

// createOptions reads CREATE_OPTIONS: words and name=value, with a value
// between quotes perhaps. It reports whether the table is partitioned.
func (in *inspector) createOptions(t *schema.Table, text string) (partitioned bool) {
	if text == "" {
		return false
	}
	for _, o := range tableOptions(text) {
		switch name := strings.ToUpper(o.name); name {
		case "PARTITIONED":
			partitioned = true
		case "ROW_FORMAT":
			t.Options.MySQL.RowFormat = strings.ToUpper(o.value)
		default:
			// In backticks, on MariaDB: an option of the engine, `encrypted`='no',
			// as it was written. The server reads it in any case.
			addOption(&t.Options.MySQL, name+"="+o.value)
		}
	}
	return partitioned
}

// addOption adds to the options of a table that have no field.
func addOption(o *schema.MySQLTable, option string) {
	if o.Options != "" {
		o.Options += " "
	}
	o.Options += option
}

type tableOption struct{ name, value string } // as they are written in SQL

// tableOptions splits a text such as
//
//	row_format=COMPRESSED KEY_BLOCK_SIZE=8 COMPRESSION="zlib" `encrypted`='no'
//
// MySQL writes strings between double quotes here, which are names under
// ANSI_QUOTES: they become single ones.
func tableOptions(text string) []tableOption {
	var out []tableOption
	toks := significant(text)
	for i := 0; i < len(toks); i++ {
		o := tableOption{name: toks[i].text}
		if toks[i].kind == tokString { // in a session with ANSI_QUOTES
			o = tableOption{name: quoteIdent(stringValue(toks[i].text))}
		}
		if i+2 < len(toks) && toks[i+1].is("=") {
			value := toks[i+2]
			if o.value = value.text; value.kind == tokString && value.text[0] == '"' {
				o.value = quoteString(stringValue(value.text))
			}
			i += 2
		}
		out = append(out, o)
	}
	return out
}

// mangled reports whether a text may have lost characters on its way through
// information_schema, which is utf8mb3: what is not in the basic plane comes
// as question marks, one on MySQL 9.7, one or four on MariaDB 10.11.
func mangled(text string) bool { return strings.Contains(text, "?") }

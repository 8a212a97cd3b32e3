package gormmodel

import (
	"strings"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/schema"
)

// tableOptions reads what the application has set with gorm:table_options, a
// text that GORM appends to every CREATE TABLE, whatever the dialect.
func (l *loader) tableOptions(s *gs.Schema, t *schema.Table) {
	if l.speaks(schema.MySQL) {
		l.mysqlOptions(s, t)
		return
	}
	for part := range strings.SplitSeq(l.options, ",") {
		switch part = strings.TrimSpace(part); {
		case part == "":
		case strings.EqualFold(part, "STRICT") && l.speaks(schema.SQLite):
			t.Options.Strict = true
		case strings.EqualFold(strings.Join(strings.Fields(part), " "), "WITHOUT ROWID") && l.speaks(schema.SQLite):
			t.Options.WithoutRowID = true
		default:
			l.unknownOption(s, part)
		}
	}
}

func (l *loader) unknownOption(s *gs.Schema, part string) {
	l.warn(modelName(s.ModelType), "", "the table option %q is not part of the schema", part)
}

// mysqlOptions reads MySQL's table options: NAME=value or NAME value, with or
// without commas between them.
func (l *loader) mysqlOptions(s *gs.Schema, t *schema.Table) {
	text := strings.NewReplacer(",", " ", "=", " ").Replace(l.options)
	words := strings.Fields(text)
	for i := 0; i < len(words); i++ {
		name := strings.ToUpper(words[i])
		if name == "DEFAULT" {
			continue
		}
		if (name == "CHARACTER" || name == "CHAR") && i+1 < len(words) && strings.EqualFold(words[i+1], "SET") {
			name, i = "CHARSET", i+1
		}
		if i+1 == len(words) {
			l.unknownOption(s, words[i])
			return
		}
		i++
		value := strings.Trim(words[i], "'\"")
		switch name {
		case "ENGINE":
			t.Options.MySQL.Engine = value
		case "CHARSET":
			t.Options.MySQL.Charset = value
		case "COLLATE":
			t.Options.MySQL.Collation = value
		case "ROW_FORMAT":
			t.Options.MySQL.RowFormat = strings.ToUpper(value)
		default:
			l.unknownOption(s, name+"="+words[i])
		}
	}
}

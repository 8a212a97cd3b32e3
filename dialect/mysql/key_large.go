package mysql

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// possibleKeys says why this server cannot have the keys and the indexes of t:
// all of them, or those on the column that is named.
func (c *compiler) possibleKeys(t schema.Table, column string) error {
	of := func(parts []schema.Part) bool { return column == "" || inParts(parts, column) }
	if of(t.PrimaryKey.Parts) {
		if err := c.possiblePrimaryKey(t, t.PrimaryKey); err != nil {
			return err
		}
	}
	for _, u := range t.Uniques {
		if of(u.Parts) {
			if err := c.possibleUniqueKey(t, u); err != nil {
				return err
			}
		}
	}
	for _, i := range t.Indexes {
		if of(i.Parts) {
			if err := c.possibleIndexKey(t, i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *compiler) possiblePrimaryKey(t schema.Table, k schema.PrimaryKey) error {
	return c.smallParts(t, "primary key of "+t.Name, k.Parts)
}

func (c *compiler) possibleUniqueKey(t schema.Table, u schema.Unique) error {
	if c.name == schema.MariaDB {
		return nil
	}
	return c.smallParts(t, "unique constraint "+t.Name+"."+u.Name, u.Parts)
}

func (c *compiler) possibleIndexKey(t schema.Table, i schema.Index) error {
	if c.name == schema.MariaDB || slices.Contains([]string{"fulltext", "spatial", "vector"}, strings.ToLower(i.Method.On(c.name))) {
		return nil
	}
	return c.smallParts(t, "index "+t.Name+"."+i.Name, i.Parts)
}

// smallParts refuses what would be in a key as a whole and is too large for one.
// MySQL 9.7 says errors 1170 and 3152, when earlier statements of the revision
// are done; MariaDB 10.11 does of primary keys alone: it keeps a hash of what is
// unique, and the beginning of what is in another index.
func (c *compiler) smallParts(t schema.Table, object string, parts []schema.Part) error {
	for _, p := range parts {
		col, ok := t.Column(p.Column)
		if !ok || p.Length > 0 {
			continue
		}
		switch text := c.d.typeText(col.Type); parseType(text).base {
		case "tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob":
			return c.cannot(object, "takes column %q, which is %s, into a key only with a length: "+
				"make it varchar(100), in the model too, or give the length in the key: schema.Part{Column: %[1]q, Length: 100}", col.Name, text)
		case "json":
			if c.name == schema.MySQL {
				return c.cannot(object, "takes no json into a key: column %q; make a generated column of what is looked for", col.Name)
			}
		}
	}
	return nil
}

package offline

import (
	"fmt"
	"strings"

	gs "gorm.io/gorm/schema"
)

const (
	// indexable is the longest utf8mb4 text that an index of 767 bytes takes.
	indexable = 191
	// longestRow is where varchar and varbinary end, and longestMedium where
	// mediumtext does, by the driver's count.
	longestRow    = 65536
	longestMedium = 1 << 24
	// milliseconds is the driver's default precision of a time.
	milliseconds = 3
)

// mysqlType returns the type that the MySQL driver gives a field, when it is
// set up with no defaults of the application's own.
func mysqlType(f *gs.Field) string {
	switch f.DataType {
	case gs.Bool:
		return "boolean"
	case gs.Int, gs.Uint:
		return mysqlInteger(f)
	case gs.Float:
		switch {
		case f.Precision > 0:
			return fmt.Sprintf("decimal(%d, %d)", f.Precision, f.Scale)
		case f.Size <= 32:
			return "float"
		}
		return "double"
	case gs.String:
		return mysqlString(f)
	case gs.Time:
		return mysqlTime(f)
	case gs.Bytes:
		switch {
		case f.Size > 0 && f.Size < longestRow:
			return fmt.Sprintf("varbinary(%d)", f.Size)
		case f.Size >= longestRow && f.Size <= longestMedium:
			return "mediumblob"
		}
		return "longblob"
	}
	text := string(f.DataType)
	if f.AutoIncrement && !strings.Contains(strings.ToLower(text), " auto_increment") {
		text += " AUTO_INCREMENT"
	}
	return text
}

func mysqlInteger(f *gs.Field) string {
	text := "bigint"
	switch {
	case f.Size <= 8:
		text = "tinyint"
	case f.Size <= 16:
		text = "smallint"
	case f.Size <= 24:
		text = "mediumint"
	case f.Size <= 32:
		text = "int"
	}
	if f.DataType == gs.Uint {
		text += " unsigned"
	}
	if f.AutoIncrement {
		text += " AUTO_INCREMENT"
	}
	return text
}

func mysqlString(f *gs.Field) string {
	size := f.Size
	// A long text can neither be indexed nor have a default. A uniqueIndex does
	// not count here: it fails on the server.
	if size == 0 && (f.PrimaryKey || f.HasDefaultValue || f.TagSettings["INDEX"] != "" || f.TagSettings["UNIQUE"] != "") {
		size = indexable
	}
	switch {
	case size <= 0 || size > longestMedium:
		return "longtext"
	case size >= longestRow:
		return "mediumtext"
	}
	return fmt.Sprintf("varchar(%d)", size)
}

func mysqlTime(f *gs.Field) string {
	n, tagged := digits(f)
	if !tagged {
		n = milliseconds
	}
	text := withDigits("datetime", n)
	if f.NotNull || f.PrimaryKey {
		return text
	}
	return text + " NULL"
}

package sqlite

// A wordClass says where a bare word can stand.
type wordClass uint8

const (
	notKeyword wordClass = iota
	softWord             // a keyword that SQLite takes as any identifier
	nameWord             // a keyword that can be a name, but no part of a type
	reserved             // a keyword that must be quoted to be a name
)

// keywordClass returns the class of a word. The classes are those of the
// grammar of SQLite 3.53; a test asks the SQLite at hand about each word.
func keywordClass(word string) wordClass {
	if len(word) > len("current_timestamp") || len(word) < 2 {
		return notKeyword
	}
	var buf [len("current_timestamp")]byte
	for i := range len(word) {
		buf[i] = lower(word[i])
	}
	return keywords[string(buf[:len(word)])]
}

var keywords = classify(map[wordClass][]string{
	softWord: {
		"abort", "action", "after", "always", "analyze", "asc", "attach", "before", "begin", "by", "cascade",
		"cast", "column", "conflict", "current", "current_date", "current_time", "current_timestamp", "database",
		"deferred", "desc", "detach", "do", "each", "end", "exclude", "exclusive", "explain", "fail", "filter",
		"first", "following", "for", "generated", "glob", "groups", "if", "ignore", "immediate", "initially",
		"instead", "key", "last", "like", "match", "materialized", "no", "nulls", "of", "offset", "others",
		"over", "partition", "plan", "pragma", "preceding", "query", "raise", "range", "recursive", "regexp",
		"reindex", "release", "rename", "replace", "restrict", "rollback", "row", "rows", "savepoint", "temp",
		"temporary", "ties", "trigger", "unbounded", "vacuum", "view", "virtual", "window", "with", "within",
		"without",
	},
	nameWord: {"cross", "full", "indexed", "inner", "left", "natural", "outer", "right"},
	reserved: {
		"add", "all", "alter", "and", "as", "autoincrement", "between", "case", "check", "collate", "commit",
		"constraint", "create", "default", "deferrable", "delete", "distinct", "drop", "else", "escape",
		"except", "exists", "foreign", "from", "group", "having", "in", "index", "insert", "intersect", "into",
		"is", "isnull", "join", "limit", "not", "nothing", "notnull", "null", "on", "or", "order", "primary",
		"references", "returning", "select", "set", "table", "then", "to", "transaction", "union", "unique",
		"update", "using", "values", "when", "where",
	},
})

func classify(words map[wordClass][]string) map[string]wordClass {
	m := map[string]wordClass{}
	for class, list := range words {
		for _, w := range list {
			m[w] = class
		}
	}
	return m
}

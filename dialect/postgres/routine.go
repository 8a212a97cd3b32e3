package postgres

import (
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// sameSignature reports whether CREATE OR REPLACE can turn one routine into
// another: arguments with their names, and the result, are the same.
func sameSignature(a, b string) bool {
	return slices.Equal(signature(a), signature(b))
}

// signature returns what stands between the name of a routine and the rest.
func signature(text string) []string {
	toks := significant(tokenize(text))
	open := slices.IndexFunc(toks, func(t token) bool { return t.is("(") })
	if open < 0 {
		return nil
	}
	var out []string
	depth := 0
	for i, t := range toks[open:] {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth == 0 && t.kind == tokWord && attributes[foldWord(t.text)]:
			return out
		case depth == 0 && t.word("returns") && open+i+1 < len(toks) && toks[open+i+1].word("null"):
			return out
		}
		if t.kind == tokWord {
			t.text = foldWord(t.text)
		}
		out = append(out, t.text)
	}
	return out
}

// attributes are the words that begin what follows the signature.
var attributes = map[string]bool{
	"language": true, "transform": true, "window": true, "immutable": true, "stable": true, "volatile": true, "not": true,
	"leakproof": true, "called": true, "strict": true, "security": true, "external": true, "parallel": true, "cost": true,
	"rows": true, "support": true, "set": true, "as": true, "begin": true, "return": true,
}

// orReplace makes CREATE OR REPLACE of CREATE.
func orReplace(sql string) string {
	toks := tokenize(sql)
	sig := significant(toks)
	if len(sig) > 1 && sig[0].word("create") && !sig[1].word("or") {
		i := slices.IndexFunc(toks, func(t token) bool { return t.word("create") })
		return join(toks[:i+1]) + " OR REPLACE" + join(toks[i+1:])
	}
	return sql
}

func isRoutine(k schema.ObjectKind) bool {
	return k == schema.Function || k == schema.Procedure || k == schema.Aggregate
}

// sqlBody reports whether the body of a routine is SQL that the server has
// parsed, and not a string.
func sqlBody(ob schema.Object) bool {
	toks := significant(tokenize(ob.Definition.For(schema.Postgres)))
	return slices.ContainsFunc(toks, func(t token) bool { return t.word("atomic") || t.word("return") })
}

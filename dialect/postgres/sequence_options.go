package postgres

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// sequenceOptionsOf returns the options of a sequence, as they are written.
func sequenceOptionsOf(ob schema.Object) map[string]string {
	toks := significant(tokenize(head(ob.Definition.For(schema.Postgres))))
	i := slices.IndexFunc(toks, func(t token) bool { return t.word("sequence") })
	for i++; i < len(toks); i++ { // the name
		if _, name := toks[i].name(); !name && !toks[i].is(".") {
			break
		}
		if i+1 < len(toks) && !toks[i+1].is(".") && !toks[i].is(".") {
			i++
			break
		}
	}
	var rest []string
	for _, t := range toks[min(i, len(toks)):] {
		rest = append(rest, t.text)
	}
	return sequenceOptions(strings.Join(rest, " "))
}

// sequenceOptions takes the options of a sequence apart: by what they are
// about, as they are written.
func sequenceOptions(text string) map[string]string {
	out := map[string]string{}
	toks := significant(tokenize(text))
	word := func(i int) string {
		if i < len(toks) && toks[i].kind == tokWord {
			return strings.ToUpper(toks[i].text)
		}
		return ""
	}
	for i := 0; i < len(toks); {
		key, start := word(i), i
		i++
		switch key {
		case "NO":
			key = word(i)
			i++
			out[key] = "NO " + key
			continue
		case "CYCLE":
			out[key] = key
			continue
		case "START", "INCREMENT", "OWNED", "RESTART", "AS", "MINVALUE", "MAXVALUE", "CACHE", "SEQUENCE":
			if w := word(i); w == "WITH" || w == "BY" || w == "NAME" {
				i++
			}
		}
		from := i
		for i < len(toks) && (i == from || toks[i-1].is("-") || toks[i-1].is("+") || toks[i-1].is(".") || toks[i].is(".")) {
			i++
		}
		var words []string
		value := join(toks[from:i])
		for _, t := range toks[start:from] {
			words = append(words, strings.ToUpper(t.text))
		}
		out[key] = strings.TrimSpace(strings.Join(words, " ") + " " + value)
	}
	return out
}

// sequenceChange returns the clauses that turn one set of options into another.
// What is not said any more goes back to what it is by itself.
func sequenceChange(from, to map[string]string) []string {
	initial := []struct{ key, text string }{
		{"AS", "AS bigint"},
		{"INCREMENT", "INCREMENT BY 1"},
		{"MINVALUE", "NO MINVALUE"},
		{"MAXVALUE", "NO MAXVALUE"},
		{"START", ""}, // depends on the others
		{"CACHE", "CACHE 1"},
		{"CYCLE", "NO CYCLE"},
		{"OWNED", "OWNED BY NONE"},
	}
	var out []string
	for _, i := range initial {
		was, is := from[i.key], to[i.key]
		if was == "" {
			was = i.text
		}
		if is == "" {
			is = i.text
		}
		if i.key == "START" {
			was, is = startOf(from), startOf(to)
		}
		if was != is {
			out = append(out, is)
		}
	}
	return out
}

// startOf returns where a sequence starts: where nothing is said, that is its
// least value, or its greatest where it counts down. A sequence that exists
// keeps its start, whatever else becomes of it.
func startOf(options map[string]string) string {
	if options["START"] != "" {
		return options["START"]
	}
	bound, value := "MINVALUE", "1"
	if strings.Contains(options["INCREMENT"], "-") {
		bound, value = "MAXVALUE", "-1"
	}
	if n, ok := strings.CutPrefix(options[bound], bound+" "); ok {
		value = n
	}
	return "START WITH " + value
}

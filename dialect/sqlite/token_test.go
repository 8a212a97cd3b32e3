package sqlite

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTokenize(t *testing.T) {
	kinds := map[tokenKind]string{
		tokSpace: "space", tokComment: "comment", tokWord: "word", tokQuoted: "quoted", tokString: "string",
		tokBlob: "blob", tokNumber: "number", tokParam: "param", tokOp: "op", tokIllegal: "illegal",
	}
	tests := []struct{ sql, want string }{
		{`select a_1$`, "word(select) word(a_1$)"},
		{"\uFEFFa", "word(a)"},
		{"größe 表", "word(größe) word(表)"},
		{`"a""b" ` + "`c``d`" + ` [e"f]`, "quoted(\"a\"\"b\") quoted(`c``d`) quoted([e\"f])"},
		{`'it''s' '' "`, `string('it''s') string('') illegal(")`},
		{`x'0aF' X'00' x'' x`, `illegal(x'0aF') blob(X'00') blob(x'') word(x)`},
		{
			`1 1.5 .5 1. 1e3 1.5E-3 1e 0x1F 0x 1_000 1__0 12ab`,
			`number(1) number(1.5) number(.5) number(1.) number(1e3) number(1.5E-3) illegal(1e) number(0x1F) illegal(0x) number(1_000) illegal(1__0) illegal(12ab)`,
		},
		{"a--b\nc/*d*/e/*", "word(a) comment(--b) word(c) comment(/*d*/) word(e) op(/) op(*)"},
		{"a /* open", "word(a) comment(/* open)"},
		{"?1 ? :a @b $c $c::d(e) #f $", "param(?1) param(?) param(:a) param(@b) param($c) param($c::d(e)) param(#f) illegal($)"},
		{"a->b->>c-d", "word(a) op(->) word(b) op(->>) word(c) op(-) word(d)"},
		{"<<>><=>=<>==!=||=<>|&~!", "op(<<) op(>>) op(<=) op(>=) op(<>) op(==) op(!=) op(||) op(=) op(<>) op(|) op(&) op(~) illegal(!)"},
		{"t.a,(b);*/%+", "word(t) op(.) word(a) op(,) op(() word(b) op()) op(;) op(*) op(/) op(%) op(+)"},
		{"a\x00b", "word(a) illegal(\x00) word(b)"},
	}
	for _, tt := range tests {
		var got []string
		for _, tok := range tokenize(tt.sql) {
			if tok.kind != tokSpace {
				got = append(got, kinds[tok.kind]+"("+tok.text+")")
			}
		}
		if d := cmp.Diff(tt.want, strings.Join(got, " ")); d != "" {
			t.Errorf("tokenize(%q) (-want +got)\n%s", tt.sql, d)
		}
	}
}

func TestTokenName(t *testing.T) {
	for text, want := range map[string]string{
		"plain": "plain", `"a""b"`: `a"b`, "`a``b`": "a`b", `[a"b]`: `a"b`, `'it''s'`: "it's", `""""`: `"`, `""`: "",
	} {
		if got := tokenize(text)[0].name(); got != want {
			t.Errorf("the name of %s is %q, want %q", text, got, want)
		}
	}
}

// The texts of the tokens are the input, whatever it is.
func FuzzTokenize(f *testing.F) {
	for _, s := range awkwardTables {
		f.Add(s)
	}
	f.Add("\"'`[x'0x1e+?$::(")
	f.Fuzz(func(t *testing.T, sql string) {
		pos := 0
		for _, tok := range tokenize(sql) {
			if tok.pos != pos || tok.text == "" || sql[pos:tok.end()] != tok.text {
				t.Fatalf("token %q at %d, want one at %d", tok.text, tok.pos, pos)
			}
			tok.name()
			pos = tok.end()
		}
		if pos != len(sql) {
			t.Fatalf("the tokens end at %d, the input at %d", pos, len(sql))
		}
	})
}

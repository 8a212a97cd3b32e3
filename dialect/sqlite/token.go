package sqlite

// A tokenKind is a kind of token, as SQLite's own tokenizer tells them apart.
type tokenKind uint8

const (
	tokSpace   tokenKind = iota // white space, and a byte order mark
	tokComment                  // -- to the end of the line, or /* */
	tokWord                     // a keyword or an unquoted identifier
	tokQuoted                   // "x", `x` or [x]
	tokString                   // 'x'
	tokBlob                     // x'00'
	tokNumber
	tokParam   // ?1, :a, @a, $a
	tokOp      // operators and punctuation
	tokIllegal // what SQLite would refuse: an open quote, 12ab
)

// A token is a piece of SQL. The texts of all tokens, one after the other, are
// the input.
type token struct {
	kind tokenKind
	pos  int // byte offset
	text string
}

// is reports whether t is that operator.
func (t token) is(op string) bool { return t.kind == tokOp && t.text == op }

// isWord reports whether t is that keyword, given in lower case.
func (t token) isWord(keyword string) bool {
	return t.kind == tokWord && sameName(t.text, keyword)
}

func (t token) end() int { return t.pos + len(t.text) }

// name returns the identifier that a word, a quoted identifier or a string in
// the place of an identifier stands for.
func (t token) name() string {
	switch t.kind {
	case tokQuoted, tokString:
		q := t.text[0]
		inner := t.text[1 : len(t.text)-1]
		if q == '[' { // no way to write ] between brackets
			return inner
		}
		return undouble(inner, q)
	}
	return t.text
}

// undouble turns each doubled quote into one.
func undouble(s string, q byte) string {
	for i := 0; i < len(s); i++ {
		if s[i] == q {
			b := append([]byte(nil), s[:i]...)
			for ; i < len(s); i++ {
				b = append(b, s[i])
				if s[i] == q {
					i++ // its twin
				}
			}
			return string(b)
		}
	}
	return s
}

// tokenize splits SQL into tokens. It accepts any input.
func tokenize(sql string) []token {
	toks := make([]token, 0, len(sql)/4+4)
	for pos := 0; pos < len(sql); {
		kind, n := next(sql[pos:])
		toks = append(toks, token{kind, pos, sql[pos : pos+n]})
		pos += n
	}
	return toks
}

// appendSignificant adds the tokens of SQL to toks, without white space and
// comments.
func appendSignificant(toks []token, sql string) []token {
	for pos := 0; pos < len(sql); {
		kind, n := next(sql[pos:])
		if kind != tokSpace && kind != tokComment {
			toks = append(toks, token{kind, pos, sql[pos : pos+n]})
		}
		pos += n
	}
	return toks
}

// significant returns the tokens without white space and comments. It reuses
// the slice.
func significant(toks []token) []token {
	out := toks[:0]
	for _, t := range toks {
		if t.kind != tokSpace && t.kind != tokComment {
			out = append(out, t)
		}
	}
	return out
}

// next returns the kind and the length of the first token of s, which is not
// empty. The rules are those of sqlite3GetToken, SQLite 3.46 (which brought
// the digit separator).
func next(s string) (tokenKind, int) {
	switch c := s[0]; c {
	case ' ', '\t', '\n', '\f', '\r':
		n := 1
		for n < len(s) && isSpace(s[n]) {
			n++
		}
		return tokSpace, n
	case '\'', '"', '`':
		return quoted(s)
	case '[':
		for n := 1; n < len(s); n++ {
			if s[n] == ']' {
				return tokQuoted, n + 1
			}
		}
		return tokIllegal, len(s)
	case '-':
		if at(s, 1) == '-' {
			n := 2
			for n < len(s) && s[n] != '\n' {
				n++
			}
			return tokComment, n
		}
		if at(s, 1) == '>' {
			if at(s, 2) == '>' {
				return tokOp, 3
			}
			return tokOp, 2
		}
		return tokOp, 1
	case '/':
		if at(s, 1) == '*' && len(s) > 2 {
			return tokComment, blockComment(s)
		}
		return tokOp, 1
	case '=':
		return tokOp, 1 + follows(s, "=")
	case '<':
		return tokOp, 1 + follows(s, "=><")
	case '>':
		return tokOp, 1 + follows(s, "=>")
	case '!':
		if at(s, 1) == '=' {
			return tokOp, 2
		}
		return tokIllegal, 1
	case '|':
		return tokOp, 1 + follows(s, "|")
	case '(', ')', ';', '+', '*', '%', ',', '&', '~':
		return tokOp, 1
	case '.':
		if isDigit(at(s, 1)) {
			return number(s)
		}
		return tokOp, 1
	case '?':
		n := 1
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		return tokParam, n
	case '$', '@', '#', ':':
		return param(s)
	case 'x', 'X':
		if at(s, 1) == '\'' {
			return blob(s)
		}
		return tokWord, word(s)
	case 0xEF:
		if at(s, 1) == 0xBB && at(s, 2) == 0xBF {
			return tokSpace, 3
		}
		return tokWord, word(s)
	default:
		switch {
		case isDigit(c):
			return number(s)
		case isIDByte(c):
			return tokWord, word(s)
		}
		return tokIllegal, 1
	}
}

// at returns the byte at i, or 0 after the end.
func at(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// follows returns 1 when the second byte is one of set.
func follows(s, set string) int {
	for i := range len(set) {
		if at(s, 1) == set[i] {
			return 1
		}
	}
	return 0
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'
}
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func isIDByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func word(s string) int {
	n := 1
	for n < len(s) && isIDByte(s[n]) {
		n++
	}
	return n
}

func quoted(s string) (tokenKind, int) {
	q := s[0]
	for n := 1; n < len(s); n++ {
		if s[n] != q {
			continue
		}
		if at(s, n+1) == q {
			n++
			continue
		}
		if q == '\'' {
			return tokString, n + 1
		}
		return tokQuoted, n + 1
	}
	return tokIllegal, len(s)
}

// blockComment returns the length of a comment, which the end of the input
// closes too.
func blockComment(s string) int {
	for n := 2; n+1 < len(s); n++ {
		if s[n] == '*' && s[n+1] == '/' {
			return n + 2
		}
	}
	return len(s)
}

func blob(s string) (tokenKind, int) {
	n := 2
	for n < len(s) && isHex(s[n]) {
		n++
	}
	if at(s, n) == '\'' && n%2 == 0 {
		return tokBlob, n + 1
	}
	for n < len(s) && s[n] != '\'' {
		n++
	}
	return tokIllegal, min(n+1, len(s))
}

func number(s string) (tokenKind, int) {
	n := 0
	digits := func(ok func(byte) bool) {
		for n < len(s) && (ok(s[n]) || s[n] == '_' && n > 0 && ok(s[n-1]) && ok(at(s, n+1))) {
			n++
		}
	}
	if s[0] == '0' && (at(s, 1) == 'x' || at(s, 1) == 'X') && isHex(at(s, 2)) {
		n = 2
		digits(isHex)
	} else {
		digits(isDigit)
		if at(s, n) == '.' {
			n++
			digits(isDigit)
		}
		if c := at(s, n); c == 'e' || c == 'E' {
			m := n + 1
			if at(s, m) == '+' || at(s, m) == '-' {
				m++
			}
			if isDigit(at(s, m)) {
				n = m
				digits(isDigit)
			}
		}
	}
	kind := tokNumber
	for n < len(s) && isIDByte(s[n]) {
		kind = tokIllegal
		n++
	}
	return kind, n
}

// param reads :a, @a, #a and $a. After $ a name may have :: and an argument in
// parentheses, as Tcl has it.
func param(s string) (tokenKind, int) {
	n, named := 1, 0
	for n < len(s) {
		switch c := s[n]; {
		case isIDByte(c):
			named++
			n++
		case c == '(' && named > 0:
			m := n + 1
			for m < len(s) && !isSpace(s[m]) && s[m] != ')' {
				m++
			}
			if at(s, m) != ')' {
				return tokIllegal, m
			}
			return tokParam, m + 1
		case c == ':' && at(s, n+1) == ':':
			n += 2
		default:
			if named == 0 {
				return tokIllegal, n
			}
			return tokParam, n
		}
	}
	if named == 0 {
		return tokIllegal, n
	}
	return tokParam, n
}

// isParenthesized reports whether one pair of parentheses encloses all tokens.
func isParenthesized(toks []token) bool {
	if len(toks) < 3 || !toks[0].is("(") {
		return false
	}
	depth := 0
	for i, t := range toks {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
			if depth == 0 {
				return i == len(toks)-1
			}
		}
	}
	return false
}

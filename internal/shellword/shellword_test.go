package shellword

import "testing"

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"add": "add", "add price": `"add price"`, "it's": `"it's"`, "it's $5": `'it'\''s $5'`, "": `""`, "products.price=0": "products.price=0",
		"`rm`": "'`rm`'", "a\nb": "'a\nb'", "päris": `"päris"`,
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

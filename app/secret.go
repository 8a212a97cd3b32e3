package app

import (
	"fmt"
	"io"
	"log/slog"
)

// A secret is a password. However it is printed, it is three dots; only text
// tells it.
//
// It holds a function because package fmt calls no methods on unexported
// fields: of a string in a field %+v would print the bytes, of a function it
// prints the address.
type secret struct{ reveal func() string }

func newSecret(text string) secret { return secret{func() string { return text }} }

// text returns the password; "" where there is none.
func (s secret) text() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// given reports whether there is a password, be it an empty one.
func (s secret) given() bool { return s.reveal != nil }

const dots = "…"

func (secret) String() string { return dots }

// Format implements fmt.Formatter, for every verb.
func (secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, dots) }

// MarshalText implements encoding.TextMarshaler, which JSON uses too.
func (secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// LogValue implements slog.LogValuer.
func (secret) LogValue() slog.Value { return slog.StringValue(dots) }

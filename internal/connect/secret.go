package connect

import (
	"fmt"
	"io"
	"log/slog"
)

// A Secret is a password. However it is printed, it is three dots; only Text
// tells it.
//
// It holds a function because package fmt calls no methods on unexported
// fields: of a string in a field %+v would print the bytes, of a function it
// prints the address.
type Secret struct{ reveal func() string }

// NewSecret returns a password as a secret.
func NewSecret(text string) Secret { return Secret{func() string { return text }} }

// Text returns the password; "" where there is none.
func (s Secret) Text() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Given reports whether there is a password, be it an empty one.
func (s Secret) Given() bool { return s.reveal != nil }

const dots = "…"

func (Secret) String() string { return dots }

// Format implements fmt.Formatter, for every verb.
func (Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, dots) }

// MarshalText implements encoding.TextMarshaler, which JSON uses too.
func (Secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(dots) }

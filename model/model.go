// Package model is where models become a schema: the interface that a provider
// of models implements, and the one for plain structs, [Structs]. Providers for
// ORMs are modules of their own.
package model

import (
	"reflect"

	"github.com/whimbreldb/whimbrel/schema"
)

// A Source says what an application's models want the database to be. Load
// must need no connection, and give the same answer for the same models: what
// it says is compared, as it is, with what it said before.
type Source interface {
	Load() (Models, error)
}

// Models is what a source says.
type Models struct {
	// Schema is the wanted schema: tables in neutral types, with variants
	// where the ORM itself would write another text. Every constraint and
	// index has a name.
	Schema schema.Schema
	// Dialects are those that the models are for; nil: the source does not say.
	Dialects []schema.Dialect
	// Keep names columns ("table.column") that may exist in the database and
	// are nobody's business here. They are never dropped.
	Keep []string
	// Types are the Go types behind the tables, as [TypeName] writes them: so
	// that a struct that looks like a model, and is not among them, can be
	// spoken of. Nil: the source does not say.
	Types []string
	// Warnings are the things in the models that do not do what they seem to.
	Warnings []Warning
}

// TypeName returns the full name of the type of a model, or of what a pointer to
// it leads to: "example.com/shop/models.Product".
func TypeName(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath() + "." + t.Name()
}

// A Warning is something in a model that does not do what it seems to.
type Warning struct {
	Model string `json:"model"` // "models.Product"
	Field string `json:"field,omitempty"`
	Text  string `json:"text"` // one line, lower case, no full stop
}

func (w Warning) String() string {
	s := w.Model
	if w.Field != "" {
		s += "." + w.Field
	}
	return s + ": " + w.Text
}

// Static is a source that is a schema.
type Static schema.Schema

// Load returns s.
func (s Static) Load() (Models, error) { return Models{Schema: schema.Schema(s)}, nil }

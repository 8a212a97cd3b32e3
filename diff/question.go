package diff

import (
	"fmt"
	"strings"
)

// A QuestionKind is a kind of decision that a diff does not take by itself.
type QuestionKind string

const (
	// RenameQuestion: something disappeared and something appeared that could
	// be the same under a new name.
	RenameQuestion QuestionKind = "rename"
	// FillQuestion: a column becomes NOT NULL, and nothing says what the rows
	// that exist shall have in it.
	FillQuestion QuestionKind = "default"
	// DropQuestion: a table or column with its data would go.
	DropQuestion QuestionKind = "drop"
)

// A Question is a decision that only a person can take. Subject is how it is
// named in flags: "products" or "products.title".
type Question struct {
	Kind       QuestionKind `json:"kind"`
	Subject    string       `json:"subject"`
	Candidates []string     `json:"candidates,omitempty"` // RenameQuestion: the new names it could have
	Text       string       `json:"text"`                 // the question, as a sentence
	Flags      []string     `json:"flags"`                // the flags that answer it, one alternative each
}

// Answers are decisions as they are given in flags. An entry that fits no
// question is an error.
type Answers struct {
	Rename   []string // "products.title=name", "product=products"
	NoRename []string // "products.title": it is no rename
	Default  []string // "products.price=0": what existing rows get; SQL when in parentheses
	Drop     []string // "products.legacy", "orders"
}

// An OpenError says which decisions are missing.
type OpenError struct{ Questions []Question }

func (e *OpenError) Error() string {
	subjects := make([]string, len(e.Questions))
	for i, q := range e.Questions {
		subjects[i] = string(q.Kind) + " " + q.Subject
	}
	return fmt.Sprintf("%d open: %s", len(subjects), strings.Join(subjects, ", "))
}

// An AnswerError is an answer that fits no question.
type AnswerError struct {
	Flag, Value, Why string
}

func (e *AnswerError) Error() string { return fmt.Sprintf("--%s %q: %s", e.Flag, e.Value, e.Why) }

// flag writes a flag as it can be pasted into a shell.
func flag(name, value string) string {
	if strings.IndexFunc(value, func(r rune) bool { return !shellSafe(r) }) >= 0 || value == "" {
		value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	}
	return "--" + name + " " + value
}

func shellSafe(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-=/:,@%+", r)
}

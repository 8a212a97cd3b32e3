// Package script is revisions on disk: the Go source of a revision, its file
// name, the folder, and the hash of what a revision does.
//
// It writes files and lists them. It never parses or runs them: a revision is
// compiled into the application, and registers itself there. It knows no
// database. Start at [Source] and [Write].
package script

import (
	"bytes"
	"fmt"
	"go/format"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/whimbreldb/whimbrel/op"
)

// A File is a revision that shall become a source file.
type File struct {
	ID        string
	Revises   []string
	DependsOn []string
	Labels    []string
	Message   string
	Created   time.Time

	Upgrade   []op.Op
	Downgrade []op.Op
	// Irreversible says why the revision cannot be undone. Where it is set, no
	// Downgrade is written.
	Irreversible string
}

// Source returns the Go source of a revision, gofmt-ed. Whatever the names and
// texts in it hold, it compiles, and running it records the operations again
// as they were given, except that DropTable, DropColumn, DropIndex and
// DropObject keep the name alone: replay fills in the rest.
//
// It refuses what has no source: a Run, and a table that the inspector did not
// understand.
func Source(f File) ([]byte, error) {
	up, err := operations(f.Upgrade)
	if err != nil {
		return nil, fmt.Errorf("upgrade: %w", err)
	}
	var down code
	if f.Irreversible == "" {
		if down, err = operations(f.Downgrade); err != nil {
			return nil, fmt.Errorf("downgrade: %w", err)
		}
	}
	var b bytes.Buffer
	b.WriteString("package migrations\n\nimport (\n\t\"" + opPath + "\"\n")
	if up.usesSchema || down.usesSchema {
		b.WriteString("\t\"" + schemaPath + "\"\n")
	}
	b.WriteString(")\n\n// " + comment(f.Message, "revision "+f.ID) + "\n")
	b.WriteString("var _ = History.Add(op.Revision{\n")
	field(&b, "ID", strconv.Quote(f.ID))
	list(&b, "Revises", f.Revises)
	list(&b, "DependsOn", f.DependsOn)
	list(&b, "Labels", f.Labels)
	field(&b, "Message", strconv.Quote(f.Message))
	field(&b, "Created", strconv.Quote(f.Created.UTC().Format(time.RFC3339)))
	b.WriteString("\nUpgrade: func(m *op.Script) {\n" + up.String() + "},\n")
	if f.Irreversible == "" {
		b.WriteString("Downgrade: func(m *op.Script) {\n" + down.String() + "},\n")
	} else {
		b.WriteString("// There is no Downgrade: " + comment(f.Irreversible, "") + "\n")
	}
	b.WriteString("})\n")
	return tidy(b.Bytes())
}

const (
	opPath     = "github.com/whimbreldb/whimbrel/op"
	schemaPath = "github.com/whimbreldb/whimbrel/schema"
)

func field(b *bytes.Buffer, name, value string) { b.WriteString(name + ": " + value + ",\n") }

func list(b *bytes.Buffer, name string, values []string) {
	if len(values) > 0 {
		field(b, name, "[]string{"+quoteAll(values)+"}")
	}
}

func quoteAll(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, ", ")
}

// tidy formats source. Once is not always enough: gofmt reads a comment again
// after it has rewritten one as a list or a heading.
func tidy(src []byte) ([]byte, error) {
	const enough = 4
	for range enough {
		out, err := format.Source(src)
		if err != nil || bytes.Equal(out, src) {
			return out, err
		}
		src = out
	}
	return src, nil
}

// maxComment is the length of a comment line, in characters.
const maxComment = 100

// comment makes one line of text that is safe behind "// ": nothing that ends
// the line, nothing that cannot be seen, and nothing that a tool takes for an
// instruction or a heading ("+build", "# x", "Code generated … DO NOT EDIT.").
func comment(text, otherwise string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return comment(otherwise, "revision")
	}
	if r := []rune(text); len(r) > maxComment {
		text = strings.TrimSpace(string(r[:maxComment-1])) + "…"
	}
	first := []rune(text)[0]
	word, _, _ := strings.Cut(text, " ")
	if !unicode.IsLetter(first) && !unicode.IsDigit(first) || word == "Code" {
		text = "message: " + text
	}
	return text
}

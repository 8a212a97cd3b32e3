package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/shellword"
)

// A decisionError is an error about an answer that is none, with the questions
// that it could have been for.
type decisionError struct {
	error
	answer diff.AnswerError
	open   []diff.Question
}

func (e *decisionError) Unwrap() error { return e.error }

// withDecisions finds out what is open, where err is about an answer. A question
// is found only when those before it are answered, so it goes on as if they
// were; that is a guess, and good enough for a hint.
func (c *call) withDecisions(err error, o whimbrel.MigrateOptions) error {
	var (
		open   *diff.OpenError
		answer *diff.AnswerError
	)
	if !errors.As(err, &answer) {
		return err
	}
	d := &decisionError{error: err, answer: *answer}
	without(&o.Answers, answer.Flag, answer.Value)
	o.DryRun = true
	// Each round takes an answer away or gives one, so there is an end.
	for {
		_, err := c.project.Migrate(context.WithoutCancel(c.ctx()), o)
		switch {
		case errors.As(err, &open):
			for _, q := range open.Questions {
				if slices.ContainsFunc(d.open, func(known diff.Question) bool { return known.Kind == q.Kind && known.Subject == q.Subject }) {
					return d
				}
				d.open = append(d.open, q)
				assume(&o.Answers, q)
			}
		case errors.As(err, &answer):
			without(&o.Answers, answer.Flag, answer.Value)
		default:
			return d
		}
	}
}

// assume answers a question in a way that leads to no other one about the same
// thing. Nothing is written with it.
func assume(a *diff.Answers, q diff.Question) {
	switch q.Kind {
	case diff.RenameQuestion:
		a.NoRename = append(a.NoRename, q.Subject)
	case diff.FillQuestion:
		a.Default = append(a.Default, q.Subject+"=(NULL)")
	case diff.DropQuestion:
		a.Drop = append(a.Drop, q.Subject)
	default:
		panic("unhandled question " + string(q.Kind))
	}
}

// without takes an answer away.
func without(a *diff.Answers, flag, value string) {
	for name, values := range map[string]*[]string{"rename": &a.Rename, "no-rename": &a.NoRename, "default": &a.Default, "drop": &a.Drop} {
		if name == flag {
			*values = slices.DeleteFunc(slices.Clone(*values), func(v string) bool { return v == value })
		}
	}
}

// explainOpen says what is open, and for each answer the command to paste: the
// one that was given, and the flag.
func explainOpen(cmd *cobra.Command, x explained, questions []diff.Question) explained {
	x.Questions = questions
	x.Message = plural(len(questions), "decision is open", "decisions are open") + "; nothing was written"
	x.Detail, x.Hint = nil, nil
	given := commandLine(cmd)
	var drops []string
	for _, q := range questions {
		x.Detail = append(x.Detail, q.Text)
		for _, flag := range q.Flags {
			x.Hint = append(x.Hint, given+" "+flag)
		}
		if q.Kind == diff.DropQuestion {
			drops = append(drops, q.Flags...)
		}
	}
	if len(drops) > 1 {
		x.Hint = append(x.Hint, "to drop them all: "+given+" "+strings.Join(drops, " "))
	}
	if len(questions) > max(1, len(drops)) {
		x.Hint = append(x.Hint, "(or with one flag for each decision, in one command)")
	}
	return x
}

// meant says what an answer that is none was probably meant to be, or what
// could be answered.
func meant(a diff.AnswerError, open []diff.Question) []string {
	subject, _, _ := strings.Cut(a.Value, "=")
	var subjects []string
	for _, q := range open {
		if q.Subject == subject {
			return []string{"answers to it: " + strings.Join(q.Flags, "   or   ")}
		}
		subjects = append(subjects, q.Subject)
	}
	if len(open) == 0 {
		return []string{fmt.Sprintf("no decision is open without it: leave out --%s %s", a.Flag, shellword.Quote(a.Value))}
	}
	var hints []string
	if near := nearest(subject, subjects); near != "" {
		i := slices.Index(subjects, near)
		return []string{"did you mean: " + strings.Join(open[i].Flags, "   or   ")}
	}
	for _, q := range open {
		hints = append(hints, "open is: "+strings.Join(q.Flags, "   or   "))
	}
	return hints
}

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
)

// A decisionError is an error about decisions, with what else is known about
// them: a question is found only when those before it are answered, so the one
// that ended the command may not be the only thing that is wrong.
type decisionError struct {
	error
	open  []diff.Question    // that no answer was given to
	wrong []diff.AnswerError // answers that are none
}

func (e *decisionError) Unwrap() error { return e.error }

// withDecisions finds out what else is open and wrong, where err is about a
// decision.
func (c *call) withDecisions(err error, o whimbrel.MigrateOptions) error {
	var (
		open   *diff.OpenError
		answer *diff.AnswerError
	)
	if !errors.As(err, &open) && !errors.As(err, &answer) {
		return err
	}
	d := &decisionError{error: err}
	o.DryRun = true
	o.Answers = diff.Answers{
		Rename: slices.Clone(o.Answers.Rename), NoRename: slices.Clone(o.Answers.NoRename),
		Default: slices.Clone(o.Answers.Default), Drop: slices.Clone(o.Answers.Drop),
	}
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
			d.wrong = append(d.wrong, *answer)
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
func explainOpen(cmd *cobra.Command, x explained, questions []diff.Question, d *decisionError) explained {
	x.Questions = questions
	x.Message = plural(len(questions), "decision is open", "decisions are open") + "; nothing was written"
	x.Detail, x.Hint = nil, nil
	var wrong []diff.AnswerError
	var all []diff.Question
	if d != nil {
		wrong, all = d.wrong, d.open
	}
	given := commandLine(cmd, wrong)
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
	for _, a := range wrong {
		x.Detail = append(x.Detail, a.Error())
		x.Hint = append(x.Hint, meant(a, all)...)
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
		return []string{fmt.Sprintf("no decision is open without it: leave out --%s %s", a.Flag, quote(a.Value))}
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

// explainAnswer says which decisions are open, to somebody who gave another.
func explainAnswer(x explained, d *decisionError) explained {
	for i, a := range d.wrong {
		if i > 0 {
			x.Detail = append(x.Detail, a.Error())
		}
		x.Hint = append(x.Hint, meant(a, d.open)...)
	}
	return x
}

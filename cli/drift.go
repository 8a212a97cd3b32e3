package cli

import (
	"strings"

	"github.com/whimbreldb/whimbrel"
)

// The headings of what is different, each for one cause: what is to be done
// depends on it.
const (
	halfHeading      = "A revision is half done:"
	leftHeading      = "The database is not what its revisions say, which may come from the half-done one:"
	changedHeading   = "Somebody changed the database, and no revision says it:"
	untrackedHeading = "The database has tables, and no revision is recorded:"
	editedHeading    = "Revisions were edited after they were applied:"
)

// showDrift lists what is in a report, and reports whether there is a
// difference that matters.
func (c *call) showDrift(d *whimbrel.DriftReport) bool {
	if d == nil {
		return false
	}
	if d.HalfDone != nil {
		c.section(halfHeading, asStyled([]string{d.HalfDone.String()}))
	}
	c.section(driftHeading(d), c.differences(c.out, d))
	c.section(editedHeading, edited(d))
	c.section("Not fully understood, so not compared:", asStyled(d.Unsupported))
	c.section("Not compared:", asStyled(d.NotCompared))
	c.besides(d)
	return !d.Empty()
}

func driftHeading(d *whimbrel.DriftReport) string {
	switch {
	case d.HalfDone != nil:
		return leftHeading
	case d.Untracked:
		return untrackedHeading
	}
	return changedHeading
}

// differences says what is in the database and in no revision. Where none is
// recorded, nobody has added anything: it is what there is.
func (c *call) differences(p *printer, d *whimbrel.DriftReport) []styled {
	var out []styled
	for _, x := range d.Differences() {
		object := x.Object
		if len(x.How) > 0 {
			object += ": " + strings.Join(x.How, ", ")
		}
		if d.Untracked {
			out = append(out, styled(clean(object)))
		} else {
			out = append(out, c.past(p, x.Verb, object))
		}
	}
	return out
}

func edited(d *whimbrel.DriftReport) []styled {
	var out []styled
	for _, r := range d.Edited {
		out = append(out, styled(clean(r.ID+", "+r.Message+": "+r.Source)))
	}
	return out
}

// remedies says for each kind of difference what to do about it.
func (c *call) remedies(d *whimbrel.DriftReport) {
	if d == nil {
		return
	}
	prog := prefix(c.cmd)
	switch {
	case d.HalfDone != nil:
		c.noteHalf(d.HalfDone)
	case len(d.Ops) == 0:
	case d.Untracked && len(c.project.Heads()) == 0:
		c.note("To begin a history from what the database is: %s baseline --from-db", prog)
	case d.Untracked:
		c.note("If the database is what the newest revision says: %s stamp", prog)
		c.note("To begin a history from what the database is: delete the revision files, then %s baseline --from-db", prog)
	default:
		c.note("To take the change back: mend the database by hand.")
		c.note("To keep it: put it into the models, then %s migrate, and when the program is built again %s stamp", prog, prog)
	}
	if len(d.NotCompared) > 0 {
		c.note("To compare all of it: a user of the database who may also create (for MySQL and MariaDB: CREATE TEMPORARY TABLES, for views CREATE on a database).")
	}
	if len(d.Edited) > 0 {
		c.note("To mend an edited revision: bring its file back as it was applied, and write the change as a new revision.")
	}
}

// besides lists what is in a report and no difference that matters.
func (c *call) besides(d *whimbrel.DriftReport) {
	c.section("Different in names or spelling only:", asStyled(d.Noise))
	c.section("Not ours, left alone:", asStyled(d.Foreign))
}

func (c *call) section(heading string, lines []styled) {
	if len(lines) == 0 {
		return
	}
	c.data("%s", heading)
	for _, l := range lines {
		c.data("  %s", l)
	}
}

func asStyled(lines []string) []styled {
	out := make([]styled, len(lines))
	for i, l := range lines {
		out[i] = styled(clean(l))
	}
	return out
}

// noteDrift mentions drift to somebody who has written a revision to path, or
// none, and did not ask about it. It reports whether the database can be
// upgraded to what was written.
func (c *call) noteDrift(ch whimbrel.Changes, path string) (usable bool) {
	if ch.DriftErr != nil {
		c.note("note: the database was not looked at: %s", ch.DriftErr)
	}
	d := ch.Drift
	if d == nil {
		return true
	}
	if d.Untracked {
		c.noteUntracked(d, path)
		return false
	}
	if d.HalfDone != nil {
		c.note("%s %s; an upgrade will refuse it", c.talk.style(yellow, "warning:"), d.HalfDone.String())
		c.note("How to settle it: %s current", prefix(c.cmd))
		return false
	}
	c.notes("note: somebody changed the database, which is not part of the revision:", c.differences(c.talk, d))
	c.notes("note: revisions were edited after they were applied, and the database was not changed:", edited(d))
	if !d.Empty() {
		c.note("For all of it: %s drift", prefix(c.cmd))
	}
	return true
}

// noteUntracked warns that an upgrade would make tables that are there. Who
// wrote a first revision for such a database wanted a baseline.
func (c *call) noteUntracked(d *whimbrel.DriftReport, path string) {
	c.note("%s the database has tables, and no revision is recorded; an upgrade will refuse it:", c.talk.style(yellow, "warning:"))
	for _, line := range c.differences(c.talk, d) {
		c.note("  %s", line)
	}
	if path != "" && len(c.project.Heads()) == 0 {
		c.note("To begin a history from what the database is: delete %s, then %s baseline --from-db", path, prefix(c.cmd))
		return
	}
	c.remedies(d)
}

func (c *call) notes(heading string, lines []styled) {
	if len(lines) == 0 {
		return
	}
	c.note("%s", heading)
	for _, l := range lines {
		c.note("  %s", l)
	}
}

// noteHalf says how far a revision is that was stopped half-way, and how to
// settle it.
func (c *call) noteHalf(h *whimbrel.Half) {
	for _, x := range explain(c.cmd, h.Err()) {
		c.note("%s %s", c.talk.style(yellow, "warning:"), x.Message)
		for _, d := range x.Detail {
			for line := range strings.SplitSeq(d, "\n") {
				c.note("  %s", line)
			}
		}
		for _, hint := range x.Hint {
			c.note("%s %s", c.talk.style(cyan, "hint:"), hint)
		}
	}
}

func halfWord(h *whimbrel.Half) string {
	if h.Down {
		return "downgrade"
	}
	return "upgrade"
}

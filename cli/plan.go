package cli

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel"
)

func (c *call) plan(target string, down bool) error {
	steps, err := c.project.Plan(c.ctx(), target, down)
	if err != nil {
		return err
	}
	word := "upgrade"
	if down {
		word = "downgrade"
	}
	if len(steps) == 0 {
		return c.nothing(word, target)
	}
	current, err := c.project.Current(c.ctx())
	if err != nil {
		return err
	}
	c.result = RunResult{Plan: true, Steps: stepResults(steps), Current: append([]string{}, ids(current)...)}
	for i, s := range steps {
		if i > 0 {
			c.data("")
		}
		c.showStep(s)
	}
	c.note("Nothing was changed. To do it: %s %s %s", prefix(c.cmd), word, target)
	return nil
}

func (c *call) showStep(s whimbrel.Step) {
	c.data("%s", title(s))
	if len(s.Parts) == 0 {
		c.data("      no statement")
	}
	for i, part := range s.Parts {
		number := fmt.Sprintf("%4d  ", i+1)
		switch {
		case part.Go != "":
			c.data("%sGo code: %s", number, part.Go)
		case part.Check && part.Else == "":
			c.data("%s%s to be compared afterwards", number, c.out.style(yellow, "remember:"))
			c.statement("      ", part.SQL)
		case part.Check:
			c.data("%s%s else %s", number, c.out.style(yellow, "check:"), part.Else)
			c.statement("      ", part.SQL)
		default:
			c.statement(number, part.SQL)
		}
	}
}

// statement prints SQL with number before its first line.
func (c *call) statement(number, sql string) {
	for line := range strings.SplitSeq(strings.TrimSpace(sql), "\n") {
		c.data("%s%s", number, line)
		number = "      "
	}
}

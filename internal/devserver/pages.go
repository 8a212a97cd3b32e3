package devserver

import (
	"errors"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// compilerPage is about an app that does not compile.
func (s *server) compilerPage(err error, said string) devpage.Page {
	p := devpage.Page{Title: "The app does not compile", Places: s.source.Compiler(said), Output: said}
	if len(p.Places) > 0 {
		p.Title = p.Places[0].Where() + ": " + p.Places[0].Text
	}
	var e *whimbrel.Error
	if errors.As(err, &e) {
		if len(e.Detail) > 0 { // there was no compiler that could say it
			p.Title, p.Message = e.Msg, strings.Join(e.Detail, "\n")
		}
		for _, hint := range e.Hint {
			why, command, ok := strings.Cut(hint, ": ")
			if !ok {
				why, command = hint, ""
			}
			p.Fix = append(p.Fix, devpage.Fix{Why: why, Command: command})
		}
	}
	return p
}

// crashed is called when the app has ended by itself.
func (s *server) crashed() {
	c := s.app
	s.app, s.late = nil, nil
	c.control.Close()
	how := "exit status 0"
	if c.err != nil {
		how = c.err.Error()
	}
	what := "The app has stopped"
	if !c.ready {
		what = "The app stopped before it served"
	}
	said := c.tail.String()
	message, places := s.source.Crash(said)
	p := devpage.Page{Title: what + ": " + how, Message: message, Places: places, Output: said}
	if message != "" {
		first, rest, _ := strings.Cut(message, "\n")
		p.Title, p.Message = first, strings.TrimSpace(what+": "+how+"\n"+rest)
	}
	if !c.hello && s.c.Proxy == "" {
		p.Fix = append(p.Fix, s.useProxy())
	}
	s.say(" * %s: %s. Waiting for a change…", what, how)
	s.fail(p)
}

// useProxy is for an app that does not take the socket.
func (s *server) useProxy() devpage.Fix {
	return devpage.Fix{
		Why:     "The app never called app.New, so it was not served by Whimbrel. If it listens by itself, say where, and its arguments:",
		Command: s.c.Prog + " run --debug --proxy 127.0.0.1:8080 -- ARGUMENTS",
	}
}

// notServing is called when the app takes long to begin.
func (s *server) notServing() {
	s.late = nil
	msg := fmt.Sprintf("It was started %.0f s ago. This page reloads when it serves.", since(s.app.begun).Seconds())
	p := devpage.Page{Title: "The app runs, and does not serve", Message: msg, Output: s.app.tail.String()}
	switch {
	case s.c.Proxy != "":
		p.Message += "\nNobody answers at " + s.c.Proxy + "."
	case !s.app.hello:
		p.Fix = append(p.Fix, s.useProxy())
	default:
		p.Message += "\nIs something slow or endless before a.Main() in func main?"
	}
	s.say(" * The app runs, and does not serve after %.0f s", since(s.app.begun).Seconds())
	s.fail(p)
}

// fail makes every request get a page.
func (s *server) fail(page devpage.Page) {
	s.last = s.nextID()
	s.front.set(broken, page, s.last)
}

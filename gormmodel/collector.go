package gormmodel

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/model"
)

// defaultLogger is held while a collector is in the place of logger.Default.
// That is a variable of GORM's, which GORM writes to while it parses models
// whatever logger a *gorm.DB has, and it prints on standard output.
var defaultLogger sync.Mutex

// A collector keeps what GORM would print. Whoever takes it for a logger of
// their own meanwhile (a gorm.Open elsewhere) has the former one behind it.
type collector struct {
	previous logger.Interface

	mu       sync.Mutex
	stopped  bool
	warnings []model.Warning
}

// collect starts to collect. Nothing is printed until stop is called, which
// puts back what was there.
func collect() (c *collector, stop func()) {
	defaultLogger.Lock()
	c = &collector{previous: logger.Default}
	logger.Default = c
	return c, func() {
		c.mu.Lock()
		c.stopped = true
		c.mu.Unlock()
		logger.Default = c.previous
		defaultLogger.Unlock()
	}
}

// LogMode is for those who make a logger of their own of the default.
func (c *collector) LogMode(level logger.LogLevel) logger.Interface { return c.previous.LogMode(level) }

// Info passes on: parsing says nothing there.
func (c *collector) Info(ctx context.Context, format string, args ...any) {
	c.previous.Info(ctx, format, args...)
}

// Trace passes on: no query is run while models are mapped.
func (c *collector) Trace(ctx context.Context, begin time.Time, query func() (string, int64), err error) {
	c.previous.Trace(ctx, begin, query, err)
}

// Warn keeps a warning.
func (c *collector) Warn(ctx context.Context, format string, args ...any) {
	if !c.keep(format, args) {
		c.previous.Warn(ctx, format, args...)
	}
}

// Error keeps an error: that a model cannot be parsed is what Load fails with,
// in its own words.
func (c *collector) Error(ctx context.Context, format string, args ...any) {
	if !c.keep(format, args) {
		c.previous.Error(ctx, format, args...)
	}
}

// keep reports whether what was said is kept.
func (c *collector) keep(format string, args []any) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return false
	}
	if isAboutHook(args) { // lintHooks says so each time, GORM only when it first sees the model
		return true
	}
	w := model.Warning{Model: "gorm", Text: format}
	if len(args) > 0 { // without any, the text is no format: GORM gives an error's text
		w.Text = fmt.Sprintf(format, args...)
		if s, ok := args[0].(*gs.Schema); ok {
			w.Model = modelName(s.ModelType)
		}
	}
	w.Text = strings.Join(strings.Fields(w.Text), " ")
	c.warnings = append(c.warnings, w)
	return true
}

// said returns what was kept. It matters where Load succeeds; of an error it
// is the repetition.
func (c *collector) said() []model.Warning {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.warnings)
}

// isAboutHook recognizes what GORM says of a method that has the name of a
// hook: the model and the name.
func isAboutHook(args []any) bool {
	if len(args) < 2 {
		return false
	}
	_, ok := args[0].(*gs.Schema)
	return ok && slices.Contains(hooks, fmt.Sprint(args[1]))
}

// hooks are the methods that GORM calls by name.
var hooks = []string{
	"BeforeCreate", "AfterCreate", "BeforeUpdate", "AfterUpdate", "BeforeSave", "AfterSave",
	"BeforeDelete", "AfterDelete", "AfterFind",
}

// hookType is what a hook must be.
var hookType = reflect.TypeFor[func(*gorm.DB) error]()

// lintHooks warns about methods that GORM does not call because of their type.
func (l *loader) lintHooks(s *gs.Schema) {
	v := reflect.New(s.ModelType)
	for _, name := range hooks {
		if m := v.MethodByName(name); m.IsValid() && m.Type() != hookType {
			l.warn(modelName(s.ModelType), "", "the method %s is not called: it is a hook as %s, and here it is %s",
				name, hookType, m.Type())
		}
	}
}

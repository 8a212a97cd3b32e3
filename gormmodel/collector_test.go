package gormmodel_test

import (
	"bytes"
	"context"
	"log"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/model"
)

type hooked struct{ ID int }

func (*hooked) BeforeCreate(context.Context) error { return nil }
func (*hooked) AfterFind(*gorm.DB) error           { return nil }
func (hooked) BeforeSave()                         {}

type handler struct {
	ID   int
	Run  func()
	Any  map[string]any
	Deep struct{ C chan int } `gorm:"embedded"`
	Skip func()               `gorm:"-"`
}

type holder struct {
	ID        int
	HandlerID int
	Handler   handler
}

// lost is a relation without a key, whose type has a verb in its name.
type lost struct {
	ID   int
	Kids []tricky.Note `gorm:"foreignKey:100%d"`
}

// printed puts a logger in the place of GORM's default one, which prints on
// standard output, and returns what it would have printed.
func printed(t *testing.T, f func()) string {
	t.Helper()
	var out bytes.Buffer
	before := logger.Default
	mine := logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Info})
	logger.Default = mine
	defer func() { logger.Default = before }()
	f()
	if logger.Default != mine {
		t.Error("logger.Default is not what it was")
	}
	return out.String()
}

// GORM prints while it parses. What it says of a method that is no hook is a
// warning, each time.
func TestNothingPrinted(t *testing.T) {
	want := []string{
		"gormmodel_test.hooked: the method BeforeCreate is not called: it is a hook as func(*gorm.DB) error, and here it is func(context.Context) error",
		"gormmodel_test.hooked: the method BeforeSave is not called",
	}
	db := offline(t, nil)
	out := printed(t, func() {
		for range 2 {
			checkWarnings(t, load(t, db, &hooked{}).Warnings, want)
		}
		for _, m := range []any{&holder{}, &lost{}} {
			if _, err := gormmodel.Models(db, m).Load(); err == nil {
				t.Errorf("no error for %T", m)
			}
		}
	})
	if out != "" {
		t.Errorf("printed: %s", out)
	}
}

// What can be no column is named, in the model where it is, without an address
// in memory.
func TestNoColumnType(t *testing.T) {
	_, err := gormmodel.Models(offline(t, nil), &holder{}, &handler{}).Load()
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	want := []string{
		"gormmodel_test.handler.Run: GORM has no column type for func():",
		"gormmodel_test.handler.Any: GORM has no column type for map[string]interface {}:",
		"gormmodel_test.handler.Deep.C: GORM has no column type for chan int:",
	}
	if len(lines) != len(want) || strings.Contains(err.Error(), "0x") {
		t.Errorf("got %v", err)
	}
	for i, line := range lines {
		if i < len(want) && !strings.HasPrefix(line, want[i]) {
			t.Errorf("got  %s\nwant %s…", line, want[i])
		}
	}
}

// chatty writes to GORM's default logger when it is asked for its type, and
// keeps it.
type chatty string

var kept struct {
	sync.Mutex
	logger.Interface
}

func (chatty) GormDataType() string {
	kept.Lock()
	defer kept.Unlock()
	kept.Interface = logger.Default
	logger.Default.Warn(context.Background(), "two\nlines of %s", "text")
	logger.Default.Error(context.Background(), "100%s")
	return "text"
}

// Whatever else is said to the default logger meanwhile is a warning; and who
// has taken the collector for a logger has the former one afterwards.
func TestOtherTalk(t *testing.T) {
	type Row struct {
		ID int
		C  chatty
	}
	out := printed(t, func() {
		m := load(t, offline(t, nil), &Row{})
		for _, want := range []model.Warning{{Model: "gorm", Text: "two lines of text"}, {Model: "gorm", Text: "100%s"}} {
			found := false
			for _, w := range m.Warnings {
				found = found || w == want
			}
			if !found {
				t.Errorf("no %q in %q", want, m.Warnings)
			}
		}
		kept.Warn(context.Background(), "after %s", "wards")
		kept.LogMode(logger.Error).Warn(context.Background(), "not this")
	})
	if !strings.Contains(out, "after wards") || strings.Contains(out, "not this") || strings.Contains(out, "two") {
		t.Errorf("printed: %s", out)
	}
}

func TestLoadTogether(t *testing.T) {
	before := logger.Default
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := gormmodel.Models(offline(t, nil), tricky.All()...).Load(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if logger.Default != before {
		t.Error("logger.Default is not what it was")
	}
}

// The *gorm.DB of an application that did not look at the error of gorm.Open.
func TestFailedOpen(t *testing.T) {
	db, err := gorm.Open(sqlite.Open(nil), &gorm.Config{Logger: logger.Discard})
	if err == nil {
		t.Fatal("opened without a connection")
	}
	for _, db := range []*gorm.DB{db, {}, {Config: &gorm.Config{}}, nil} {
		if _, err := gormmodel.Models(db, &tricky.Note{}).Load(); err == nil || !strings.HasPrefix(err.Error(), "gorm models: ") {
			t.Errorf("got %v", err)
		}
	}
}

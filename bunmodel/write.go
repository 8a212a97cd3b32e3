package bunmodel

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

// made is what Bun writes for the models on one dialect.
type made struct {
	dialect schema.Dialect // MySQL for MariaDB too
	bun     []*bs.Table    // of each model
	models  []*written     // of each model
	tables  map[string]*written
	objects []schema.Object
	left    []model.Warning // what of the hooks is not part of the schema
}

// write has Bun write the tables of the models for one dialect.
func (s Source) write(family schema.Dialect, d bs.Dialect, models []listed) (*made, []error) {
	m := &made{dialect: family, tables: map[string]*written{}}
	rec := &recorder{}
	pool := sql.OpenDB(rec)
	defer pool.Close()
	db := bun.NewDB(pool, d)
	var errs []error
	for _, one := range models {
		t, err := register(d, one)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", modelName(one.typ), err))
			continue
		}
		m.bun = append(m.bun, t)
	}
	if len(errs) > 0 {
		return m, errs
	}
	rec.take()
	type said struct {
		model string
		text  string
	}
	var later []said
	for i, one := range models {
		all, err := s.createTable(db, rec, one)
		name := modelName(one.typ)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		var stmts []string
		for _, text := range all {
			stmts = append(stmts, statements(text)...)
		}
		at := theTable(stmts, string(m.bun[i].SQLName))
		if at < 0 {
			errs = append(errs, fmt.Errorf("%s: Bun has written no table for it", name))
			continue
		}
		w, err := readTable(family, stmts[at])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		for _, stmt := range slices.Delete(stmts, at, at+1) {
			later = append(later, said{name, stmt})
		}
		m.models = append(m.models, w)
		if full := tableName(family, w.namespace, w.name); m.tables[full] == nil {
			m.tables[full] = w
		}
	}
	for _, l := range later {
		if !m.hook(l.text) {
			m.left = append(m.left, warning(l.model, "", "a hook of CreateTable runs %q, which is not part of the schema", short(l.text)))
		}
	}
	return m, errs
}

// theTable finds the table of a model among what its CreateTable has run: the one
// of its name, or the first.
func theTable(stmts []string, name string) int {
	is := func(prefix string) func(string) bool {
		return func(stmt string) bool { return strings.HasPrefix(stmt, prefix) }
	}
	if i := slices.IndexFunc(stmts, is("CREATE TABLE "+name+" (")); i >= 0 {
		return i
	}
	return slices.IndexFunc(stmts, is("CREATE TABLE "))
}

// short cuts a statement to what a line can hold.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 70 {
		return string(r[:70]) + "…"
	}
	return text
}

// register has Bun read a model. It panics on what it cannot use.
func register(d bs.Dialect, m listed) (t *bs.Table, err error) {
	defer func() {
		if e := fromPanic(recover()); e != nil {
			err = e
		}
	}()
	return d.Tables().Get(m.typ), nil
}

func fromPanic(p any) error {
	switch p := p.(type) {
	case nil:
		return nil
	case error:
		return errors.New(strings.TrimPrefix(p.Error(), "bun: "))
	}
	return errors.New(strings.TrimPrefix(fmt.Sprint(p), "bun: "))
}

// createTable has Bun write a table, and returns what it and the hooks have run.
func (s Source) createTable(db *bun.DB, rec *recorder, m listed) (all []string, err error) {
	defer func() {
		if e := fromPanic(recover()); e != nil {
			err = fmt.Errorf("a hook of CreateTable panics: %w", e)
		}
	}()
	rec.take()
	q := db.NewCreateTable().Model(m.value)
	if s.foreignKeys {
		q = q.WithForeignKeys()
	}
	_, err = q.Exec(context.WithValue(context.Background(), recordingKey{}, true))
	all = rec.take()
	switch {
	case errors.Is(err, errOffline):
		return all, errors.New("a hook of CreateTable asks the database, and there is none while models are mapped; " +
			"what it needs rows for, it can leave out where bunmodel.Recording(ctx) says so")
	case err != nil:
		return all, fmt.Errorf("CreateTable: %w", err)
	}
	return all, nil
}

package conformance

import "github.com/whimbreldb/whimbrel/schema"

// sqliteSamples are what SQLite alone has.
func sqliteSamples(r rules) []sample {
	strict := schema.TableOptions{Strict: true}
	fts := r.object(schema.VirtualTable, "found", "", "CREATE VIRTUAL TABLE found USING fts5(title, body)")
	fts2 := r.object(schema.VirtualTable, "found", "", "CREATE VIRTUAL TABLE found USING fts5(title, body, tokenize = 'porter')")
	return []sample{
		pair("sqlite/strict", tables(birds(title)), tables(birds(title, strict))),
		pair("sqlite/strict dropped", tables(birds(title, strict)), tables(birds(title))),
		pair("sqlite/without rowid", tables(birds(title)), tables(birds(title, schema.TableOptions{WithoutRowID: true}))),
		pair("sqlite/without rowid dropped", tables(birds(title, schema.TableOptions{WithoutRowID: true})), tables(birds(title))),
		pair("sqlite/virtual table", schema.Schema{}, with(schema.Schema{}, fts)),
		pair("sqlite/virtual table changed", with(schema.Schema{}, fts), with(schema.Schema{}, fts2)),
		pair("sqlite/conflict of not null", tables(birds(weight.NotNull())), tables(birds(weight.NotNullConflict("REPLACE").Default(3)))),
		pair("sqlite/not null named", tables(birds(weight.NotNull())), tables(birds(weight.NotNullNamed("must")))),
		pair("sqlite/conflict of keys", tables(birds(title)), tables(schema.NewTable("birds", schema.BigInt("id").NotNull(), title,
			schema.PrimaryKey{Parts: schema.Columns("id"), Conflict: "REPLACE"}, schema.Unique{Name: "u", Parts: schema.Columns("title"), Conflict: "IGNORE"}))),
		pair("sqlite/key descending", schema.Schema{}, tables(schema.NewTable("birds", schema.BigInt("id"), title, schema.PrimaryKey{Parts: []schema.Part{{Column: "id", Desc: true}}}))),
		pair("sqlite/key collated", tables(birds(title)), tables(birds(title, schema.PrimaryKey{Name: "pk", Parts: []schema.Part{{Column: "id"}, {Column: "title", Collation: schema.Variants{SQLite: "NOCASE"}}}}))),
		pair("sqlite/index collated", tables(birds(title)), tables(birds(title, schema.Index{Name: "i", Parts: []schema.Part{{Column: "title", Collation: schema.Variants{SQLite: "NOCASE"}, Desc: true}}}))),
		pair("sqlite/match", tables(birds(), schema.NewTable("rings", schema.BigInt("bird_id"))), tables(birds(), schema.NewTable("rings", schema.BigInt("bird_id"),
			schema.ForeignKey{Name: "fk", Columns: []string{"bird_id"}, RefTable: "birds", RefColumns: []string{"id"}, Match: "FULL", Deferrable: true, InitiallyDeferred: true}))),
		pair("sqlite/type variant", tables(birds(title)), tables(birds(schema.String("title", 50).On(schema.SQLite, "varchar(50)")))),
	}
}

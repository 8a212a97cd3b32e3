package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestCompileLaw: whatever operations fit a schema, the database is after them
// what the state says, no row is lost, no child is touched, and the way back
// leads to where it began.
func TestCompileLaw(t *testing.T) {
	seeds := 60
	if testing.Short() {
		seeds = 20
	}
	applied := 0
	for seed := range seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		version := [...]string{"3.53.4", "3.51.0", "3.35.5"}[seed%3]
		d := New(version)
		conn := pin(t, openFile(t,
			"CREATE TABLE p (id INTEGER PRIMARY KEY, u text UNIQUE)", "INSERT INTO p VALUES (1,'x'),(2,'y')",
			`CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, "a b" text, p int REFERENCES p ON DELETE CASCADE, CHECK ("a b" <> ''))`,
			`INSERT INTO t VALUES (1,'one',1),(5,'five',NULL)`, "CREATE TABLE log (n)",
			`CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.id); END`, "CREATE VIEW v AS SELECT id FROM t",
			"CREATE TABLE c (t int REFERENCES t(id) ON DELETE CASCADE, s int REFERENCES t ON DELETE SET NULL)", "INSERT INTO c VALUES (1, 5)"))
		ctx := context.Background()
		start, err := d.Inspect(ctx, conn)
		if err != nil {
			t.Fatal(err)
		}
		trial := op.LiveState(start)
		var ops []op.Op
		for range 1 + r.IntN(6) {
			table, _ := trial.Table("t")
			o := randomOp(r, table)
			// Only the compiler knows what a check or an index expression uses.
			if _, err := d.Compile([]op.Op{o}, trial.Clone()); err != nil {
				continue
			}
			full, err := trial.Apply(o)
			if err != nil {
				t.Fatal(err)
			}
			ops = append(ops, full)
		}
		applied += len(ops)
		step := func(what string, ops []op.Op) bool {
			before, err := d.Inspect(ctx, conn)
			if err != nil {
				t.Fatal(err)
			}
			state := op.LiveState(before)
			stmts, err := d.Compile(ops, state)
			if err == nil {
				err = perform(ctx, conn, stmts, nil)
			}
			if err != nil {
				t.Errorf("seed %d, SQLite %s, %s %s: %v", seed, version, what, describe(ops), err)
				return false
			}
			after, err := d.Inspect(ctx, conn)
			if err != nil {
				t.Fatal(err)
			}
			diff := cmp.Diff(byName(d.Normalize(state.Schema())), byName(d.Normalize(after)), cmpopts.EquateEmpty())
			rows := mustRows(t, conn, "SELECT (SELECT group_concat(id) FROM (SELECT id FROM t NOT INDEXED ORDER BY id)), (SELECT count(*) FROM log), c.* FROM c")
			if diff != "" || rows[0] != `[]interface {}{"1,5", 2, 1, 5}` && rows[0] != `[]interface {}{"1,5", 0, 1, 5}` {
				t.Errorf("seed %d, SQLite %s, %s %s: %s\n(-state +database):\n%s\n%s", seed, version, what, describe(ops), rows, diff, show(stmts))
				return false
			}
			return true
		}
		if !step("up", ops) {
			continue
		}
		back, _ := op.InvertAll(ops)
		if needsValue(back) {
			continue // what was dropped there has no values to come back with
		}
		if !step("down", back) {
			continue
		}
		end, err := d.Inspect(ctx, conn)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(byName(d.Normalize(start)), byName(d.Normalize(end)), cmpopts.EquateEmpty(), anyOrder); diff != "" {
			t.Errorf("seed %d, SQLite %s, there and back %s: (-before +after)\n%s", seed, version, describe(ops), diff)
		}
	}
	if applied < seeds {
		t.Errorf("only %d operations were tried", applied)
	}
}

// needsValue reports whether ops add a column that the rows at hand cannot have.
func needsValue(ops []op.Op) bool {
	for _, o := range ops {
		if add, ok := o.(op.AddColumn); ok && add.Column.NotNull && isNull(add.Column.Default) && isNull(add.Fill) {
			return true
		}
	}
	return false
}

// anyOrder: a column or constraint that was dropped comes back behind the others.
var anyOrder = cmp.Options{
	cmpopts.SortSlices(func(a, b schema.Column) bool { return a.Name < b.Name }),
	cmpopts.SortSlices(func(a, b schema.Check) bool { return a.Expr.Text < b.Expr.Text }),
	cmpopts.SortSlices(func(a, b schema.Unique) bool { return fmt.Sprint(a) < fmt.Sprint(b) }),
	cmpopts.SortSlices(func(a, b schema.ForeignKey) bool { return fmt.Sprint(a) < fmt.Sprint(b) }),
}

func describe(ops []op.Op) string {
	var b strings.Builder
	for _, o := range ops {
		verb, object := op.Describe(o)
		b.WriteString("\n  " + verb + " " + object)
	}
	return b.String()
}

// randomOp returns an operation on t that may or may not fit it. It leaves id
// alone, by which the test tells the rows apart.
func randomOp(r *rand.Rand, t schema.Table) op.Op {
	name := [...]string{"x", "y", "or der", "a b", "p"}[r.IntN(5)]
	live, _ := t.Column(name)
	parts := schema.Columns(name)
	switch r.IntN(14) {
	case 0:
		return op.AddColumn{Table: t.Name, Column: schema.Text(name).Column()}
	case 1:
		return op.AddColumn{Table: t.Name, Column: schema.Int(name).NotNull().Default(r.IntN(9)).Column()}
	case 2:
		return op.AddColumn{Table: t.Name, Column: schema.Text(name).NotNull().Column(), Fill: schema.StringValue("it's")}
	case 3:
		return op.AddColumn{Table: t.Name, Column: schema.DateTime(name).DefaultExpr("CURRENT_TIMESTAMP").Collate(schema.SQLite, "NOCASE").Column()}
	case 4:
		g := schema.Int(name).Generated(schema.Expr("id * 2"))
		if r.IntN(2) == 0 {
			g = schema.Int(name).GeneratedStored(schema.Expr("id + 1"))
		}
		return op.AddColumn{Table: t.Name, Column: g.Column()}
	case 5:
		return op.DropColumn{Table: t.Name, Column: live}
	case 6:
		return op.RenameColumn{Table: t.Name, From: name, To: [...]string{"z", "se lect", "y"}[r.IntN(3)]}
	case 7:
		to := live
		to.NotNull = !to.NotNull
		return op.AlterColumn{Table: t.Name, From: live, To: to, Fill: schema.Literal("1")}
	case 8:
		to := live
		if isGenerated(live) || r.IntN(2) == 0 {
			to.Type = schema.NativeType([...]string{"", "blob", "nonsense"}[r.IntN(3)])
		} else {
			to.Default = schema.StringValue("d")
		}
		return op.AlterColumn{Table: t.Name, From: live, To: to}
	case 9:
		return op.AddUnique{Table: t.Name, Unique: schema.Unique{Name: "u" + name, Parts: append(parts, schema.Part{Column: "id"})}}
	case 10:
		if live.Name == "" { // SQLite would take the name of no column, in double quotes, for a string
			name = "id"
		}
		return op.AddCheck{Table: t.Name, Check: schema.Check{Name: "k" + name, Expr: schema.Expr(quoteIdent(name) + " IS NOT 'never'")}}
	case 11:
		return op.CreateIndex{Table: t.Name, Index: schema.Index{Name: "i" + name, Parts: parts, Where: schema.Expr("id > 0")}}
	case 12:
		return op.AddForeignKey{Table: t.Name, ForeignKey: schema.ForeignKey{Name: "f", Columns: []string{"id"}, RefTable: t.Name, RefColumns: []string{"id"}}}
	default:
		if len(t.Checks) > 0 {
			return op.DropCheck{Table: t.Name, Check: t.Checks[r.IntN(len(t.Checks))]}
		}
		if len(t.Indexes) > 0 {
			return op.DropIndex{Table: t.Name, Index: t.Indexes[0]}
		}
		return op.RenameColumn{Table: t.Name, From: name, To: "back"}
	}
}

package script

import (
	"math/rand/v2"
	"testing"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestHashIsOfTheSource holds that the hash of operations is that of what their
// source records: a baseline is recorded before its file is compiled.
func TestHashIsOfTheSource(t *testing.T) {
	for seed := range uint64(300) {
		ops := []op.Op{random{rand.New(rand.NewPCG(seed, 1))}.op()}
		if _, run := ops[0].(op.Run); run {
			continue
		}
		if a, b := Hash(ops), Hash(byName(ops)); a != b {
			t.Fatalf("seed %d: %s and %s", seed, a, b)
		}
	}
	needs := []schema.Ref{{Name: "t"}}
	view := schema.Object{Kind: schema.View, Name: "v", Definition: schema.Expr("CREATE VIEW v AS SELECT 1")}
	a := Hash([]op.Op{op.CreateObject{Object: view}})
	view.Needs = needs
	if b := Hash([]op.Op{op.CreateObject{Object: view}}); a != b {
		t.Error("what an object needs counts")
	}
}

package diff_test

import (
	"errors"
	"fmt"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// What has two readings is a question, until somebody answers it.
func Example() {
	was := schema.Schema{Tables: []schema.Table{schema.NewTable("products", schema.BigInt("id"), schema.String("title", 50))}}
	is := schema.Schema{Tables: []schema.Table{schema.NewTable("products", schema.BigInt("id"), schema.String("name", 50))}}

	_, err := diff.Ask(was, is, diff.Answers{})
	var open *diff.OpenError
	fmt.Println(errors.As(err, &open), open.Questions[0].Kind)

	ops, err := diff.Ask(was, is, diff.Answers{Rename: []string{"products.title=name"}})
	verb, object := op.Describe(ops[0])
	fmt.Println(len(ops), verb, object, err)
	// Output:
	// true rename
	// 1 rename column products.title to name <nil>
}

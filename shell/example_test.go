package shell_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/whimbreldb/whimbrel/shell"
)

// A shell of one's own, over symbols that generated code has registered.
func ExampleLoop() {
	run := func(table *shell.Table, manifest shell.Manifest) error {
		s, err := shell.New(shell.Config{Table: table, Manifest: manifest, Out: os.Stdout, Err: os.Stderr})
		if err != nil {
			return err
		}
		l := &shell.Loop{Session: s, Out: os.Stdout, Err: os.Stderr}
		if err := l.Do(context.Background(), "1 + 2"); !errors.Is(err, shell.ErrExit) {
			return err
		}
		return nil
	}
	_ = run
}

type fruit struct{ name string }

func (f *fruit) String() string { return "<fruit " + f.name + ">" }

func ExampleFormat() {
	price := 3
	fmt.Println(shell.Format([]fruit{{"apple"}, {"fig"}}))
	fmt.Println(shell.Format(struct {
		Name  string
		Price *int
		Tags  map[string]int
	}{"fig", &price, map[string]int{"b": 2, "a": 1}}))
	// Output:
	// [<fruit apple>, <fruit fig>]
	// {Name: "fig", Price: &3, Tags: map["a": 1, "b": 2]}
}

func ExampleIncomplete() {
	fmt.Println(shell.Incomplete("for i := range 3 {"), shell.Incomplete("1 +"), shell.Incomplete("x := 1"))
	// Output: true true false
}

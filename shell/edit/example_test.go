package edit_test

import (
	"context"

	"github.com/whimbreldb/whimbrel/shell"
	"github.com/whimbreldb/whimbrel/shell/edit"
)

// A session on the terminal, with a history.
func ExampleRun() {
	run := func(ctx context.Context, l *shell.Loop) error {
		return edit.Run(ctx, l, edit.Options{Banner: "Go, please.", History: "shop.history"})
	}
	_ = run
}

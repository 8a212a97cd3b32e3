package link_test

import (
	"context"

	"github.com/whimbreldb/whimbrel/shell/link"
)

// What go build -overlay=out/overlay.json needs, to link a shell to the program
// in the folder shop.
func ExampleWrite() {
	write := func(ctx context.Context) error {
		return link.Write(ctx, link.Options{
			Dir: "shop", Out: "out",
			Init: "startShell(shellTable, shellManifest)", // a function of the program's
		})
	}
	_ = write
}

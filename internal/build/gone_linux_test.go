package build

import (
	"errors"
	"os"
	"testing"

	"github.com/whimbreldb/whimbrel"
)

// TestFolderIsGone: the folder that whim is called in was removed.
// (Elsewhere that cannot be done, or the folder has a name still.)
func TestFolderIsGone(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("PWD", "")
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	var e *whimbrel.Error
	if _, err := Find("."); !errors.As(err, &e) || e.Code != whimbrel.NoApp || len(e.Hint) == 0 {
		t.Errorf("got %v", err)
	}
}

package deps
import (_ "modernc.org/sqlite"; _ "github.com/spf13/cobra"; _ "github.com/rogpeppe/go-internal/testscript"; _ "github.com/google/go-cmp/cmp"; _ "golang.org/x/term"; _ "github.com/charmbracelet/huh")

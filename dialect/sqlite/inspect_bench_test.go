//go:build unix

package sqlite

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

func BenchmarkInspect1000Tables(b *testing.B) {
	conn := memory(b)
	exec := func(script string) {
		if _, err := conn.ExecContext(b.Context(), script); err != nil {
			b.Fatal(err)
		}
	}
	exec("BEGIN")
	for i := range 1000 {
		var s strings.Builder
		fmt.Fprintf(&s, "CREATE TABLE `table_%d` (`id` integer PRIMARY KEY AUTOINCREMENT,`parent` integer NOT NULL", i)
		for c := range 11 {
			fmt.Fprintf(&s, ",`column_%d` varchar(20) NOT NULL DEFAULT 'x'", c)
		}
		fmt.Fprintf(&s, ",CONSTRAINT `fk_%d` FOREIGN KEY (`parent`) REFERENCES `table_%d`(`id`) ON DELETE CASCADE", i, i/2)
		fmt.Fprintf(&s, ",CONSTRAINT `chk_%d` CHECK (column_1 <> column_2))", i)
		exec(s.String())
		for j := range 3 {
			exec(fmt.Sprintf("CREATE INDEX `idx_%d_%d` ON `table_%d`(`column_%d`,`column_%d` desc)", i, j, i, j, j+1))
		}
	}
	exec("COMMIT")
	before := cpuTime(b)
	for b.Loop() {
		s, err := inspect(b.Context(), conn)
		if err != nil || len(s.Tables) != 1000 || s.Tables[999].Unsupported != "" {
			b.Fatal(err, len(s.Tables), s.Tables[999].Unsupported)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N)/1e6, "cpu-ms/op")
}

// cpuTime returns what the process has used: the clock says little on a
// machine that others use too.
func cpuTime(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

package build

import "syscall"

// withUs have the go command end, as at Ctrl-C, when this process is killed: it
// would go on, and write its program over the one of a later build.
func withUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT} }

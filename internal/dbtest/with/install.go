package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
)

// install installs the servers that are asked for and missing, or says what
// somebody with the rights has to do.
func install(ctx context.Context, databases string) error {
	missing, err := dbtest.Missing(ctx, databases)
	if err != nil || len(missing) == 0 {
		return err
	}
	packages, ok := packagesOf(missing)
	if !ok {
		return say(missing)
	}
	apt, err := aptGet(ctx)
	if err != nil {
		return fmt.Errorf("%w\n%w", err, say(missing))
	}
	for _, args := range [][]string{{"update"}, append([]string{"install", "-y", "--no-install-recommends"}, packages...)} {
		command := slices.Concat(apt, args)
		fmt.Fprintln(os.Stderr, "==", strings.Join(command, " "))
		cmd := exec.CommandContext(ctx, command[0], command[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s: %w\n%w", strings.Join(command, " "), err, say(missing))
		}
	}
	return nil
}

// packagesOf returns the packages to install, and whether there are some for
// each.
func packagesOf(missing []*dbtest.MissingError) ([]string, bool) {
	var packages []string
	for _, m := range missing {
		p := m.Packages()
		if p == nil {
			return nil, false
		}
		packages = append(packages, p...)
	}
	slices.Sort(packages)
	return slices.Compact(packages), true
}

// aptGet returns how to call apt-get with the rights that it needs, without
// asking anybody for a password.
func aptGet(ctx context.Context) ([]string, error) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, errors.New("there is no apt-get here to install what is missing")
	}
	quiet := []string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"}
	if os.Geteuid() == 0 {
		return quiet, nil
	}
	if err := exec.CommandContext(ctx, "sudo", "-n", "true").Run(); err != nil {
		return nil, errors.New("installing what is missing needs root, or sudo that asks for no password")
	}
	return append([]string{"sudo", "-n"}, quiet...), nil
}

func say(missing []*dbtest.MissingError) error {
	var all []error
	for _, m := range missing {
		all = append(all, m)
	}
	return errors.Join(all...)
}

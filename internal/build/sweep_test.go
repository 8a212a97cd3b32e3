package build

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSweep: the first build of an app lets those go that nobody started for
// long, and only those.
func TestSweep(t *testing.T) {
	ownCache(t)
	apps := map[string]App{}
	for _, name := range []string{"fresh", "forgotten", "running"} {
		root := tree(t, map[string]string{"go.mod": goMod, "main.go": program})
		if bin, out, err := build1(t, root); err != nil {
			t.Fatalf("%s: %v\n%s", bin, err, out)
		}
		app, err := Find(root)
		if err != nil {
			t.Fatal(err)
		}
		apps[name] = app
	}
	folder := func(name string) string {
		dir, err := apps[name].CacheDir()
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	long := time.Now().Add(-unused - time.Hour)
	for _, name := range []string{"forgotten", "running"} {
		files, err := os.ReadDir(folder(name))
		if err != nil || len(files) < 2 {
			t.Fatalf("%s: %v %v", name, files, err)
		}
		for _, f := range files {
			if err := os.Chtimes(filepath.Join(folder(name), f.Name()), long, long); err != nil {
				t.Fatal(err)
			}
		}
	}
	lock, err := os.OpenFile(filepath.Join(folder("running"), "lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if ours, err := tryLock(lock); err != nil || !ours {
		t.Fatal(ours, err)
	}

	if _, out, err := build1(t, apps["fresh"].Dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := os.Stat(apps["forgotten"].program(folder("forgotten"))); err != nil {
		t.Errorf("a build that added no app has swept: %v", err)
	}
	if _, out, err := build1(t, tree(t, map[string]string{"go.mod": goMod, "main.go": program})); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, kept := range map[string]bool{"fresh": true, "forgotten": false, "running": true} {
		if _, err := os.Stat(apps[name].program(folder(name))); (err == nil) != kept {
			t.Errorf("%s: %v, want kept %v", name, err, kept)
		}
	}
	if bin, out, err := build1(t, apps["forgotten"].Dir); err != nil {
		t.Errorf("built again: %v\n%s", err, out)
	} else if _, err := os.Stat(bin); err != nil {
		t.Error(err)
	}
}

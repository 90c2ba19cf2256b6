package display

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
)

func TestPlainShowsTasksTheirLogsAndTheirErrors(t *testing.T) {
	var out bytes.Buffer
	d, err := New(&out, "plain", "fetch")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, name := range []string{"xen.tar.xz", "linux.tar.xz"} {
		wg.Go(func() {
			task := d.Begin(name, 100)
			task.Log("from " + name)
			task.Add(100)
			var err error
			if name == "linux.tar.xz" {
				err = errors.New("connection reset")
			}
			task.End(err)
		})
	}
	wg.Wait()
	d.Close()
	for _, want := range []string{"xen.tar.xz", "from xen.tar.xz", "linux.tar.xz", "connection reset", "DONE"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not shown in:\n%s", want, &out)
		}
	}
}

func TestNothingIsDrawnWithoutWork(t *testing.T) {
	var out bytes.Buffer
	d, err := New(&out, "plain", "plan")
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if out.Len() != 0 {
		t.Errorf("drew %q", &out)
	}
}

func TestTheDisplayCanBeUsedAgainAfterClose(t *testing.T) {
	var out bytes.Buffer
	d, _ := New(&out, "plain", "x")
	d.Begin("first", 0).End(nil)
	d.Close()
	d.Begin("second", 0).End(nil)
	d.Close()
	if s := out.String(); !strings.Contains(s, "first") || !strings.Contains(s, "second") {
		t.Error(s)
	}
}

func TestUnknownModeIsAnError(t *testing.T) {
	if _, err := New(&bytes.Buffer{}, "fancy", ""); err == nil {
		t.Error("accepted")
	}
	if _, err := New(&bytes.Buffer{}, "tty", ""); err == nil {
		t.Error("a buffer is not a terminal")
	}
}

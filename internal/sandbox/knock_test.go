package sandbox

import (
	"net"
	"testing"
	"time"
)

func knock(t *testing.T, network, address string) {
	t.Helper()
	c, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte("x")) // the listener may have closed the connection already
}

func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	for range 100 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("it never happened")
}

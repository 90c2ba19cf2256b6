package probe

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

// dial tells a starved attempt from others by this.
func TestDialTimeoutIsADeadline(t *testing.T) {
	_, err := net.DialTimeout("tcp", "[fe80::1%lo]:80", time.Nanosecond)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

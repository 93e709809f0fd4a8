//go:build unix

package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// A server that was killed leaves its socket, which keeps the next one from
// listening; one that runs keeps it for itself, and a file stays what it is.
func TestListenOnSocketLeftOver(t *testing.T) {
	dir, err := os.MkdirTemp("", "rc") // short: the path of a socket has a limit
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	killed, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	killed.(*net.UnixListener).SetUnlinkOnClose(false)
	killed.Close()
	l, err := listen("unix:" + path)
	if err != nil {
		t.Fatalf("behind a server that was killed: %v", err)
	}
	if second, err := listen("unix:" + path); err == nil {
		second.Close()
		t.Error("two servers listen on one socket")
	}
	l.Close()
	if err := os.WriteFile(path, []byte("not a socket"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := listen("unix:" + path); err == nil {
		l.Close()
		t.Error("a file is taken for a socket that was left")
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "not a socket" {
		t.Errorf("the file is %q, %v", b, err)
	}
}

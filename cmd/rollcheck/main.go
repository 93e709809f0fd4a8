// Command rollcheck reads public voter files and leaked copies of them, builds
// a keyed index, and answers privately whether somebody's registration details
// are in one. See the README, or "rollcheck help".
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args, os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

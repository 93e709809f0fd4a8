//go:build unix

package remote

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock on an open file, which ends with the process however that
// ends; false if another has it.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}

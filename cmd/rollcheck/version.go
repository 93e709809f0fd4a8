package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/mattn/go-sqlite3"
	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
)

func (p *program) versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the versions of the program and of what it rests on",
		Action: func(c *cli.Context) error {
			if err := wantArgs(c, 0, 0, ""); err != nil {
				return err
			}
			v := version()
			sqlite, _, _ := sqlite3.Version()
			if c.Bool("json") {
				return p.jsonLines("version").done(fields{"rollcheck": v, "canonical": hashing.Version, "sqlite": sqlite, "go": runtime.Version()})
			}
			fmt.Fprintf(p.stdout, "rollcheck %s, canonical form %s, SQLite %s, %s\n", v, hashing.Version, sqlite, runtime.Version())
			return nil
		},
	}
}

// version returns the version of the program.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

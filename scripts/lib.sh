# Shared by the scripts here: where tools go, and how missing ones are installed.
# Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
bin=$root/.bin
mkdir -p "$bin"

# The SQLite driver needs cgo; extensions are never loaded, so the code for it stays out.
export CGO_ENABLED=1
tags=sqlite_omit_load_extension

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 2; }

# want COMMAND PACKAGE: installs the command from Debian's package, if it is missing and can be installed.
want() {
  command -v "$1" >/dev/null && return
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    say "installing $2"
    { apt-get install -y -qq "$2" || { apt-get update -qq && apt-get install -y -qq "$2"; }; } >/dev/null 2>&1 || true
  fi
}

# need COMMAND PACKAGE: the same, and ends the script if the command is still not there.
need() {
  want "$1" "$2"
  command -v "$1" >/dev/null || die "\"$1\" is missing: install the package $2"
}

command -v go >/dev/null || die 'Go is missing: install Go 1.26 or later (https://go.dev/dl/)'
need gcc gcc

# page [OUT]: builds the page that rollcheck embeds.
page() {
  say "building the page"
  go run ./scripts/webpage -o "${1:-data/web/built/page}"
}

build() {
  page
  say "building rollcheck"
  go build -tags "$tags" -ldflags "-s -w" -o "$bin/rollcheck" ./cmd/rollcheck
}

//go:build !cgo

package rollindex

// Without cgo the SQLite driver compiles to a stub that fails when first used;
// this line makes the build fail instead, with the reason.
var _ = the_index_needs_SQLite_which_needs_cgo_set_CGO_ENABLED_1_and_install_a_C_compiler

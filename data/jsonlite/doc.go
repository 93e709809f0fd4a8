// Package jsonlite reads and writes the JSON of this program's own tables and
// messages, as encoding/json would, for the part of the program that a browser
// loads: encoding/json is 130 KB of it, compressed, and this is a fifth of that.
//
// It knows structs with tags (names, "omitempty", "-"), embedded structs left
// out, pointers, slices, maps with string keys, strings, booleans, numbers, and
// types that say themselves how they are written as text. What it does not know
// is an error, and so is whatever is not JSON. Unlike encoding/json it compares
// names exactly as they are written, and refuses a name that occurs twice in an
// object. It is not for large input: a program on a machine uses encoding/json.
package jsonlite

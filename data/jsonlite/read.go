package jsonlite

import (
	"encoding"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Errors of [Unmarshal].
var (
	ErrSyntax = errors.New("not JSON")
	ErrType   = errors.New("a value of another kind than expected")
)

// maxDepth bounds how deep values may lie in each other.
const maxDepth = 64

// Unmarshal reads one JSON document into what v points to. Members that a struct
// has no field for are passed over. It never says what the document holds.
func Unmarshal(data []byte, v any) error {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return ErrType
	}
	r := reader{s: data}
	if err := r.value(p.Elem(), 0); err != nil {
		return err
	}
	if r.space(); r.at != len(r.s) {
		return ErrSyntax
	}
	return nil
}

type reader struct {
	s  []byte
	at int
}

func (r *reader) space() {
	for r.at < len(r.s) && (r.s[r.at] == ' ' || r.s[r.at] == '\n' || r.s[r.at] == '\t' || r.s[r.at] == '\r') {
		r.at++
	}
}

// next passes over white space and returns the byte there, 0 at the end.
func (r *reader) next() byte {
	if r.space(); r.at < len(r.s) {
		return r.s[r.at]
	}
	return 0
}

// take passes over c if it comes next.
func (r *reader) take(c byte) bool {
	if r.next() != c {
		return false
	}
	r.at++
	return true
}

func (r *reader) word(w string) bool {
	if r.next(); !strings.HasPrefix(string(r.s[r.at:min(len(r.s), r.at+len(w))]), w) {
		return false
	}
	r.at += len(w)
	return true
}

// value reads a value into v; an invalid v takes none of it.
func (r *reader) value(v reflect.Value, depth int) error {
	if depth > maxDepth {
		return ErrSyntax
	}
	c := r.next()
	if c == 'n' {
		if !r.word("null") {
			return ErrSyntax
		}
		if v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice || v.Kind() == reflect.Map) {
			v.SetZero()
		}
		return nil
	}
	if v.IsValid() && v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return r.value(v.Elem(), depth)
	}
	switch {
	case c == '{':
		return r.object(v, depth)
	case c == '[':
		return r.array(v, depth)
	case c == '"':
		s, err := r.text()
		if err != nil {
			return err
		}
		return setText(v, s)
	case c == 't' && r.word("true"):
		return setBool(v, true)
	case c == 'f' && r.word("false"):
		return setBool(v, false)
	}
	n, err := r.number()
	if err != nil {
		return err
	}
	return setNumber(v, n)
}

func (r *reader) object(v reflect.Value, depth int) error {
	if v.IsValid() && v.Kind() != reflect.Struct && v.Kind() != reflect.Map {
		return ErrType
	}
	if v.IsValid() && v.Kind() == reflect.Map {
		if v.Type().Key().Kind() != reflect.String {
			return ErrType
		}
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	}
	seen := make(map[string]bool)
	r.take('{')
	if r.take('}') {
		return nil
	}
	for {
		if r.next() != '"' {
			return ErrSyntax
		}
		name, err := r.text()
		if err != nil || !r.take(':') || seen[name] {
			return ErrSyntax
		}
		seen[name] = true
		if err := r.member(v, name, depth+1); err != nil {
			return err
		}
		if r.take('}') {
			return nil
		}
		if !r.take(',') {
			return ErrSyntax
		}
	}
}

// member reads the value of a member of an object.
func (r *reader) member(v reflect.Value, name string, depth int) error {
	switch {
	case !v.IsValid():
		return r.value(v, depth)
	case v.Kind() == reflect.Map:
		e := reflect.New(v.Type().Elem()).Elem()
		if err := r.value(e, depth); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), e)
		return nil
	}
	for i := range v.NumField() {
		if n, _, ok := tag(v.Type().Field(i)); ok && n == name {
			return r.value(v.Field(i), depth)
		}
	}
	return r.value(reflect.Value{}, depth)
}

func (r *reader) array(v reflect.Value, depth int) error {
	if v.IsValid() && v.Kind() != reflect.Slice {
		return ErrType
	}
	r.take('[')
	if v.IsValid() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	if r.take(']') {
		return nil
	}
	for {
		var e reflect.Value
		if v.IsValid() {
			e = reflect.New(v.Type().Elem()).Elem()
		}
		if err := r.value(e, depth+1); err != nil {
			return err
		}
		if v.IsValid() {
			v.Set(reflect.Append(v, e))
		}
		if r.take(']') {
			return nil
		}
		if !r.take(',') {
			return ErrSyntax
		}
	}
}

// number returns the text of a number.
func (r *reader) number() (string, error) {
	from := r.at
	digits := func() bool {
		start := r.at
		for r.at < len(r.s) && r.s[r.at] >= '0' && r.s[r.at] <= '9' {
			r.at++
		}
		return r.at > start
	}
	is := func(set string) bool {
		if r.at < len(r.s) && strings.IndexByte(set, r.s[r.at]) >= 0 {
			r.at++
			return true
		}
		return false
	}
	is("-")
	if !is("0") && !digits() {
		return "", ErrSyntax
	}
	if is(".") && !digits() {
		return "", ErrSyntax
	}
	if is("eE") {
		if is("+-"); !digits() {
			return "", ErrSyntax
		}
	}
	return string(r.s[from:r.at]), nil
}

// text reads a string. What is not UTF-8, or half of a surrogate pair, becomes
// U+FFFD.
func (r *reader) text() (string, error) {
	r.at++
	var b []byte
	for r.at < len(r.s) {
		switch c := r.s[r.at]; {
		case c == '"':
			r.at++
			return string(b), nil
		case c < ' ':
			return "", ErrSyntax
		case c == '\\':
			var err error
			if b, err = r.escape(b); err != nil {
				return "", err
			}
		case c < utf8.RuneSelf:
			b = append(b, c)
			r.at++
		default:
			x, size := utf8.DecodeRune(r.s[r.at:])
			b = utf8.AppendRune(b, x)
			r.at += size
		}
	}
	return "", ErrSyntax
}

const escapes, escaped = `"\/bfnrt`, "\"\\/\b\f\n\r\t"

func (r *reader) escape(b []byte) ([]byte, error) {
	if r.at+1 >= len(r.s) {
		return nil, ErrSyntax
	}
	if i := strings.IndexByte(escapes, r.s[r.at+1]); i >= 0 {
		r.at += 2
		return append(b, escaped[i]), nil
	}
	x, ok := r.unit()
	if !ok {
		return nil, ErrSyntax
	}
	r.at += 6
	if utf16.IsSurrogate(x) {
		y, ok := r.unit()
		if x = utf16.DecodeRune(x, y); ok && x != utf8.RuneError {
			r.at += 6
		}
	}
	return utf8.AppendRune(b, x), nil
}

// unit returns the code unit of the \u that comes next.
func (r *reader) unit() (rune, bool) {
	if r.at+6 > len(r.s) || r.s[r.at] != '\\' || r.s[r.at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(r.s[r.at+2:r.at+6]), 16, 16)
	return rune(n), err == nil
}

func setText(v reflect.Value, s string) error {
	if !v.IsValid() {
		return nil
	}
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if t.UnmarshalText([]byte(s)) != nil { // its error may quote the text
			return ErrType
		}
		return nil
	}
	if v.Kind() != reflect.String {
		return ErrType
	}
	v.SetString(s)
	return nil
}

func setBool(v reflect.Value, b bool) error {
	switch {
	case !v.IsValid():
	case v.Kind() == reflect.Bool:
		v.SetBool(b)
	default:
		return ErrType
	}
	return nil
}

func setNumber(v reflect.Value, n string) error {
	if !v.IsValid() {
		return nil
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(n, 10, 64)
		if err != nil || v.OverflowInt(i) {
			return ErrType
		}
		v.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		u, err := strconv.ParseUint(n, 10, 64)
		if err != nil || v.OverflowUint(u) {
			return ErrType
		}
		v.SetUint(u)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n, 64)
		if err != nil || math.IsInf(f, 0) {
			return ErrType
		}
		v.SetFloat(f)
	default:
		return ErrType
	}
	return nil
}

// tag returns the name of a struct's field in JSON and whether it is left out
// when empty. ok is false for one that is never written.
func tag(f reflect.StructField) (name string, omitEmpty, ok bool) {
	if !f.IsExported() || f.Anonymous {
		return "", false, false
	}
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return "", false, false
	}
	if name == "" {
		name = f.Name
	}
	return name, options == "omitempty", true
}

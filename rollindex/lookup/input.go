package lookup

import (
	"encoding/binary"

	"rollcheck/hashing"
)

// fieldsOf cuts a hashed input x into its fields, the reverse of
// [hashing.Details.AppendKey]; ok is false for what that does not make.
func fieldsOf(in hashing.Input) (fields [5][]byte, n int, ok bool) {
	x := in.X
	head := len(hashing.Version) + 1
	if len(x) < head || string(x[:head-1]) != hashing.Version || hashing.KeyType(x[head-1]) != in.Type {
		return fields, 0, false
	}
	for x = x[head:]; len(x) > 0; n++ {
		if len(x) < 2 || n == len(fields) {
			return fields, 0, false
		}
		end := 2 + int(binary.BigEndian.Uint16(x))
		if end > len(x) {
			return fields, 0, false
		}
		fields[n], x = x[2:end], x[end:]
	}
	return fields, n, n > 0
}

// byName reports whether keys of the type hold last and first name, as their
// first two fields: only these can be asked by bucket, because the bucket of any
// other would be that of whatever first name the record has.
func byName(t hashing.KeyType) bool {
	switch t {
	case hashing.NameDOB, hashing.NameYOBZIP, hashing.NameZIP, hashing.NameAddress:
		return true
	}
	return false
}

// namesOf returns the group and the joined names of an input by name.
func namesOf(in hashing.Input) (group uint16, names string, ok bool) {
	fields, n, ok := fieldsOf(in)
	if !ok || !byName(in.Type) || n < 3 {
		return 0, "", false
	}
	return hashing.Bucket(fields[0], fields[1]), string(fields[0]) + " " + string(fields[1]), true
}

// whoOf returns what tells the person of the inputs from others on this machine
// whatever the spelling of their name: the birth date as given first, else year
// of birth and ZIP code, else the ZIP code alone.
func whoOf(inputs []hashing.Input) []byte {
	for _, t := range []hashing.KeyType{hashing.NameDOB, hashing.NameYOBZIP, hashing.NameZIP, hashing.NameAddress} {
		for _, in := range inputs {
			if in.Type != t {
				continue
			}
			if fields, n, ok := fieldsOf(in); ok && n > 2 {
				who := []byte{byte(t)}
				for _, f := range fields[2:n] {
					who = append(append(who, byte(len(f))), f...)
				}
				return who
			}
		}
	}
	return nil
}

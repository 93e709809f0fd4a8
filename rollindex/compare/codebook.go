package compare

import (
	"context"
	"maps"
	"slices"
	"strings"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/rollindex/voterfile"
)

// codes are what a layout says of coded values: role, code, meaning.
type codes map[string]map[string]string

// codedRoles are the fields whose values are codes in some files.
var codedRoles = map[Field]field.Role{
	Sex: field.RoleSex, Race: field.RoleRace, Party: field.RoleParty, Status: field.RoleStatus, County: field.CountyID,
}

// codebooks are the codes of the files of one comparison. A file that is read by a
// proposed layout, or by one of somebody's own, has mostly the codes of the
// publisher and nothing that explains them: they are read by those of the other
// files.
type codebooks struct {
	own   [][]codes                      // by file: of the layouts of its members
	known []map[Field]map[print]struct{} // by file: what its codes mean; no field that it has no codes for
}

// readCodebooks finds the codes of the files.
func readCodebooks(ctx context.Context, inputs []Input) (*codebooks, error) {
	all := make([][]*layouts.Layout, len(inputs))
	for i, in := range inputs {
		src, err := in.open(ctx)
		if err != nil {
			return nil, err
		}
		all[i] = memberLayouts(src)
		src.Close()
	}
	return newCodebooks(all), nil
}

// memberLayouts returns the layouts of the members of a file that are read, each once:
// an archive may have a member for every county.
func memberLayouts(src *voterfile.Source) (all []*layouts.Layout) {
	for _, m := range src.Members() {
		if m.LeftOut == "" && m.Match.Layout != nil && !slices.Contains(all, m.Match.Layout) {
			all = append(all, m.Match.Layout)
		}
	}
	return all
}

// newCodebooks takes the layouts of the members of each file.
func newCodebooks(files [][]*layouts.Layout) *codebooks {
	b := &codebooks{own: make([][]codes, len(files)), known: make([]map[Field]map[print]struct{}, len(files))}
	for i, all := range files {
		b.known[i] = map[Field]map[print]struct{}{}
		for _, l := range all {
			b.own[i] = append(b.own[i], l.Codes)
		}
		for f, role := range codedRoles {
			if known := meanings(role, b.own[i]); len(known) > 0 {
				b.known[i][f] = known
			}
		}
	}
	return b
}

func meanings(role field.Role, books []codes) map[print]struct{} {
	known := map[print]struct{}{}
	for _, book := range books {
		for code := range book[role.String()] {
			known[printOf([]byte(meaning(role, code, book)))] = struct{}{}
		}
	}
	return known
}

// lend returns the codes that rows of a file are read by: its own, and of a role of which
// it has none those of the other files.
func (b *codebooks) lend(file int, own codes) codes {
	if b == nil {
		return own
	}
	out := codes{}
	for _, role := range codedRoles {
		if all := own[role.String()]; len(all) > 0 {
			out[role.String()] = all
		} else {
			out[role.String()] = b.lent(file, role)
		}
	}
	return out
}

// lent returns the codes of all files but one, without those that two of them explain
// in different ways.
func (b *codebooks) lent(but int, role field.Role) map[string]string {
	out, contrary := map[string]string{}, map[string]bool{}
	for i, books := range b.own {
		if i == but {
			continue
		}
		for _, book := range books {
			for code, said := range book[role.String()] {
				code = strings.ToUpper(code)
				if before, ok := out[code]; ok && before != said && meaning(role, before, nil) != meaning(role, said, nil) {
					contrary[code] = true
				}
				out[code] = said
			}
		}
	}
	maps.DeleteFunc(out, func(code, _ string) bool { return contrary[code] })
	return out
}

// comparable reports whether two different prints are different values. They are if
// both files have codes for the field, or neither, which leaves the words as they
// stand. If one has none, a value of it that is no meaning of the other's codes may be
// another word for the same.
func (b *codebooks) comparable(f Field, fileX int, x print, fileY int, y print) bool {
	role, coded := codedRoles[f]
	if b == nil || !coded {
		return true
	}
	inX, inY := b.known[fileX][f], b.known[fileY][f]
	switch {
	case (inX == nil) == (inY == nil):
		return true
	case inX == nil:
		return told(role, x, inY)
	}
	return told(role, y, inX)
}

func told(role field.Role, p print, known map[print]struct{}) bool {
	if _, ok := known[p]; ok {
		return true
	}
	_, ok := commonMeanings[role][p]
	return ok
}

// commonMeanings are the words that need no layout to be understood.
var commonMeanings = func() map[field.Role]map[print]struct{} {
	out := map[field.Role]map[print]struct{}{}
	for role, words := range wordings {
		out[role] = map[print]struct{}{}
		for _, w := range words {
			out[role][printOf([]byte(w.means))] = struct{}{}
		}
	}
	return out
}()

package voterfile

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// choice is which members of the files are to be read, by their names. A nil
// choice is all of them.
type choice struct {
	names []string
	found []bool   // of names: a member has it
	there []string // names of the members there are
}

func newChoice(names []string) *choice {
	if len(names) == 0 {
		return nil
	}
	return &choice{names: names, found: make([]bool, len(names))}
}

// NotNamed is why a member is left out ([Member.LeftOut]) that is none of
// [Options.Members].
const NotNamed = "not named with --member"

// of reports whether the member is one of those that may be chosen: the file
// itself was named as one to be read, and so was its only table.
func (c *choice) of(m *member) bool {
	return c != nil && (m.inArchive() || m.tables != nil && !m.alone)
}

// parts calls visit for every member of the file, and for every table of those
// that hold tables, in the order they are stored: with why it is left out if it
// is not even looked into or not chosen, and with an error if it cannot be read.
// Dumps are surveyed for their tables as far as survey bytes go, 0 for the whole
// of them.
func (f *file) parts(ctx context.Context, survey int64, want *choice, visit func(m *member, leftOut string, err error)) error {
	see := func(m *member, leftOut string, err error) {
		if want.of(m) {
			if m.chosen = slices.ContainsFunc(want.names, m.called); !m.chosen {
				leftOut, err = NotNamed, nil
			} else if leftOut != "" {
				leftOut, err = "", m.fail("is "+leftOut+", and cannot be read", "name another member", ErrNotText)
			}
		}
		visit(m, leftOut, err)
	}
	return f.walk(ctx, func(m *member, leftOut string, err error) error {
		var list []*member
		if leftOut == "" && err == nil {
			list, err = m.split(ctx, survey)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if leftOut != "" || err != nil {
			see(m, leftOut, err)
			return nil
		}
		for _, part := range list {
			see(part, "", nil)
		}
		return nil
	})
}

// names returns the whole names of the member: as it is shown, without the file,
// and by the path within it.
func (m *member) names() []string {
	shown := strings.TrimSuffix(m.name, hiddenSheet)
	names := []string{shown, strings.TrimPrefix(shown, label(m.file.path)+": "), m.path()}
	if m.tables == nil {
		return names
	}
	table := m.tables.Tables()[m.table].Name
	if names[2] != "" && table != "" {
		table = names[2] + ": " + table
	}
	names[2] = table
	return names
}

// called reports whether name is a name of the member, or the end of one: the
// last elements of a path, or a table without the file or schema it is in. The
// tables of a file are called by its name too.
func (m *member) called(name string) bool {
	for _, whole := range m.names() {
		if whole == name {
			return true
		}
		before, ok := strings.CutSuffix(whole, name)
		if ok && (strings.HasSuffix(before, "/") || strings.HasSuffix(before, `\`) || strings.HasSuffix(before, ": ") ||
			m.tables != nil && strings.HasSuffix(before, ".")) {
			return name != ""
		}
	}
	if m.tables == nil || m.whole == nil {
		return false
	}
	return m.whole.called(name)
}

// settle notes which names members have, and leaves out the members that a name
// only ends while it is the whole name of others.
func (c *choice) settle(found []detected) {
	if c == nil {
		return
	}
	exact := func(d *detected, name string) bool {
		return slices.Contains(d.member.names(), name) || d.member.whole != nil && slices.Contains(d.member.whole.names(), name)
	}
	whole := make([]bool, len(c.names))
	for i, name := range c.names {
		whole[i] = slices.ContainsFunc(found, func(d detected) bool { return exact(&d, name) })
	}
	for i := range found {
		d := &found[i]
		c.there = append(c.there, d.member.names()[1])
		if !c.of(d.member) {
			for j, name := range c.names {
				c.found[j] = c.found[j] || d.member.called(name)
			}
			continue
		}
		chosen := false
		for j, name := range c.names {
			if exact(d, name) || !whole[j] && d.member.called(name) {
				chosen, c.found[j] = true, true
			}
		}
		if !chosen {
			d.member.chosen = false
			d.Detection = Detection{Name: d.Name, LeftOut: NotNamed}
		}
	}
}

// maxListed bounds how many members an error lists.
const maxListed = 20

// missing returns an error if no member of the files has one of the names.
func (c *choice) missing(files []*file) error {
	if c == nil {
		return nil
	}
	i := slices.Index(c.found, false)
	if i < 0 || len(files) == 0 {
		return nil
	}
	listed := make([]string, 0, maxListed)
	for _, name := range c.there[:min(len(c.there), maxListed)] {
		listed = append(listed, fmt.Sprintf("%q", name))
	}
	there := strings.Join(listed, ", ")
	if more := len(c.there) - len(listed); more > 0 {
		there += fmt.Sprintf(" and %d more", more)
	}
	problem := fmt.Sprintf("has no member %q", label(c.names[i]))
	if len(files) > 1 {
		problem += ", nor has another file"
	}
	return files[0].fail(problem, "there are "+there, ErrNoMember)
}

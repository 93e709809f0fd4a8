package layouts

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rollcheck/data/field"
)

// resolve turns the names of roles and kinds into their values.
func (l *Layout) resolve() error {
	for _, cols := range [][]Column{l.Columns, l.Tail} {
		for i := range cols {
			if err := cols[i].resolve(); err != nil {
				return fmt.Errorf("column %q: %w", cols[i].Name, err)
			}
		}
	}
	if g := l.Growing; g != nil {
		var ok bool
		if g.Role, ok = field.ParseRole(g.RoleName); !ok {
			return fmt.Errorf("growing columns: unknown role %q", g.RoleName)
		}
		re, err := regexp.Compile("^(?i:" + g.Pattern + ")$")
		if err != nil {
			return fmt.Errorf("growing columns: %w", err)
		}
		g.re = re
	}
	return nil
}

func (c *Column) resolve() error {
	var ok bool
	if c.RoleName != "" && c.KindName != "" {
		return errors.New("a role and a kind: the role says the kind")
	}
	if c.RoleName != "" {
		if c.Role, ok = field.ParseRole(c.RoleName); !ok {
			return fmt.Errorf("unknown role %q", c.RoleName)
		}
	}
	if c.KindName != "" {
		if c.Kind, ok = field.ParseKind(c.KindName); !ok {
			return fmt.Errorf("unknown kind %q", c.KindName)
		}
	}
	return nil
}

// states are the codes of states without the "US-" that a jurisdiction has. Most are
// also a country's: NC is New Caledonia, so that a layout of "NC" would be of a place
// without any public record, and nobody would be told.
const states = "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY"

// india is the built-in layout whose country has a state's code.
const india = "in-rolls-parsed"

// checkJurisdiction holds a jurisdiction to be a code that means one place.
func (l *Layout) checkJurisdiction() error {
	j := l.Jurisdiction
	code := strings.ToUpper(strings.TrimSpace(j))
	switch {
	case j == "" || j == "IN" && l.ID == india:
		return nil
	case len(code) == 2 && strings.Contains(states, code):
		return fmt.Errorf("jurisdiction %q: write %q for the state; for a country of that code leave it empty", j, "US-"+code)
	case !jurisdictionRE.MatchString(j):
		return fmt.Errorf("jurisdiction %q is not of the form US-FL", j)
	}
	return nil
}

var jurisdictionRE = regexp.MustCompile(`^[A-Z]{2}(-[A-Z0-9]{1,3})?$`)

// check holds a layout to the rules that reading by it relies on.
func (l *Layout) check() error {
	switch {
	case l.ID == "":
		return errors.New("no id")
	case l.Container != "" && !slices.Contains(Containers(), l.Container):
		return fmt.Errorf("unknown container %q", l.Container)
	case l.Delimited() && (len(l.Delimiter) != 1 || strings.ContainsAny(l.Delimiter, "\r\n\x00") || l.Delimiter[0] >= 0x80):
		return errors.New("the delimiter must be one ASCII character")
	case !l.Delimited() && (l.Delimiter != "" && l.Container != "fixed" || l.Quote != ""):
		return errors.New("a delimiter or quote in a layout that is not delimited")
	case l.Delimiter != "" && (len(l.Delimiter) != 1 || l.Delimiter[0] < '\t' || l.Delimiter[0] >= 0x80):
		return errors.New("the delimiter must be one ASCII character")
	case !slices.Contains([]string{"", "rows", "all"}, l.TrailingDelimiter):
		return fmt.Errorf("unknown trailing delimiter %q", l.TrailingDelimiter)
	case l.Unordered && !l.Header:
		return errors.New("columns in no known order, and no header to find them by")
	case l.Quote != "" && l.Quote != `"`:
		return errors.New("the quote must be a double quote or none")
	case l.text() && l.Encoding != "utf-8" && l.Encoding != "windows-1252":
		return fmt.Errorf("unknown encoding %q", l.Encoding)
	case l.text() && l.LineEnding != "lf" && l.LineEnding != "crlf":
		return fmt.Errorf("unknown line ending %q", l.LineEnding)
	case !slices.Contains([]string{"day", "month", "year", "age", "none"}, l.BirthPrecision):
		return fmt.Errorf("unknown birth precision %q", l.BirthPrecision)
	case len(l.Columns) == 0:
		return errors.New("no columns")
	}
	if err := l.checkJurisdiction(); err != nil {
		return err
	}
	if err := l.checkColumns(); err != nil {
		return err
	}
	if err := l.checkPlaces(); err != nil {
		return err
	}
	if err := l.checkOptional(); err != nil {
		return err
	}
	for role := range l.Codes {
		if r, ok := field.ParseRole(role); !ok || !l.hasRole(r) {
			return fmt.Errorf("codes for %q, which no column has", role)
		}
	}
	return nil
}

// text reports whether the file is lines of text in some encoding.
func (l *Layout) text() bool { return l.Delimited() || l.Container == "fixed" }

// checkPlaces holds the columns of a fixed file to lie behind one another within
// the record, and those of another to state no place.
func (l *Layout) checkPlaces() error {
	if l.Container != "fixed" {
		for _, c := range l.Columns {
			if c.Start != 0 || c.Length != 0 || l.RecordLength != 0 {
				return fmt.Errorf("column %q: a place in a record that is not fixed", c.Name)
			}
		}
		return nil
	}
	end := 0
	for _, c := range l.Columns {
		if c.Start <= end || c.Length <= 0 || c.Start+c.Length-1 > l.RecordLength {
			return fmt.Errorf("column %q: bytes %d to %d overlap another column or leave the record", c.Name, c.Start, c.Start+c.Length-1)
		}
		end = c.Start + c.Length - 1
	}
	return nil
}

// checkColumns refuses an alias that another column has for a name, and two
// columns of one role, since a reader takes the first. Two columns may have one
// name: their order tells them apart.
func (l *Layout) checkColumns() error {
	names, roles := map[string]string{}, map[field.Role]bool{}
	for _, cols := range [][]Column{l.Columns, l.Tail} {
		for _, c := range cols {
			for _, n := range append([]string{c.Name}, c.Aliases...) {
				norm := NormName(n)
				if owner, taken := names[norm]; norm == "" || taken && owner != c.Name {
					return fmt.Errorf("column %q: the name %q is empty or taken", c.Name, n)
				}
				names[norm] = c.Name
			}
			if c.Role != field.RoleNone && c.Role != field.RoleVoteHistory && roles[c.Role] {
				return fmt.Errorf("column %q: a second column with role %q", c.Name, c.RoleName)
			}
			roles[c.Role] = true
			formats := Formats()
			if c.Role == field.NameFull {
				formats = NameFormats()
			}
			if c.Format != "" && !slices.Contains(formats, c.Format) {
				return fmt.Errorf("column %q: unknown format %q", c.Name, c.Format)
			}
		}
	}
	return nil
}

// checkOptional refuses optional columns where their being there or not cannot be
// seen, or says nothing.
func (l *Layout) checkOptional() error {
	for _, c := range l.Columns {
		if c.Optional && l.Container == "fixed" {
			return fmt.Errorf("column %q: optional in a record of fixed places", c.Name)
		}
	}
	for _, c := range l.Tail {
		if c.Optional {
			return fmt.Errorf("column %q: optional in the tail, which is so as a whole", c.Name)
		}
	}
	if len(l.Required()) == 0 {
		return errors.New("no column that is not optional")
	}
	return nil
}

func (l *Layout) hasRole(r field.Role) bool {
	for _, cols := range [][]Column{l.Columns, l.Tail} {
		for _, c := range cols {
			if c.Role == r {
				return true
			}
		}
	}
	return false
}

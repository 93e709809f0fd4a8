package synth

import (
	"strings"
	"sync"

	"rollcheck/data/names"
)

// tables are what is drawn from, built once from the frequency tables.
type tables struct {
	surnames  choice
	firsts    [2][names.Bands]choice // girls, boys
	suffixes  choice                 // of men who are no juniors of this roll
	streets   choice
	kinds     choice // of street
	units     choice // types of unit
	homes     alias  // households by registered adults over the window
	stock     ages   // of the roll of 2012
	newcomers ages
}

var drawn = sync.OnceValue(func() *tables {
	t := tables{
		suffixes: newChoice([]weighted{{"JR", 65}, {"III", 20}, {"II", 10}, {"SR", 4}, {"IV", 1}}),
		kinds: newChoice([]weighted{{"ST", 20}, {"AVE", 18}, {"DR", 17}, {"RD", 14}, {"LN", 9}, {"CT", 8}, {"CIR", 4},
			{"BLVD", 3}, {"WAY", 4}, {"PL", 3}, {"TER", 2}, {"PKWY", 1}, {"HWY", 1}, {"TRL", 1}, {"LOOP", 0.5}}),
		units:     newChoice([]weighted{{"APT", 60}, {"UNIT", 20}, {"LOT", 8}, {"#", 10}, {"STE", 2}}),
		homes:     newAlias([]float64{26, 48, 16, 7, 3}),
		stock:     newAges(2012, false),
		newcomers: newAges(2020, true),
	}
	var list []weighted
	for name, n := range names.Surnames() {
		list = append(list, weighted{name, float64(n)})
	}
	t.surnames = newChoice(list)
	var firsts [2][names.Bands][]weighted
	for f := range names.Firsts() {
		for b, n := range f.Births {
			if n > 0 {
				l := &firsts[strings.IndexByte("FM", f.Sex)][b]
				*l = append(*l, weighted{f.Name, float64(n)})
			}
		}
	}
	for sex := range firsts {
		for b := range firsts[sex] {
			t.firsts[sex][b] = newChoice(firsts[sex][b])
		}
	}
	var streets []weighted
	for s := range names.Streets() { // by rank: Zipf's law, flattened at the top
		streets = append(streets, weighted{s, 1 / float64(len(streets)+10)})
	}
	t.streets = newChoice(streets)
	return &t
})

func (t *tables) first(d *dice, sex byte, birthYear int) string {
	return t.firsts[strings.IndexByte("FM", sex)][names.Band(birthYear)].pick(d)
}

// given are somebody's first and middle names as they would write them in
// capitals: "MARY ANN", "JOSÉ", "L". The slices are reused.
type given struct{ first, middle []byte }

// second names that make a double first name.
var doubles = [...]string{"ANN", "LYNN", "JO", "SUE", "LOU", "GRACE", "ROSE", "BETH", "MARIE", "JEAN"}

// draw draws the given names of a person.
func (g *given) draw(seed uint64, v *vitals) {
	d := newDice(seed, streamGiven, v.id)
	t := drawn()
	first := t.first(&d, v.sex, v.birth.year)
	g.first = append(g.first[:0], first...)
	switch marks := d.float(); {
	case marks < 0.10:
		g.first = append(g.first[:0], accented(first)...)
	case marks < 0.13 && v.sex == 'F' && len(first) <= 6:
		if d.chance(0.15) {
			g.first = append(g.first, '-')
		} else {
			g.first = append(g.first, ' ')
		}
		g.first = append(g.first, doubles[d.n(len(doubles))]...)
	}
	middle := t.first(&d, v.sex, v.birth.year)
	switch form := d.float(); {
	case form < 0.08:
		middle = ""
	case form < 0.33:
		middle = middle[:1]
	}
	g.middle = append(g.middle[:0], middle...)
}

// appendSurname appends a drawn surname in one of the forms it is written in.
// The table holds letters only, so apostrophes, spaces and accents are put
// back, as often as rolls have them.
func appendSurname(dst []byte, d *dice) []byte {
	name := drawn().surnames.pick(d)
	form := d.float()
	if form < 0.10 {
		if a := accented(name); a != name {
			return append(dst, a...)
		}
	}
	cut, mark, share := prefix(name)
	if cut == 0 || form >= share {
		return append(dst, name...)
	}
	if name[:cut] == "DELA" || name[:cut] == "DELOS" {
		dst = append(append(append(dst, "DE "...), name[2:cut]...), ' ')
	} else {
		dst = append(append(dst, name[:cut]...), mark)
	}
	return append(dst, name[cut:]...)
}

// prefix returns where a surname's prefix ends, the mark that may follow it,
// and the share of people who write it so; 0 for a name without one.
func prefix(name string) (cut int, mark byte, share float64) {
	switch {
	case len(name) < 5:
	case name[0] == 'O' && irish(name):
		return 1, '\'', 0.6
	case name[0] == 'D' && italian(name):
		return 1, '\'', 0.55
	case strings.HasPrefix(name, "MC"):
		return 2, ' ', 0.04
	case strings.HasPrefix(name, "DELACR"), strings.HasPrefix(name, "DELARO"), strings.HasPrefix(name, "DELATO"),
		strings.HasPrefix(name, "DELAGA"), strings.HasPrefix(name, "DELAVE"):
		return 4, ' ', 0.7
	case strings.HasPrefix(name, "DELOSS"):
		return 5, ' ', 0.7
	case strings.HasPrefix(name, "STJ"), strings.HasPrefix(name, "STP"), strings.HasPrefix(name, "STC"):
		return 2, ' ', 0.5
	case strings.HasPrefix(name, "VAND") && len(name) > 6 && name[4] != 'E':
		return 3, ' ', 0.5
	}
	return 0, 0, 0
}

// irish and italian tell O'BRIEN from OBAMA and D'ANGELO from DANIELS.
func irish(name string) bool {
	switch name {
	case "OBRIEN", "OBRYANT", "OCONNELL", "OCONNOR", "ODAY", "ODELL", "ODONNELL", "ODONOGHUE", "OGRADY", "OHARA", "OHARE", "OHEARN",
		"OKEEFE", "OLEARY", "OMALLEY", "ONEAL", "ONEIL", "ONEILL", "OQUINN", "OREILLY", "OROURKE", "OSHEA", "OSULLIVAN", "OTOOLE":
		return true
	}
	return false
}

func italian(name string) bool {
	switch name {
	case "DAGOSTINO", "DALESSANDRO", "DALESSIO", "DALOIA", "DAMATO", "DAMBROSIO", "DAMICO", "DANDREA", "DANGELO", "DANTONIO",
		"DARCANGELO", "DAURIA", "DAVANZO", "DELIA", "DERRICO", "DESPOSITO", "DINNOCENZO", "DONOFRIO", "DORAZIO":
		return true
	}
	return false
}

// marked lists names in the spelling that has accents, all of whose letters
// windows-1252 can write.
var marked = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	plain := strings.NewReplacer("Á", "A", "É", "E", "Í", "I", "Ó", "O", "Ú", "U", "Ñ", "N", "Ü", "U", "Ö", "O",
		"Ç", "C", "Ô", "O", "Ë", "E")
	for _, w := range strings.Fields(`GARCÍA MARTÍNEZ RODRÍGUEZ LÓPEZ HERNÁNDEZ GONZÁLEZ PÉREZ SÁNCHEZ RAMÍREZ DÍAZ MUÑOZ NÚÑEZ
		PEÑA GÓMEZ JIMÉNEZ VÁZQUEZ GUTIÉRREZ FERNÁNDEZ ÁLVAREZ SUÁREZ ROMÁN MÉNDEZ MARÍN CASTAÑEDA ACUÑA ZÚÑIGA BOLAÑOS
		IBÁÑEZ ORDOÑEZ CAÑAS MÜLLER SCHRÖDER BJÖRK FRANÇOIS GÜNTHER BÉLANGER CÔTÉ LÉVESQUE OLSÉN NOËL
		JOSÉ MARÍA JESÚS JUÁN ANDRÉS RENÉ RENÉE ZOË CHLOË ANDRÉ HÉCTOR RAMÓN RUBÉN RAÚL ÁNGEL ÓSCAR MÓNICA SOFÍA LUCÍA INÉS BJÖRN`) {
		if p := plain.Replace(w); p != w && isLetters(p) {
			m[p] = w
		}
	}
	return m
})

func isLetters(s string) bool { return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }

// accented returns the spelling of a name with its accents, if it has one.
func accented(name string) string {
	if a, ok := marked()[name]; ok {
		return a
	}
	return name
}

// surname draws the name somebody bears by birth or family, not their later one.
func surname(dst []byte, seed uint64, h *household, v *vitals) []byte {
	if v.junior {
		v = &h.members[h.father]
	}
	d := newDice(seed, streamSurname, v.id)
	own := d.float()
	shared := [...]float64{head: 1, spouse: 0.85, child: 0.92, lodger: 0.05}[v.role]
	if own < shared {
		f := newDice(seed, streamSurname, h.owner())
		dst = appendSurname(dst, &f)
		if v.role == spouse && v.sex == 'F' && d.chance(0.03) { // her own before his
			dst = append(appendSurname(dst[:0], &d), '-')
			f = newDice(seed, streamSurname, h.owner())
			dst = appendSurname(dst, &f)
		}
		return dst
	}
	dst = appendSurname(dst, &d)
	if d.chance(0.04) { // two surnames, with a hyphen or a space
		dst = appendSurname(append(dst, "- "[d.n(2)]), &d)
	}
	return dst
}

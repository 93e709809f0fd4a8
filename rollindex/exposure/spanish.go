package exposure

import (
	"strings"

	"rollcheck/data/advice"
)

// Says returns [DatasetAnswer.Why] in a language.
func (a *DatasetAnswer) Says(lang advice.Lang) string {
	if lang != advice.Es {
		return a.Why
	}
	text, _ := inSpanish(a.Why)
	return text
}

// Says returns [FieldError.Problem] in a language.
func (e FieldError) Says(lang advice.Lang) string {
	if lang != advice.Es {
		return e.Problem
	}
	text, _ := inSpanish(e.Problem)
	return text
}

// inSpanish translates what this package says, sentence by sentence: the parts
// between semicolons are each looked up among phrases, and what stands for a "%s"
// in them, likewise. A part that is not among them stays as it is, and ok is false:
// a test sees to it that there is none.
func inSpanish(text string) (spanish string, ok bool) {
	if text == "" {
		return "", true
	}
	parts, ok := strings.Split(text, "; "), true
	for i, part := range parts {
		said, known := phrase(part)
		parts[i], ok = said, ok && known
	}
	return strings.Join(parts, "; "), ok
}

// phrase translates one part.
func phrase(part string) (string, bool) {
	for _, p := range phrases {
		args, fits := match(p[0], part)
		if !fits {
			continue
		}
		said, known := p[1], true
		for _, a := range args {
			arg, ok := list(a)
			known = known && ok
			said = strings.Replace(said, "%s", arg, 1)
		}
		return strings.Replace(said, "el menos del", "menos del", 1), known
	}
	return part, false
}

// match returns what stands in a text in the places of "%s".
func match(pattern, text string) (args []string, ok bool) {
	for {
		fixed, rest, more := strings.Cut(pattern, "%s")
		if !strings.HasPrefix(text, fixed) {
			return nil, false
		}
		text = text[len(fixed):]
		if !more {
			return args, text == ""
		}
		next, _, _ := strings.Cut(rest, "%s")
		end := strings.Index(text, next)
		if next == "" {
			end = len(text)
		}
		if end <= 0 {
			return nil, false
		}
		args, text, pattern = append(args, text[:end]), text[end:], rest
	}
}

// list translates "a, b and c". Numbers and names stay as they are.
func list(text string) (string, bool) {
	and := strings.ReplaceAll(text, " and ", ", ")
	parts, ok := strings.Split(and, ", "), true
	for i, p := range parts {
		if w, known := spanishWords[p]; known {
			parts[i] = w
		} else {
			ok = ok && !strings.HasPrefix(p, "a ") && !strings.HasPrefix(p, "an ") // a detail
		}
	}
	if len(parts) < 2 || and == text { // a number with commas has no "and"
		return strings.Join(parts, ", "), ok
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " y " + parts[last], ok
}

// spanishWords are the details, as [detailTitles] has them, and the states that
// have a name of their own in Spanish.
var spanishWords = map[string]string{
	"a last name": "un apellido", "a first name": "un nombre", "a birth date": "una fecha de nacimiento", "a year of birth": "un año de nacimiento",
	"a ZIP code": "un código postal", "an address": "una dirección", "a voter id": "un número de votante", "a state": "un estado",
	"a phone number": "un número de teléfono", "an e-mail address": "un correo electrónico", "former names": "nombres", "places": "lugares anteriores",
	"less than 0.1%": "menos del 0.1%",
	"New York":       "Nueva York", "New Mexico": "Nuevo México", "New Jersey": "Nueva Jersey", "Pennsylvania": "Pensilvania", "North Carolina": "Carolina del Norte",
	"South Carolina": "Carolina del Sur", "North Dakota": "Dakota del Norte", "South Dakota": "Dakota del Sur", "West Virginia": "Virginia Occidental",
	"Louisiana": "Luisiana", "Hawaii": "Hawái", "District of Columbia": "Distrito de Columbia",
}

// phrases are what this package says of a search and of a field, in English and in
// Spanish. Of two that fit, the first is taken.
var phrases = [...][2]string{
	// why a dataset was not searched whole: coverage.go
	{"no state was given, and a server is asked for the states you were registered in only",
		"no se indicó ningún estado, y a un servidor solo se le pregunta por los estados donde usted estuvo inscrito"},
	{"the person could not be read", "los datos no se pudieron leer"},
	{"it has no rows", "no tiene filas"},
	{"none of its rows carries anything anyone could be matched by", "ninguna de sus filas contiene algo con lo que se pueda reconocer a alguien"},
	{"its records of %s were not asked for", "no se preguntó por sus registros de %s"},
	{"the server has no records of the states that you named", "el servidor no tiene registros de los estados que usted indicó"},
	{"a state that you named could not be read, and was not asked for", "un estado que usted indicó no se pudo leer, y no se preguntó por él"},
	{"its 1 January birth dates stand for an unknown day and month, so that a birth date of 1 January finds nobody in it",
		"sus fechas de nacimiento del 1 de enero significan que no se conocen el día ni el mes, de modo que con esa fecha no se encuentra a nadie"},
	{"up to %s of its rows can only be found by details that were not given: give %s",
		"hasta el %s de sus filas solo se puede encontrar con datos que no se dieron: dé %s"},
	{"up to %s of its rows can only be found by details that were not given", "hasta el %s de sus filas solo se puede encontrar con datos que no se dieron"},
	{"%s of its rows can only be found by details that were not given: give %s", "el %s de sus filas solo se puede encontrar con datos que no se dieron: dé %s"},
	{"%s of its rows can only be found by details that were not given", "el %s de sus filas solo se puede encontrar con datos que no se dieron"},
	{"its rows can only be found by details that were not given: give %s", "sus filas solo se pueden encontrar con datos que no se dieron: dé %s"},
	{"its rows can only be found by details that were not given", "sus filas solo se pueden encontrar con datos que no se dieron"},
	{"up to %s can only be found by details that were not given", "hasta el %s solo se puede encontrar con datos que no se dieron"},
	{"%s can only be found by details that were not given", "el %s solo se puede encontrar con datos que no se dieron"},
	{"%s of its rows could not be read", "el %s de sus filas no se pudo leer"},
	{"%s of its rows carry nothing anyone could be matched by, so that who is in them cannot be found",
		"el %s de sus filas no contiene nada con lo que se pueda reconocer a alguien, de modo que quien esté en ellas no se puede encontrar"},
	{"%s of its rows carry nothing anyone could be matched by", "el %s de sus filas no contiene nada con lo que se pueda reconocer a alguien"},
	{"%s of its rows are left out, because their people are protected or asked for it, who cannot be found in it",
		"el %s de sus filas se dejó fuera, porque esas personas están protegidas o lo pidieron, y no se pueden encontrar"},
	{"1 part of its files could not be read and may hold more people", "una parte de sus archivos no se pudo leer y puede contener a más personas"},
	{"%s parts of its files could not be read and may hold more people", "%s partes de sus archivos no se pudieron leer y pueden contener a más personas"},
	{"1 file of it ended in the middle of a row: the people behind that are missing", "un archivo suyo terminó en medio de una fila: faltan las personas que seguían"},
	{"%s files of it ended in the middle of a row: the people behind that are missing",
		"%s archivos suyos terminaron en medio de una fila: faltan las personas que seguían"},
	{"its names, births or ZIP codes seem to stand in other people's rows, so that hardly anybody is found by them",
		"sus nombres, nacimientos o códigos postales parecen estar en filas de otras personas, y casi no se encuentra a nadie por ellos"},
	{"there are more spellings of the names and places given than are asked", "los nombres y lugares dados admiten más variantes de las que se buscan"},
	{"not searched by what could not be read: %s", "no se buscó con lo que no se pudo leer: %s"},
	{"it is made for private look-up, in which nobody is found by %s", "está hecho para la consulta privada, en la que no se encuentra a nadie por %s"},
	{"it is made of parts of its files only: 1 other part not read, on purpose", "se hizo solo con partes de sus archivos: otra parte no se leyó, a propósito"},
	{"it is made of parts of its files only: %s other parts not read, on purpose", "se hizo solo con partes de sus archivos: otras %s partes no se leyeron, a propósito"},
	{"not read, because it is no roll: 1 other part of its files with rows; who is in there alone is not found", "no se leyó, por no ser un padrón: otra parte de sus archivos con filas; a quien figure solo ahí no se le encuentra"},
	{"not read, because it is no roll: %s other parts of its files with rows; who is in there alone is not found", "no se leyeron, por no ser un padrón: otras %s partes de sus archivos con filas; a quien figure solo ahí no se le encuentra"},
	{"it has no full birth dates, so that you can only be found where you were registered: if you have moved since, give your former ZIP codes",
		"no tiene fechas de nacimiento completas, de modo que solo se le puede encontrar donde estaba inscrito: si se ha mudado, dé sus códigos postales anteriores"},
	{"only its records of %s were searched, the states you named, and not those of 1 other state",
		"solo se buscó en sus registros de %s, los estados que usted indicó, y no en los de otro estado"},
	{"only its records of %s were searched, the states you named, and not those of %s other states",
		"solo se buscó en sus registros de %s, los estados que usted indicó, y no en los de otros %s estados"},

	// what was not asked of a server: asker.go
	{"only the name as you gave it was asked for, not nicknames and other spellings of it: to have these searched too, ask by whole filters (--mode filter)",
		"solo se preguntó por el nombre tal como lo escribió, no por apodos ni otras formas de escribirlo: para que también se busquen, pregunte con filtros completos (--mode filter)"},
	{"it was not asked for by voter id, by which nobody is in a bucket: ask by whole filters (--mode filter)",
		"no se preguntó por el número de votante, por el que nadie está en un grupo de nombres: pregunte con filtros completos (--mode filter)"},
	{"another spelling of this name, or somebody else with this birth date, was asked for before from here, and one more would tell the server who is asking if both are one: ask by whole filters (--mode filter)",
		"antes ya se preguntó desde aquí por otra forma de este nombre, o por otra persona con esta fecha de nacimiento, y una más le diría al servidor quién pregunta si ambas son la misma: pregunte con filtros completos (--mode filter)"},
	{"it was not asked for by the voter id of a state that you did not name", "no se preguntó por el número de votante de un estado que usted no indicó"},
	{"the server answers no more questions of this connection or state for now: ask again after %s",
		"el servidor no responde más preguntas de esta conexión o de este estado por ahora: pregunte de nuevo después de %s"},

	// fields: details.go, spellings.go, person.go
	{"not a year (use YYYY)", "no es un año (use AAAA)"},
	{"not a date (use YYYY-MM-DD, such as 1949-08-10)", "no es una fecha"},
	{"holds no usable name", "no contiene ningún nombre que se pueda usar"},
	{"has initials only: give the whole name", "solo tiene iniciales: indique el nombre completo"},
	{"missing", "falta"},
	{"another year than that of birth_date", "no es el año de la fecha de nacimiento"},
	{"not a date anybody on a roll can be born on", "no es una fecha en la que pueda haber nacido alguien que esté en un padrón"},
	{"not a ZIP code (five digits)", "no es un código postal (cinco cifras)"},
	{"not a house number and a street", "no es un número y una calle"},
	{"an address needs its ZIP code", "una dirección necesita su código postal"},
	{"fewer than five digits: read with a zero in front", "menos de cinco cifras: se leyó con un cero delante"},
	{"not a state (use its two letters, such as FL, or its name)", "no es un estado"},
	{"a voter id needs the state that gave it", "un número de votante necesita el estado que lo dio"},
	{"not a voter id", "no es un número de votante"},
	{"not a telephone number of the United States (ten digits)", "no es un número de teléfono de los Estados Unidos (diez cifras)"},
	{"not an e-mail address", "no es un correo electrónico"},
	{"missing: a server is asked for the states you were registered in only", "falta: a un servidor solo se le pregunta por los estados donde usted estuvo inscrito"},
	{"not enough to search by: give a birth date or a ZIP code", "no basta para buscar: dé una fecha de nacimiento o un código postal"},
	{"not enough to search by: give a first name with a birth date or a ZIP code, or a phone number, an e-mail address, or a voter id with its state",
		"no basta para buscar: dé un nombre con una fecha de nacimiento o un código postal, o un número de votante con su estado"},
}

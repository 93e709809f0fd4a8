package claim

import (
	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
)

// words are what a report is written in. %s stand for: where it says so, first.
type words struct {
	heading, headingUndated, quoted, boasted        string
	public, publicLow, withheld, restricted, closed string // restricted: who may have the list
	publicIfGiven                                   string
	unknown, low, either, vote                      string // unknown, low: why; either: the two answers
	values                                          map[catalogue.Value]string
	verdict                                         map[Verdict]string
	reason                                          map[string]string // see reasonText
	someOpen                                        map[string]string // where, which details: reasons for some of what was quoted
	sure                                            map[catalogue.Confidence]string
	proves                                          map[Verdict]string // what the verdict does not say
	provesIfGiven                                   string
	provesNothing, voteSecret, namedOnly            string // headlines of special cases
	conditional, inPart, boastedIfGiven             string // the same, on condition: all that was quoted, some, none
	anyone, wide                                    string
	who, use, programme, conflict                   string
	incidents, incidentsNone, held, before, perhaps string
	contested, more, steps, sources, and, voteTitle string
	asOf                                            string
}

var languages = map[advice.Lang]*words{
	advice.En: {
		heading:        "What the message says, against the public voter file of %s on %s",
		headingUndated: "What the message says, against the public voter file of %s at any time since 2004",
		quoted:         "It quoted",
		boasted:        "It only said it had",
		public:         "on the public record",
		publicIfGiven:  "on the public record only if you gave it to the election office",
		publicLow:      "cannot tell: it seems to be public, but no good source says so",
		withheld:       "not on the public record",
		restricted:     "not open to everybody; it goes to: %s",
		closed:         "not open to everybody",
		unknown:        "cannot tell: %s",
		low:            "cannot tell: no good source was found",
		either:         "cannot tell: %s before or after, and %s",
		vote:           "on no roll anywhere: ballots are secret",
		values: map[catalogue.Value]string{
			catalogue.Public: "public", catalogue.Restricted: "open to some", catalogue.Withheld: "not public", catalogue.Unknown: "unknown",
		},
		verdict: map[Verdict]string{
			PublicRecord: "Explained by the public record.",
			Beyond:       "Goes beyond the public record: %s.",
			CannotTell:   "Cannot tell.",
		},
		reason: map[string]string{
			OpenInOne:    "Anyone could have everything it quoted from the public voter file of %s.",
			OpenTogether: "Everything it quoted was public, but in no single state: it takes the files of %s together.",
			OnlyIfGiven:  "Public in %[2]s only if you gave it to the election office, which most voters do not: %[1]s. If you did not, it is not public there.",
			NotOpen:      "Not on the public file of %[2]s at that time: %[1]s.",
			NamedOnly:    "Not open to everybody in %[2]s: %[1]s. Campaigns and other named recipients can have it lawfully, so it does not by itself show a break-in.",
			Unsettled:    "Not settled whether it was public in %[2]s: %[1]s.",
			NothingSaid:  "It quoted nothing that a voter file could hold. To say that one has something proves nothing.",
			VoteSecret:   "Nobody can look up how you voted. No roll anywhere holds it: ballots are secret and kept without names.",
			Exposed:      "A documented exposure held this (%s): %s (%s) [%s].",
			Disagree:     "Sources disagree about this (%s); both sides stand below.",
			Protected:    "If you are in a confidentiality programme, your address should not have been on that file: tell the programme.",
		},
		someOpen: map[string]string{
			OpenInOne:    "Anyone could have this from the public voter file of %s: %s.",
			OpenTogether: "This was public, but in no single state: %[2]s. It takes the files of %[1]s together.",
		},
		sure: map[catalogue.Confidence]string{catalogue.High: "The sources for this are good.", catalogue.Medium: "The sources for this are fair, not complete."},
		proves: map[Verdict]string{
			PublicRecord: "That does not say where the sender got it; only that no break-in was needed for what it quoted.",
			Beyond:       "That does not say where the sender got it. Phone numbers, e-mail addresses and birth dates are also in many other leaks and for sale.",
			CannotTell:   "That is neither a yes nor a no.",
		},
		who: "%s: the list is open to %s.", use: "Limits: %s.", programme: "Address confidentiality: %s", conflict: "Sources disagree: %s",
		provesIfGiven:  "That does not say where the sender got it. Phone numbers and e-mail addresses are also in many other leaks and for sale.",
		conditional:    "Explained by the public record only if you gave it to the election office: %s.",
		inPart:         "Explained by the public record in part; the rest only if you gave it to the election office: %s.",
		boastedIfGiven: "What it quoted is explained by the public record; of what it only said it had, this only if you gave it to the election office: %s.",
		provesNothing:  "It proved nothing", voteSecret: "nobody can look up how you voted",
		namedOnly: "Not open to everybody, but some have it lawfully: %s.",
		anyone:    "anyone", wide: "said to cover the whole country",
		incidents:     "Documented exposures that may have held some of these details",
		incidentsNone: "No documented exposure in our list covered this state, this time and these details.",
		held:          "It held %s; known since %s.",
		before:        "open before the message", perhaps: "perhaps open before the message",
		contested: "contested", more: "... and %d more: ", steps: "What to do now", sources: "Sources", and: "and", voteTitle: "how you voted",
		asOf: "sources up to %s",
	},
	advice.Es: {
		heading:        "Lo que dice el mensaje, comparado con el padrón electoral público de %s el %s",
		headingUndated: "Lo que dice el mensaje, comparado con el padrón electoral público de %s en cualquier momento desde 2004",
		quoted:         "Citó",
		boasted:        "Solo dijo tener",
		public:         "en el registro público",
		publicIfGiven:  "en el registro público solo si usted lo dio a la oficina electoral",
		publicLow:      "no se puede saber: parece público, pero ninguna fuente buena lo dice",
		withheld:       "no está en el registro público",
		restricted:     "no está abierto a todos; se entrega a: %s",
		closed:         "no está abierto a todos",
		unknown:        "no se puede saber: %s",
		low:            "no se puede saber: no se encontró una fuente buena",
		either:         "no se puede saber: %s antes o después, y %s",
		vote:           "en ningún padrón: el voto es secreto",
		values: map[catalogue.Value]string{
			catalogue.Public: "público", catalogue.Restricted: "abierto a algunos", catalogue.Withheld: "no público", catalogue.Unknown: "desconocido",
		},
		verdict: map[Verdict]string{
			PublicRecord: "Se explica por el registro público.",
			Beyond:       "Va más allá del registro público: %s.",
			CannotTell:   "No se puede saber.",
		},
		reason: map[string]string{
			OpenInOne:    "Cualquier persona podía obtener todo lo que citó del padrón público de %s.",
			OpenTogether: "Todo lo que citó era público, pero no en un solo estado: hacen falta juntos los padrones de %s.",
			OnlyIfGiven:  "Público en %[2]s solo si usted lo dio a la oficina electoral, cosa que la mayoría de los votantes no hace: %[1]s. Si no lo dio, no es público allí.",
			NotOpen:      "No estaba en el padrón público de %[2]s en esa fecha: %[1]s.",
			NamedOnly:    "No estaba abierto a todos en %[2]s: %[1]s. Algunos, como las campañas, pueden tenerlo legalmente; por sí solo no demuestra una intrusión.",
			Unsettled:    "No está claro si era público en %[2]s: %[1]s.",
			NothingSaid:  "No citó nada que un padrón pueda contener. Decir que se tiene algo no prueba nada.",
			VoteSecret:   "Nadie puede averiguar cómo votó usted. Ningún padrón lo contiene: el voto es secreto y las boletas se guardan sin nombre.",
			Exposed:      "Una exposición documentada contenía esto (%s): %s (%s) [%s].",
			Disagree:     "Las fuentes no coinciden sobre esto (%s); abajo están ambas versiones.",
			Protected:    "Si usted está en un programa de confidencialidad, su dirección no debía estar en ese padrón: avise al programa.",
		},
		someOpen: map[string]string{
			OpenInOne:    "Cualquier persona podía obtener esto del padrón público de %s: %s.",
			OpenTogether: "Esto era público, pero no en un solo estado: %[2]s. Hacen falta juntos los padrones de %[1]s.",
		},
		sure: map[catalogue.Confidence]string{catalogue.High: "Las fuentes son buenas.", catalogue.Medium: "Las fuentes son aceptables, no completas."},
		proves: map[Verdict]string{
			PublicRecord: "Eso no dice de dónde lo sacó quien escribe; solo que para lo que citó no hacía falta ninguna intrusión.",
			Beyond:       "Eso no dice de dónde lo sacó quien escribe. Teléfonos, correos y fechas de nacimiento también están en muchas otras filtraciones y a la venta.",
			CannotTell:   "Eso no es ni un sí ni un no.",
		},
		who: "%s: la lista está abierta a: %s.", use: "Límites: %s.", programme: "Confidencialidad de la dirección: %s", conflict: "Las fuentes no coinciden: %s",
		provesIfGiven:  "Eso no dice de dónde lo sacó quien escribe. Los teléfonos y los correos también están en muchas otras filtraciones y a la venta.",
		conditional:    "Se explica por el registro público solo si usted lo dio a la oficina electoral: %s.",
		inPart:         "Se explica en parte por el registro público; el resto, solo si usted lo dio a la oficina electoral: %s.",
		boastedIfGiven: "Lo que citó se explica por el registro público; de lo que solo dijo tener, esto solo si usted lo dio a la oficina electoral: %s.",
		provesNothing:  "No demostró nada", voteSecret: "nadie puede averiguar cómo votó usted",
		namedOnly: "No está abierto a todos, pero algunos lo tienen legalmente: %s.",
		anyone:    "cualquier persona", wide: "se dice que abarca todo el país",
		incidents:     "Exposiciones documentadas que pudieron contener algunos de estos datos",
		incidentsNone: "Ninguna exposición documentada de nuestra lista abarcó este estado, esta fecha y estos datos.",
		held:          "Contenía %s; se conoce desde %s.",
		before:        "abierta antes del mensaje", perhaps: "quizá abierta antes del mensaje",
		contested: "discutida", more: "... y %d más: ", steps: "Qué hacer ahora", sources: "Fuentes", and: "y", voteTitle: "cómo votó usted",
		asOf: "fuentes hasta %s",
	},
}

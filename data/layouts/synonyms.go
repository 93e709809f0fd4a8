package layouts

import (
	"strings"
	"sync"

	"rollcheck/data/field"
)

// RoleOfName returns the role of a column that a layout does not know, by the
// name its header gives it: a leaked copy of a roll often has columns of another
// origin beside the published ones, and an unknown file has nothing else.
// [field.RoleNone] is returned for a name that says nothing certain.
func RoleOfName(name string) field.Role { return synonyms()[NormName(name)] }

var synonyms = sync.OnceValue(func() map[string]field.Role {
	m := map[string]field.Role{}
	for role, words := range headerWords {
		for w := range strings.FieldsSeq(words) {
			m[w] = role
		}
	}
	return m
})

// headerWords are names of columns, normalised, by role. It holds names that
// mean one thing wherever they stand; "number" or "date" alone do not belong
// here. The English ones were seen in vendors' exports (NationBuilder, VAN, L2)
// and in the headers of reported leaks; the others are the words for the same
// in Spanish, Portuguese, French, German, Italian, Turkish and Polish.
var headerWords = map[field.Role]string{
	field.NameLast: `lastname surname familyname lname namelast last voterlastname lastnm
		apellido apellidos primerapellido apellidopaterno apepat sobrenome apelido ultimonome nom nomdefamille
		nachname familienname cognome soyad soyadi nazwisko`,
	field.NameFirst: `firstname givenname givennames forename forenames fname namefirst first voterfirstname firstnm
		nombre nombres primernombre primeironome prenom prenoms vorname nomedibattesimo ad adi imie imiona`,
	field.NameMiddle: `middlename mname middleinitial mi middle namemiddle midname middlenm
		segundonombre nomedomeio deuxiemeprenom zweitername secondonome ikinciad drugieimie`,
	field.NameSuffix: `namesuffix suffix sufijo`,
	field.NameFull: `fullname votername electorname nombrecompleto nomecompleto nomcomplet vollstaendigername
		nomeecognome adsoyad adisoyadi imieinazwisko`,
	field.RoleBirthDate: `dob dateofbirth birthdate birthday bornat fulldob datebirth birthdt dobdate
		fechadenacimiento fechanacimiento fecnac fnac datadenascimento datanascimento datedenaissance datenaissance naissance
		geburtsdatum geburtstag datadinascita datanascita dogumtarihi dataurodzenia`,
	field.RoleBirthYear: `birthyear yearofbirth yob anodenacimiento anonacimiento anodenascimento anneedenaissance
		geburtsjahr annodinascita dogumyili rokurodzenia`,
	field.RoleAge: `age edad idade alter eta yas wiek`,

	field.ZIP5: `zip zip5 zipcode postalcode postcode reszip residentialzip residencezip
		codigopostal cp cep codepostal plz postleitzahl cap postakodu kodpocztowy`,
	field.City:  `city town rescity residentialcity ciudad municipio cidade ville ort stadt citta sehir miasto`,
	field.State: `state resstate residentialstate estado etat bundesland`,
	field.AddressLine: `address address1 addressline1 streetaddress residentialaddress residenceaddress homeaddress addr addr1 street1
		direccion domicilio endereco adresse anschrift indirizzo adres`,
	field.AddressFull: `fulladdress completeaddress direccioncompleta enderecocompleto adressecomplete`,
	field.StreetName:  `streetname street calle rua rue strasse via sokak ulica`,
	field.HouseNumber: `housenumber streetnumber housenum addressnumber numext numeroexterior hausnummer numerocivico kapino nrdomu`,

	field.RolePhone: `phone phonenumber phoneno telephone tel cell cellphone mobile mobilephone mobilenumber homephone
		telefono celular telefone celularnumero telephonenumero portable telefon handy cellulare numerdetelefonu`,
	field.RoleEmail: `email emailaddress emailaddr mail correo correoelectronico eposta courriel adressemail`,

	field.RoleSex:              `sex gender sexo genero sexe geschlecht sesso cinsiyet plec`,
	field.RoleRace:             `race ethnicity raza raca`,
	field.RoleParty:            `party partyaffiliation politicalparty partido parti partei partito`,
	field.RoleVoterID:          `voterid voterregistrationnumber registrationnumber voternumber clavedeelector claveelector cic titulodeeleitor`,
	field.RoleRegistrationDate: `registrationdate regdate dateregistered registerdate fecharegistro datainscricao`,
	field.RoleStatus:           `voterstatus registrationstatus`,
	field.RolePrecinct:         `precinct precinctcode seccion secaoeleitoral`,

	field.RoleSSN:      `ssn socialsecurity socialsecuritynumber fullssn ssn9`,
	field.RoleSSNLast4: `ssnlast4 last4ssn ssn4 last4 last4ofssn ssnlastfour partialssn`,
	field.RoleDriverLicense: `dl dlnumber dlno driverslicense driverlicense driverslicensenumber driverlicensenumber driverslicence
		licensenumber stateid licenciadeconducir cnh fuhrerscheinnummer`,
	field.RoleNationalID: `nationalid nationalidentifier passport passportnumber curp dni nie rfc cpf nss nir codicefiscale tckimlikno tcno pesel
		aadhaar aadhaarnumber steuerid personalausweis`,
	field.RoleBirthPlace: `birthplace placeofbirth lugardenacimiento lieudenaissance geburtsort luogodinascita dogumyeri`,
	field.RoleProfile:    `religion income estimatedincome occupation employer partisanscore ocupacion profissao`,
	field.RoleSignature:  `signature photo firma assinatura`,
}

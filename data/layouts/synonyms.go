package layouts

import "rollcheck/data/field"

// RoleOfName returns the role of a column that a layout does not know, by the
// name its header gives it: a leaked copy of a roll often has columns of another
// origin beside the published ones. [field.RoleNone] is returned for a name that
// says nothing certain.
func RoleOfName(name string) field.Role { return synonyms[NormName(name)] }

// synonyms maps normalised names to roles. It holds names that mean one thing
// wherever they stand; "number" or "date" alone do not belong here. Most were
// seen in vendors' exports (NationBuilder, VAN, L2) and in the headers of
// reported leaks.
var synonyms = map[string]field.Role{
	"lastname": field.NameLast, "surname": field.NameLast, "familyname": field.NameLast, "lname": field.NameLast, "namelast": field.NameLast,
	"firstname": field.NameFirst, "givenname": field.NameFirst, "forename": field.NameFirst, "fname": field.NameFirst, "namefirst": field.NameFirst,
	"middlename": field.NameMiddle, "mname": field.NameMiddle, "middleinitial": field.NameMiddle, "mi": field.NameMiddle,
	"namesuffix": field.NameSuffix, "suffix": field.NameSuffix,

	"dob": field.RoleBirthDate, "dateofbirth": field.RoleBirthDate, "birthdate": field.RoleBirthDate, "birthday": field.RoleBirthDate, "bornat": field.RoleBirthDate, "fulldob": field.RoleBirthDate,
	"birthyear": field.RoleBirthYear, "yearofbirth": field.RoleBirthYear, "yob": field.RoleBirthYear,
	"age": field.RoleAge,

	"zip": field.ZIP5, "zip5": field.ZIP5, "zipcode": field.ZIP5, "postalcode": field.ZIP5,
	"city": field.City, "state": field.State,
	"address": field.AddressLine, "address1": field.AddressLine, "streetaddress": field.AddressLine, "residentialaddress": field.AddressLine,

	"phone": field.RolePhone, "phonenumber": field.RolePhone, "phoneno": field.RolePhone, "telephone": field.RolePhone, "tel": field.RolePhone,
	"cell": field.RolePhone, "cellphone": field.RolePhone, "mobile": field.RolePhone, "mobilephone": field.RolePhone, "mobilenumber": field.RolePhone, "homephone": field.RolePhone,
	"email": field.RoleEmail, "emailaddress": field.RoleEmail, "emailaddr": field.RoleEmail, "mail": field.RoleEmail,

	"sex": field.RoleSex, "gender": field.RoleSex, "race": field.RoleRace, "ethnicity": field.RoleRace,
	"party": field.RoleParty, "voterid": field.RoleVoterID,

	"ssn": field.RoleSSN, "socialsecurity": field.RoleSSN, "socialsecuritynumber": field.RoleSSN, "fullssn": field.RoleSSN,
	"ssnlast4": field.RoleSSNLast4, "last4ssn": field.RoleSSNLast4, "ssn4": field.RoleSSNLast4, "last4": field.RoleSSNLast4, "last4ofssn": field.RoleSSNLast4, "ssnlastfour": field.RoleSSNLast4, "partialssn": field.RoleSSNLast4,
	"dl": field.RoleDriverLicense, "dlnumber": field.RoleDriverLicense, "dlno": field.RoleDriverLicense, "driverslicense": field.RoleDriverLicense, "driverlicense": field.RoleDriverLicense,
	"driverslicensenumber": field.RoleDriverLicense, "driverlicensenumber": field.RoleDriverLicense, "driverslicence": field.RoleDriverLicense, "licensenumber": field.RoleDriverLicense, "stateid": field.RoleDriverLicense,
	"nationalid": field.RoleNationalID, "passport": field.RoleNationalID, "passportnumber": field.RoleNationalID,

	"religion": field.RoleProfile, "income": field.RoleProfile, "estimatedincome": field.RoleProfile, "occupation": field.RoleProfile, "employer": field.RoleProfile, "partisanscore": field.RoleProfile,
	"signature": field.RoleSignature, "photo": field.RoleSignature,
}

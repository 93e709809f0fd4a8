package field

// Role is what a column of a layout holds.
type Role uint8

// The roles. The zero value is a column that says nothing about a person that
// the project uses. AddressFull is street, place and ZIP code in one column,
// CityStateZIP all but the street; State is that of the residence; PhoneLine is the last four digits of a
// number that stands in three columns, of which RolePhone is the middle one.
const (
	RoleNone Role = iota
	NameLast
	NameFirst
	NameMiddle
	NameSuffix
	NamePrefix
	NameFull
	RoleBirthDate
	RoleBirthMonthYear
	RoleBirthYear
	RoleAge
	HouseNumber
	HouseFraction
	StreetPredir
	StreetName
	StreetType
	StreetPostdir
	UnitType
	UnitNumber
	AddressLine
	AddressFull
	CityStateZIP
	City
	State
	ZIP5
	ZIP4
	CountyID
	MailAddressLine
	MailCity
	MailState
	MailZIP
	MailCountry
	PhoneArea
	RolePhone
	PhoneLine
	RoleEmail
	RoleSex
	RoleRace
	RoleParty
	RoleVoterID
	RoleRegistrationDate
	RoleStatus
	StatusReason
	RolePrecinct
	CongressionalDistrict
	StateSenateDistrict
	StateHouseDistrict
	LastVoteDate
	RoleVoteHistory
	RoleBirthPlace
	RoleSSN
	RoleSSNLast4
	RoleDriverLicense
	RoleNationalID
	RoleProfile
	RoleSignature
	ConfidentialFlag
	RegistrationState
	numRoles
)

var roles = [numRoles]struct {
	name  string
	kind  Kind
	tell  bool // the role exposes a kind
	title string
}{
	RoleNone:              {"", 0, false, ""},
	NameLast:              {"name_last", Name, true, "surname"},
	NameFirst:             {"name_first", Name, true, "first name"},
	NameMiddle:            {"name_middle", Name, true, "middle name"},
	NameSuffix:            {"name_suffix", Name, true, "suffix of the name"},
	NamePrefix:            {"name_prefix", Name, true, "title"},
	NameFull:              {"name_full", Name, true, "whole name"},
	RoleBirthDate:         {"birth_date", BirthDate, true, "birth date"},
	RoleBirthMonthYear:    {"birth_month_year", BirthMonthYear, true, "month and year of birth"},
	RoleBirthYear:         {"birth_year", BirthYear, true, "year of birth"},
	RoleAge:               {"age", Age, true, "age"},
	HouseNumber:           {"house_number", Address, true, "house number"},
	HouseFraction:         {"house_fraction", Address, true, "fraction or letter of the house number"},
	StreetPredir:          {"street_predir", Address, true, "direction before the street"},
	StreetName:            {"street_name", Address, true, "street"},
	StreetType:            {"street_type", Address, true, "street type"},
	StreetPostdir:         {"street_postdir", Address, true, "direction behind the street"},
	UnitType:              {"unit_type", Address, true, "unit type"},
	UnitNumber:            {"unit_number", Address, true, "unit"},
	AddressLine:           {"address_line", Address, true, "address line"},
	AddressFull:           {"address_full", Address, true, "whole address"},
	CityStateZIP:          {"city_state_zip", Locality, true, "city, state and ZIP code"},
	City:                  {"city", Locality, true, "city"},
	State:                 {"state", 0, false, "state"},
	ZIP5:                  {"zip5", Locality, true, "ZIP code"},
	ZIP4:                  {"zip4", Locality, true, "ZIP+4"},
	CountyID:              {"county_id", Locality, true, "county"},
	MailAddressLine:       {"mail_address_line", MailingAddress, true, "mailing address"},
	MailCity:              {"mail_city", MailingAddress, true, "mailing city"},
	MailState:             {"mail_state", 0, false, "mailing state"},
	MailZIP:               {"mail_zip", MailingAddress, true, "mailing ZIP code"},
	MailCountry:           {"mail_country", 0, false, "mailing country"},
	PhoneArea:             {"phone_area", 0, false, "area code"},
	RolePhone:             {"phone", Phone, true, "phone number"},
	PhoneLine:             {"phone_line", 0, false, "last four of the phone number"},
	RoleEmail:             {"email", Email, true, "e-mail address"},
	RoleSex:               {"sex", Sex, true, "sex"},
	RoleRace:              {"race", Race, true, "race or ethnicity"},
	RoleParty:             {"party", Party, true, "party"},
	RoleVoterID:           {"voter_id", VoterID, true, "voter id"},
	RoleRegistrationDate:  {"registration_date", RegistrationDate, true, "registration date"},
	RoleStatus:            {"status", Status, true, "status"},
	StatusReason:          {"status_reason", Status, true, "reason of the status"},
	RolePrecinct:          {"precinct", Precinct, true, "precinct"},
	CongressionalDistrict: {"congressional_district", Precinct, true, "congressional district"},
	StateSenateDistrict:   {"state_senate_district", Precinct, true, "state senate district"},
	StateHouseDistrict:    {"state_house_district", Precinct, true, "state house district"},
	LastVoteDate:          {"last_vote_date", VoteHistory, true, "date of the last vote"},
	RoleVoteHistory:       {"vote_history", VoteHistory, true, "voting history"},
	RoleBirthPlace:        {"birth_place", BirthPlace, true, "place of birth"},
	RoleSSN:               {"ssn", SSN, true, "social security number"},
	RoleSSNLast4:          {"ssn_last4", SSNLast4, true, "last four of the social security number"},
	RoleDriverLicense:     {"driver_license", DriverLicense, true, "driver's licence number"},
	RoleNationalID:        {"national_id", NationalID, true, "national identity number"},
	RoleProfile:           {"profile", Profile, true, "profile data"},
	RoleSignature:         {"signature", Signature, true, "signature or photograph"},
	ConfidentialFlag:      {"confidential_flag", 0, false, "protected or not"},
	RegistrationState:     {"registration_state", 0, false, "state of registration"},
}

// NumRoles is one more than the largest role, for tables indexed by role.
const NumRoles = int(numRoles)

// String returns the role's name in layouts ("name_last"); "" for [RoleNone].
func (r Role) String() string {
	if r >= numRoles {
		return ""
	}
	return roles[r].name
}

// Title returns the role in words ("surname"); "" for [RoleNone].
func (r Role) Title() string {
	if r >= numRoles {
		return ""
	}
	return roles[r].title
}

// Kind returns the kind of information a value in such a column exposes, and
// whether it exposes one at all. A birth-date column whose values carry only a
// year exposes [BirthYear]: the reader decides that by value.
func (r Role) Kind() (Kind, bool) {
	if r >= numRoles {
		return 0, false
	}
	return roles[r].kind, roles[r].tell
}

// ParseRole returns the role of that name.
func ParseRole(name string) (Role, bool) {
	for r := RoleNone + 1; r < numRoles; r++ {
		if roles[r].name == name {
			return r, true
		}
	}
	return RoleNone, false
}

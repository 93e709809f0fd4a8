package field

// Role is what a column of a layout holds.
type Role uint8

// The roles. The zero value is a column that says nothing about a person that
// the project uses. AddressFull is street, place and ZIP code in one column,
// CityStateZIP all but the street; PhoneLine is the last four digits of a
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
	numRoles
)

var roles = [numRoles]struct {
	name string
	kind Kind
	tell bool // the role exposes a kind
}{
	RoleNone:              {"", 0, false},
	NameLast:              {"name_last", Name, true},
	NameFirst:             {"name_first", Name, true},
	NameMiddle:            {"name_middle", Name, true},
	NameSuffix:            {"name_suffix", Name, true},
	NamePrefix:            {"name_prefix", Name, true},
	NameFull:              {"name_full", Name, true},
	RoleBirthDate:         {"birth_date", BirthDate, true},
	RoleBirthMonthYear:    {"birth_month_year", BirthMonthYear, true},
	RoleBirthYear:         {"birth_year", BirthYear, true},
	RoleAge:               {"age", Age, true},
	HouseNumber:           {"house_number", Address, true},
	HouseFraction:         {"house_fraction", Address, true},
	StreetPredir:          {"street_predir", Address, true},
	StreetName:            {"street_name", Address, true},
	StreetType:            {"street_type", Address, true},
	StreetPostdir:         {"street_postdir", Address, true},
	UnitType:              {"unit_type", Address, true},
	UnitNumber:            {"unit_number", Address, true},
	AddressLine:           {"address_line", Address, true},
	AddressFull:           {"address_full", Address, true},
	CityStateZIP:          {"city_state_zip", Locality, true},
	City:                  {"city", Locality, true},
	State:                 {"state", 0, false},
	ZIP5:                  {"zip5", Locality, true},
	ZIP4:                  {"zip4", Locality, true},
	CountyID:              {"county_id", Locality, true},
	MailAddressLine:       {"mail_address_line", MailingAddress, true},
	MailCity:              {"mail_city", MailingAddress, true},
	MailState:             {"mail_state", 0, false},
	MailZIP:               {"mail_zip", MailingAddress, true},
	MailCountry:           {"mail_country", 0, false},
	PhoneArea:             {"phone_area", 0, false},
	RolePhone:             {"phone", Phone, true},
	PhoneLine:             {"phone_line", 0, false},
	RoleEmail:             {"email", Email, true},
	RoleSex:               {"sex", Sex, true},
	RoleRace:              {"race", Race, true},
	RoleParty:             {"party", Party, true},
	RoleVoterID:           {"voter_id", VoterID, true},
	RoleRegistrationDate:  {"registration_date", RegistrationDate, true},
	RoleStatus:            {"status", Status, true},
	StatusReason:          {"status_reason", Status, true},
	RolePrecinct:          {"precinct", Precinct, true},
	CongressionalDistrict: {"congressional_district", Precinct, true},
	StateSenateDistrict:   {"state_senate_district", Precinct, true},
	StateHouseDistrict:    {"state_house_district", Precinct, true},
	LastVoteDate:          {"last_vote_date", VoteHistory, true},
	RoleVoteHistory:       {"vote_history", VoteHistory, true},
	RoleBirthPlace:        {"birth_place", BirthPlace, true},
	RoleSSN:               {"ssn", SSN, true},
	RoleSSNLast4:          {"ssn_last4", SSNLast4, true},
	RoleDriverLicense:     {"driver_license", DriverLicense, true},
	RoleNationalID:        {"national_id", NationalID, true},
	RoleProfile:           {"profile", Profile, true},
	RoleSignature:         {"signature", Signature, true},
	ConfidentialFlag:      {"confidential_flag", 0, false},
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

// Package remote is what a client of the private look-up needs of a machine: HTTP
// ([Transport]), a directory of what was downloaded and of what has to be
// remembered ([Cache]), and one of the operators' keys that are trusted
// ([TrustStore]).
//
// Nothing of it is trusted: package lookup verifies every byte. What it adds is
// that nothing on the way tells more than the protocol does. A request has no
// cookie, no referrer, no version of the program; a redirection to another place
// is not followed; what is written to disk is public, or keyed with a secret; and
// errors do not name what was asked for, because the number of a bucket is a part
// of somebody's name.
package remote

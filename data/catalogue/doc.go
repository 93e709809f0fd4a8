// Package catalogue knows which exposures of voter data are documented, and what
// the public voter file of each US jurisdiction may hold.
//
// An [Incident] is one documented exposure: its story, its sources, and how sure
// each part of it is. The public record is one function, [Status]: what the
// public file of a jurisdiction held of one kind of field on a date.
//
// # What each caller makes of the four answers
//
//	           public                restricted                     withheld               unknown
//	claim      explained by the      beyond what anyone may look    beyond the public      cannot tell
//	           public record         up; named recipients have it   record
//	exposure   public anyway         beyond_public, said to be      beyond_public          neither: listed as not
//	                                 open to named recipients                              settled
//	compare    public                restricted                     beyond                 unknown
//	audit      passes                passes for the class of        fails                  fails
//	                                 recipient named, else fails
//
// An answer of low confidence is treated as unknown by claim, exposure and
// compare ([Answer.Settled]); audit lets a column pass only on a settled
// "public". Unknown is never shown as closed.
//
// Of the kinds that voters give to the office only if they want to
// ([field.Volunteered]), claim and exposure say "public" on that condition: a column
// of the list is empty for who did not.
//
// Records are files under incidents and public-record, embedded, and read on
// first use. README.md says how an entry gets in.
package catalogue

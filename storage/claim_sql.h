// The claim's statements. Their text depends on how many clocks are open, because each gets its own walk of the index.
#pragma once

#include <cstddef>
#include <string>

namespace dialerd::storage {

// Arguments of all three: $1 account, $2 epoch, $3 campaign, $4 and $5 required lists and their ages; of the two that
// claim: $6 how many, $7 clocks (each once), $8 callback tolerance in seconds.
// Columns of all three, from 0: owned, wish, blocked, suppressed (how many).

// No clock is open.
std::string gate_sql();

// Claims. Further: $9 attempt ids, $10 the fields to bring. Columns: 4 is null, 5 onwards a lead, one a row; the lead's
// columns are null when there is none.
std::string claim_sql(std::size_t clocks);

// For campaigns with caps or lock-outs: locks due leads, and the persons that they concern, against other claims.
// Column 4 to 6: the locked leads in claim order, bigint[], the person and the number to dial of each, text[]; null
// when there is none. The transaction goes on with claim_locked_sql.
std::string lock_sql(std::size_t clocks);

// The second half: counts calls, puts off who must not be called now, claims the others. $1 account, $2 epoch,
// $3 campaign, $4 the locked leads, $5 attempt ids, $6 fields, $7 to $10 caps (codes, conversations, maxima, windows),
// $11 to $13 lock-outs (codes, afters, periods), $14 look back, $15 whether open calls matter, $16 and $17 the leads'
// persons and numbers to dial. Columns: 0 deferred (how many), 1 onwards a lead.
std::string claim_locked_sql();

// Of what was committed under $1 attempt ids: $2 fields, $3 epoch. Columns: a lead.
std::string read_back_sql();

}  // namespace dialerd::storage

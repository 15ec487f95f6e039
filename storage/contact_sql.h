// What the caps and lock-outs count, as SQL: shared by the claim, the recheck and the story of a lead, so that all
// three say the same.
#pragma once

#include <initializer_list>
#include <string>

namespace dialerd::storage {

// The attempts that may have reached the person of a key: those for the person, and those to the number, by two index
// probes. Columns: attempt_id, state, disposition, open, at, ended_at, conversation.
// - at: the last moment at which the provider can have placed the call, so a window that starts there ends late rather
//   than early. Where no answer is known, five minutes after the claim are later than any POST can have arrived.
// - conversation: the person spoke with the agent, or may have (a call whose end was never told).
// Not among them: attempts of which it is proven that no call was made (rejected, not_placed, refused by the provider).
// `key` and `look_back` (seconds) are SQL expressions.
std::string contacts_sql(const std::string& key, const std::string& look_back);

// Deferrals of keys, from `contact` (n, key and the columns of contacts_sql). Columns: n, code, until; of lock-outs
// also period_s. A cap frees its next place when the max-th newest of what it counts leaves the window. `caps` and
// `lock_outs` are SQL: "unnest($1::text[], ...)" with the columns (code, conversations, max, window_s) and (code,
// after, period_s).
std::string cap_ends_sql(const std::string& caps);
std::string lock_out_ends_sql(const std::string& lock_outs);

// What stands for a person in dialerd.suppression once that person was forgotten (migration 0009): as
// dialerd.forgotten_person, written out, so that the key is read once a statement; null while nobody was forgotten.
std::string forgotten_person_sql(const std::string& person);

// The entries that suppress one of the persons now, for a campaign. Columns of dialerd.suppression as `s`.
// All arguments are SQL expressions; a person may be null.
std::string suppressed_by_sql(std::initializer_list<std::string> persons, const std::string& account,
                              const std::string& campaign);

// The first required list that is missing or too old, as `code`; no row when there is none. `names`: text[], `ages`:
// bigint[].
std::string blocked_sql(const std::string& names, const std::string& ages);

}  // namespace dialerd::storage

// What is known of a call beside its settlement: details that the provider computes after its end, and what it says
// later on that differs. Parts of Session::write and Session::history; private to this folder.
//
// Nothing that the provider sent makes a row unwritable: a cost that is no decimal number is left out, analysis that is
// no JSON is kept as a string. An attempt of another account, or one that is gone, gets no row.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "campaign/attempt.h"
#include "campaign/history.h"
#include "storage/transaction.h"

namespace dialerd::storage {

// What is told now goes before what was known; what is not told now stays.
void write_details(Transaction& transaction, const std::string& account,
                   const std::vector<campaign::DetailRecord>& details);

// Each different answer once, with the time when it was first seen.
void write_late_news(Transaction& transaction, const std::string& account,
                     const std::vector<campaign::LateNews>& late_news);

// Calls that connected, were settled in the last `details_for`, and lack details still (EndedCalls: cost, and something
// of the analysis). Calls that took longer than three hours are missed: they would have to be searched for.
std::vector<campaign::EndedCall> calls_without_details(Transaction& transaction, const std::string& account,
                                                       std::chrono::seconds details_for);

}  // namespace dialerd::storage

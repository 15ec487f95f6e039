// What an account's owner tells of its HTTP requests, in dialerd.ownership, for the owner after it: the provider counts
// them by the minute, whoever sends them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/history.h"
#include "storage/clock_steps.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {

// As the owner under that epoch; nobody else's word is kept.
void tell_requests(Transaction& transaction, const Ownership& ownership, const campaign::RequestHistory& requests);

// Nullopt: nobody told, although somebody may have sent some.
std::optional<campaign::RequestHistory> told_requests(Transaction& transaction, const std::string& account,
                                                      const std::vector<ClockStep>& steps);

}  // namespace dialerd::storage

// A migrated database with one owned account and one campaign.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "storage/session.h"
#include "tests/support/test_database.h"

namespace dialerd::test {

// As many new attempt ids, made at the given moment (default: now).
std::vector<campaign::AttemptId> new_attempts(std::size_t count, std::optional<campaign::WallTime> at = std::nullopt);

campaign::WallTime wall_now();

// The value, or a thrown error with the storage's words, which fails the test.
template <typename T>
T must(storage::Result<T> result) {
  if (result.has_error()) throw std::runtime_error("storage: " + result.error().message);
  return std::move(*result);
}
inline void must(const storage::Result<void>& result) {
  if (result.has_error()) throw std::runtime_error("storage: " + result.error().message);
}

class StorageTest : public ::testing::Test {
 protected:
  StorageTest();

  void add_leads(int count) const;  // due in order of their numbers: 0100000001, ...
  storage::ClaimRequest request(std::size_t count) const;
  std::vector<campaign::ClaimedLead> claim(std::size_t count);  // at least one, or the test fails
  storage::Result<void> record(const campaign::Record& record);
  storage::Result<void> settle(const campaign::Settlement& settlement);
  std::string attempt_state(const campaign::AttemptId& id) const;
  std::string lead_state(campaign::LeadId id) const;

  TestDatabase database_;
  storage::Session session_{database_.settings()};
  storage::Ownership owner_;
  campaign::CampaignId campaign_{};
};

// The end of a claimed lead's call: done with outcome "completed", counted.
campaign::Settlement ended(const campaign::ClaimedLead& lead);
// The POST's answer: accepted, with a call id.
campaign::Record accepted(const campaign::ClaimedLead& lead);

}  // namespace dialerd::test

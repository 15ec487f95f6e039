// Suppression: people who are not called, entered one by one or loaded as whole lists. The claim and the recheck read
// it (storage/claim.cpp, storage/recheck.cpp); here it is written and shown.
//
// A person is a region and domestic digits ("KR01012345678"). What is committed here holds for every claim and recheck
// that is asked for afterwards; a call that is being dialled or talked on goes on, which the answers tell.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/session.h"

namespace dialerd::storage {

// Whom an entry concerns: all campaigns, those of an account, or one.
struct SuppressionScope {
  enum class Kind { global, account, campaign };
  Kind kind = Kind::global;
  std::string account;              // of kind account
  campaign::CampaignId campaign{};  // of kind campaign
};

std::string_view to_string(SuppressionScope::Kind kind);

struct Suppression {
  std::string person;
  SuppressionScope scope;
  std::string list;  // empty: entered by itself
  std::string reason;
  std::string source;                         // who or what entered it
  std::optional<campaign::WallTime> created;  // read only: the database sets it
  std::optional<campaign::WallTime> expires;  // nullopt: never
};

struct SuppressOutcome {
  bool renewed = false;  // there was such an entry already; it has the new reason and source, and the later expiry
  std::optional<campaign::WallTime> expires;  // when the entry ends now; nullopt: never
  bool call_under_way = false;                // a call to the person is being dialled or talked on, or may be
};

struct LiftOutcome {
  std::int64_t lifted = 0;             // entries that expired by this
  std::vector<Suppression> remaining;  // what suppresses the person all the same, in whatever scope
};

struct SuppressionList {
  std::string name;
  std::string source;
  std::int64_t entries = 0;
  campaign::WallTime loaded{};
  std::chrono::seconds age{};  // by the database's clock
};

struct ListLoad {
  std::int64_t entries = 0;
  std::int64_t added = 0;
  std::int64_t removed = 0;
};

// Gives each person of a list to `add`. May be called a second time, when the connection had died, and then begins
// anew. An error ends the load; nothing changes then.
using PersonSource = std::function<Result<void>(const std::function<void(std::string_view person)>& add)>;

// refused: `person` is not a region and digits, or the campaign does not exist. `list` and `created` are not read.
Result<SuppressOutcome> suppress(Session& session, const Suppression& entry);

// Ends the entry that was made by itself in this scope. Those of lists stay: they come and go with their list.
Result<LiftOutcome> lift_suppression(Session& session, const std::string& person, const SuppressionScope& scope);

// Everything that was ever entered for a person, expired entries too, the latest first.
Result<std::vector<Suppression>> suppressions_of(Session& session, const std::string& person);

// Replaces the list as a whole in one transaction: until it commits, claims see the former one. A person may come
// twice. The list is as old as the load's begin. refused: an entry that is not a region and digits; nothing changes.
Result<ListLoad> load_suppression_list(Session& session, const std::string& name, const SuppressionScope& scope,
                                       const std::string& source, const PersonSource& persons);

// The list and its entries. Campaigns that require it are held from then on. False: there was none.
Result<bool> drop_suppression_list(Session& session, const std::string& name);

Result<std::vector<SuppressionList>> suppression_lists(Session& session);  // by name

}  // namespace dialerd::storage

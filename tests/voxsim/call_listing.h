#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "tests/voxsim/list_query.h"
#include "tests/voxsim/options.h"
#include "tests/voxsim/outcome_model.h"
#include "tests/voxsim/time_index.h"

namespace dialerd::voxsim {

struct ListPage {
  std::vector<CallIndex> calls;
  std::uint64_t total_count = 0;
  std::optional<Cursor> next;
};

// Answers list queries from the index. Without a filter a page costs its own length, with call_to the calls to those
// numbers; with any other filter the first page looks at every call of the asked time range, since total_count is
// exact. Not thread-safe; what it refers to must outlive it.
class CallListing {
 public:
  CallListing(const CallStore& store, const TimeIndex& index, const OutcomeModel& outcomes, const Options& options)
      : store_(store), index_(index), outcomes_(outcomes), options_(options) {}

  // `index` must have been advanced to `now_ms`.
  ListPage page(const ListQuery& query, std::int64_t now_ms) const;

 private:
  void visit(const ListQuery& query, const KeyRange& range, const std::function<bool(ListKey)>& visitor) const;
  KeyRange range_of(const ListQuery& query, std::int64_t now_ms) const;
  std::uint64_t count(const ListQuery& query, const KeyRange& range, std::int64_t now_ms) const;
  std::uint64_t count_by_looking(const ListQuery& query, const KeyRange& range, std::int64_t now_ms) const;
  bool matches(const ListQuery& query, const Call& call, std::int64_t now_ms) const;

  const CallStore& store_;
  const TimeIndex& index_;
  const OutcomeModel& outcomes_;
  const Options& options_;
};

}  // namespace dialerd::voxsim

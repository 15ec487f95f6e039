#include "tests/voxsim/call_listing.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "tests/voxsim/call_json.h"
#include "tests/voxsim/create_request.h"

namespace dialerd::voxsim {

namespace {

template <typename Values, typename Value>
bool lets_through(const Values& filter, const Value& value) {
  return filter.empty() || std::find(filter.begin(), filter.end(), value) != filter.end();
}

bool has_filter(const ListQuery& query) {
  return !query.agent_ids.empty() || !query.statuses.empty() || !query.call_types.empty() || !query.reasons.empty() ||
         !query.from.empty() || !query.to.empty() || !query.metadata.empty();
}

bool asks_for_open_calls_only(const ListQuery& query) {
  return !query.statuses.empty() && std::all_of(query.statuses.begin(), query.statuses.end(),
                                                [](const std::string& s) { return s == "queued" || s == "ongoing"; });
}

}  // namespace

ListPage CallListing::page(const ListQuery& query, std::int64_t now_ms) const {
  KeyRange range = range_of(query, now_ms);
  ListPage page;
  page.total_count = query.cursor ? query.cursor->total_count : count(query, range, now_ms);
  std::uint64_t skip = 0;
  if (query.cursor && options_.cursor_mode == CursorMode::kOffset) {
    skip = query.cursor->skip;
  } else if (query.cursor) {
    const ListKey after = query.cursor->after;
    if (query.ascending) {
      range.first = std::max(range.first, ListKey{after.time_ms, after.index + 1});
    } else {
      const ListKey before =
          after.index > 0 ? ListKey{after.time_ms, after.index - 1} : ListKey{after.time_ms - 1, KeyRange{}.last.index};
      range.last = std::min(range.last, before);
    }
  }

  std::uint64_t skipped = 0;
  ListKey last;
  visit(query, range, [&](ListKey at) {
    if (!matches(query, store_.at(at.index), now_ms)) return true;
    if (skipped < skip) {
      ++skipped;
      return true;
    }
    if (page.calls.size() == query.limit) {
      page.next = Cursor{last, skip + page.calls.size(), page.total_count};
      return false;
    }
    page.calls.push_back(at.index);
    last = at;
    return true;
  });
  return page;
}

// In the order of the query. Calls to given numbers are looked up by number, all others by time.
void CallListing::visit(const ListQuery& query, const KeyRange& range,
                        const std::function<bool(ListKey)>& visitor) const {
  if (query.to.empty()) {
    index_.visit(range, query.ascending, visitor);
    return;
  }
  std::set<ListKey> found;  // a number may be asked for twice
  for (const PackedNumber number : query.to) {
    store_.visit_calls_to(number, [&](CallIndex index) {
      const ListKey at = index_.key_of(index);
      if (range.first <= at && at <= range.last) found.insert(at);
    });
  }
  if (query.ascending) {
    static_cast<void>(std::all_of(found.begin(), found.end(), visitor));
  } else {
    static_cast<void>(std::all_of(found.rbegin(), found.rend(), visitor));
  }
}

KeyRange CallListing::range_of(const ListQuery& query, std::int64_t now_ms) const {
  KeyRange range;
  if (query.start_at_after) range.first.time_ms = *query.start_at_after;
  if (query.start_at_before) range.last.time_ms = *query.start_at_before;
  if (asks_for_open_calls_only(query) && options_.never_end == 0) {
    // No call is open for longer than the longest ring and talk, so the search for open ones need not go further back.
    const std::int64_t longest_ring = std::max(options_.ring_ms.highest, options_.limits.refusal_ms.highest);
    range.first.time_ms = std::max(range.first.time_ms, now_ms - longest_ring - options_.talk_ms.highest);
  }
  return range;
}

std::uint64_t CallListing::count(const ListQuery& query, const KeyRange& range, std::int64_t now_ms) const {
  if (has_filter(query)) return count_by_looking(query, range, now_ms);
  // Calls older than the longest lag are all listed: they are counted without looking at each.
  KeyRange listed = range;
  KeyRange perhaps_listed = range;
  const std::int64_t border = now_ms - options_.list_lag_ms.highest;
  listed.last = std::min(listed.last, ListKey{border, KeyRange{}.last.index});
  perhaps_listed.first = std::max(perhaps_listed.first, ListKey{border + 1, 0});
  return index_.count(listed) + count_by_looking(query, perhaps_listed, now_ms);
}

std::uint64_t CallListing::count_by_looking(const ListQuery& query, const KeyRange& range, std::int64_t now_ms) const {
  std::uint64_t found = 0;
  const auto look = [&](CallIndex index) { found += matches(query, store_.at(index), now_ms) ? 1U : 0U; };
  if (query.to.empty()) {
    index_.visit_all(range, look);
  } else {
    visit(query, range, [&](ListKey at) {
      look(at.index);
      return true;
    });
  }
  return found;
}

bool CallListing::matches(const ListQuery& query, const Call& call, std::int64_t now_ms) const {
  if (call.listed_from_ms() > now_ms) return false;
  if (!lets_through(query.from, call.from) || !lets_through(query.to, call.to)) return false;
  if (!lets_through(query.call_types, options_.call_type)) return false;
  if (!lets_through(query.agent_ids, store_.agent(call.agent).id)) return false;
  if (!lets_through(query.statuses, status_of(call, outcomes_, now_ms))) return false;
  if (!query.reasons.empty()) {
    const bool over = call.end_ms() <= now_ms;
    if (!over || !lets_through(query.reasons, outcome_at(call, outcomes_, now_ms).reason)) return false;
  }
  const std::string_view metadata = store_.metadata(call);
  return std::all_of(query.metadata.begin(), query.metadata.end(),
                     [&](const auto& wanted) { return metadata_has(metadata, wanted.first, wanted.second); });
}

}  // namespace dialerd::voxsim

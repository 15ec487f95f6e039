#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tests/voxsim/api_error.h"
#include "tests/voxsim/phone_number.h"
#include "tests/voxsim/time_index.h"

namespace dialerd::voxsim {

struct Options;

// Where the next page starts. Opaque to the client: base64url of these fields and a check value.
struct Cursor {
  ListKey after;                  // keyset mode: the last call of the page before
  std::uint64_t skip = 0;         // offset mode: calls on the pages before
  std::uint64_t total_count = 0;  // counted once, for the first page

  std::string text() const;
  static std::optional<Cursor> parse(std::string_view text);
};

// The query of GET /v3/calls. An empty filter lets everything through; several values of one name are alternatives.
struct ListQuery {
  std::vector<std::string> agent_ids;
  std::vector<std::string> statuses;
  std::vector<std::string> call_types;
  std::vector<std::string> reasons;
  std::vector<PackedNumber> from;
  std::vector<PackedNumber> to;
  std::vector<std::pair<std::string, std::string>> metadata;  // all of them must hold
  std::optional<std::int64_t> start_at_after;                 // unix ms, inclusive
  std::optional<std::int64_t> start_at_before;                // unix ms, inclusive
  bool ascending = false;
  std::uint32_t limit = 50;
  std::optional<Cursor> cursor;
};

// Reads `query`, the part of the target after '?'. Strict: a parameter that is not on the allow-list is refused with
// the list. `reasons` are the disconnection reasons that may be asked for. Thread-safe, pure.
std::variant<ListQuery, ApiError> parse_list_query(std::string_view query, const Options& options,
                                                   const std::vector<std::string>& reasons);

}  // namespace dialerd::voxsim

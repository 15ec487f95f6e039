#include "tests/voxsim/request_counts.h"

#include <functional>

#include "tests/voxsim/json_text.h"

namespace dialerd::voxsim {

namespace {

void count(CountsByName& counters, std::string_view name) {
  const auto found = counters.find(name);
  if (found == counters.end()) {
    counters.emplace(name, 1);
  } else {
    ++found->second;
  }
}

void append_counters(std::string& out, const CountsByName& counters) {
  out += '{';
  const char* separator = "";
  for (const auto& [name, value] : counters) {
    out += separator;
    append_quoted(out, name);
    out += ':';
    append_integer(out, value);
    separator = ",";
  }
  out += '}';
}

}  // namespace

void RequestCounts::request(std::string_view kind, std::string_view outcome) {
  ++requests_;
  count(by_kind_, kind);
  count(by_outcome_, outcome);
}

void RequestCounts::post(const std::string& attempt_id, bool created) {
  ++posts_;
  if (attempt_id.empty()) return;
  OfAttempt& counts = attempts_[std::hash<std::string>{}(attempt_id)];
  if (counts.posted++ > 0) ++duplicates_posted_;
  if (created && counts.created++ > 0) ++duplicates_created_;
}

std::string RequestCounts::text(const Others& others) const {
  std::string out;
  const auto append = [&](std::string_view name, std::uint64_t value) {
    out += out.empty() ? '{' : ',';
    append_quoted(out, name);
    out += ':';
    append_integer(out, value);
  };
  append("posts", posts_);
  append("calls_created", others.calls_created);
  append("duplicate_attempts_posted", duplicates_posted_);
  append("duplicate_attempts_created", duplicates_created_);
  append("open_now", others.open_now);
  append("open_max", others.open_max);
  append("requests", requests_);
  out += R"(,"requests_by_kind":)";
  append_counters(out, by_kind_);
  out += R"(,"requests_by_outcome":)";
  append_counters(out, by_outcome_);
  if (others.webhooks) {
    out += R"(,"webhooks":)";
    append_counters(out, *others.webhooks);
  }
  return out += '}';
}

}  // namespace dialerd::voxsim

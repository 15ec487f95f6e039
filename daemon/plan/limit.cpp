#include "daemon/plan/limit.h"

#include <array>
#include <string>
#include <vector>

namespace dialerd::daemon::plan {
namespace {

using campaign::Binding;
using campaign::BindingLimit;
using campaign::BindingNode;

constexpr std::array nodes{BindingNode::account, BindingNode::campaign, BindingNode::caller_numbers};
constexpr std::array limits{BindingLimit::concurrency, BindingLimit::per_second, BindingLimit::per_minute,
                            BindingLimit::per_hour,    BindingLimit::per_day,    BindingLimit::pacing,
                            BindingLimit::requests,    BindingLimit::rested,     BindingLimit::hold_off};

// The value of a limit in `of`, const if that is; null: it has none.
template <typename Limits>
auto* value_of(Limits& of, BindingLimit limit) {
  using Pointer = decltype(&of.concurrency);
  switch (limit) {
    case BindingLimit::concurrency:
      return &of.concurrency;
    case BindingLimit::per_second:
      return &of.per_second;
    case BindingLimit::per_minute:
      return &of.per_minute;
    case BindingLimit::per_hour:
      return &of.per_hour;
    case BindingLimit::per_day:
    case BindingLimit::pacing:  // spreads the day's budget
      return &of.per_day;
    case BindingLimit::requests:
    case BindingLimit::rested:
    case BindingLimit::hold_off:
      break;
  }
  return Pointer{nullptr};
}

// Every configured value that the limit is made of.
template <typename Input>
auto values_of(Input& input, Binding limit) {
  auto& account = input.account;
  auto& campaign = input.campaigns[input.planned].config;
  std::vector<decltype(&account.limits.concurrency)> values;
  auto add = [&](auto* value) {
    if (value != nullptr && *value) values.push_back(value);
  };
  switch (limit.node) {
    case BindingNode::account:
      if (limit.limit == BindingLimit::requests) {
        add(&account.requests.per_second);
        add(&account.requests.per_minute);
      } else {
        add(value_of(account.limits, limit.limit));
      }
      break;
    case BindingNode::campaign:
      add(value_of(campaign.limits, limit.limit));
      break;
    case BindingNode::caller_numbers:
      for (const std::string& number : campaign.caller_numbers) {
        auto found = account.caller_numbers.find(number);
        if (found != account.caller_numbers.end()) add(value_of(found->second.limits, limit.limit));
      }
      break;
  }
  return values;
}

}  // namespace

std::optional<Binding> parse_limit(std::string_view name) {
  for (BindingNode node : nodes) {
    for (BindingLimit limit : limits) {
      if (name == std::string(to_string(node)) + '.' + std::string(to_string(limit))) return Binding{node, limit};
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> limit_value(const ForecastInput& input, Binding limit) {
  auto values = values_of(input, limit);
  if (values.empty()) return std::nullopt;
  if (limit.node == BindingNode::account) return **values.front();
  std::int64_t sum = 0;
  for (const auto* value : values) sum += **value;
  return sum;
}

void double_limit(ForecastInput& input, Binding limit) {
  for (auto* value : values_of(input, limit)) **value *= 2;
}

}  // namespace dialerd::daemon::plan

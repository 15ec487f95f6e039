#include "tests/voxsim/provider.h"

#include <chrono>
#include <utility>

#include "tests/voxsim/call_json.h"
#include "tests/voxsim/json_text.h"
#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

namespace {

std::uint64_t key_of_this_run() {
  return mix(static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()));
}

ApiError refusal_error(Refusal refusal) {
  switch (refusal) {
    case Refusal::kConcurrency:
      return {.status = 429, .code = "CONCURRENCY_LIMIT_REACHED", .message = "Too many concurrent calls"};
    case Refusal::kHourly:
      return {.status = 429, .code = "HOURLY_CALL_LIMIT_REACHED", .message = "Too many calls within an hour"};
    case Refusal::kDaily:
      return {.status = 429, .code = "DAILY_CALL_LIMIT_REACHED", .message = "Too many calls within a day"};
    case Refusal::kNone:
    case Refusal::kBalance:
      break;
  }
  return {.status = 402, .code = "INSUFFICIENT_BALANCE", .message = "The balance does not cover another call"};
}

void append_plan_limit(std::string& out, std::string_view name, const std::optional<std::uint32_t>& limit,
                       bool hidden) {
  append_quoted(out, name);
  out += ':';
  if (limit && !hidden) {
    append_integer(out, *limit);
  } else {
    out += "null";
  }
}

}  // namespace

Provider::Provider(const Options& options)
    : options_(options),
      outcomes_(options),
      store_(key_of_this_run()),
      index_(store_),
      listing_(store_, index_, outcomes_, options),
      limits_(options.limits) {}

std::variant<CallIndex, Rejection> Provider::create(const CreateRequest& request, std::int64_t now_us) {
  const Refusal refusal = limits_.check(now_us);
  if (refusal != Refusal::kNone && options_.limits.answer == LimitAnswer::kRefuse) {
    return Rejection{refusal_error(refusal), limits_.wait_us(refusal, now_us)};
  }
  const std::uint32_t nth = store_.calls_to(request.to);
  Call call{.created_ms = now_us / 1000,
            .from = request.from,
            .to = request.to,
            .presentation = request.presentation,
            .agent = store_.intern_agent(request.agent_id, request.agent_version),
            .fate = refusal == Refusal::kNone ? outcomes_.draw(request.to, nth)
                                              : outcomes_.refused(refusal, request.to, nth)};
  if (refusal == Refusal::kNone) limits_.accept(now_us, call.end_ms());
  const CallIndex index = store_.add(call, request.metadata, request.dynamic_variables);
  index_.advance(call.created_ms);
  index_.add(index);
  return index;
}

void Provider::append_call(std::string& out, CallIndex index, std::int64_t now_us) const {
  voxsim::append_call(out, store_, outcomes_, options_, index, now_us / 1000, true);
}

EventCall Provider::event_call(CallIndex index) const {
  const Call& call = store_.at(index);
  const Outcome& outcome = outcomes_.at(call.fate.outcome);
  const Agent& agent = store_.agent(call.agent);
  return {.id = store_.id(index),
          .agent_id = agent.id,
          .agent_version = agent.version,
          .call_type = options_.call_type,
          .from_number = number_text(call.from),
          .to_number = number_text(call.to),
          .metadata = std::string(store_.metadata(call)),
          .dynamic_variables = std::string(store_.variables(call)),
          .start_at = outcome.connects ? call.answer_ms() : 0,
          .end_at = call.fate.never_ends ? 0 : call.end_ms(),
          .status = outcome.status,
          .reason = outcome.reason};
}

std::uint64_t Provider::seed_of_newest_call_to(PackedNumber number) const {
  return mix(mix(options_.seed, number), store_.calls_to(number));
}

std::string Provider::list(const ListQuery& query, std::int64_t now_us) {
  const std::int64_t now_ms = now_us / 1000;
  index_.advance(now_ms);
  const ListPage page = listing_.page(query, now_ms);
  std::string out = R"({"items":[)";
  const char* separator = "";
  for (const CallIndex index : page.calls) {
    out += separator;
    voxsim::append_call(out, store_, outcomes_, options_, index, now_ms, false);
    separator = ",";
  }
  out += R"(],"total_count":)";
  append_integer(out, page.total_count);
  out += R"(,"next_cursor":)";
  if (page.next) {
    append_quoted(out, page.next->text());
  } else {
    out += "null";
  }
  return out += '}';
}

std::string Provider::organization() const {
  std::string out = R"({"id":)";
  append_quoted(out, options_.organization_id);
  out += R"(,"name":"voxsim","subscription":{)";
  append_plan_limit(out, "plan_concurrent_call_limit", options_.limits.concurrency, options_.sub_organization);
  out += ',';
  append_plan_limit(out, "plan_hourly_call_limit", options_.limits.per_hour, options_.sub_organization);
  out += ',';
  append_plan_limit(out, "plan_daily_call_limit", options_.limits.per_day, options_.sub_organization);
  return out += "}}";
}

}  // namespace dialerd::voxsim

#include "tests/voxsim/service.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <variant>

#include "tests/voxsim/create_request.h"
#include "tests/voxsim/json_text.h"
#include "tests/voxsim/list_query.h"

namespace dialerd::voxsim {

namespace {

constexpr std::string_view kCalls = "/v3/calls";
constexpr std::string_view kOrganizations = "/v3/organizations/";
constexpr std::string_view kStatistics = "/_sim/stats";

void count(std::map<std::string, std::uint64_t, std::less<>>& counters, std::string_view name) {
  const auto found = counters.find(name);
  if (found == counters.end()) {
    counters.emplace(name, 1);
  } else {
    ++found->second;
  }
}

void append_counters(std::string& out, const std::map<std::string, std::uint64_t, std::less<>>& counters) {
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

struct Service::Exchange {
  const Request& request;
  std::string_view path;
  std::string_view query;
  std::int64_t now_us = 0;
  std::string_view kind = "other";
  SentCreate sent{};  // of a POST to the calls
  DrawnFault fault{};
  std::optional<CallIndex> created{};
  std::string outcome = "accepted";
  Answer answer{};

  bool is_create() const { return request.method == "POST" && path == kCalls; }
};

Service::Service(const Options& options)
    : options_(options),
      clock_(options.clock_offset_ms),
      post_faults_(options.post_faults, options.slow_ms, mix(options.seed, 1)),
      get_faults_(options.get_faults, options.slow_ms, mix(options.seed, 2)),
      reasons_(OutcomeModel(options).reasons()),
      provider_(options),
      ledger_(options.ledger_file),
      per_second_(options.request_rate.per_second, 1'000'000),
      per_minute_(options.request_rate.per_minute, 60'000'000) {}

Answer Service::handle(const Request& request) {
  const std::size_t question_mark = request.target.find('?');
  Exchange exchange{
      .request = request,
      .path = request.target.substr(0, question_mark),
      .query = question_mark == std::string_view::npos ? std::string_view{} : request.target.substr(question_mark + 1)};
  if (exchange.is_create()) exchange.sent = parse_create(request.body, options_);

  const std::lock_guard lock(mutex_);
  exchange.now_us = clock_.now_us();
  if (exchange.path == kStatistics) {
    exchange.answer.body = statistics(exchange.now_us);
    return std::move(exchange.answer);
  }
  exchange.fault = exchange.is_create() ? post_faults_.draw(posts_++) : get_faults_.draw(others_++);
  if (strikes_before(exchange.fault.fault)) {
    exchange.kind = exchange.is_create() ? "create" : "other";
  } else if (admit(exchange)) {
    route(exchange);
  }
  strike(exchange);
  record(exchange);
  return std::move(exchange.answer);
}

void Service::flush_ledger() {
  const std::lock_guard lock(mutex_);
  ledger_.flush();
}

// Authorization, then the rate of requests.
bool Service::admit(Exchange& exchange) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view header = exchange.request.authorization;
  const std::string_view key = header.starts_with(kBearer) ? header.substr(kBearer.size()) : std::string_view{};
  if (std::find(options_.api_keys.begin(), options_.api_keys.end(), key) == options_.api_keys.end()) {
    refuse(exchange, {.status = 401, .code = "UNAUTHORIZED", .message = "A valid API key is required"});
    return false;
  }
  const std::int64_t wait_us = std::max(per_second_.wait_us(exchange.now_us), per_minute_.wait_us(exchange.now_us));
  if (wait_us > 0) {
    refuse(exchange, {.status = 429, .code = "RATE_LIMITED", .message = "Too many requests"}, wait_us);
    return false;
  }
  per_second_.count(exchange.now_us);
  per_minute_.count(exchange.now_us);
  return true;
}

void Service::route(Exchange& exchange) {
  const std::string_view path = exchange.path;
  const bool is_get = exchange.request.method == "GET";
  if (exchange.is_create()) {
    create_call(exchange);
  } else if (path == kCalls && is_get) {
    list_calls(exchange, exchange.query);
  } else if (path.starts_with("/v3/calls/") && is_get) {
    get_call(exchange, path.substr(kCalls.size() + 1));
  } else if (path.starts_with(kOrganizations) && is_get) {
    get_organization(exchange, path.substr(kOrganizations.size()));
  } else if (path == kCalls || path.starts_with("/v3/calls/") || path.starts_with(kOrganizations)) {
    refuse(exchange, {.status = 405, .code = "METHOD_NOT_ALLOWED", .message = "Method not allowed"});
  } else {
    refuse(exchange, {.status = 404, .code = "NOT_FOUND", .message = "No such resource"});
  }
}

void Service::create_call(Exchange& exchange) {
  exchange.kind = "create";
  if (exchange.sent.error) {
    refuse(exchange, *exchange.sent.error);
    return;
  }
  const auto result = provider_.create(exchange.sent.request, exchange.now_us);
  if (const auto* rejection = std::get_if<Rejection>(&result)) {
    refuse(exchange, rejection->error, rejection->wait_us);
    return;
  }
  exchange.created = std::get<CallIndex>(result);
  exchange.answer.status = options_.success_code;
  exchange.answer.body.reserve(1024);
  provider_.append_call(exchange.answer.body, *exchange.created, exchange.now_us);
}

void Service::get_call(Exchange& exchange, std::string_view id) {
  exchange.kind = "get";
  const auto index = provider_.find(id);
  if (!index) {
    refuse(exchange, {.status = 404, .code = "NOT_FOUND", .message = "Call not found"});
    return;
  }
  provider_.append_call(exchange.answer.body, *index, exchange.now_us);
}

void Service::list_calls(Exchange& exchange, std::string_view query) {
  exchange.kind = "list";
  const auto parsed = parse_list_query(query, options_, reasons_);
  if (const auto* error = std::get_if<ApiError>(&parsed)) {
    refuse(exchange, *error);
    return;
  }
  exchange.answer.body = provider_.list(std::get<ListQuery>(parsed), exchange.now_us);
}

void Service::get_organization(Exchange& exchange, std::string_view id) {
  exchange.kind = "organization";
  if (id != options_.organization_id) {
    refuse(exchange, {.status = 404, .code = "NOT_FOUND", .message = "Organization not found"});
    return;
  }
  exchange.answer.body = provider_.organization();
}

void Service::refuse(Exchange& exchange, const ApiError& error, std::int64_t wait_us) {
  exchange.outcome = error.code;
  exchange.answer.status = error.status;
  exchange.answer.body = error.body();
  if (error.status == 429) exchange.answer.retry_after = retry_after(wait_us);
}

std::string Service::retry_after(std::int64_t wait_us) const {
  switch (options_.retry_after.kind) {
    case RetryAfter::Kind::kNone:
      return {};
    case RetryAfter::Kind::kFixed:
      return std::to_string(options_.retry_after.seconds);
    case RetryAfter::Kind::kComputed:
      break;
  }
  return std::to_string(std::max<std::int64_t>(1, (wait_us + 999'999) / 1'000'000));
}

// Lets the drawn fault spoil the answer. A POST that created nothing is answered as usual, except by a fault that
// strikes before.
void Service::strike(Exchange& exchange) {
  Answer& answer = exchange.answer;
  answer.delay_ms = exchange.fault.delay_ms;
  const Fault fault = exchange.fault.fault;
  if (fault == Fault::kNone) return;
  if (exchange.is_create() && !strikes_before(fault) && !exchange.created) return;
  exchange.outcome = fault_name(fault);
  switch (fault) {
    case Fault::kNone:
      break;
    case Fault::kResetBefore:
    case Fault::kResetAfter:
      answer.delivery = Delivery::kReset;
      break;
    case Fault::kHangAfter:
      answer.delivery = Delivery::kSilence;
      break;
    case Fault::kError500Before:
    case Fault::kError500After:
      answer.status = 500;
      answer.body = ApiError{.status = 500, .code = "INTERNAL_ERROR", .message = "Something went wrong"}.body();
      break;
    case Fault::kError503Before:
      answer.status = 503;
      answer.body = ApiError{.status = 503, .code = "UNAVAILABLE", .message = "Try again later"}.body();
      answer.retry_after = retry_after(0);
      break;
    case Fault::kGarbage:
      answer.body = "<html>\xff\xfe{\"id\":";
      break;
    case Fault::kTruncated:
      answer.delivery = Delivery::kCutAnswer;
      break;
  }
}

void Service::record(Exchange& exchange) {
  count(requests_by_kind_, exchange.kind);
  count(requests_by_outcome_, exchange.outcome);
  const bool answered =
      exchange.answer.delivery == Delivery::kAnswer || exchange.answer.delivery == Delivery::kCutAnswer;
  LedgerEntry entry{.at_us = exchange.now_us,
                    .sequence = ++sequence_,
                    .method = exchange.request.method,
                    .target = exchange.request.target,
                    .status = answered ? exchange.answer.status : 0,
                    .outcome = exchange.outcome,
                    .delay_ms = exchange.answer.delay_ms};
  std::string id;
  if (exchange.is_create()) {
    entry.is_create = true;
    entry.attempt_id = exchange.sent.attempt_id;
    entry.to_number = exchange.sent.to_number;
    entry.from_number = exchange.sent.from_number;
    entry.created = exchange.created.has_value();
    if (!exchange.sent.attempt_id.empty()) {
      AttemptCounts& counts = attempts_[std::hash<std::string>{}(exchange.sent.attempt_id)];
      if (counts.posted++ > 0) ++duplicates_posted_;
      if (exchange.created && counts.created++ > 0) ++duplicates_created_;
    }
  }
  if (exchange.created) {
    const Call& call = provider_.call(*exchange.created);
    const Outcome& outcome = provider_.outcomes().at(call.fate.outcome);
    id = provider_.call_id(*exchange.created);
    entry.call_id = id;
    entry.reason = outcome.reason;
    entry.final_status = outcome.status;
    entry.answer_ms = outcome.connects ? call.answer_ms() : 0;
    entry.end_ms = call.end_ms();
  }
  ledger_.append(entry);
}

std::string Service::statistics(std::int64_t now_us) {
  std::string out;
  const auto append = [&](std::string_view name, std::uint64_t value) {
    out += out.empty() ? '{' : ',';
    append_quoted(out, name);
    out += ':';
    append_integer(out, value);
  };
  append("posts", posts_);
  append("calls_created", provider_.calls_created());
  append("duplicate_attempts_posted", duplicates_posted_);
  append("duplicate_attempts_created", duplicates_created_);
  append("open_now", provider_.open_now(now_us));
  append("open_max", provider_.open_most());
  append("requests", sequence_);
  out += R"(,"requests_by_kind":)";
  append_counters(out, requests_by_kind_);
  out += R"(,"requests_by_outcome":)";
  append_counters(out, requests_by_outcome_);
  return out += '}';
}

}  // namespace dialerd::voxsim

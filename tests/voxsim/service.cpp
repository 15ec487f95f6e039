#include "tests/voxsim/service.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <variant>

#include "tests/voxsim/create_request.h"
#include "tests/voxsim/json_text.h"
#include "tests/voxsim/list_query.h"
#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

namespace {

constexpr std::string_view kCalls = "/v3/calls";
constexpr std::string_view kOrganizations = "/v3/organizations/";
constexpr std::string_view kStatistics = "/_sim/stats";

}  // namespace

struct Service::Exchange {
  const Request& request;
  std::string_view path;
  std::string_view query;
  std::int64_t now_us = 0;
  std::string_view kind = "other";
  std::size_t account = 0;  // number of the API key
  SentCreate sent{};        // of a POST to the calls
  DrawnFault fault{};
  std::optional<CallIndex> created{};
  std::string outcome = "accepted";
  Answer answer{};

  bool is_create() const { return request.method == "POST" && path == kCalls; }
};

Service::Service(const Options& options)
    : options_(options),
      clock_(options.clock_offset_ms),
      started_us_(clock_.now_us()),
      post_faults_(options.post_faults, options.slow_ms, mix(options.seed, 1)),
      get_faults_(options.get_faults, options.slow_ms, mix(options.seed, 2)),
      reasons_(OutcomeModel(options).reasons()),
      provider_(options),
      ledger_(options.ledger_file),
      per_second_(options.request_rate.per_second, 1'000'000),
      per_minute_(options.request_rate.per_minute, 60'000'000) {
  if (!options.webhooks.targets.empty()) webhooks_ = std::make_unique<WebhookSender>(options, clock_);
}

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
    exchange.answer.body = counts_.text({.calls_created = provider_.calls_created(),
                                         .open_now = provider_.open_now(exchange.now_us),
                                         .open_max = provider_.open_most(),
                                         .webhooks = webhooks_ ? std::optional(webhooks_->counts()) : std::nullopt});
    return std::move(exchange.answer);
  }
  exchange.fault = exchange.is_create() ? post_faults_.draw(posts_++) : get_faults_.draw(others_++);
  if (in_error_burst(exchange.now_us)) {
    exchange.fault.fault = options_.error_burst.status == 500 ? Fault::kError500Before : Fault::kError503Before;
  }
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

bool Service::in_error_burst(std::int64_t now_us) const {
  const ErrorBurstOptions& burst = options_.error_burst;
  if (burst.every_ms == 0) return false;
  const std::int64_t place_ms = (now_us - started_us_) / 1000 % burst.every_ms;
  return place_ms >= std::int64_t{burst.every_ms} - burst.length_ms;
}

// Authorization, then the rate of requests.
bool Service::admit(Exchange& exchange) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view header = exchange.request.authorization;
  const std::string_view key = header.starts_with(kBearer) ? header.substr(kBearer.size()) : std::string_view{};
  const auto found = std::find(options_.api_keys.begin(), options_.api_keys.end(), key);
  exchange.account = static_cast<std::size_t>(found - options_.api_keys.begin());
  if (found == options_.api_keys.end()) {
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
  if (webhooks_ && webhooks_->has_target(exchange.account)) announce(exchange);
}

// Hands the events of a new call to the sender, which may want the answer to wait for the first of them.
void Service::announce(Exchange& exchange) {
  const Call& call = provider_.call(*exchange.created);
  const std::uint64_t seed = mix(provider_.seed_of_newest_call_to(call.to), 3);
  const CallTimes times{.created_ms = call.created_ms,
                        .answer_ms = call.answer_ms(),
                        .end_ms = call.end_ms(),
                        .analysis_ms = call.end_ms() + call.fate.analysis_ms,
                        .connects = call.fate.connects,
                        .ends = !call.fate.never_ends};
  const WebhookPlan plan = plan_webhooks(options_.webhooks, times, seed);
  exchange.answer.delay_ms = plan.hold_answer_ms;
  webhooks_->announce(provider_.event_call(*exchange.created), plan, exchange.account, exchange.sent.attempt_id, seed);
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
  answer.delay_ms = std::max(answer.delay_ms, exchange.fault.delay_ms);
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
  counts_.request(exchange.kind, exchange.outcome);
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
    counts_.post(exchange.sent.attempt_id, exchange.created.has_value());
  }
  if (exchange.created) {
    const Call& call = provider_.call(*exchange.created);
    const Outcome& outcome = provider_.outcomes().at(call.fate.outcome);
    id = provider_.call_id(*exchange.created);
    entry.call_id = id;
    entry.answer_ms = outcome.connects ? call.answer_ms() : 0;
    if (call.fate.never_ends) {
      entry.final_status = "ongoing";
    } else {
      entry.reason = outcome.reason;
      entry.final_status = outcome.status;
      entry.end_ms = call.end_ms();
    }
    if (call.fate.contradict_ms > 0) {
      const Outcome& later = provider_.outcomes().at(call.fate.later_outcome);
      entry.later_reason = later.reason;
      entry.later_status = later.status;
      entry.later_ms = call.end_ms() + call.fate.contradict_ms;
    }
  }
  ledger_.append(entry);
}

}  // namespace dialerd::voxsim

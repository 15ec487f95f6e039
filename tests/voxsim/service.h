#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "tests/voxsim/clock.h"
#include "tests/voxsim/faults.h"
#include "tests/voxsim/ledger.h"
#include "tests/voxsim/options.h"
#include "tests/voxsim/provider.h"
#include "tests/voxsim/request_counts.h"
#include "tests/voxsim/rolling_window.h"
#include "tests/voxsim/webhook_sender.h"

namespace dialerd::voxsim {

struct Request {
  std::string_view method;
  std::string_view target;         // path and query, as received
  std::string_view authorization;  // value of the header, empty without one
  std::string_view body;
};

// What becomes of the connection.
enum class Delivery {
  kAnswer,
  kCutAnswer,  // half of the body, then the connection ends
  kReset,      // TCP reset, no answer
  kSilence,    // no answer, the connection stays open
};

struct Answer {
  int status = 200;
  std::string body;         // JSON, unless a fault says otherwise
  std::string retry_after;  // empty: no such header
  Delivery delivery = Delivery::kAnswer;
  std::uint32_t delay_ms = 0;
};

// The HTTP API: authorization, request rate, routing, faults, the ledger, the webhooks and the statistics. Thread-safe.
class Service {
 public:
  // Throws what OutcomeModel, FaultPlan, Ledger and WebhookSender throw. `options` must outlive it.
  explicit Service(const Options& options);

  std::int64_t now_us() const { return clock_.now_us(); }  // by the provider's clock
  Answer handle(const Request& request);

  // Hands the ledger lines of all requests so far to the operating system. Call it before sending their answers.
  void flush_ledger();

 private:
  struct Exchange;  // one request on its way through

  void create_call(Exchange& exchange);
  void announce(Exchange& exchange);
  void get_call(Exchange& exchange, std::string_view id);
  void list_calls(Exchange& exchange, std::string_view query);
  void get_organization(Exchange& exchange, std::string_view id);
  void route(Exchange& exchange);
  bool in_error_burst(std::int64_t now_us) const;
  bool admit(Exchange& exchange);
  void strike(Exchange& exchange);
  void refuse(Exchange& exchange, const ApiError& error, std::int64_t wait_us = 0);
  std::string retry_after(std::int64_t wait_us) const;
  void record(Exchange& exchange);

  const Options& options_;
  const Clock clock_;
  const std::int64_t started_us_;
  const FaultPlan post_faults_;
  const FaultPlan get_faults_;
  const std::vector<std::string> reasons_;

  std::mutex mutex_;  // guards all below
  Provider provider_;
  Ledger ledger_;
  RollingWindow per_second_;
  RollingWindow per_minute_;
  RequestCounts counts_;
  std::uint64_t sequence_ = 0;
  std::uint64_t posts_ = 0;
  std::uint64_t others_ = 0;
  std::unique_ptr<WebhookSender> webhooks_;  // none without targets
};

}  // namespace dialerd::voxsim

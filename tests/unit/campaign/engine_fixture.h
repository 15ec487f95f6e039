// An engine in virtual time, with one account and one campaign, and shorthands for what the shell would do.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "campaign/engine.h"

namespace dialerd::campaign {

inline constexpr CampaignId campaign_id{7};
inline constexpr AccountIndex account_index{0};

EngineSettings engine_settings();  // open around the clock, no limits, retries as built in

EngineSettings with_account_limits(const config::Limits& limits);
EngineSettings with_concurrency(std::int64_t n);  // of the account

class Driver {
 public:
  explicit Driver(EngineSettings settings = engine_settings());

  void advance(std::chrono::milliseconds by);
  void tick();

  // Answers the claim in `commands` with `n` leads (or as many as it asked for), and ticks.
  void claim_brings(std::int64_t n, std::optional<std::chrono::milliseconds> next_due = std::nullopt);
  // Claims, dials and returns the one call.
  Call one_call();
  void answer(const AttemptId& attempt, AnswerKind kind);
  void accept(const AttemptId& attempt) { answer(attempt, AnswerKind::accepted); }
  // The provider's list shows the call.
  void news(const AttemptId& attempt, const std::string& status, const std::string& reason = "");
  // A list pass that is under way or due now ends without showing anything; false: there is none.
  bool empty_pass();
  // Everything in `commands` is committed; ticks.
  void store();
  // All settlements that the last commands hold.
  const Settlement& only_settlement() const;
  const Record& only_record() const;

  Engine engine;
  Now now{MonoTime{std::chrono::hours{100}}, WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}}};
  Commands commands;              // of the last tick
  std::vector<MonoTime> dialled;  // when each call was handed out

 private:
  bool pass_under_way_ = false;
  std::int64_t leads_ = 0;
};

}  // namespace dialerd::campaign

#include "campaign/ended_calls.h"

#include <algorithm>

namespace dialerd::campaign {
namespace {

bool are_whole(const CallDetails& details) {
  return !details.total_cost.empty() && !(details.summary.empty() && details.analysis.empty());
}

}  // namespace

void EndedCalls::add(MonoTime now, const AttemptId& attempt, const std::string& call_status,
                     const std::string& disposition, Kind kind) {
  forget(now);
  int asks = kind == Kind::connected ? asks_max : 0;
  const MonoTime first_ask = now + first_ask_after;
  if (!calls_.emplace(attempt, Ended{now, kind, call_status, disposition, asks, first_ask}).second) return;
  order_.push_back(attempt);
  if (asks == 0) return;
  if (awaiting_.empty()) next_ask_ = std::max(next_ask_, first_ask);
  awaiting_.insert(attempt);
}

void EndedCalls::forget(MonoTime now) {
  while (!order_.empty() && (order_.size() >= calls_max || calls_.at(order_.front()).at + details_for_ <= now)) {
    awaiting_.erase(order_.front());
    calls_.erase(order_.front());
    order_.pop_front();
  }
}

EndedCalls::Found EndedCalls::news(Now now, const CallNews& news) {
  Found tells;
  auto found = news.attempt ? calls_.find(*news.attempt) : calls_.end();
  if (found == calls_.end()) return tells;
  Ended& ended = found->second;
  if (ended.asks_left > 0 && news.details && *news.details != ended.told) {
    tells.details = DetailRecord{*news.attempt, *news.details};
    ended.told = *news.details;
  }
  if (ended.asks_left > 0 && now.mono >= ended.counts_from) {
    --ended.asks_left;
    ended.counts_from = now.mono + ask_interval / 2;
  }
  // The cost may come before the analysis: then it is worth asking again.
  if (news.details && are_whole(*news.details)) ended.asks_left = 0;
  if (ended.asks_left == 0) {
    awaiting_.erase(*news.attempt);
    ended.told = {};
  }

  if (is_running(news) && ended.kind != Kind::no_call) return tells;  // it was on its way for long
  const std::string& disposition = news.disconnection_reason.empty() ? news.status : news.disconnection_reason;
  bool contradicts = disposition != ended.disposition || news.status != ended.call_status;
  if (contradicts && ended.late_news_left > 0) {
    --ended.late_news_left;
    ended.disposition = disposition;
    ended.call_status = news.status;
    tells.late_news = LateNews{*news.attempt, news.call_id, news.status, disposition,
                               news.start_at, news.end_at,  now.wall,    ended.kind == Kind::no_call};
  }
  return tells;
}

std::optional<WallTime> EndedCalls::ask_since(MonoTime now) {
  if (now < next_ask_) return std::nullopt;
  forget(now);
  if (awaiting_.empty()) return std::nullopt;
  return created_at(*awaiting_.begin());
}

}  // namespace dialerd::campaign

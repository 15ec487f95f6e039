#include "campaign/follower.h"

#include <algorithm>

namespace dialerd::campaign {

void Follower::open(Now now, const AttemptId& attempt, const std::string& call_id) {
  doubts_.erase(attempt);
  open_[attempt] = Open{call_id, now.mono, now.mono};
  by_call_id_[call_id] = attempt;
}

void Follower::doubt(MonoTime since, const AttemptId& attempt) { doubts_[attempt] = Doubt{since, std::nullopt}; }

void Follower::close(const AttemptId& attempt) {
  doubts_.erase(attempt);
  auto found = open_.find(attempt);
  if (found == open_.end()) return;
  if (found->second.looked_up) --look_ups_;
  by_call_id_.erase(found->second.call_id);
  open_.erase(found);
}

std::optional<AttemptId> Follower::match(const CallNews& news) const {
  if (news.attempt && (open_.contains(*news.attempt) || doubts_.contains(*news.attempt))) return news.attempt;
  if (auto found = by_call_id_.find(news.call_id); found != by_call_id_.end()) return found->second;
  return std::nullopt;
}

void Follower::seen(Now now, const AttemptId& attempt) {
  if (auto found = open_.find(attempt); found != open_.end()) found->second.last_news = now.mono;
}

std::optional<WallTime> Follower::pass_due(Now now) {
  if (pass_started_ || now.mono < next_pass_ || size() == 0) return std::nullopt;
  pass_started_ = now.mono;
  WallTime from = now.wall;
  if (!open_.empty()) {
    // The first open call inside the horizon; older ones are looked up.
    auto first = open_.lower_bound(make_attempt_id(now.wall - settings_.horizon, {}));
    if (first != open_.end()) from = std::min(from, created_at(first->first) - skew);
  }
  if (!doubts_.empty()) from = std::min(from, created_at(doubts_.begin()->first) - doubt_skew - steps_);
  return from;
}

std::vector<AttemptId> Follower::pass_ended(Now now, bool complete, std::optional<std::chrono::seconds> pause) {
  std::vector<AttemptId> absent;
  if (!pass_started_) return absent;
  MonoTime started = *pass_started_;
  pass_started_.reset();
  next_pass_ = now.mono + std::max<ratelimit::MonoClock::duration>(
                              settings_.list_interval, std::min(pause.value_or(std::chrono::seconds{0}), pause_max));
  for (auto& [attempt, doubt] : doubts_) {
    if (!complete) break;  // it proves no absence
    if (!doubt.absent_since) {
      if (started >= doubt.since + settings_.list_lag) doubt.absent_since = started;
    } else if (started >= *doubt.absent_since + settings_.list_lag) {
      absent.push_back(attempt);
    }
  }
  look_up_queue_.clear();
  ratelimit::MonoClock::duration silence = settings_.list_lag + 2 * settings_.list_interval;
  for (const auto& [attempt, open] : open_) {
    bool shown = open.last_news >= started;  // early in a pass that took long
    if (!shown && !open.looked_up && open.last_news + silence <= now.mono) look_up_queue_.push_back(attempt);
  }
  std::reverse(look_up_queue_.begin(), look_up_queue_.end());  // the oldest is taken first, from the back
  return absent;
}

bool Follower::look_up_waits() {
  // Calls that ended meanwhile, or are being looked up already, are passed over.
  while (!look_up_queue_.empty()) {
    auto found = open_.find(look_up_queue_.back());
    if (found != open_.end() && !found->second.looked_up) break;
    look_up_queue_.pop_back();
  }
  return look_ups_ < look_ups_max && !look_up_queue_.empty();
}

Follower::LookUp Follower::next_look_up(Now now) {
  AttemptId attempt = look_up_queue_.back();
  look_up_queue_.pop_back();
  Open& open = open_.at(attempt);
  open.looked_up = true;
  open.last_news = now.mono;
  ++look_ups_;
  return {attempt, open.call_id};
}

void Follower::look_up_ended(const AttemptId& attempt) {
  auto found = open_.find(attempt);
  if (found == open_.end() || !found->second.looked_up) return;
  found->second.looked_up = false;
  --look_ups_;
}

std::vector<AttemptId> Follower::abandoned(Now now) const {
  std::vector<AttemptId> given_up;
  for (const auto& [attempt, open] : open_) {
    if (now.mono >= open.since + settings_.abandon_after) given_up.push_back(attempt);
  }
  for (const auto& [attempt, doubt] : doubts_) {
    if (now.mono >= doubt.since + settings_.abandon_after) given_up.push_back(attempt);
  }
  return given_up;
}

std::optional<MonoTime> Follower::next_pass() const {
  if (pass_started_ || size() == 0) return std::nullopt;
  return next_pass_;
}

}  // namespace dialerd::campaign

#include "campaign/follower.h"

#include <algorithm>
#include <utility>

namespace dialerd::campaign {
namespace {

constexpr double page_size = 100;         // calls in one page of the list (docs: calls/list, `limit`)
constexpr int controls_considered = 200;  // of the open calls, from the newest on
// A control's start must lie inside the times asked for, whatever the provider's clock says (AccountLink allows it to
// differ by two minutes).
constexpr std::chrono::minutes control_skew{3};

}  // namespace

void Follower::open(Now now, const AttemptId& attempt, const std::string& call_id, const std::string& to_number) {
  doubts_.erase(attempt);
  open_[attempt] = Open{call_id, to_number, now.mono, now.mono, false, false};
  by_call_id_[call_id] = attempt;
}

std::optional<WallTime> Follower::oldest_doubt() const {
  // The ids are in the order of time.
  if (doubts_.empty()) return std::nullopt;
  return created_at(doubts_.begin()->first);
}

void Follower::doubt(MonoTime since, const AttemptId& attempt, const std::string& to_number) {
  Doubt doubt;
  doubt.to_number = to_number;
  doubt.since = since;
  doubts_[attempt] = std::move(doubt);
  next_by_numbers_ = paused_until_;
}

void Follower::close(const AttemptId& attempt) {
  doubts_.erase(attempt);
  looking_up_.erase(attempt);
  auto found = open_.find(attempt);
  if (found == open_.end()) return;
  by_call_id_.erase(found->second.call_id);
  open_.erase(found);
}

std::optional<AttemptId> Follower::match(const CallNews& news) const {
  if (news.attempt && (open_.contains(*news.attempt) || (!doubts_.empty() && doubts_.contains(*news.attempt)))) {
    return news.attempt;
  }
  if (auto found = by_call_id_.find(news.call_id); found != by_call_id_.end()) return found->second;
  return std::nullopt;
}

void Follower::seen(Now now, const AttemptId& attempt) {
  if (auto found = open_.find(attempt); found != open_.end()) found->second.last_news = now.mono;
}

void Follower::hint(Now now, const AttemptId& attempt, const std::string& call_id) {
  if (auto open = open_.find(attempt); open != open_.end()) {
    if (std::exchange(open->second.hinted, true)) return;
    hinted_.push_back({attempt, open->second.call_id});
  } else if (auto doubt = doubts_.find(attempt); doubt != doubts_.end()) {
    doubt->second.hinted_call = call_id;
    if (std::exchange(doubt->second.hinted, true)) return;
    hinted_.push_back({attempt, call_id});
  }
  // One pass tells of all of them, when it takes fewer requests.
  if (!hinted_.empty() && static_cast<double>(hinted_.size()) > pages_since(now, open_start(now))) {
    next_pass_ = std::max(now.mono, paused_until_);
  }
}

// --- passes

double Follower::pages_since(Now now, WallTime from) const {
  return 1 + listed_per_second_ * std::chrono::duration<double>(now.wall - from).count() / page_size;
}

// Where a pass for the open calls begins: each that is older costs a look-up, and each page from there on a request.
WallTime Follower::open_start(Now now) const {
  auto first = open_.lower_bound(make_attempt_id(now.wall - settings_.horizon, {}));
  if (first == open_.end()) return now.wall;
  WallTime best = created_at(first->first) - skew_;
  double fewest = pages_since(now, best);
  double left_out = 0;
  for (auto open = first; open != open_.end() && left_out < fewest; ++open, ++left_out) {
    WallTime from = created_at(open->first) - skew_;
    double requests = left_out + pages_since(now, from);
    if (requests < fewest) {
      fewest = requests;
      best = from;
    }
  }
  return best;
}

std::chrono::milliseconds Follower::doubt_interval() const {
  return std::max<std::chrono::milliseconds>(settings_.list_interval, settings_.list_lag / 4);
}

// Whether doubts can be listed by their numbers. Precondition: there is one.
bool Follower::numbers_usable(Now now) const {
  return now.mono >= numbers_trusted_from_ && !controls_for(doubt_start(doubts_.rbegin()->first), {}).empty();
}

// Calls that a listing from `from` on, by their numbers, must show: two at most, to different numbers.
std::vector<const Follower::Open*> Follower::controls_for(WallTime from, const std::vector<AttemptId>& doubts) const {
  std::vector<const Open*> controls;
  std::set<std::string> taken;
  for (const AttemptId& doubt : doubts) taken.insert(doubts_.at(doubt).to_number);
  int considered = 0;
  for (auto open = open_.rbegin(); open != open_.rend() && considered < controls_considered; ++open, ++considered) {
    if (created_at(open->first) < from + control_skew || controls.size() == 2) break;
    if (open->second.listed && taken.insert(open->second.to_number).second) controls.push_back(&open->second);
  }
  return controls;
}

std::optional<Follower::Pass> Follower::pass_due(Now now, std::optional<WallTime> ended_since) {
  if (pass_) return std::nullopt;
  if (now.mono >= next_pass_) {
    std::optional<WallTime> from;
    if (!open_.empty()) from = open_start(now);
    if (ended_since) from = std::min(from.value_or(*ended_since), *ended_since - skew_);
    if (!doubts_.empty() && !numbers_usable(now)) {
      WallTime oldest = doubt_start(doubts_.begin()->first);
      from = std::min(from.value_or(oldest), oldest);
    }
    if (from) return begin_whole_pass(now, *from);
  }
  if (!doubts_.empty() && now.mono >= next_by_numbers_ && numbers_usable(now)) return begin_pass_by_numbers(now);
  return std::nullopt;
}

Follower::Pass Follower::begin_whole_pass(Now now, WallTime from) {
  RunningPass pass;
  pass.started = now.mono;
  pass.from = from;
  for (auto& [attempt, doubt] : doubts_) {
    if (doubt_start(attempt) < from) continue;
    doubt.asked = now.mono;
    pass.doubts.push_back(attempt);
  }
  // It tells of these soon.
  std::erase_if(hinted_, [&](const LookUp& hint) {
    auto open = open_.find(hint.attempt);
    if (open == open_.end() || created_at(hint.attempt) - skew_ < from) return false;
    open->second.hinted = false;
    return true;
  });
  pass_ = std::move(pass);
  return {from, {}};
}

std::optional<Follower::Pass> Follower::begin_pass_by_numbers(Now now) {
  std::vector<std::pair<MonoTime, AttemptId>> waiting;
  for (const auto& [attempt, doubt] : doubts_) waiting.emplace_back(doubt.asked, attempt);
  std::sort(waiting.begin(), waiting.end());
  auto due_from = [&](MonoTime asked) { return asked == MonoTime::min() ? asked : asked + doubt_interval(); };
  RunningPass pass;
  pass.from = now.wall;
  for (const auto& [asked, attempt] : waiting) {
    if (due_from(asked) > now.mono || pass.doubts.size() == numbers_max) break;
    pass.doubts.push_back(attempt);
    pass.from = std::min(pass.from, doubt_start(attempt));
  }
  if (pass.doubts.empty()) {
    next_by_numbers_ = due_from(waiting.front().first);
    return std::nullopt;
  }
  std::vector<const Open*> controls = controls_for(pass.from, pass.doubts);
  if (controls.empty()) {
    next_by_numbers_ = now.mono + settings_.list_interval;
    return std::nullopt;
  }
  if (controls.size() == 1) pass.doubts.resize(1);
  pass.started = now.mono;
  pass.by_numbers = true;
  Pass asked{pass.from, {}};
  for (const AttemptId& attempt : pass.doubts) {
    Doubt& doubt = doubts_.at(attempt);
    doubt.asked = now.mono;
    asked.numbers.push_back(doubt.to_number);
  }
  // The first doubt again behind the last control: then no control is the first or the last, and whichever end of the
  // numbers is cut off, a control goes with it, or nothing is missing.
  asked.numbers.insert(asked.numbers.begin() + 1, controls.front()->to_number);
  if (controls.size() == 2) asked.numbers.push_back(controls.back()->to_number);
  asked.numbers.push_back(asked.numbers.front());
  for (const Open* control : controls) pass.controls.insert(control->call_id);
  pass_ = std::move(pass);
  return asked;
}

void Follower::listed(const CallNews& news) {
  if (!pass_) return;
  ++pass_->listed;
  pass_->controls.erase(news.call_id);
  auto matched = match(news);
  if (!matched) return;
  if (auto found = open_.find(*matched); found != open_.end()) found->second.listed = true;
}

void Follower::clock_behind(std::optional<std::chrono::milliseconds> by) {
  if (pass_) pass_->behind = std::max(pass_->behind.value_or(std::chrono::milliseconds{0}), by.value_or(skew_max));
}

std::vector<AttemptId> Follower::pass_ended(Now now, bool complete, std::optional<std::chrono::seconds> pause) {
  std::vector<AttemptId> absent;
  if (!pass_) return absent;
  RunningPass pass = *std::exchange(pass_, std::nullopt);
  bool whole = !pass.by_numbers;
  bool controlled = pass.controls.empty();
  if (whole) next_pass_ = now.mono + settings_.list_interval;
  next_by_numbers_ = now.mono;
  if (pause) {
    paused_until_ = now.mono + std::min(*pause, pause_max);
    next_pass_ = std::max(next_pass_, paused_until_);
    next_by_numbers_ = paused_until_;
  }
  if (!whole) {
    numbers_failed_ = complete && controlled ? 0 : numbers_failed_ + 1;
    if ((complete && !controlled) || numbers_failed_ >= 2) numbers_trusted_from_ = now.mono + numbers_distrusted;
  }
  if (complete && whole) {
    double seconds = std::chrono::duration<double>(now.wall - pass.from).count();
    listed_per_second_ = static_cast<double>(pass.listed) / std::max(seconds, 1.0);
  }

  bool proves_absence = complete && controlled;
  for (const AttemptId& attempt : pass.doubts) {
    auto found = doubts_.find(attempt);
    if (found == doubts_.end() || !proves_absence) continue;
    Doubt& doubt = found->second;
    if (pass.started < (doubt.absences == 0 ? doubt.since : doubt.absent_at) + settings_.list_lag) continue;
    doubt.absent_at = pass.started;
    if (++doubt.absences >= settings_.confirmations) absent.push_back(attempt);
  }
  if (whole) {
    queue_look_ups(now, pass);
    skew_ = complete && pass.behind ? std::min<std::chrono::milliseconds>(*pass.behind + skew_min, skew_max) : skew_max;
  }
  return absent;
}

// Open calls that the pass did not show: because it left them out, or because the list does.
void Follower::queue_look_ups(Now now, const RunningPass& pass) {
  look_up_queue_.clear();
  ratelimit::MonoClock::duration silence = settings_.list_lag + 2 * settings_.list_interval;
  for (const auto& [attempt, open] : open_) {
    if (open.last_news >= pass.started) continue;  // early in a pass that took long
    WallTime created = created_at(attempt);
    bool left_out = created - skew_ < pass.from && created >= now.wall - settings_.horizon;
    if (open.last_news + (left_out ? settings_.list_interval : silence) <= now.mono) {
      look_up_queue_.push_back({attempt, open.call_id});
    }
  }
}

// --- look-ups

// Brings the first that may be looked up now to the front. Calls that are not followed any more are dropped; those that
// are being looked up at the moment wait, for that answer may be from before the hint.
bool Follower::find_due(std::deque<LookUp>& queue) const {
  auto followed = [&](const LookUp& one) { return open_.contains(one.attempt) || doubts_.contains(one.attempt); };
  while (!queue.empty() && !followed(queue.front())) queue.pop_front();
  auto due = std::find_if(queue.begin(), queue.end(),
                          [&](const LookUp& one) { return !looking_up_.contains(one.attempt) && followed(one); });
  if (due == queue.end()) return false;
  std::rotate(queue.begin(), due, std::next(due));
  return true;
}

bool Follower::look_up_waits() {
  return looking_up_.size() < look_ups_max && (find_due(hinted_) || find_due(look_up_queue_));
}

Follower::LookUp Follower::next_look_up(Now now) {
  std::deque<LookUp>& queue = find_due(hinted_) ? hinted_ : look_up_queue_;
  LookUp look_up = std::move(queue.front());
  queue.pop_front();
  looking_up_.insert(look_up.attempt);
  if (auto open = open_.find(look_up.attempt); open != open_.end()) {
    open->second.last_news = now.mono;
    open->second.hinted = false;
  } else if (auto doubt = doubts_.find(look_up.attempt); doubt != doubts_.end()) {
    doubt->second.hinted = false;
    look_up.call_id = doubt->second.hinted_call;
  }
  return look_up;
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

std::optional<MonoTime> Follower::next_pass(Now now) const {
  if (pass_ || size() == 0) return std::nullopt;
  if (doubts_.empty() || !numbers_usable(now)) return next_pass_;
  return std::min(next_pass_, next_by_numbers_);
}

}  // namespace dialerd::campaign

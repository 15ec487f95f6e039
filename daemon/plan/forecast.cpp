#include "daemon/plan/forecast.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "daemon/plan/engine_settings.h"
#include "daemon/plan/virtual_store.h"

namespace dialerd::daemon::plan {
namespace {

using campaign::AttemptId;
using campaign::MonoTime;
using campaign::Now;
using std::chrono::hours;
using std::chrono::milliseconds;

// Where the monotonic clock stands at the start: far enough from zero for calls of the last day.
constexpr MonoTime mono_start{hours{24 * 365}};

class Run {
 public:
  explicit Run(const ForecastInput& input)
      : input_(input),
        engine_(engine_settings(input)),
        store_(pools(input), input.seed),
        gate_(planned().config),
        timeline_(planned().config.timezone) {
    for (auto& row : binding_places_) row.fill(unknown_place);
  }

  Forecast run();

 private:
  struct Event {
    MonoTime at;
    std::uint64_t order = 0;
    AttemptId attempt;
    const Outcome* outcome = nullptr;  // null: the POST is answered
    milliseconds talk{0};

    friend bool operator>(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };
  enum class Stage { closed, waits_for_due, due, last_calls };
  static constexpr std::size_t unknown_place = static_cast<std::size_t>(-1);

  static std::vector<VirtualStore::Campaign> pools(const ForecastInput& input);
  const CampaignInput& planned() const { return input_.campaigns[input_.planned]; }
  Now now() const { return {mono_, input_.start + std::chrono::duration_cast<milliseconds>(mono_ - mono_start)}; }
  std::size_t index_of(campaign::CampaignId id) const;
  void begin();
  void carry_out_all();
  void dial(const campaign::Call& call);
  void write(const campaign::Write& write);
  void note(std::size_t campaign, const campaign::Settlement& settlement);
  void handle(const Event& event);
  void schedule(Event event);
  MonoTime next_multiple(MonoTime at, milliseconds of) const;
  Stage stage() const;
  std::size_t place(const std::string& hold);
  std::size_t place(campaign::Binding binding);
  void spend(MonoTime until);
  bool never_again() const;

  const ForecastInput& input_;
  campaign::Engine engine_;
  VirtualStore store_;
  campaign::Gate gate_;  // the planned campaign's, for the look from outside
  Timeline timeline_;
  MonoTime mono_ = mono_start;
  std::vector<Event> events_;  // a heap, the next one in front
  std::uint64_t order_ = 0;
  std::optional<MonoTime> wake_at_;
  Forecast result_;
  std::int64_t leads_done_ = 0;
  std::array<std::array<std::size_t, 16>, 3> binding_places_;
  std::vector<std::size_t> held_;
};

std::vector<VirtualStore::Campaign> Run::pools(const ForecastInput& input) {
  std::vector<VirtualStore::Campaign> pools;
  for (const CampaignInput& campaign : input.campaigns) {
    VirtualStore::Campaign& one = pools.emplace_back();
    if (!campaign.paused) one.pool = *campaign.leads;
    one.callback_tolerance = campaign.config.callback_tolerance;
    for (const config::Rules& rules : campaign.config.rules) {
      one.frequency_caps.insert(one.frequency_caps.end(), rules.frequency_caps.begin(), rules.frequency_caps.end());
      one.lock_outs.insert(one.lock_outs.end(), rules.lock_outs.begin(), rules.lock_outs.end());
    }
  }
  return pools;
}

std::size_t Run::index_of(campaign::CampaignId id) const {
  auto found = std::ranges::find(input_.campaigns, id, &CampaignInput::id);
  return static_cast<std::size_t>(found - input_.campaigns.begin());
}

void Run::schedule(Event event) {
  event.order = ++order_;
  events_.push_back(std::move(event));
  std::ranges::push_heap(events_, std::greater());
}

MonoTime Run::next_multiple(MonoTime at, milliseconds of) const {
  std::chrono::nanoseconds interval = std::max(of, milliseconds{1});
  auto passed = at - mono_start;
  return mono_start + (passed + interval - std::chrono::nanoseconds{1}) / interval * interval;
}

void Run::begin() {
  result_.start = input_.start;
  result_.leads = store_.ready(input_.planned);

  campaign::AccountHistory history;
  history.counts = input_.history.counts;
  for (const campaign::OpenAttempt& open : input_.history.open) {
    std::size_t campaign = index_of(open.campaign);
    if (campaign == input_.campaigns.size()) {
      // Nobody settles it here; what the provider has counted stays counted.
      history.counts.push_back({open.campaign, open.from_number, open.answered.value_or(open.claimed), 1});
      continue;
    }
    history.open.push_back(open);
    store_.add_open(campaign, open);
    if (campaign == input_.planned) ++result_.leads;
    auto draw = input_.campaigns[campaign].model.draw(input_.seed, open.lead, 0);
    MonoTime end = mono_ - (input_.start - open.claimed) + draw.before + draw.talk;
    schedule({next_multiple(std::max(end, mono_ + milliseconds{1}), input_.list_interval), 0, open.attempt,
              draw.outcome, draw.talk});
  }
  engine_.gained(now(), the_account, history);
  for (std::size_t i = 0; i < input_.campaigns.size(); ++i) {
    engine_.set_clocks(mono_, input_.campaigns[i].id, store_.clocks(i));
    if (input_.campaigns[i].paused) engine_.set_wish(input_.campaigns[i].id, campaign::CampaignWish::paused);
  }
}

void Run::dial(const campaign::Call& call) {
  VirtualStore::Lead of = store_.lead_of(call.attempt);
  auto draw = input_.campaigns[of.campaign].model.draw(input_.seed, of.lead->lead, ++of.lead->calls);
  schedule({mono_ + input_.answer_time, 0, call.attempt, nullptr, {}});
  MonoTime end = mono_ + std::max(draw.before + draw.talk, input_.answer_time);
  schedule({next_multiple(end, input_.list_interval), 0, call.attempt, draw.outcome, draw.talk});

  if (of.campaign == input_.planned) {
    ++result_.calls;
    ++timeline_.at(now().wall).calls;
  } else {
    ++result_.calls_of_others[input_.campaigns[of.campaign].config.name];
  }
}

void Run::note(std::size_t campaign, const campaign::Settlement& settlement) {
  if (campaign != input_.planned) return;
  bool called = settlement.state == campaign::AttemptState::ended;
  if (called) ++result_.calls_by_reason[settlement.disposition];
  if (settlement.conversation) {
    ++result_.conversations;
    ++timeline_.at(now().wall).conversations;
  }
  if (settlement.lead_state == campaign::LeadState::ready) return;
  if (++leads_done_ * 10 >= result_.leads * 9 && !result_.most_done) result_.most_done = now().wall;
  if (!called) {
    ++result_.dropped[settlement.outcome];
  } else if (settlement.lead_state == campaign::LeadState::held) {
    ++result_.held[settlement.outcome];
  } else {
    ++result_.done[settlement.outcome];
  }
}

void Run::write(const campaign::Write& write) {
  for (const campaign::Settlement& settlement : write.settlements) {
    note(store_.lead_of(settlement.attempt).campaign, settlement);
    store_.settle(settlement);
  }
  engine_.stored(now(), the_account, write);
}

// Ticks until the engine wants nothing more at this moment.
void Run::carry_out_all() {
  for (bool again = true; again;) {
    campaign::Commands commands = engine_.tick(now());
    again = !commands.claims.empty();
    for (const campaign::Claim& claim : commands.claims) {
      engine_.claimed(now(), claim.campaign, claim.number, store_.claim(index_of(claim.campaign), claim, now().wall));
    }
    for (const campaign::Call& call : commands.calls) dial(call);
    for (const campaign::Write& one : commands.writes) {
      write(one);
      again = again || !one.settlements.empty();
    }
    for (const campaign::Recheck& recheck : commands.rechecks) {
      engine_.rechecked(now(), mono_, recheck.campaign, {});
      again = true;
    }
    for (std::size_t i = 0; i < commands.list_pages.size(); ++i) {
      campaign::ListPageAnswer answer;
      answer.listed = true;
      engine_.list_page_answered(now(), the_account, answer);
    }
    for (const campaign::LookUp& look_up : commands.look_ups) {
      engine_.looked_up(now(), the_account, look_up.attempt, std::nullopt);
    }
    wake_at_ = commands.wake_at;
  }
}

void Run::handle(const Event& event) {
  if (event.outcome == nullptr) {
    campaign::CreateAnswer answer;
    answer.kind = campaign::AnswerKind::accepted;
    answer.call_id = std::to_string(event.order);
    answer.http_status = 201;
    engine_.answered(now(), event.attempt, answer);
    return;
  }
  campaign::CallNews news;
  news.attempt = event.attempt;
  news.status = "ended";
  news.disconnection_reason = event.outcome->reason;
  news.end_at = now().wall;
  news.start_at = now().wall - event.talk;
  engine_.news(now(), the_account, news);
}

Run::Stage Run::stage() const {
  if (store_.ready(input_.planned) == 0) return Stage::last_calls;
  auto clocks = store_.clock_names(input_.planned);
  WallTime wall = now().wall;
  Stage stage = Stage::closed;
  for (std::size_t clock = 0; clock < clocks.size(); ++clock) {
    auto due = store_.next_due(input_.planned, clock);
    if (!due || !gate_.clock_open(clocks[clock], wall)) continue;
    if (*due <= wall) return Stage::due;
    stage = Stage::waits_for_due;
  }
  return stage;
}

std::size_t Run::place(const std::string& hold) {
  auto found = std::ranges::find(result_.holds, hold);
  if (found != result_.holds.end()) return static_cast<std::size_t>(found - result_.holds.begin());
  result_.holds.push_back(hold);
  result_.held_time.emplace_back(0);
  return result_.holds.size() - 1;
}

std::size_t Run::place(campaign::Binding binding) {
  std::size_t& known = binding_places_[static_cast<std::size_t>(binding.node)][static_cast<std::size_t>(binding.limit)];
  if (known == unknown_place) {
    known = place(std::string(to_string(binding.node)) + '.' + std::string(to_string(binding.limit)));
  }
  return known;
}

// Until then nothing happens: books the time on what holds calls back.
void Run::spend(MonoTime until) {
  Stage at = stage();
  held_.clear();
  switch (at) {
    case Stage::closed:
      break;
    case Stage::waits_for_due:
      held_.push_back(place("not_due"));
      break;
    case Stage::last_calls:
      held_.push_back(place("last_calls"));
      break;
    case Stage::due:
      for (campaign::Binding binding : engine_.binding(now(), planned().id)) held_.push_back(place(binding));
      if (held_.empty()) held_.push_back(place("connections"));
      break;
  }
  WallTime from = now().wall;
  MonoTime before = std::exchange(mono_, until);
  WallTime to = now().wall;
  mono_ = before;
  bool open = at != Stage::closed;
  timeline_.spend(from, to, open, held_);
  if (open) result_.open_time += to - from;
  for (std::size_t held : held_) result_.held_time[held] += to - from;
}

bool Run::never_again() const {
  auto clocks = store_.clock_names(input_.planned);
  for (std::size_t clock = 0; clock < clocks.size(); ++clock) {
    if (store_.next_due(input_.planned, clock) && gate_.next_opening(clocks[clock], now().wall)) return false;
  }
  return true;
}

Forecast Run::run() {
  begin();
  const MonoTime horizon = mono_start + input_.horizon;
  for (;;) {
    carry_out_all();
    if (store_.ready(input_.planned) == 0 && store_.open(input_.planned) == 0) {
      result_.finished = true;
      break;
    }
    bool closed = store_.open(input_.planned) == 0 && stage() == Stage::closed;
    if (closed && never_again()) {
      for (const std::string& clock : store_.clocks(input_.planned)) result_.never = gate_.never_opens_rule(clock);
      break;
    }
    MonoTime next = horizon;
    if (wake_at_) next = std::min(next, std::max(*wake_at_, mono_ + milliseconds{1}));
    if (!events_.empty()) next = std::min(next, events_.front().at);
    next = next_multiple(next, input_.step);
    spend(next);
    mono_ = next;
    if (mono_ >= horizon) break;
    while (!events_.empty() && events_.front().at <= mono_) {
      std::ranges::pop_heap(events_, std::greater());
      Event event = std::move(events_.back());
      events_.pop_back();
      handle(event);
    }
  }
  result_.end = now().wall;
  result_.unfinished = store_.ready(input_.planned) + store_.open(input_.planned);
  result_.hours = timeline_.take();
  return std::move(result_);
}

}  // namespace

Forecast run_forecast(const ForecastInput& input) { return Run(input).run(); }

}  // namespace dialerd::daemon::plan

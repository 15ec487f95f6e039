#include "tests/simulation/scenario.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace dialerd::simulation {
namespace {

using config::FrequencyCap;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Days before and around which clocks are set, in Europe, America and Australia, and ordinary ones.
const std::vector<std::chrono::sys_days> beginnings = {
    std::chrono::sys_days{std::chrono::year{2026} / 10 / 24}, std::chrono::sys_days{std::chrono::year{2026} / 10 / 30},
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 6},   std::chrono::sys_days{std::chrono::year{2026} / 3 / 27},
    std::chrono::sys_days{std::chrono::year{2026} / 4 / 3},   std::chrono::sys_days{std::chrono::year{2026} / 12 / 29},
    std::chrono::sys_days{std::chrono::year{2027} / 2 / 3},
};

const std::vector<std::string> zones = {"Asia/Seoul",     "America/New_York", "Europe/London",
                                        "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"};

constexpr std::int64_t crowd_dialing_max = 8;

class Drawing {
 public:
  explicit Drawing(Random& random) : random_(random) {}

  Scenario draw() {
    Scenario& s = scenario_;
    s.begin = random_.one_of(beginnings) + random_.between(milliseconds{0}, hours{48});
    s.faults_last = random_.between(hours{2}, hours{36});
    s.faults = random_.one_of<double>({0, 0.5, 1, 1, 1, 3});
    s.answer_rate = random_.one_of<double>({0.05, 0.3, 0.6});
    s.opt_out_rate = random_.one_of<double>({0.02, 0.02, 0.02, 0.3});
    s.database_max = random_.one_of<milliseconds>({milliseconds{40}, milliseconds{40}, milliseconds{400}});
    s.page_size = random_.one_of<std::int64_t>({3, 20, 100});
    s.clock_steps = random_.chance(0.3);

    campaign::EngineSettings& settings = s.settings;
    std::int64_t accounts = random_.chance(0.25) ? 2 : 1;
    for (std::int64_t a = 0; a < accounts; ++a) settings.accounts.push_back(account(a));
    std::int64_t campaigns = random_.one_of<std::int64_t>({1, 1, 2, 2, 3, 4});
    for (std::int64_t c = 0; c < campaigns; ++c) {
      campaign::CampaignSettings one;
      one.id = campaign::CampaignId{c + 1};
      one.account = campaign::AccountIndex{static_cast<std::size_t>(random_.between(0, accounts - 1))};
      one.config = campaign(c, static_cast<std::size_t>(one.account));
      settings.campaigns.push_back(std::move(one));
    }
    settings.follow.list_interval = random_.one_of<milliseconds>({seconds{5}, seconds{5}, seconds{20}});
    settings.idle_claim_interval = random_.one_of<milliseconds>({seconds{30}, minutes{5}, minutes{10}});
    settings.blocked_claim_interval = random_.one_of<seconds>({minutes{1}, minutes{5}});
    settings.claim_max = random_.one_of<std::int64_t>({2, 500, 500});

    persons();
    std::int64_t leads = random_.one_of<std::int64_t>({random_.between(5, 15), random_.between(5, 60)});
    for (std::int64_t n = 0; n < leads; ++n) add_lead(campaigns);
    s.number_filter = random_.one_of<NumberFilter>(
        {NumberFilter::any_of_them, NumberFilter::any_of_them, NumberFilter::any_of_them, NumberFilter::any_of_them,
         NumberFilter::first_alone, NumberFilter::last_alone, NumberFilter::first_three, NumberFilter::last_three,
         NumberFilter::nothing_found, NumberFilter::ignored});
    s.webhooks = random_.chance(0.5);
    s.trusted = s.webhooks && random_.chance(0.3);
    s.resolutions = random_.chance(0.2);
    s.reloads = !s.clock_steps && random_.chance(0.5);
    if (random_.chance(0.03)) make_crowd();
    return std::move(scenario_);
  }

 private:
  void make_crowd() {
    Scenario& s = scenario_;
    s.crowd = true;
    s.reloads = false;
    s.faults = 0;
    s.clock_steps = false;
    s.opt_out_rate = 0;
    s.database_max = milliseconds{40};
    s.settings.claim_max = 500;
    campaign::AccountSettings one;
    one.name = "account-0";
    one.dialing_max = crowd_dialing_max;
    one.limits.concurrency = random_.between(1, 6);
    if (random_.chance(0.5)) one.limits.per_minute = random_.between(2, 10);
    s.settings.accounts = {one};
    if (s.settings.campaigns.size() == 1) {
      s.settings.campaigns.push_back(s.settings.campaigns.front());
      s.settings.campaigns.back().id = campaign::CampaignId{2};
      s.settings.campaigns.back().config.name = "campaign-1";
    }
    s.leads.clear();
    for (campaign::CampaignSettings& campaign : s.settings.campaigns) {
      config::CampaignConfig plain;
      plain.name = campaign.config.name;
      plain.account = one.name;
      plain.caller_numbers = {"0700000"};
      for (std::uint8_t day = 1; day <= 7; ++day) plain.calling_windows.push_back({day, 0, 24 * 60});
      plain.window_margin = std::chrono::seconds{30};
      plain.share.weight = random_.one_of<std::int64_t>({1, 1, 3, 20});
      plain.share.priority = random_.one_of<std::int64_t>({0, 0, 5});
      plain.retry.max_attempts = 1;
      campaign.account = campaign::AccountIndex{0};
      campaign.config = plain;
      for (std::int64_t n = random_.between(60, 110); n > 0; --n) {
        NewLead lead;
        lead.campaign = campaign.id;
        lead.number = "010" + std::to_string(20000000 + s.leads.size());
        lead.created_at = s.begin;
        s.leads.push_back(lead);
      }
    }
  }

  std::optional<std::int64_t> maybe(double probability, std::int64_t low, std::int64_t high) {
    return random_.chance(probability) ? std::optional{random_.between(low, high)} : std::nullopt;
  }

  config::Limits limits(double likely) {
    config::Limits drawn;
    drawn.concurrency = maybe(likely, 1, 12);
    drawn.per_second = maybe(likely, 1, 5);
    if (drawn.per_second && random_.chance(0.5)) drawn.burst = random_.between(1, *drawn.per_second);
    drawn.per_minute = maybe(likely, 1, 20);
    drawn.per_hour = maybe(likely, 5, 60);
    drawn.per_day = maybe(likely, 10, 200);
    if (random_.chance(0.35)) {
      drawn.window = config::WindowKind::calendar;
      drawn.timezone = random_.one_of(zones);
    }
    return drawn;
  }

  campaign::AccountSettings account(std::int64_t number) {
    campaign::AccountSettings drawn;
    drawn.name = "account-" + std::to_string(number);
    drawn.limits = limits(0.5);
    drawn.dialing_max = random_.between(4, 64);
    drawn.connections = random_.between(1, 16);
    if (random_.chance(0.2)) drawn.reserve_percent = random_.between(1, 90);
    drawn.requests.per_second = maybe(0.25, 1, 10);
    drawn.requests.per_minute = maybe(0.25, 10, 60);
    drawn.requests.follow_percent = random_.between(5, 90);
    callers_.emplace_back();
    std::int64_t callers = random_.between(1, 4);
    for (std::int64_t n = 0; n < callers; ++n) {
      std::string caller = "070" + std::to_string(number) + "000" + std::to_string(n);
      callers_.back().push_back(caller);
      // The first one never rests, so that every campaign has a number to call from.
      if (n == 0 || random_.chance(0.4)) drawn.caller_numbers[caller].limits = limits(random_.chance(0.5) ? 0.3 : 0);
      if (n > 0 && random_.chance(0.1)) drawn.caller_numbers[caller].rested = true;
    }
    return drawn;
  }

  std::vector<config::CallingWindow> windows() {
    std::vector<config::CallingWindow> drawn;
    auto shape = random_.between(0, 9);
    for (std::uint8_t day = 1; day <= 7; ++day) {
      if (shape == 0) {
        drawn.push_back({day, 0, 24 * 60});
        continue;
      }
      if (random_.chance(0.15)) continue;
      if (shape <= 2) {
        // Across midnight, as the file's "21:30" to "02:30" arrives here.
        drawn.push_back({day, 0, 2 * 60 + 30});
        drawn.push_back({day, 21 * 60 + 30, 24 * 60});
      } else if (shape <= 4) {
        drawn.push_back({day, 6 * 60 + 15, 23 * 60 + 45});
      } else {
        drawn.push_back({day, 9 * 60, 12 * 60});
        drawn.push_back({day, 13 * 60, 20 * 60 + 30});
      }
    }
    if (drawn.empty()) drawn.push_back({3, 9 * 60, 20 * 60});
    return drawn;
  }

  config::Delay delay() {
    if (random_.chance(0.2)) return {seconds{0}, true};
    return {random_.one_of<seconds>({seconds{1}, minutes{1}, minutes{10}, hours{1}, hours{2}, hours{5}, hours{24}}),
            false};
  }

  config::ReasonPolicy policy() {
    config::ReasonPolicy drawn;
    for (auto n = random_.between(0, 3); n > 0; --n) drawn.delays.push_back(delay());
    if (drawn.delays.empty() || random_.chance(0.3)) {
      drawn.then = random_.one_of<config::AfterCall>(
          {config::AfterCall::retry, config::AfterCall::retry, config::AfterCall::done, config::AfterCall::hold});
    } else {
      drawn.then = config::AfterCall::retry;
    }
    drawn.max = maybe(0.4, 1, 4);
    drawn.different_daypart = random_.chance(0.2);
    drawn.next_caller_number = random_.chance(0.3);
    drawn.next_number = random_.chance(0.3);
    return drawn;
  }

  config::Retry retry() {
    config::Retry drawn;
    drawn.max_attempts = random_.between(1, 6);
    drawn.max_per_day = maybe(0.3, 1, 3);
    drawn.jitter_percent = random_.one_of<std::int64_t>({0, 10, 10, 50, 100});
    for (const char* reason :
         {"user_hangup", "agent_hangup", "call_transfer", "inactivity", "voicemail_reached", "dial_no_answer",
          "dial_busy", "dial_declined", "dial_failed", "error_voxai", "orphaned_no_agent_pickup", "other"}) {
      if (random_.chance(0.25)) drawn.reasons[reason] = policy();
    }
    if (random_.chance(0.3)) {
      config::ReasonPolicy brief = policy();
      brief.under = random_.one_of<seconds>({seconds{5}, seconds{30}});
      drawn.reasons["short_conversation"] = brief;
    }
    return drawn;
  }

  config::Rules rules(const std::string& origin) {
    config::Rules drawn;
    drawn.origin = origin;
    if (random_.chance(0.4)) drawn.hours.push_back({8 * 60, 21 * 60, random_.chance(0.5)});
    if (random_.chance(0.1)) drawn.hours.push_back({21 * 60 + 15, 23 * 60, false});
    drawn.called_party_time = random_.chance(0.2);
    if (random_.chance(0.4)) {
      drawn.frequency_caps.push_back({FrequencyCap::Counts::attempts, random_.between(1, 4),
                                      random_.one_of<seconds>({minutes{10}, hours{6}, hours{24}, hours{72}})});
    }
    if (random_.chance(0.2)) {
      drawn.frequency_caps.push_back({FrequencyCap::Counts::conversations, random_.between(1, 2),
                                      random_.one_of<seconds>({hours{2}, hours{24}, hours{72}})});
    }
    if (random_.chance(0.3)) {
      drawn.lock_outs.push_back(
          {random_.one_of<std::string>({"conversation", "orphaned_no_agent_pickup", "dial_declined", "dial_busy"}),
           random_.one_of<seconds>({minutes{30}, hours{5}, hours{72}})});
    }
    if (random_.chance(0.25)) {
      drawn.consent.required = true;
      if (random_.chance(0.5)) drawn.consent.max_age = hours{random_.between(30, 200)};
    }
    if (random_.chance(0.2)) {
      config::RequiredList list;
      list.name = random_.one_of<std::string>({"dnc-a", "dnc-b"});
      if (random_.chance(0.7)) list.max_age = hours{random_.between(2, 48)};
      drawn.required_lists.push_back(list);
      // Some are loaded only later.
      if (random_.chance(0.8)) scenario_.lists[list.name] = scenario_.begin - hours{random_.between(0, 30)};
    }
    return drawn;
  }

  config::CampaignConfig campaign(std::int64_t number, std::size_t account) {
    config::CampaignConfig drawn;
    drawn.name = "campaign-" + std::to_string(number);
    drawn.account = "account-" + std::to_string(account);
    const std::vector<std::string>& callers = callers_[account];
    drawn.caller_numbers.push_back(callers.front());
    for (std::size_t n = 1; n < callers.size(); ++n) {
      if (random_.chance(0.7)) drawn.caller_numbers.push_back(callers[n]);
    }
    drawn.timezone = random_.one_of(zones);
    drawn.calling_windows = windows();
    drawn.window_margin = random_.one_of<seconds>({seconds{30}, seconds{90}});
    using config::ZoneSource;
    drawn.lead_timezone = random_.one_of<std::vector<ZoneSource>>({{ZoneSource::campaign},
                                                                   {ZoneSource::column, ZoneSource::campaign},
                                                                   {ZoneSource::column, ZoneSource::campaign},
                                                                   {ZoneSource::column, ZoneSource::number}});
    auto today = std::chrono::floor<days>(scenario_.begin);
    for (int day = 0; day < 12; ++day) {
      if (random_.chance(0.12)) drawn.closed_dates.push_back({today + days{day}, "day " + std::to_string(day)});
    }
    if (random_.chance(0.1)) drawn.start_date = today + days{random_.between(0, 2)};
    if (random_.chance(0.1)) drawn.end_date = today + days{random_.between(2, 8)};
    drawn.limits = limits(0.4);
    if (drawn.limits.per_day && random_.chance(0.3)) drawn.pacing = config::Pacing::even;
    drawn.share.weight = random_.one_of<std::int64_t>({1, 1, 3, 20});
    drawn.share.priority = random_.one_of<std::int64_t>({0, 0, 0, 5});
    drawn.rotation = random_.one_of<config::Rotation>(
        {config::Rotation::round_robin, config::Rotation::least_used, config::Rotation::sticky});
    if (random_.chance(0.2)) drawn.answer_rate_rest = config::AnswerRateRest{30, 5, hours{random_.between(1, 6)}};
    drawn.retry = retry();
    drawn.callback_tolerance = random_.one_of<seconds>({minutes{1}, minutes{15}, hours{2}});
    if (random_.chance(0.1)) drawn.lead_lifetime = hours{random_.between(48, 160)};
    for (std::int64_t n = random_.between(0, 2); n > 0; --n) {
      drawn.rules.push_back(rules(n == 1 ? "campaign" : "pack-" + std::to_string(n)));
    }
    return drawn;
  }

  void persons() {
    for (std::int64_t n = random_.between(8, 60); n > 0; --n) persons_.push_back("010" + std::to_string(20000000 + n));
  }

  void add_lead(std::int64_t campaigns) {
    NewLead lead;
    lead.campaign = campaign::CampaignId{random_.between(1, campaigns)};
    lead.number = random_.one_of(persons_);
    for (const NewLead& other : scenario_.leads) {
      if (other.campaign == lead.campaign && other.number == lead.number) return;  // once per campaign
    }
    for (auto n = random_.chance(0.3) ? random_.between(1, 2) : 0; n > 0; --n) {
      // Now and then another person's own number.
      lead.alternates.push_back(random_.chance(0.1) ? random_.one_of(persons_)
                                                    : "011" + std::to_string(30000000 + random_.between(0, 9999999)));
    }
    lead.clock =
        random_.one_of<std::string>({"", "", "", "", "", "", "+night", "America/New_York", "America/New_York+night",
                                     "Europe/London", "Europe/London+night", "Asia/Seoul"});
    if (random_.chance(0.03)) lead.clock = random_.one_of<std::string>({"Moon/Tranquility", "Moon/Tranquility+night"});
    WallTime begin = scenario_.begin;
    lead.created_at = begin - random_.between(milliseconds{0}, hours{40});
    if (random_.chance(0.7)) lead.consent_at = begin - random_.between(hours{0}, hours{100});
    if (random_.chance(0.03)) lead.consent_at = begin + random_.between(hours{0}, hours{24});
    if (random_.chance(0.15)) lead.consent_expires_at = begin + random_.between(hours{-5}, hours{100});
    if (random_.chance(0.15)) lead.call_at = begin + random_.between(hours{-1}, hours{48});
    if (random_.chance(0.15)) lead.expires_at = begin + random_.between(hours{-1}, hours{100});
    scenario_.leads.push_back(std::move(lead));
  }

  Random& random_;
  Scenario scenario_;
  std::vector<std::vector<std::string>> callers_;  // by account
  std::vector<std::string> persons_;
};

std::ostream& operator<<(std::ostream& out, const config::Limits& limits) {
  auto put = [&](const char* name, const std::optional<std::int64_t>& value) {
    if (value) out << ' ' << name << ' ' << *value;
  };
  put("concurrency", limits.concurrency);
  put("per_second", limits.per_second);
  if (limits.burst > 1) out << " burst " << limits.burst;
  put("per_minute", limits.per_minute);
  put("per_hour", limits.per_hour);
  put("per_day", limits.per_day);
  if (limits.window == config::WindowKind::calendar) out << " calendar " << limits.timezone;
  return out;
}

void put(std::ostream& out, const config::Rules& rules) {
  auto in_hours = [](seconds time) { return std::to_string(std::chrono::duration_cast<minutes>(time).count()) + "m"; };
  out << "; " << rules.origin << ":";
  for (const config::AllowedHours& allowed : rules.hours)
    out << " hours " << allowed.from_minute / 60 << '-' << allowed.to_minute / 60
        << (allowed.unless_night_consent ? " unless night consent" : "");
  if (rules.called_party_time) out << " called party's time";
  for (const config::FrequencyCap& cap : rules.frequency_caps)
    out << ' ' << cap.max << (cap.counts == FrequencyCap::Counts::attempts ? " attempts" : " conversations") << " in "
        << in_hours(cap.window);
  for (const config::LockOut& lock_out : rules.lock_outs)
    out << " lock-out after " << lock_out.after << ' ' << in_hours(lock_out.period);
  if (rules.consent.required) out << " consent";
  for (const config::RequiredList& list : rules.required_lists)
    out << " list " << list.name << ' ' << in_hours(list.max_age.value_or(seconds{0}));
}

}  // namespace

namespace {

void vary(Random& random, std::optional<std::int64_t>& limit, std::int64_t low, std::int64_t high) {
  if (!limit) {
    if (random.chance(0.1)) limit = random.between(low, high);
  } else if (random.chance(0.15)) {
    limit.reset();
  } else if (random.chance(0.6)) {
    limit = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(static_cast<double>(*limit) * random.one_of<double>({0.5, 0.8, 1.3, 2, 4})));
  }
}

void vary(Random& random, config::Limits& limits) {
  vary(random, limits.concurrency, 1, 12);
  vary(random, limits.per_second, 1, 5);
  vary(random, limits.per_minute, 1, 20);
  vary(random, limits.per_hour, 5, 60);
  vary(random, limits.per_day, 10, 200);
  limits.burst = std::min(limits.burst, limits.per_second.value_or(1));
  if (random.chance(0.1)) {
    const bool calendar = limits.window == config::WindowKind::rolling;
    limits.window = calendar ? config::WindowKind::calendar : config::WindowKind::rolling;
    limits.timezone = calendar ? random.one_of(zones) : "";
  }
}

}  // namespace

void vary(Random& random, campaign::AccountSettings& account, std::vector<campaign::CampaignSettings*> campaigns) {
  vary(random, account.limits);
  if (random.chance(0.2)) account.reserve_percent = random.between(0, 60);
  vary(random, account.requests.per_second, 1, 10);
  vary(random, account.requests.per_minute, 10, 60);
  if (account.requests.per_minute)
    account.requests.per_minute = std::max<std::int64_t>(10, *account.requests.per_minute);
  for (auto& [number, said] : account.caller_numbers) {
    vary(random, said.limits);
    if (said.rested && random.chance(0.5)) said.rested = false;
  }
  for (campaign::CampaignSettings* one : campaigns) {
    config::CampaignConfig& config = one->config;
    vary(random, config.limits);
    if (!config.limits.per_day) config.pacing = config::Pacing::asap;
    if (random.chance(0.2)) config.share.weight = random.one_of<std::int64_t>({1, 3, 20});
    if (random.chance(0.2)) config.share.priority = random.one_of<std::int64_t>({0, 5});
    if (random.chance(0.2)) config.calling_windows.resize(config.calling_windows.size() / 2 + 1);
    if (random.chance(0.2)) config.caller_numbers.resize(1);
  }
}

Scenario draw_scenario(Random& random) { return Drawing(random).draw(); }

std::string describe(const Scenario& scenario) {
  std::ostringstream out;
  out << scenario.leads.size() << " leads, faults x" << scenario.faults << " for "
      << std::chrono::duration_cast<hours>(scenario.faults_last).count() << " h"
      << (scenario.crowd         ? ", a crowd"
          : scenario.clock_steps ? ", clock steps"
                                 : ", kills")
      << ", answer rate " << scenario.answer_rate << '\n';
  for (const campaign::AccountSettings& account : scenario.settings.accounts) {
    out << "  " << account.name << ":" << account.limits << " reserve " << account.reserve_percent << "% requests "
        << account.requests.per_second.value_or(0) << "/s " << account.requests.per_minute.value_or(0) << "/min\n";
    for (const auto& [number, said] : account.caller_numbers)
      out << "    " << number << (said.rested ? " rested" : "") << said.limits << '\n';
  }
  for (const campaign::CampaignSettings& campaign : scenario.settings.campaigns) {
    const config::CampaignConfig& c = campaign.config;
    out << "  " << c.name << " of " << c.account << ":" << c.limits << (c.pacing == config::Pacing::even ? " even" : "")
        << ", weight " << c.share.weight << " priority " << c.share.priority << ", " << c.timezone << ", "
        << c.calling_windows.size() << " windows, " << c.closed_dates.size() << " closed dates"
        << (c.start_date ? ", start" : "") << (c.end_date ? ", end" : "") << ", " << c.caller_numbers.size()
        << " numbers, at most " << c.retry.max_attempts << " attempts";
    if (c.retry.max_per_day) out << ", " << *c.retry.max_per_day << " a day";
    for (const config::Rules& rules : c.rules) put(out, rules);
    out << '\n';
  }
  return out.str();
}

}  // namespace dialerd::simulation

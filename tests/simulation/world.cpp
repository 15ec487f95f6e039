#include "tests/simulation/world.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/oracle.h"

namespace dialerd::simulation {
namespace {

using campaign::AccountIndex;
using campaign::AnswerKind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours longest{24 * 120};
constexpr minutes controls_interval{10};
constexpr seconds clock_read_interval{1};

campaign::CampaignWish wish_of(bool paused) {
  return paused ? campaign::CampaignWish::paused : campaign::CampaignWish::running;
}

}  // namespace

void Faults::add(const Faults& other) {
  crashes += other.crashes;
  moves += other.moves;
  doubts += other.doubts;
  not_placed += other.not_placed;
  clock_steps += other.clock_steps;
  failed_writes += other.failed_writes;
  failed_claims += other.failed_claims;
  broken_passes += other.broken_passes;
  rechecks += other.rechecks;
  stopped_by_recheck += other.stopped_by_recheck;
  opt_outs += other.opt_outs;
  pauses += other.pauses;
  callbacks += other.callbacks;
  blocked_claims += other.blocked_claims;
  webhooks += other.webhooks;
  resolved += other.resolved;
  yields += other.yields;
  reloads += other.reloads;
  forced_reloads += other.forced_reloads;
  campaigns_gone += other.campaigns_gone;
  late_news += other.late_news;
  details += other.details;
  passes_by_numbers += other.passes_by_numbers;
}

World::World(std::uint64_t seed)
    : random(seed),
      scenario(draw_scenario(random)),
      clock(scenario.begin),
      store(random, clock, scenario),
      provider(random, clock, scenario.answer_rate, scenario.page_size, scenario.number_filter),
      drawn_(scenario.settings) {
  for (std::size_t a = 0; a < scenario.settings.accounts.size(); ++a) {
    Revision& first = revisions[a].emplace_back();
    first.from = clock.mono();
    first.account = scenario.settings.accounts[a];
    for (const campaign::CampaignSettings& campaign : scenario.settings.campaigns) {
      if (static_cast<std::size_t>(campaign.account) == a) first.campaigns[campaign.id] = campaign.config;
    }
  }
  calm_from_ = clock.mono() + scenario.faults_last;
}

template <typename Event>
void World::later(nanoseconds delay, Event event) {
  clock.after(delay, [this, process = process_, event = std::move(event)]() mutable {
    if (process == 0 || process != process_) return;
    event();
    tick();
  });
}

template <typename Event>
void World::later_of(std::size_t account, nanoseconds delay, Event event) {
  later(delay, [this, account, generation = links_[account].generation, event = std::move(event)]() mutable {
    if (generation == links_[account].generation) event();
  });
}

void World::run() {
  play();
  faults.details = static_cast<std::int64_t>(store.details.size());
  faults.late_news = static_cast<std::int64_t>(store.late_news.size());
}

void World::play() {
  plan();
  start_process();
  MonoTime end = clock.mono() + longest;
  while (!settled()) {
    if (clock.mono() >= end || !clock.step()) {
      stuck = true;
      return;
    }
  }
  if (!store.finished()) return;
  // And the daemon knows that nothing is left to do, once it has looked.
  MonoTime patience = clock.mono() + hours{1};
  while (clock.mono() < patience && !(process_ != 0 && engine_->exhausted())) {
    if (!clock.step()) break;
  }
  if (process_ != 0 && !engine_->exhausted()) broken.push_back("everything is done, and the engine does not know it");
}

// What people and fate do, at random moments.
void World::plan() {
  if (scenario.crowd) return;
  auto somewhen = [&](milliseconds until, auto act) { clock.after(random.between(seconds{1}, until), act); };
  auto faulty_time = scenario.faults_last;
  bool any_faults = scenario.faults > 0;
  if (any_faults && scenario.clock_steps) {
    auto count = random.between(1, 3);
    // A clock that was wrong is set right in the end, or it stays wrong.
    bool set_right = random.chance(0.5);
    std::vector<milliseconds> at;
    for (std::int64_t n = 0; n < count; ++n) at.push_back(random.between(seconds{1}, faulty_time));
    std::sort(at.begin(), at.end());
    for (std::int64_t n = 0; n < count; ++n) {
      auto span = random.one_of<milliseconds>({minutes{3}, hours{3}, hours{24}});
      milliseconds off = set_right && n + 1 == count ? milliseconds{0} : random.between(-span, span);
      clock.after(at[static_cast<std::size_t>(n)], [this, off] { step_clock(off); });
    }
  }
  if (any_faults && !scenario.clock_steps) {
    for (auto n = random.between(0, 6); n > 0; --n) somewhen(faulty_time, [this] { crash(); });
    for (auto n = random.between(0, 2); n > 0; --n) {
      somewhen(faulty_time, [this] {
        move_account(static_cast<std::size_t>(
            random.between(0, static_cast<std::int64_t>(scenario.settings.accounts.size()) - 1)));
      });
    }
  }
  for (auto n = random.between(0, static_cast<std::int64_t>(scenario.leads.size()) / 4); n > 0; --n) {
    somewhen(hours{48}, [this] {
      const NewLead& lead = random.one_of(scenario.leads);
      OptOut entry;
      entry.number = lead.alternates.empty() || random.chance(0.7) ? lead.number : random.one_of(lead.alternates);
      if (random.chance(0.2)) entry.account = static_cast<std::size_t>(scenario.campaign(lead.campaign).account);
      if (!entry.account && random.chance(0.2)) entry.campaign = lead.campaign;
      ++faults.opt_outs;
      store.opt_out(std::move(entry));
    });
  }
  // A required list is loaded again and again, sometimes too late.
  for (const char* name : {"dnc-a", "dnc-b"}) load_list(name, random.chance(0.5));
  if (random.chance(0.15)) {
    somewhen(faulty_time, [this] {
      pause(campaign::CampaignId{random.between(1, static_cast<std::int64_t>(scenario.settings.campaigns.size()))});
    });
  }
  if (any_faults && !scenario.clock_steps && random.chance(0.3)) {
    somewhen(faulty_time, [this] { yield_account(0, 60); });
  }
  if (random.chance(0.3)) {
    for (auto n = random.between(1, 4); n > 0; --n) somewhen(hours{48}, [this] { promise_callback(); });
  }
  if (scenario.reloads) {
    for (auto n = random.between(1, 12); n > 0; --n) {
      somewhen(random.chance(0.5) ? hours{2} : hours{48}, [this] {
        change_files(static_cast<std::size_t>(
            random.between(0, static_cast<std::int64_t>(scenario.settings.accounts.size()) - 1)));
      });
    }
  }
}

// Somebody edits the files, and asks the daemon to read them. A campaign that is taken out comes back some time.
void World::change_files(std::size_t account) {
  Files& files = files_[account];
  std::vector<campaign::CampaignSettings> campaigns;
  for (const campaign::CampaignSettings& one : drawn_.campaigns) {
    if (static_cast<std::size_t>(one.account) == account) campaigns.push_back(one);
  }
  std::vector<campaign::CampaignSettings*> varied;
  for (campaign::CampaignSettings& one : campaigns) varied.push_back(&one);
  files.account = drawn_.accounts[account];
  vary(random, files.account, varied);
  files.campaigns.clear();
  files.gone.clear();
  for (const campaign::CampaignSettings& one : campaigns) {
    files.campaigns[one.id] = one.config;
    if (!random.chance(0.15)) continue;
    ++faults.campaigns_gone;
    files.gone.insert(one.id);
  }
  if (!files.gone.empty())
    clock.after(random.between(minutes{1}, hours{8}), [this, account] { change_files(account); });
  files.changed = true;
  reload(account, random.chance(0.1) ? 0 : 60);
}

// As daemon/runner_reload.cpp does: at rest, configured, taken again.
void World::reload(std::size_t account, int patience) {
  if (process_ == 0 || !files_[account].changed) return;  // the next start reads them
  Link& link = links_[account];
  if (!link.owned) {
    put_in_force(account);
    return engine_->configure(AccountIndex{account}, configuration_of(account));
  }
  engine_->yield(AccountIndex{account}, true);
  const bool at_rest = engine_->quiet(AccountIndex{account}) && !link.write_under_way && link.writes.empty();
  if (!at_rest && patience > 0) {
    return later(seconds{1}, [this, account, patience] { reload(account, patience - 1); });
  }
  ++(at_rest ? faults.reloads : faults.forced_reloads);
  std::optional<campaign::RequestHistory> spent;
  if (at_rest && revisions[account].back().account.requests.per_minute) {
    spent = engine_->requests_spent(clock.daemon(), AccountIndex{account});
  }
  engine_->lost(AccountIndex{account});
  ++link.generation;
  link.owned = false;
  put_in_force(account);
  engine_->configure(AccountIndex{account}, configuration_of(account));
  store.requests[account].reset();
  later(random.between(milliseconds{1}, seconds{2}), [this, account, spent] {
    if (links_[account].owned) return;
    store.requests[account] = spent;
    gain(account);
  });
}

void World::put_in_force(std::size_t account) {
  Files& files = files_[account];
  if (!files.changed) return;
  files.changed = false;
  // What goes is brought to its end by what it was last.
  for (campaign::CampaignId id : files.gone) files.campaigns[id] = revisions[account].back().campaigns.at(id);
  revisions[account].push_back({clock.mono(), files.account, files.campaigns, files.gone});
  scenario.settings.accounts[account] = files.account;
  for (campaign::CampaignSettings& campaign : scenario.settings.campaigns) {
    if (static_cast<std::size_t>(campaign.account) == account) campaign.config = files.campaigns.at(campaign.id);
  }
  ever_opens_.clear();
}

campaign::AccountConfiguration World::configuration_of(std::size_t account) const {
  const Revision& now = revisions[account].back();
  campaign::AccountConfiguration configuration{now.account, {}, scenario.settings.follow};
  for (const auto& [id, config] : now.campaigns) {
    if (!now.gone.contains(id)) configuration.campaigns.push_back({id, AccountIndex{account}, config});
  }
  return configuration;
}

const Revision& World::revision_at(std::size_t account, MonoTime at) const {
  const std::vector<Revision>& all = revisions[account];
  const auto next = std::find_if(all.begin() + 1, all.end(), [&](const Revision& one) { return one.from > at; });
  return *(next - 1);
}

const config::CampaignConfig& World::config_at(campaign::CampaignId campaign, MonoTime at) const {
  return revision_at(static_cast<std::size_t>(scenario.campaign(campaign).account), at).campaigns.at(campaign);
}

void World::load_list(const std::string& name, bool late) {
  auto wait = faulty() ? random.between(minutes{10}, hours{late ? 40 : 3}) : milliseconds{hours{1}};
  clock.after(wait, [this, name, late] {
    store.load_list(name);
    load_list(name, late);
  });
}

void World::pause(campaign::CampaignId id) {
  ++faults.pauses;
  store.set_paused(id, true);
  clock.after(random.between(minutes{1}, hours{random.chance(0.2) ? 5 : 1}), [this, id] {
    store.set_paused(id, false);
    later(milliseconds{0}, [this] { read_controls(); });
  });
  later(random.between(milliseconds{10}, seconds{1}), [this] { read_controls(); });
}

void World::promise_callback() {
  auto id = campaign::LeadId{random.between(1, static_cast<std::int64_t>(scenario.leads.size()))};
  ++faults.callbacks;
  store.promise_callback(id, clock.database() + random.between(minutes{1}, hours{6}));
}

bool World::never_called(const LeadRow& lead) const {
  const config::CampaignConfig& config = scenario.campaign(lead.lead.campaign).config;
  // In every timezone.
  if (config.end_date && clock.database() > *config.end_date + std::chrono::days{3}) return true;
  auto [found, is_new] = ever_opens_.try_emplace({lead.lead.campaign, lead.lead.clock}, false);
  if (is_new) {
    bool is_held = oracle::zone_of(config, lead.lead.clock).empty();
    found->second = is_held || oracle::ever_opens(config, lead.lead.clock);
  }
  return !found->second;
}

// An operator has found out at the provider's console what became of a POST.
void World::resolve(const Post& post) {
  const AttemptRow& row = store.attempts.at(post.attempt);
  if (process_ == 0 || row.state != campaign::AttemptState::unknown) return;
  bool placed = std::any_of(provider.calls.begin(), provider.calls.end(),
                            [&](const ProviderCall& call) { return call.attempt == post.attempt; });
  ++faults.resolved;
  engine_->resolved(clock.daemon(), AccountIndex{post.account}, post.attempt, placed);
}

void World::send_webhooks(const std::string& call_id) {
  if (!scenario.webhooks) return;
  const ProviderCall& call = provider.calls.back();
  for (MonoTime at : {call.counted, call.connected, call.ended, call.details_from, call.second_from}) {
    if (at < call.counted || random.chance(0.1)) continue;
    for (int times = random.chance(0.1) ? 2 : 1; times > 0; --times) {
      auto delay =
          random.chance(0.1) ? random.between(seconds{1}, minutes{20}) : random.between(milliseconds{1}, seconds{2});
      clock.after(at - clock.mono() + delay, [this, call_id, account = call.account] { webhook(account, call_id); });
    }
  }
}

void World::webhook(std::size_t account, const std::string& call_id) {
  if (process_ == 0 || !links_[account].owned) return;
  ++faults.webhooks;
  later_of(account, database_time(), [this, account, news = *provider.get(call_id)] {
    campaign::Hint hint{news.attempt, news.call_id};
    // Whoever forges one can make the daemon look, at this call or another.
    if (random.chance(0.05)) hint.call_id = "call-" + std::to_string(random.between(0, 1000));
    if (random.chance(0.05)) hint.attempt = random.one_of(posts).attempt;
    if (random.chance(0.2)) hint.attempt.reset();
    if (scenario.trusted) return engine_->news(clock.daemon(), AccountIndex{account}, news);
    engine_->hinted(clock.daemon(), AccountIndex{account}, hint);
  });
}

// Hands the account to another daemon, which gives it back.
void World::yield_account(std::size_t account, int patience) {
  if (process_ == 0 || !links_[account].owned) return;
  engine_->yield(AccountIndex{account}, true);
  if (!engine_->yielded(AccountIndex{account})) {
    if (patience == 0) return engine_->yield(AccountIndex{account}, false);
    return later_of(account, seconds{1}, [this, account, patience] { yield_account(account, patience - 1); });
  }
  ++faults.yields;
  move_account(account);
}

// Nothing will happen any more.
bool World::settled() const {
  return std::all_of(store.leads.begin(), store.leads.end(), [&](const auto& entry) {
    const LeadRow& row = entry.second;
    if (row.state == campaign::LeadState::done || row.state == campaign::LeadState::held) return true;
    return row.state == campaign::LeadState::ready && never_called(row);
  });
}

void World::start_process() {
  process_ = ++starts_;
  campaign::EngineSettings configured = scenario.settings;
  configured.campaigns.clear();
  for (std::size_t a = 0; a < scenario.settings.accounts.size(); ++a) {
    put_in_force(a);
    configured.accounts[a] = revisions[a].back().account;
    for (campaign::CampaignSettings& campaign : configuration_of(a).campaigns) configured.campaigns.push_back(campaign);
  }
  engine_ = std::make_unique<campaign::Engine>(std::move(configured));
  wake_at_.reset();
  clock.sync();
  for (std::size_t a = 0; a < scenario.settings.accounts.size(); ++a) gain(a);
  for (const campaign::CampaignSettings& campaign : scenario.settings.campaigns) {
    if (store.paused(campaign.id)) pauses.push_back({campaign.id, true, clock.mono(), process_});
    engine_->set_wish(campaign.id, wish_of(store.paused(campaign.id)));
  }
  later(random.between(milliseconds{1}, seconds{1}), [this] { keep_reading_controls(); });
}

void World::gain(std::size_t account) {
  Link& link = links_[account];
  ++link.generation;
  link.owned = true;
  link.write_under_way = false;
  link.writes.clear();
  link.epoch = store.new_epoch(account);
  engine_->gained(clock.daemon(), AccountIndex{account}, store.history(account));
  store.requests[account].reset();
  tick();
}

void World::crash() {
  if (process_ == 0) return;
  ++faults.crashes;
  for (std::size_t a = 0; a < scenario.settings.accounts.size(); ++a) tell_requests(a, seconds{0});
  process_ = 0;
  engine_.reset();
  for (Link& link : links_) {
    ++link.generation;
    link.owned = false;
  }
  auto gone =
      random.chance(0.5) ? random.between(milliseconds{200}, seconds{1}) : random.between(seconds{1}, seconds{60});
  clock.after(gone, [this] { start_process(); });
}

// What the owner has told of its requests, and for how long it may have gone on after that.
void World::tell_requests(std::size_t account, seconds goes_on) {
  if (!links_[account].owned || random.chance(0.3)) return;
  campaign::RequestHistory told = engine_->requests_spent(clock.daemon(), AccountIndex{account});
  told.sent_until += goes_on;
  store.requests[account] = told;
}

// Another daemon takes the account, does nothing with it, and gives it up.
void World::move_account(std::size_t account) {
  if (process_ == 0 || !links_[account].owned) return;
  ++faults.moves;
  tell_requests(account, seconds{3});
  store.new_epoch(account);
  later(random.between(milliseconds{1}, seconds{3}), [this, account] {
    Link& link = links_[account];
    if (!link.owned) return;
    engine_->lost(AccountIndex{account});
    ++link.generation;
    link.owned = false;
    later(random.between(milliseconds{1}, seconds{20}), [this, account] {
      if (!links_[account].owned) gain(account);
    });
  });
}

void World::step_clock(milliseconds off) {
  milliseconds by = off - clock.database_off();
  if (std::chrono::abs(by) <= seconds{1}) return;
  ++faults.clock_steps;
  clock.set_database(off);
  // The daemon reads it every second.
  later(random.between(milliseconds{1}, clock_read_interval), [this] {
    milliseconds moved = clock.sync();
    if (moved == milliseconds{0}) return;
    steps.push_back({clock.mono(), moved});
    engine_->clock_stepped(clock.daemon(), moved);
  });
}

void World::read_controls() {
  MonoTime asked = clock.mono();
  for (const campaign::CampaignSettings& campaign : scenario.settings.campaigns) {
    engine_->set_clocks(asked, campaign.id, store.clocks(campaign.id));
    bool paused = store.paused(campaign.id);
    engine_->set_wish(campaign.id, wish_of(paused));
    pauses.push_back({campaign.id, paused, clock.mono(), process_});
  }
}

void World::keep_reading_controls() {
  read_controls();
  later(controls_interval, [this] { keep_reading_controls(); });
}

void World::tick() {
  if (process_ == 0) return;
  campaign::Commands commands = engine_->tick(clock.daemon());
  for (const campaign::Claim& one : commands.claims) claim(one);
  for (const campaign::Call& call : commands.calls) dial(call);
  for (campaign::Write& one : commands.writes) {
    auto account = static_cast<std::size_t>(one.account);
    links_[account].writes.push_back(std::make_shared<DecidedWrite>(DecidedWrite{std::move(one), clock.daemon()}));
    write(account);
  }
  for (const campaign::Recheck& one : commands.rechecks) recheck(one);
  for (const campaign::ListPage& page : commands.list_pages) list(page);
  for (const campaign::LookUp& one : commands.look_ups) look_up(one);
  if (commands.wake_at && (!wake_at_ || *wake_at_ <= clock.mono() || *commands.wake_at < *wake_at_)) {
    wake_at_ = commands.wake_at;
    later(*commands.wake_at - clock.mono(), [] {});
  }
}

void World::claim(const campaign::Claim& claim) {
  auto account = static_cast<std::size_t>(scenario.campaign(claim.campaign).account);
  later(database_time(), [this, claim, account, epoch = links_[account].epoch] {
    std::optional<campaign::ClaimAnswer> answer;
    if (fault(0.02)) {
      ++faults.failed_claims;
    } else {
      answer = store.claim(epoch, claim);
    }
    if (!answer) return engine_->claim_failed(clock.daemon(), claim.campaign, claim.number);
    if (!answer->blocked.empty()) ++faults.blocked_claims;
    // Now and then the answer takes longer than a claimed lead may wait.
    auto delay = fault(0.03) ? random.between(milliseconds{300}, seconds{12}) : database_time();
    // The worst moment to opt out, or to pause the campaign: between the claim and the call.
    for (const campaign::ClaimedLead& lead : answer->leads) {
      if (!random.chance(scenario.opt_out_rate)) continue;
      clock.after(random.between(milliseconds{0}, delay + milliseconds{400}), [this, number = lead.to_number] {
        ++faults.opt_outs;
        store.opt_out({number, std::nullopt, std::nullopt, {}});
      });
    }
    if (!answer->leads.empty() && !scenario.crowd && random.chance(0.003)) {
      clock.after(random.between(milliseconds{0}, delay + milliseconds{400}),
                  [this, id = claim.campaign] { pause(id); });
    }
    later(delay, [this, claim, answer = std::move(*answer)]() mutable {
      engine_->claimed(clock.daemon(), claim.campaign, claim.number, std::move(answer));
    });
  });
}

void World::recheck(const campaign::Recheck& recheck) {
  ++faults.rechecks;
  auto account = static_cast<std::size_t>(scenario.campaign(recheck.campaign).account);
  later_of(account, database_time(), [this, recheck, account] {
    if (fault(0.05)) return engine_->recheck_failed(clock.daemon(), recheck.campaign);
    MonoTime asked = clock.mono();
    later_of(account, database_time(), [this, recheck, account, asked] {
      auto refusals = store.recheck(recheck);
      faults.stopped_by_recheck += static_cast<std::int64_t>(refusals.size());
      later_of(account, database_time(), [this, recheck, asked, refusals = std::move(refusals)] {
        for (const campaign::AttemptId& id : recheck.attempts) rechecked_[id] = clock.mono();
        engine_->rechecked(clock.daemon(), asked, recheck.campaign, refusals);
      });
    });
  });
}

void World::dial(const campaign::Call& call) {
  auto account = static_cast<std::size_t>(call.account);
  Now now = clock.daemon();
  std::size_t place = posts.size();
  posts.push_back({call.attempt, account, call.request.from_number, call.request.to_number, now.mono, now.wall,
                   call.send_by, std::nullopt, rechecked_[call.attempt], process_});
  // The worst moment to be killed: with a POST on its way.
  if (!scenario.clock_steps && fault(0.03)) {
    clock.after(random.between(milliseconds{0}, random.chance(0.5) ? milliseconds{300} : milliseconds{3000}),
                [this] { crash(); });
  }
  auto wait = fault(0.01) ? random.between(seconds{5}, seconds{15}) : random.between(milliseconds{0}, milliseconds{50});
  later(wait, [this, call, account, place] {
    auto answer_later = [&](nanoseconds delay, AnswerKind kind,
                            std::optional<std::chrono::seconds> retry_after = std::nullopt) {
      campaign::CreateAnswer answer;
      answer.kind = kind;
      answer.retry_after = retry_after;
      later(delay, [this, attempt = call.attempt, answer] { engine_->answered(clock.daemon(), attempt, answer); });
    };
    if (clock.mono() >= call.send_by) return answer_later(nanoseconds{0}, AnswerKind::not_sent);
    if (fault(0.02)) return answer_later(random.between(milliseconds{1}, seconds{5}), AnswerKind::not_sent);
    posts[place].left = clock.mono();
    auto to_provider = random.between(milliseconds{1}, seconds{2});
    auto back = random.between(milliseconds{1}, seconds{2});
    // The provider's part goes on even if this process is killed.
    auto arrives = [&](auto act) {
      request_arrives(account, to_provider);
      clock.after(to_provider, act);
    };
    auto make_call = [this, account, attempt = call.attempt, from = call.request.from_number,
                      to = call.request.to_number] {
      std::string call_id = provider.create(account, attempt, from, to);
      send_webhooks(call_id);
      return call_id;
    };
    if (fault(0.06)) {
      // In doubt: half of them did make a call. A timeout is noticed only after a while.
      ++faults.doubts;
      bool made = random.chance(0.5);
      if (!made) ++faults.not_placed;
      if (scenario.resolutions && random.chance(0.3)) {
        clock.after(random.between(minutes{1}, minutes{2}), [this, place] { resolve(posts[place]); });
      }
      arrives([made, make_call] {
        if (made) make_call();
      });
      return answer_later(to_provider + random.between(seconds{1}, seconds{30}), AnswerKind::unknown);
    }
    std::optional<AnswerKind> refused;
    std::optional<std::chrono::seconds> retry_after;
    if (fault(0.02)) {
      refused = AnswerKind::throttled;
      if (random.chance(0.5)) retry_after = seconds{random.between(0, 100)};
    } else if (fault(0.01)) {
      refused = AnswerKind::account_fault;
    } else if (random.chance(0.01)) {
      refused = AnswerKind::rejected;
    }
    if (refused) {
      arrives([] {});
      return answer_later(to_provider + back, *refused, retry_after);
    }
    arrives([this, make_call, back, attempt = call.attempt, process = process_] {
      std::string call_id = make_call();
      if (process != process_) return;
      campaign::CreateAnswer answer;
      answer.kind = AnswerKind::accepted;
      answer.call_id = call_id;
      later(back, [this, attempt, answer] { engine_->answered(clock.daemon(), attempt, answer); });
    });
  });
}

void World::request_arrives(std::size_t account, nanoseconds delay) {
  clock.after(delay, [this, account, generation = links_[account].generation] {
    provider.count_request(account, generation != links_[account].generation);
  });
}

void World::write(std::size_t account) {
  Link& link = links_[account];
  if (link.write_under_way || link.writes.empty()) return;
  link.write_under_way = true;
  auto next = link.writes.front();
  link.writes.pop_front();
  try_write(account, next);
}

void World::try_write(std::size_t account, std::shared_ptr<DecidedWrite> one) {
  auto delay = fault(0.02) ? random.between(seconds{1}, seconds{30}) : database_time();
  later_of(account, delay, [this, account, one] {
    // An answer that is lost after the commit is met by writing the same again.
    bool lost = fault(0.03);
    bool applied = (!lost || random.chance(0.5)) && store.write(links_[account].epoch, *one);
    if (lost || !applied) {
      ++faults.failed_writes;
      return try_write(account, one);
    }
    links_[account].write_under_way = false;
    engine_->stored(clock.daemon(), AccountIndex{account}, one->write);
    write(account);
  });
}

void World::list(const campaign::ListPage& page) {
  auto account = static_cast<std::size_t>(page.account);
  auto there = random.between(milliseconds{1}, seconds{1});
  request_arrives(account, there);
  later_of(account, there, [this, page, account] {
    ProviderPage found = provider.list(page);
    if (!page.numbers.empty() && page.cursor.empty()) ++faults.passes_by_numbers;
    campaign::ListPageAnswer answer;
    if (fault(0.003)) lists_fail_until_ = clock.mono() + random.between(minutes{1}, minutes{10});
    bool outage = clock.mono() < lists_fail_until_;
    answer.listed = !fault(0.05) && (!outage || random.chance(0.5));
    bool unreadable = outage || fault(0.05);
    if (!answer.listed || unreadable) ++faults.broken_passes;
    if (!answer.listed && random.chance(0.3)) answer.retry_after = seconds{random.between(0, 60)};
    // The provider's clock and ours differ: the pass may have begun too late.
    answer.proves_absence = !unreadable && std::chrono::abs(clock.database_off()) <= minutes{2};
    // By a Date header, to the second, on nine pages of ten.
    auto odd = std::chrono::duration_cast<milliseconds>(clock.mono().time_since_epoch()) % milliseconds{1000};
    if (odd >= milliseconds{100}) answer.clock_behind = std::max(clock.database_off(), milliseconds{0}) + odd;
    answer.next_cursor = found.next_cursor;
    if (!answer.listed) found.calls.clear();
    if (unreadable) std::erase_if(found.calls, [&](const auto&) { return outage || random.chance(0.5); });
    answer.calls = std::move(found.calls);
    later_of(account, random.between(milliseconds{1}, seconds{2}),
             [this, account, answer] { engine_->list_page_answered(clock.daemon(), AccountIndex{account}, answer); });
  });
}

void World::look_up(const campaign::LookUp& look_up) {
  auto account = static_cast<std::size_t>(look_up.account);
  auto there = random.between(milliseconds{1}, milliseconds{500});
  request_arrives(account, there);
  later_of(account, there, [this, look_up, account] {
    auto news = fault(0.1) ? std::nullopt : provider.get(look_up.call_id);
    later_of(account, random.between(milliseconds{1}, milliseconds{500}), [this, look_up, account, news] {
      engine_->looked_up(clock.daemon(), AccountIndex{account}, look_up.attempt, news);
    });
  });
}

}  // namespace dialerd::simulation

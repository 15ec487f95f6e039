#include "daemon/lead_explanation.h"

#include <algorithm>
#include <array>
#include <utility>

#include <date/tz.h>

#include "campaign/lead_clock.h"
#include "daemon/import/phone_number.h"
#include "daemon/voxapi/detail.h"

namespace dialerd::daemon {
namespace {

using campaign::LeadState;
using campaign::WallTime;

struct Words {
  std::string_view rule;  // or what it begins with, when it ends with ':'
  std::string_view meaning;
};

constexpr std::array<Words, 52> words = {{
    {"calling_window", "the campaign's calling windows are closed at the lead's local time"},
    {"holiday:", "a holiday or blackout date at the lead: "},
    {"allowed_hours:", "outside the hours that these rules allow at the lead's local time: "},
    {"before_start", "the campaign has not begun (start_date)"},
    {"campaign_ended", "the campaign is over (end_date)"},
    {"holidays_unknown", "the holiday list does not reach that far: it needs a newer one"},
    {"no_calling_window", "no calling window opens within 400 days"},
    {"max_per_day", "the lead was called as often as max_per_day allows on one day"},
    {"consent_in_future", "its consent begins only then"},
    {"consent_missing", "the campaign requires a consent and the lead has none (consent_at)"},
    {"consent_expired", "the lead's consent is too old or has expired"},
    {"timezone_unknown", "the lead's timezone is not known and the campaign's may not stand in for it"},
    {"timezone_invalid:", "the lead's timezone does not exist: "},
    {"expired", "the lead is past its expires_at, or older than lead_lifetime"},
    {"callback", "it was promised to the person for then"},
    {"call_under_way", "a call to the person is under way, and a rule depends on how it ends"},
    {"suppressed", "the person is on a suppression list"},
    {"frequency_cap:", "the person was called as often as a frequency cap allows: "},
    {"lock_out:", "an earlier call locks the person out for a while: "},
    {"list_missing:", "a suppression list that the campaign requires was never loaded: "},
    {"list_stale:", "a suppression list that the campaign requires is too old: "},
    {"missing_field:", "the lead lacks a field that the agent needs: "},
    {"paused", "the campaign is paused"},
    {"draft", "the campaign is a draft"},
    {"stopped", "the campaign was stopped"},
    {"no_caller_number", "no caller number of the campaign had a permit"},
    {"held_off", "the account or the campaign waited after a trouble with the provider"},
    {"send_deadline", "the request could not leave in time"},
    {"draining", "dialerd was being stopped"},
    {"suspended", "dialerd could not be sure to own the account any more"},
    {"yielding", "the account was being handed over to another daemon, or configured anew"},
    {"retry", "the retry policy has it called again"},
    {"max_attempts", "the lead has had all the attempts of retry.max_attempts"},
    {"reason_max", "the reason has been retried as often as its max allows"},
    {"done", "the retry policy says that this reason ends the lead"},
    {"hold", "the retry policy says that a person must decide"},
    {"not_placed", "the request was in doubt, and was proved not to have made a call"},
    {"not_sent", "the request did not leave"},
    {"rejected", "the provider refused the request as wrong"},
    {"throttled", "the provider asked for a slower pace"},
    {"account_fault", "the provider refused the account's key, balance or plan"},
    {"abandoned", "the provider never told how the call ended"},
    {"resolved_placed", "a person says that the call was placed"},
    {"resolved_not_placed", "a person says that no call was placed"},
    {"concurrency_limit_reached", "the provider says that too many calls are open"},
    {"hourly_call_limit_reached", "the provider says that this hour's calls are used up"},
    {"daily_call_limit_reached", "the provider says that today's calls are used up"},
    {"insufficient_balance", "the provider says that the balance is too low"},
    {"line", "the line to the provider fails"},
    {"rejections", "the provider rejects this campaign's calls one after the other"},
    {"learned_concurrency:", "the provider refused calls above this many at once: "},
    {"rested:", "the caller number rests: "},
}};

// Times as a person near the lead reads them.
class LocalTime {
 public:
  explicit LocalTime(const std::string& zone) : zone_(date::locate_zone(zone)) {}
  std::string operator()(WallTime at) const {
    return date::format("%F %T %Z", date::make_zoned(zone_, date::floor<std::chrono::seconds>(at)));
  }

 private:
  const date::time_zone* zone_;
};

std::string zone_to_show(const storage::LeadStory& story, const config::CampaignConfig* config) {
  std::string zone = campaign::parse_lead_clock(story.facts.clock).zone;
  if (zone.empty()) zone = config != nullptr ? config->timezone : "UTC";
  try {
    date::locate_zone(zone);
  } catch (const std::runtime_error&) {
    return "UTC";
  }
  return zone;
}

void line(std::string& text, const std::string& name, const std::string& value) {
  text += name;
  text.append(name.size() < 14 ? 14 - name.size() : 1, ' ');
  text += value + '\n';
}

std::string coded(const std::string& rule) { return in_words(rule) + " [" + rule + "]"; }

std::string resolve_command(const campaign::AttemptId& attempt) {
  return "`dialerd resolve " + to_string(attempt) + " placed|not-placed --reason ...`";
}

// What the lead's one open attempt waits for. Of one in doubt a person may know more than the provider tells.
std::string open_attempt_waits_for(const storage::LeadStory& story) {
  std::string outcome = "the outcome of its attempt, which dialerd finds out from the provider";
  const auto open = std::find_if(story.entries.begin(), story.entries.end(), [&](const storage::StoryEntry& entry) {
    return entry.attempt && entry.attempt == story.open_attempt;
  });
  if (open == story.entries.end() || open->state != "unknown") return outcome;
  return outcome + "; who knows it already says " + resolve_command(*open->attempt);
}

std::string held_waits_for(const storage::LeadStory& story) {
  const auto latest = std::find_if(story.entries.begin(), story.entries.end(),
                                   [](const storage::StoryEntry& entry) { return entry.attempt.has_value(); });
  if (story.outcome != "abandoned" || latest == story.entries.end() || latest->state != "abandoned") {
    return "a person: docs/states.md tells how to let it go on";
  }
  return "a person, who finds out whether the call was placed: " + resolve_command(*latest->attempt);
}

// Somebody to change what is wished of the campaign.
std::string waits_for_wish(const storage::LeadStory& story) {
  const std::string command = "`dialerd start " + story.reference.campaign_name + "`";
  if (story.wish == campaign::CampaignWish::draft) return "somebody to start the campaign, a draft: " + command;
  const std::string reason = story.wish_reason.empty() ? std::string() : ": " + story.wish_reason;
  if (story.wish == campaign::CampaignWish::paused) return "somebody to resume the campaign, paused" + reason;
  return "nothing, unless somebody starts the campaign again, stopped" + reason;
}

std::string waits_for(const storage::LeadStory& story, const NextCall& next) {
  if (story.wish != campaign::CampaignWish::running) return waits_for_wish(story);
  if (!story.blocked.empty()) return coded(story.blocked) + "; load it with `dialerd suppress load`";
  if (!next.at) return "a change of the campaign or of the lead";
  if (*next.at > story.now) return "that time";
  return "its turn, as limits and earlier leads allow";
}

void explain_ready(const storage::LeadStory& story, const config::CampaignConfig* config, const LocalTime& local,
                   std::string& text) {
  line(text, "due", local(story.next_at) + (story.facts.callback ? ", as promised to the person" : ""));
  if (config == nullptr) {
    line(text, "next call", "never, as things stand: the campaign is not configured any more");
    return;
  }
  NextCall next = next_call(story, campaign::Gate(*config));
  line(text, "next call",
       !next.at                ? "no time decides it"
       : *next.at <= story.now ? "at once, as far as the lead is concerned"
                               : "not before " + local(*next.at));
  line(text, "decided by", next.rule.empty() ? "nothing holds it back" : coded(next.rule));
  line(text, "waits for", waits_for(story, next));
}

std::string entry_text(const storage::StoryEntry& entry, const LocalTime& local) {
  std::string text = "  " + local(entry.at) + "  ";
  if (entry.attempt) {
    bool called = entry.state == "ended" || entry.state == "in_progress" || entry.state == "abandoned";
    text += called ? "call" : "attempt";
    text += " to " + import::masked(entry.to_number);
    if (!entry.from_number.empty()) text += " from " + entry.from_number;
    text += ": " + entry.state;
    if (!entry.disposition.empty()) text += ", " + entry.disposition;
    if (entry.call_started && entry.call_ended) {
      auto talk = std::chrono::duration_cast<std::chrono::seconds>(*entry.call_ended - *entry.call_started);
      text += ", " + std::to_string(talk.count()) + " s";
    }
    if (!entry.code.empty() && entry.code != entry.disposition) text += "; then " + coded(entry.code);
  } else {
    text += coded(entry.code);
    // People write numbers into reasons.
    if (!entry.detail.empty()) text += ", " + voxapi::make_detail(entry.detail, "");
  }
  if (entry.until) text += ", until " + local(*entry.until);
  return text + '\n';
}

}  // namespace

std::string in_words(std::string_view rule) {
  constexpr std::string_view not_sent = "not_sent:";
  if (rule.starts_with(not_sent)) return "not dialled: " + in_words(rule.substr(not_sent.size()));
  for (const Words& known : words) {
    if (known.rule.back() != ':' && rule == known.rule) return std::string(known.meaning);
    if (known.rule.back() == ':' && rule.starts_with(known.rule)) {
      return std::string(known.meaning) + std::string(rule.substr(known.rule.size()));
    }
  }
  return std::string(rule);
}

NextCall next_call(const storage::LeadStory& story, const campaign::Gate& gate) {
  NextCall next;
  if (!story.suppressed_by.empty()) return {std::nullopt, "suppressed"};
  if (!story.blocked.empty()) return {std::nullopt, story.blocked};
  if (story.wish != campaign::CampaignWish::running) return {std::nullopt, std::string(to_string(story.wish))};
  next.at = story.now;
  auto put_off = [&](WallTime until, std::string rule) {
    if (until <= *next.at) return;
    next.at = until;
    next.rule = std::move(rule);
  };
  // Why it is due only then: what was decided last.
  put_off(story.next_at, story.facts.callback ? "callback" : story.entries.empty() ? "" : story.entries.front().code);
  for (const storage::CapUse& cap : story.caps) {
    if (cap.frees_at) put_off(*cap.frees_at, cap.code);
  }
  for (const storage::LockOutUse& lock_out : story.lock_outs) {
    if (lock_out.until) put_off(*lock_out.until, lock_out.code);
  }
  for (const storage::Condition& condition : story.conditions) {
    if (condition.until && condition.caller_number.empty() && !condition.state.starts_with("learned_")) {
      put_off(*condition.until, condition.state);
    }
  }
  // A gate may open into another rule: at most a few times, as each is later than the one before.
  for (int i = 0; i < 16; ++i) {
    campaign::Verdict verdict = gate.decide(story.facts, *next.at);
    if (verdict.kind == campaign::VerdictKind::open) return next;
    if (verdict.kind != campaign::VerdictKind::wait || !verdict.until) return {std::nullopt, verdict.rule};
    put_off(*verdict.until, verdict.rule);
  }
  return next;
}

std::string explain(const storage::LeadStory& story, const config::CampaignConfig* config) {
  LocalTime local(zone_to_show(story, config));
  std::string text;
  line(text, "lead",
       std::to_string(static_cast<std::int64_t>(story.reference.lead)) + " of campaign " +
           story.reference.campaign_name + ", " + import::masked(story.to_number));
  switch (story.state) {
    case LeadState::ready:
      line(text, "state", "ready");
      explain_ready(story, config, local, text);
      break;
    case LeadState::active:
      line(text, "state", "active: an attempt is open");
      line(text, "waits for", open_attempt_waits_for(story));
      break;
    case LeadState::done:
      line(text, "state", "done since " + local(story.updated));
      line(text, "outcome", coded(story.outcome));
      break;
    case LeadState::held:
      line(text, "state", "held since " + local(story.updated));
      line(text, "decided by", coded(story.outcome));
      line(text, "waits for", held_waits_for(story));
      break;
  }
  for (const storage::Suppression& entry : story.suppressed_by) {
    line(text, "suppressed",
         std::string(to_string(entry.scope.kind)) + (entry.list.empty() ? "" : ", list " + entry.list) +
             (entry.reason.empty() ? "" : ": " + entry.reason));
  }
  for (const storage::CapUse& cap : story.caps) {
    line(text, "cap",
         cap.code + ": " + std::to_string(cap.used) + " of " + std::to_string(cap.cap.max) + " used" +
             (cap.frees_at ? ", the next place is free on " + local(*cap.frees_at) : ""));
  }
  for (const storage::LockOutUse& lock_out : story.lock_outs) {
    if (lock_out.until) line(text, "lock-out", coded(lock_out.code) + ", until " + local(*lock_out.until));
  }
  if (story.call_under_way && story.state != LeadState::active) {
    line(text, "now", "a call to this person is under way, of another lead or campaign");
  }
  for (const storage::Condition& condition : story.conditions) {
    line(text, "condition",
         (condition.caller_number.empty() ? "" : "caller number " + condition.caller_number + ": ") +
             coded(condition.state) + ", since " + local(condition.since) +
             (condition.until ? ", until " + local(*condition.until) : ""));
  }
  std::string attempts = std::to_string(story.facts.attempts) + " that count";
  if (config != nullptr) attempts += ", of at most " + std::to_string(config->retry.max_attempts);
  line(text, "attempts", attempts);
  if (!story.alternates.empty()) {
    line(text, "numbers",
         std::to_string(story.facts.number_count) + ", the next call goes to number " +
             std::to_string(story.facts.number_index + 1) + ", " + import::masked(story.next_number));
  }
  if (story.entries.empty()) return text + "Nothing has happened to it yet.\n";
  text += "What happened, the latest first:\n";
  for (const storage::StoryEntry& entry : story.entries) text += entry_text(entry, local);
  return text;
}

}  // namespace dialerd::daemon

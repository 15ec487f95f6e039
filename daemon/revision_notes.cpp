#include "daemon/revision_notes.h"

#include <charconv>
#include <sstream>
#include <utility>

#include "config/load.h"
#include "daemon/campaign_terms.h"
#include "daemon/process_name.h"
#include "daemon/unified_diff.h"

namespace dialerd::daemon {
namespace {

using std::chrono::sys_days;

std::string date_text(sys_days date) {
  const std::chrono::year_month_day day{date};
  std::ostringstream out;
  out.fill('0');
  out << static_cast<int>(day.year()) << '-';
  out.width(2);
  out << static_cast<unsigned>(day.month()) << '-';
  out.width(2);
  out << static_cast<unsigned>(day.day());
  return out.str();
}

std::optional<sys_days> parse_date(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::from_chars(text.data(), text.data() + 4, year);
  std::from_chars(text.data() + 5, text.data() + 7, month);
  std::from_chars(text.data() + 8, text.data() + 10, day);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  return date.ok() ? std::optional(sys_days{date}) : std::nullopt;
}

constexpr std::string_view known_until = "known until ";

// What closed_dates_text said then, instead of what the holiday lists say now.
void put_closed_dates(const std::string& text, config::CampaignConfig& campaign) {
  campaign.closed_dates.clear();
  campaign.holidays_until.reset();
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(known_until)) {
      campaign.holidays_until = parse_date(std::string_view(line).substr(known_until.size()));
    } else if (auto date = parse_date(line)) {
      campaign.closed_dates.push_back({*date, line.size() > 11 ? line.substr(11) : std::string()});
    }
  }
}

std::string fault_of(const std::vector<config::Diagnostic>& diagnostics) {
  return "the revision before cannot be read by this version, so nothing was compared: " +
         (diagnostics.empty() ? std::string() : diagnostics.front().what);
}

template <typename Config>
storage::RevisionNote note_of(const std::optional<storage::LastRevision>& last, const Comparison& compared,
                              const Config& now, const std::string& applied_by, const std::string& applied_on) {
  storage::RevisionNote note;
  note.applied_by = applied_by;
  note.applied_on = applied_on;
  if (!last) return note;
  note.diff = unified_diff(last->source, now.source);
  note.changes = words_of(compared.changes);
  note.loosened = words_of(compared.changes, true);
  if (!compared.fault.empty()) note.changes.push_back(compared.fault);
  return note;
}

}  // namespace

std::string closed_dates_text(const config::CampaignConfig& campaign) {
  std::string text;
  if (campaign.holidays_until) text += std::string(known_until) + date_text(*campaign.holidays_until) + "\n";
  for (const config::ClosedDate& closed : campaign.closed_dates)
    text += date_text(closed.date) + " " + closed.name + "\n";
  return text;
}

Comparison compare_with(const storage::LastRevision& last, const config::CampaignConfig& now,
                        const std::filesystem::path& file) {
  auto before = config::read_campaign_config(last.source, file);
  if (!before.value) return {{}, fault_of(before.diagnostics)};
  if (last.closed_dates) put_closed_dates(*last.closed_dates, *before.value);
  return {compare(*before.value, now), {}};
}

Comparison compare_with(const storage::LastRevision& last, const config::DaemonConfig& now) {
  auto before = config::read_daemon_config(last.source, now.file);
  if (!before.value) return {{}, fault_of(before.diagnostics)};
  return {compare(*before.value, now), {}};
}

std::vector<std::string> words_of(const std::vector<config::Change>& changes, bool loosened_only) {
  std::vector<std::string> words;
  for (const config::Change& change : changes) {
    if (!loosened_only || change.loosened) words.push_back(to_string(change));
  }
  return words;
}

storage::Result<Recorded> record_configuration(storage::Session& session, const config::DaemonConfig& daemon,
                                               const std::vector<config::CampaignConfig>& campaigns,
                                               const std::string& applied_by, const std::string& applied_on) {
  Recorded recorded;
  std::vector<std::string> names;
  for (const config::CampaignConfig& campaign : campaigns) names.push_back(campaign.name);
  auto last_campaigns = storage::last_campaign_revisions(session, names);
  if (!last_campaigns) return last_campaigns.error();

  std::error_code ignored;
  storage::DaemonRegistration of_daemon{
      host_name(), std::filesystem::absolute(daemon.file, ignored).string(), daemon.source, {}};
  auto last_daemon = storage::last_daemon_revision(session, of_daemon.host, of_daemon.file);
  if (!last_daemon) return last_daemon.error();
  const Comparison of_daemon_compared = *last_daemon ? compare_with(**last_daemon, daemon) : Comparison{};
  of_daemon.note = note_of(*last_daemon, of_daemon_compared, daemon, applied_by, applied_on);
  for (const std::string& one : of_daemon.note.loosened) recorded.loosened.push_back(one);

  std::vector<storage::CampaignRegistration> registrations;
  for (std::size_t i = 0; i < campaigns.size(); ++i) {
    const config::CampaignConfig& campaign = campaigns[i];
    const auto found = last_campaigns->find(campaign.name);
    const auto last = found == last_campaigns->end() ? std::nullopt : std::optional(found->second);
    const Comparison compared = last ? compare_with(*last, campaign, daemon.campaigns[i]) : Comparison{};
    storage::RevisionNote note = note_of(last, compared, campaign, applied_by, applied_on);
    note.closed_dates = closed_dates_text(campaign);
    for (const std::string& one : note.loosened) recorded.loosened.push_back("campaign " + campaign.name + ": " + one);
    registrations.push_back(
        {campaign.name, campaign.account, campaign.region, campaign.source, campaign_terms(campaign), std::move(note)});
  }
  auto ids = storage::apply_revisions(session, of_daemon, registrations);
  if (!ids) return ids.error();
  recorded.ids = std::move(*ids);
  return recorded;
}

}  // namespace dialerd::daemon

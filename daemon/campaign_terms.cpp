#include "daemon/campaign_terms.h"

#include <chrono>

#include <date/tz.h>

namespace dialerd::daemon {
namespace {

// Midnight, the later one where it comes twice; where it is skipped, the moment of the skip.
campaign::WallTime beginning_of(const date::time_zone& zone, std::chrono::sys_days day) {
  const date::local_days local{date::days{day.time_since_epoch().count()}};
  return std::chrono::time_point_cast<std::chrono::milliseconds>(zone.to_sys(local, date::choose::latest));
}

}  // namespace

storage::CampaignTerms campaign_terms(const config::CampaignConfig& config) {
  const date::time_zone& zone = *date::locate_zone(config.timezone);
  storage::CampaignTerms terms;
  terms.starts_as_draft = config.start == config::Start::manual;
  terms.timezone = config.timezone;
  if (config.start_date) terms.starts_at = beginning_of(zone, *config.start_date);
  if (config.end_date) terms.ends_at = beginning_of(zone, *config.end_date + std::chrono::days{1});
  return terms;
}

}  // namespace dialerd::daemon

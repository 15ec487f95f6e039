// What operators wish of campaigns: read every second, and at once when the database tells of a change.
#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/log.h"
#include "daemon/notifications.h"
#include "daemon/runner.h"

namespace dialerd::daemon {
namespace {

using campaign::CampaignWish;

// Where nothing is heard, between two rounds of housekeeping: so what is wished holds within a second all the same.
constexpr std::chrono::milliseconds controls_interval_unheard{500};

// As the log says that a campaign went from one wish to another.
std::string change_text(CampaignWish before, const storage::CampaignControl& now) {
  // Quoted: the event's fields may follow it.
  const std::string reason = now.reason.empty() ? std::string() : ": \"" + now.reason + "\"";
  switch (now.wish) {
    case CampaignWish::draft:
      return "draft: `dialerd start` starts it";
    case CampaignWish::running:
      return (before == CampaignWish::paused ? "resumed" : "started") + reason;
    case CampaignWish::paused:
      return "paused" + reason;
    case CampaignWish::stopped:
      return "stopped" + reason;
  }
  return std::string(to_string(now.wish));
}

}  // namespace

void Runner::start_listening() {
  storage::SessionSettings session = settings_.session;
  session.application_name = "dialerd notifications";
  notifications_ = std::make_unique<Notifications>(
      std::move(session), "dialerd",
      Notifications::Callbacks{
          [this](const std::string& payload) { boost::asio::post(io_, [this, payload] { heard(payload); }); },
          [this](bool listening, const std::string& why) {
            boost::asio::post(io_, [this, listening, why] { listening_changed(listening, why); });
          }});
}

void Runner::heard(const std::string& payload) {
  const std::string_view subject = std::string_view(payload).substr(0, payload.find(' '));
  if (subject == "control") read_controls();
  if (subject == "reload") read_reload_requests();
}

void Runner::listening_changed(bool listening, const std::string& why) {
  if (finishing_) return;
  if (listening == listening_) {
    log::debug("notifications of the database: " + why);
  } else if (listening) {
    log::info("notifications of the database are heard");
  } else {
    log::info("notifications of the database are not heard, what is wished of campaigns is asked for instead: " + why);
  }
  listening_ = listening;
  // What was told meanwhile was not heard.
  if (listening) read_controls();
}

void Runner::read_controls_between() {
  if (listening_) return;
  controls_timer_.expires_after(controls_interval_unheard);
  controls_timer_.async_wait([this](boost::system::error_code error) {
    if (!error && !finishing_) read_controls();
  });
}

void Runner::apply(const std::vector<storage::CampaignControl>& controls) {
  for (CampaignLink& campaign : campaigns_) {
    auto found = std::find_if(controls.begin(), controls.end(),
                              [&](const auto& control) { return control.campaign == campaign.id; });
    if (found == controls.end()) continue;  // read before the campaign was known
    engine_.set_wish(campaign.id, found->wish);
    const CampaignWish before = std::exchange(campaign.wish, found->wish);
    if (before == found->wish) continue;
    log::info("campaign " + campaign.name + ": " + change_text(before, *found),
              {.message = &log::message::campaign_control,
               .campaign = campaign.name,
               .account = accounts_[campaign.account]->name()});
  }
  schedule_tick();
}

}  // namespace dialerd::daemon

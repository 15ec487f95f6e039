// What an operator wishes of a campaign, in the words that the database keeps (dialerd.campaign_wish). What the
// campaign is at the moment follows from it, its dates and its leads: see dialerd.campaign_state.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dialerd::campaign {

// Only a running one is claimed from and dialled.
enum class CampaignWish : std::uint8_t {
  draft,    // not started yet
  running,  //
  paused,   // to be resumed
  stopped   // over, unless it is started again
};

std::string_view to_string(CampaignWish wish);
std::optional<CampaignWish> parse_campaign_wish(std::string_view text);

// Whether its leads are to be called some day by what is wished now. Of a draft or a stopped campaign nothing is waited
// for.
constexpr bool is_to_go_on(CampaignWish wish) { return wish == CampaignWish::running || wish == CampaignWish::paused; }

}  // namespace dialerd::campaign

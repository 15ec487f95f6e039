#include "campaign/campaign_wish.h"

#include <array>
#include <utility>

namespace dialerd::campaign {
namespace {

constexpr std::array<std::pair<CampaignWish, std::string_view>, 4> words = {{{CampaignWish::draft, "draft"},
                                                                             {CampaignWish::running, "running"},
                                                                             {CampaignWish::paused, "paused"},
                                                                             {CampaignWish::stopped, "stopped"}}};

}  // namespace

std::string_view to_string(CampaignWish wish) { return words.at(static_cast<std::size_t>(wish)).second; }

std::optional<CampaignWish> parse_campaign_wish(std::string_view text) {
  for (const auto& [wish, word] : words) {
    if (word == text) return wish;
  }
  return std::nullopt;
}

}  // namespace dialerd::campaign

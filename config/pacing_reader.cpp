#include "config/pacing_reader.h"

#include <array>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;

Share read_share(const Node& node, Diagnostics& diagnostics) {
  Share share;
  MapReader map(node, "share", diagnostics);
  map.integer("weight", share.weight, {1, 1000});
  map.integer("priority", share.priority, {0, 9});
  map.finish();
  return share;
}

AnswerRateRest read_answer_rate_rest(const Node& node, Diagnostics& diagnostics) {
  AnswerRateRest rest;
  MapReader map(node, "answer_rate_rest", diagnostics);
  if (map.required("below", "below: 15%") != nullptr) map.percent("below", rest.below_percent, {1, 99});
  map.integer("over", rest.over_calls, {10, 10'000});
  map.duration("rest", rest.rest, {1min, std::chrono::days(30)});
  map.finish();
  return rest;
}

}  // namespace

void read_pacing(MapReader& map, CampaignConfig& campaign, Diagnostics& diagnostics) {
  constexpr std::array<Choice<Pacing>, 2> pacings = {{{"asap", Pacing::asap}, {"even", Pacing::even}}};
  constexpr std::array<Choice<Rotation>, 3> rotations = {
      {{"round_robin", Rotation::round_robin}, {"least_used", Rotation::least_used}, {"sticky", Rotation::sticky}}};
  map.choice("pacing", campaign.pacing, pacings);
  if (const Node* node = map.optional("share")) campaign.share = read_share(*node, diagnostics);
  map.choice("rotation", campaign.rotation, rotations);
  if (const Node* node = map.optional("answer_rate_rest")) {
    campaign.answer_rate_rest = read_answer_rate_rest(*node, diagnostics);
  }
}

}  // namespace dialerd::config

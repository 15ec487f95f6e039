// A campaign that is good as it is, to try one more key with.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "file_fixture.h"
#include <gmock/gmock.h>

namespace dialerd::config {

inline constexpr std::string_view least = R"(campaign: spring
account: main
agent: {id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10}
caller_numbers: ["07011112222"]
)";
inline constexpr std::string_view windows = "calling_windows: [{days: daily, from: \"09:00\", to: \"20:00\"}]\n";

inline std::vector<std::string> problems(std::string_view text) {
  const auto loaded = load_campaign_text(text);
  EXPECT_EQ(loaded.value.has_value(), loaded.diagnostics.empty());
  return messages(loaded.diagnostics);
}

// Of a good campaign with lines from the sixth on.
inline std::vector<std::string> problems_with(std::string_view more) {
  return problems(std::string(least).append(windows).append(more));
}

inline Loaded<CampaignConfig> load_with(std::string_view more) {
  return load_campaign_text(std::string(least).append(windows).append(more));
}

struct Bad {
  std::string_view text;
  std::string_view message;  // after "c.yaml:"
};

inline void expect_each(std::span<const Bad> cases) {
  for (const Bad& bad : cases) {
    EXPECT_THAT(problems_with(bad.text), testing::ElementsAre("c.yaml:" + std::string(bad.message))) << bad.text;
  }
}

}  // namespace dialerd::config

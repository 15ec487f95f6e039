// A lead's story in plain words: where it stands, when it can be called next, which rule decides that, what it waits
// for, and what happened to it. No I/O. Numbers are masked in what is said.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "campaign/gate.h"
#include "config/campaign_config.h"
#include "storage/lead_story.h"

namespace dialerd::daemon {

// When a ready lead can be called at the earliest, as things stand, and the rule that puts it off the longest.
struct NextCall {
  std::optional<campaign::WallTime> at;  // nullopt: no time decides it
  std::string rule;                      // empty: nothing but its turn
};

NextCall next_call(const storage::LeadStory& story, const campaign::Gate& gate);

// What a rule's code means: "calling_window", "frequency_cap:7_attempts_in_7d", "not_sent:paused" ...
std::string in_words(std::string_view rule);

// Lines of text. `config`: the lead's campaign as configured now; nullptr: it is not configured any more.
std::string explain(const storage::LeadStory& story, const config::CampaignConfig* config);

}  // namespace dialerd::daemon

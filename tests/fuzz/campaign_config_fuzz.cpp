// Any text as a campaign; one that is accepted can also be called by.
#include <chrono>

#include "config_promises.h"

#include "campaign/call_template.h"
#include "campaign/gate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dialerd;
  using namespace std::chrono_literals;
  const auto campaign = fuzz::load_checked(&config::load_campaign_config, fuzz::text_of(data, size));
  if (!campaign) return 0;

  fuzz::promise(!campaign->calling_windows.empty(), "there is a calling window");
  const config::CallingWindow* before = nullptr;
  for (const config::CallingWindow& window : campaign->calling_windows) {
    fuzz::promise(window.weekday >= 1 && window.weekday <= 7 && window.from_minute < window.to_minute &&
                      window.to_minute <= 24 * 60,
                  "a window is a stretch of one day");
    fuzz::promise(before == nullptr || before->weekday < window.weekday || before->to_minute <= window.from_minute,
                  "windows are sorted and apart");
    before = &window;
  }

  const campaign::CallTemplate calls(*campaign);
  campaign::ClaimedLead lead;
  lead.to_number = "01012345678";
  lead.field_values.resize(calls.lead_fields().size(), "a value");
  fuzz::promise(std::holds_alternative<campaign::CallRequest>(calls.render(lead, campaign->caller_numbers.front())),
                "a lead that has every field can be called");

  const campaign::Gate gate(*campaign);
  const campaign::WallTime at(1'780'000'000'000ms);
  for (const char* clock : {"", "Asia/Seoul", "America/New_York+night", "no such clock"}) {
    lead.facts.clock = clock;
    const campaign::Verdict verdict = gate.decide(lead.facts, at);
    fuzz::promise((verdict.kind == campaign::VerdictKind::open) == verdict.rule.empty(), "a verdict names its rule");
    fuzz::promise(!verdict.until || *verdict.until > at, "waiting ends later");
  }
  return 0;
}

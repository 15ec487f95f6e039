// A campaign's leads as the forecast (`dialerd plan`) needs them: the ready ones one by one, the others counted, and
// what earlier calls say of answer rates and durations. Reads only; nothing is locked, and no snapshot is held for
// longer than a page.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/session.h"

namespace dialerd::storage {

struct ReadyLead {
  campaign::LeadId lead{};
  campaign::WallTime next_at{};
  campaign::LeadFacts facts;
  bool suppressed = false;    // the next claim ends it
  std::string missing_field;  // the first of `lead_fields` that it lacks; empty: none
};

// All ready leads by clock, within a clock those with `callback` last, and then in due order. `page_size` leads come at
// a time; `take` is called outside of any transaction and may take its time. A lead that moves between two pages (it is
// called, or comes back from a call) may come twice or not at all: a forecast bears that.
// A million leads take some seconds. `lead_fields`: those that a call of the campaign needs.
Result<void> read_ready_leads(Session& session, campaign::CampaignId campaign, std::size_t page_size,
                              const std::function<void(const std::vector<ReadyLead>& page)>& take,
                              const std::vector<std::string>& lead_fields = {});

struct OutcomeCount {
  campaign::LeadState state = campaign::LeadState::done;  // done or held
  std::string outcome;
  std::int64_t leads = 0;
};

struct LeadCounts {
  std::int64_t ready = 0;
  std::int64_t active = 0;
  std::vector<OutcomeCount> finished;  // done and held, by outcome, the most frequent first
};

Result<LeadCounts> count_leads(Session& session, campaign::CampaignId campaign);

// Of calls that ended, by disposition.
struct DispositionStatistic {
  std::string disposition;
  std::int64_t calls = 0;
  double mean_call_seconds = 0;  // start to end, as the provider tells them; 0 where it told none
  double mean_open_seconds = 0;  // from the answer to the POST until the end: for so long a concurrency slot is taken
};

// The calls of the last 90 days of one campaign, or of all of them; the most frequent disposition first. Refusals by
// the provider, which are no calls, are not among them.
Result<std::vector<DispositionStatistic>> disposition_statistics(Session& session,
                                                                 std::optional<campaign::CampaignId> campaign);

}  // namespace dialerd::storage

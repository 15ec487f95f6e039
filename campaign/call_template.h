// How a campaign's settings and a lead become the call to create.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "campaign/call.h"
#include "campaign/lead.h"
#include "config/campaign_config.h"

namespace dialerd::campaign {

// The lead lacks a field that a variable or metadata key needs. The agent would read "{{name}}" aloud: not dialled.
struct MissingField {
  std::string field;
};

class CallTemplate {
 public:
  explicit CallTemplate(const config::CampaignConfig& config);

  // The fields that a lead must bring, without repeats: the order of ClaimedLead::field_values.
  const std::vector<std::string>& lead_fields() const { return lead_fields_; }

  std::variant<CallRequest, MissingField> render(const ClaimedLead& lead, const std::string& from_number) const;

 private:
  struct Slot {
    std::string name;
    bool from_field = false;
    std::size_t field = 0;  // into lead_fields_
    std::string literal;
  };

  std::vector<Slot> slots(const std::map<std::string, config::ValueSource>& sources);

  config::Agent agent_;
  std::optional<std::string> presentation_number_;
  std::vector<std::string> lead_fields_;
  std::vector<Slot> dynamic_variables_;
  std::vector<Slot> metadata_;
};

}  // namespace dialerd::campaign

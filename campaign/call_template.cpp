#include "campaign/call_template.h"

#include <algorithm>

namespace dialerd::campaign {

CallTemplate::CallTemplate(const config::CampaignConfig& config)
    : agent_(config.agent), presentation_number_(config.presentation_number) {
  dynamic_variables_ = slots(config.dynamic_variables);
  metadata_ = slots(config.metadata);
}

std::vector<CallTemplate::Slot> CallTemplate::slots(const std::map<std::string, config::ValueSource>& sources) {
  std::vector<Slot> made;
  for (const auto& [name, source] : sources) {
    Slot slot;
    slot.name = name;
    if (source.kind == config::ValueSource::Kind::literal) {
      slot.literal = source.value;
    } else {
      auto found = std::find(lead_fields_.begin(), lead_fields_.end(), source.value);
      slot.from_field = true;
      slot.field = static_cast<std::size_t>(found - lead_fields_.begin());
      if (found == lead_fields_.end()) lead_fields_.push_back(source.value);
    }
    made.push_back(std::move(slot));
  }
  return made;
}

std::variant<CallRequest, MissingField> CallTemplate::render(const ClaimedLead& lead,
                                                             const std::string& from_number) const {
  for (std::size_t i = 0; i < lead_fields_.size(); ++i) {
    if (i >= lead.field_values.size() || !lead.field_values[i]) return MissingField{lead_fields_[i]};
  }
  auto fill = [&](const std::vector<Slot>& from, std::vector<std::pair<std::string, std::string>>& to) {
    for (const Slot& slot : from)
      to.emplace_back(slot.name, slot.from_field ? *lead.field_values[slot.field] : slot.literal);
  };
  CallRequest request;
  request.from_number = from_number;
  request.to_number = lead.to_number;
  request.agent_id = agent_.id;
  request.agent_version = agent_.version;
  request.presentation_number = presentation_number_;
  request.dynamic_variables.reserve(dynamic_variables_.size());
  request.metadata.reserve(metadata_.size() + 1);
  fill(dynamic_variables_, request.dynamic_variables);
  fill(metadata_, request.metadata);
  request.metadata.emplace_back("attempt_id", to_string(lead.attempt));
  return request;
}

}  // namespace dialerd::campaign

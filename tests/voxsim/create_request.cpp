#include "tests/voxsim/create_request.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <boost/json.hpp>

#include "tests/voxsim/options.h"

namespace dialerd::voxsim {

namespace json = boost::json;

namespace {

const std::vector<std::string> kFields{"from_number",       "to_number", "agent",
                                       "dynamic_variables", "metadata",  "presentation_number"};
const std::vector<std::string> kAgentFields{"agent_id", "agent_version"};

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

bool known(const std::vector<std::string>& fields, std::string_view name) {
  return std::find(fields.begin(), fields.end(), name) != fields.end();
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    const bool hyphen_here = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen_here ? c != '-' : !hex) return false;
  }
  return true;
}

bool is_agent_version(std::string_view text) {
  if (text == "current" || text == "production") return true;
  return text.size() > 1 && text.front() == 'v' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The string at a name; empty when there is none.
std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? view(value->get_string()) : std::string_view{};
}

std::optional<ApiError> read_number(const json::object& body, const std::string& name, PackedNumber& number) {
  if (!body.contains(name)) return invalid_field(name, "required");
  const std::string_view text = text_at(body, name);
  if (!is_domestic(text)) return invalid_field(name, "must be a domestic phone number, digits without hyphens");
  number = *pack_number(text);
  return std::nullopt;
}

std::optional<ApiError> read_agent(const json::object& body, CreateRequest& request) {
  const json::value* value = body.if_contains("agent");
  if (value == nullptr) return invalid_field("agent", "required unless the caller number has an active traffic split");
  if (!value->is_object()) return invalid_field("agent", "must be an object");
  const json::object& agent = value->get_object();
  for (const auto& member : agent) {
    if (!known(kAgentFields, member.key())) {
      return invalid_field("agent." + std::string(member.key()), "unknown field", kAgentFields);
    }
  }
  const std::string_view id = text_at(agent, "agent_id");
  if (!is_uuid(id)) return invalid_field("agent.agent_id", "must be a UUID");
  request.agent_id = id;
  if (agent.contains("agent_version")) {
    const std::string_view version = text_at(agent, "agent_version");
    if (!is_agent_version(version)) {
      return invalid_field("agent.agent_version", "unknown version", {"current", "production", "v{n}"});
    }
    request.agent_version = version;
  }
  return std::nullopt;
}

std::optional<ApiError> read_object(const json::object& body, const std::string& name, std::string& text) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) return invalid_field(name, "must be an object");
  text = json::serialize(value->get_object());
  return std::nullopt;
}

std::optional<ApiError> read_presentation(const json::object& body, const Options& options, CreateRequest& request) {
  const std::string name = "presentation_number";
  const json::value* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const std::string_view text = text_at(body, name);
  const auto number = pack_number(text);
  if (!number) return invalid_field(name, "must be null or digits without hyphens");
  const std::vector<std::string>& approved = options.approved_presentation_numbers;
  if (!approved.empty() && !known(approved, text))
    return invalid_field(name, "not an approved number of the organization");
  request.presentation = *number;
  return std::nullopt;
}

std::optional<ApiError> validate(const json::object& body, const Options& options, CreateRequest& request) {
  for (const auto& member : body) {
    if (!known(kFields, member.key())) return invalid_field(member.key(), "unknown field", kFields);
  }
  if (auto error = read_number(body, "from_number", request.from)) return error;
  if (auto error = read_number(body, "to_number", request.to)) return error;
  if (auto error = read_agent(body, request)) return error;
  if (auto error = read_object(body, "dynamic_variables", request.dynamic_variables)) return error;
  if (auto error = read_object(body, "metadata", request.metadata)) return error;
  return read_presentation(body, options, request);
}

}  // namespace

SentCreate parse_create(std::string_view body, const Options& options) {
  SentCreate sent;
  std::array<unsigned char, 8192> first_block;  // most bodies are parsed without an allocation
  json::monotonic_resource memory(first_block.data(), first_block.size());
  json::error_code failure;
  const json::value document = json::parse({body.data(), body.size()}, failure, &memory);
  if (failure || !document.is_object()) {
    sent.error = ApiError{.message = "The request body is not a JSON object", .reason = "malformed JSON"};
    return sent;
  }
  const json::object& object = document.get_object();
  sent.to_number = text_at(object, "to_number");
  sent.from_number = text_at(object, "from_number");
  if (const json::value* metadata = object.if_contains("metadata"); metadata != nullptr && metadata->is_object()) {
    sent.attempt_id = text_at(metadata->get_object(), "attempt_id");
  }
  sent.error = validate(object, options, sent.request);
  return sent;
}

bool metadata_has(std::string_view metadata, std::string_view key, std::string_view value) {
  json::error_code failure;
  const json::value document = json::parse({metadata.data(), metadata.size()}, failure);
  if (failure || !document.is_object()) return false;
  const json::value* found = document.get_object().if_contains({key.data(), key.size()});
  return found != nullptr && found->is_string() && view(found->get_string()) == value;
}

}  // namespace dialerd::voxsim

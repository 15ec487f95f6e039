#include "tests/voxsim/api_error.h"

#include <utility>

#include "tests/voxsim/json_text.h"

namespace dialerd::voxsim {

std::string ApiError::body() const {
  std::string out = R"({"error":{"code":)";
  append_quoted(out, code);
  out += R"(,"message":)";
  append_quoted(out, message);
  out += R"(,"details":{)";
  const char* separator = "";
  for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"field", field}, {"reason", reason}}) {
    if (value.empty()) continue;
    out += separator;
    append_quoted(out, name);
    out += ':';
    append_quoted(out, value);
    separator = ",";
  }
  if (!allowed_values.empty()) {
    out += separator;
    out += R"("allowed_values":[)";
    separator = "";
    for (const std::string& value : allowed_values) {
      out += separator;
      append_quoted(out, value);
      separator = ",";
    }
    out += ']';
  }
  return out += "}}}";
}

ApiError invalid_field(std::string field, std::string reason, std::vector<std::string> allowed_values) {
  ApiError error;
  error.message = "Invalid value for '" + field + "'";
  error.field = std::move(field);
  error.reason = std::move(reason);
  error.allowed_values = std::move(allowed_values);
  return error;
}

}  // namespace dialerd::voxsim

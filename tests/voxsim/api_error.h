#pragma once

#include <string>
#include <vector>

namespace dialerd::voxsim {

// A refusal as the API words it: {"error": {"code", "message", "details": {field?, reason?, allowed_values?}}}.
// The codes beside VALIDATION_ERROR are not published; these are plausible ones.
struct ApiError {
  int status = 400;
  std::string code = "VALIDATION_ERROR";
  std::string message{};
  std::string field{};                        // left out when empty
  std::string reason{};                       // left out when empty
  std::vector<std::string> allowed_values{};  // left out when empty

  std::string body() const;
};

ApiError invalid_field(std::string field, std::string reason, std::vector<std::string> allowed_values = {});

}  // namespace dialerd::voxsim

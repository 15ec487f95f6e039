#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/voxsim/api_error.h"
#include "tests/voxsim/phone_number.h"

namespace dialerd::voxsim {

struct Options;

// The body of POST /v3/calls, read strictly as the API documents it.
struct CreateRequest {
  PackedNumber from = 0;
  PackedNumber to = 0;
  PackedNumber presentation = 0;  // 0: null or left out
  std::string agent_id;
  std::string agent_version = "current";
  std::string metadata = "{}";           // JSON text of an object, to be echoed
  std::string dynamic_variables = "{}";  // the same
};

// What was sent, whether or not it is valid: the ledger wants to know which attempt a refused request was.
struct SentCreate {
  std::string attempt_id;  // metadata.attempt_id when it is a string
  std::string to_number;   // as sent when it is a string
  std::string from_number;
  std::optional<ApiError> error;
  CreateRequest request;  // complete only without an error
};

// Thread-safe, pure.
SentCreate parse_create(std::string_view body, const Options& options);

// Whether a metadata text has this key with this string value at its top.
bool metadata_has(std::string_view metadata, std::string_view key, std::string_view value);

}  // namespace dialerd::voxsim

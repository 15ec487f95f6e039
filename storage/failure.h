// What libpqxx throws, sorted into ErrorKind.
#pragma once

#include <exception>
#include <string_view>

#include "storage/error.h"

namespace dialerd::storage {

// Where in the transaction it was thrown. Before the COMMIT was sent nothing can have been committed; from then on only
// the server's own refusal proves that it was not.
enum class Phase { before_commit, commit };

struct Failure {
  Error error;
  bool connection_lost = false;
};

// `doing` names the work in the message. Of the server's message only its first line is kept: the DETAIL and CONTEXT
// after it quote rows, and so phone numbers.
Failure classify(std::string_view doing, Phase phase, const std::exception_ptr& thrown);

}  // namespace dialerd::storage

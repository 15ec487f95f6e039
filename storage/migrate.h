// The schema's versions: numbered SQL files (storage/migrations/NNNN_name.sql) embedded in the binary.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "storage/session.h"

namespace dialerd::storage {

struct Migration {
  int number = 0;  // from 1, without gaps
  std::string_view name;
  std::string_view sql;
};

std::span<const Migration> migrations();  // this binary's, in order

// Applies what is missing, each in a transaction of its own, under an advisory lock that makes a second migrate wait.
// `applied` is told each one after its commit. Returns how many were applied. Fails with `schema` when the database is
// newer than this binary, or when an applied migration's text differs from ours.
Result<int> migrate(Session& session, const std::function<void(const Migration&)>& applied);

}  // namespace dialerd::storage

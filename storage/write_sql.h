// The statements of a write, apart from it so that tests/bench can time them alone. Private to this folder.
#pragma once

#include <string>

namespace dialerd::storage {

extern const std::string fence_sql;   // $1 account, $2 epoch
extern const std::string record_sql;  // $1 account, then an array for each column
extern const std::string settle_sql;  // the same

}  // namespace dialerd::storage

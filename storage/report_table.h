// A result as a Table. Private to this folder.
#pragma once

#include <string_view>

#include "storage/report.h"
#include "storage/transaction.h"

namespace dialerd::storage {

Table table_of(std::string_view title, const pqxx::result& result);

}  // namespace dialerd::storage

// The SQL files of this folder as constants. Their definitions are generated (embed_sql.cmake).
#pragma once

#include <string_view>
#include <vector>

#include "storage/migrate.h"

namespace dialerd::storage {

struct ReportText {
  std::string_view title;
  std::string_view sql;
};

const std::vector<Migration>& embedded_migrations();         // in order of number
const std::vector<ReportText>& embedded_campaign_reports();  // in order of file name, as are the next
const std::vector<ReportText>& embedded_status_reports();

}  // namespace dialerd::storage

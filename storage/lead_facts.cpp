#include "storage/lead_facts.h"

namespace dialerd::storage {

std::string facts_sql(const std::string& lead, const std::string& state) {
  const std::string alternates = "cardinality(" + lead + ".alternates)";
  const auto time = [&](const std::string& column) {
    return "dialerd.unix_ms(" + lead + "." + column + ") as " + column;
  };
  // An alternate that is gone since: the lead's own number is dialled (dialerd.number_at).
  return "case when " + state + ".number_index between 1 and " + alternates + " then " + state +
         ".number_index else 0 end as number_index, " + alternates + " + 1 as number_count, " + state + ".clock, " +
         state + ".callback, " + time("consent_at") + ", " + time("consent_expires_at") + ", " + time("expires_at") +
         ", " + time("created_at") + ", " + state + ".attempts, " + state + ".reason_counts";
}

}  // namespace dialerd::storage

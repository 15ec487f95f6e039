#include "storage/durability.h"

#include <algorithm>

#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

Result<std::vector<DurabilityFault>> ask(SessionSettings settings, bool server_defaults) {
  settings.must_be_durable = false;
  settings.server_defaults = server_defaults;
  Session session(std::move(settings));
  std::vector<DurabilityFault> faults;
  Result<void> done = session.run("asking whether commits last", [&](Transaction& transaction) -> Result<void> {
    faults = durability_faults(transaction);
    return {};
  });
  if (done.has_error()) return done.error();
  return faults;
}

}  // namespace

std::vector<DurabilityFault> durability_faults(Transaction& transaction) {
  std::vector<DurabilityFault> faults;
  const pqxx::result found = transaction.exec(
      "select name, current_setting(name) from unnest(array['fsync', 'full_page_writes', 'synchronous_commit']) as "
      "name "
      "where current_setting(name) = 'off'");
  for (const auto& row : found) {
    const std::string name = text_at(row, 0);
    const bool of_session = name == "synchronous_commit";
    faults.push_back({name, text_at(row, 1),
                      of_session ? "set synchronous_commit = on in postgresql.conf, and for the role and the database"
                                 : "set " + name + " = on in postgresql.conf, and reload"});
  }
  return faults;
}

Result<std::vector<DurabilityFault>> durability_faults(const SessionSettings& settings) {
  auto faults = ask(settings, false);
  if (faults.has_error()) return faults;
  const auto others = ask(settings, true);
  if (others.has_error()) return others;
  for (const DurabilityFault& fault : *others) {
    const bool known = std::any_of(faults->begin(), faults->end(),
                                   [&](const DurabilityFault& one) { return one.setting == fault.setting; });
    if (!known) faults->push_back(fault);
  }
  return faults;
}

std::string words_of(const std::vector<DurabilityFault>& faults) {
  std::string words;
  for (const DurabilityFault& fault : faults) {
    if (!words.empty()) words += "; ";
    words += fault.setting + " is " + fault.value + " (" + fault.remedy + ")";
  }
  return words;
}

}  // namespace dialerd::storage

// `dialerd policies`: the policy packs that are shipped, or the text of one.
#include "config/policies.h"

#include <algorithm>
#include <iostream>

#include "config/suggestion.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/commands/table.h"

namespace dialerd::daemon::commands {
namespace {

void list() {
  storage::Table table;
  table.title = "Policy packs; a campaign includes them with `policies: [NAME]`, `dialerd policies NAME` shows one";
  table.columns = {"name", "title"};
  for (const config::PolicyPack& pack : config::policy_packs()) {
    table.rows.push_back({std::string(pack.name), std::string(pack.title)});
  }
  print(std::cout, table);
}

}  // namespace

ExitCode policies(const PoliciesOptions& options) {
  if (options.name.empty()) {
    list();
    return ExitCode::ok;
  }
  const auto packs = config::policy_packs();
  const auto pack = std::ranges::find(packs, options.name, &config::PolicyPack::name);
  if (pack != packs.end()) {
    std::cout << pack->text;
    return ExitCode::ok;
  }
  std::vector<std::string_view> names;
  for (const config::PolicyPack& known : packs) names.push_back(known.name);
  complain("there is no policy pack '" + options.name + "'; " +
           config::suggest(options.name, names, "shipped are: " + config::join(names)));
  return ExitCode::failed;
}

}  // namespace dialerd::daemon::commands
